import { implement } from '@orpc/server';
import { contract } from '../../shared/contract.ts';

/** Where every procedure starts. Procedures throw LayoverErrors; each border turns them into its own form. */
export const procedures = implement(contract);
