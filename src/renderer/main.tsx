import './transport/no-eval.ts';
import { start } from './app/start.tsx';
import { connect } from './transport/connect.ts';

start(connect());
