import './transport/no-eval.ts';
import './transport/trusted-types.ts';
import { contract } from '../shared/contract.ts';
import { start } from './app/start.tsx';
import { connect } from './transport/connect.ts';

// Only a QA build asks for the lab: in others the bundler drops this branch, and what it imports.
if (import.meta.env.MODE === 'qa') {
  const { labContract } = await import('../shared/lab-contract.ts');
  const { openToOutside } = await import('./lab/from-outside.ts');
  start(openToOutside(connect(window, { ...contract, ...labContract })));
} else {
  start(connect());
}
