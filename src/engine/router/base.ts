import { implement } from '@orpc/server';
import { contract } from '../../shared/contract.ts';
import { mapStreamErrors, toRpcError } from '../../shared/rpc-errors.ts';

/**
 * Where every procedure starts. Whatever one throws, and whatever its event stream throws later, leaves as
 * the contract's one defined error.
 */
export const procedures = implement(contract).use(async ({ next }) => {
  try {
    const result = await next();
    return { ...result, output: mapStreamErrors(result.output, toRpcError) as typeof result.output };
  } catch (thrown) {
    throw toRpcError(thrown);
  }
});
