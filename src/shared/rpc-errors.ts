import { mapEventIterator, ORPCError } from '@orpc/client';
import { z } from 'zod';
import { asLayoverError, ErrorValue, LayoverError } from './errors.ts';

/**
 * How a LayoverError travels over the contract: as oRPC's one defined error LAYOVER whose data is an
 * ErrorValue. Both directions stand here so that they cannot drift apart.
 */

/**
 * What a procedure threw, as the error that crosses. Input that the contract's schema refuses becomes
 * `rpc/malformed`; everything that nobody foresaw becomes `internal` (its cause stays on this side).
 */
export function toRpcError(thrown: unknown): ORPCError<'LAYOVER', ErrorValue> {
  const error = asRegistered(thrown);
  return new ORPCError('LAYOVER', {
    defined: true,
    status: 400,
    message: error.message,
    data: error.toValue(),
    cause: thrown,
  });
}

/** The LayoverError that the other side threw, or the one that says how the call itself went wrong. */
export function fromRpcError(thrown: unknown): LayoverError {
  return asRegistered(thrown);
}

function asRegistered(thrown: unknown): LayoverError {
  if (!isRpcError(thrown)) return asLayoverError(thrown);
  const value = ErrorValue.safeParse(thrown.data);
  if (thrown.code === 'LAYOVER' && value.success)
    return new LayoverError(value.data.code, value.data.details, { cause: thrown });
  // oRPC's own answers to a request that no schema of the contract accepts, or to no procedure at all.
  const isMalformed = thrown.status >= 400 && thrown.status < 500;
  return isMalformed
    ? new LayoverError('rpc/malformed', { reason: reasonOf(thrown) }, { cause: thrown })
    : new LayoverError('internal', {}, { cause: thrown });
}

function isRpcError(thrown: unknown): thrown is ORPCError<string, unknown> {
  return thrown instanceof ORPCError;
}

const Refusal = z.object({
  issues: z.array(z.object({ message: z.string(), path: z.array(z.unknown()).optional() })).min(1),
});

function reasonOf(error: ORPCError<string, unknown>): string {
  const refusal = Refusal.safeParse(error.data);
  const first = refusal.data?.issues[0];
  if (!first) return error.message;
  return [(first.path ?? []).map(String).join('.'), first.message].filter(Boolean).join(': ');
}

/**
 * An event stream whose failures are mapped too: those come after the procedure has answered, where no
 * try/catch around the call sees them. Anything else passes unchanged.
 */
export function mapStreamErrors(output: unknown, map: (thrown: unknown) => Error): unknown {
  if (!isAsyncIterator(output)) return output;
  return mapEventIterator(output, { value: async (value) => value, error: async (error) => map(error) });
}

function isAsyncIterator(value: unknown): value is AsyncIterator<unknown, unknown, void> {
  return typeof value === 'object' && value !== null && 'next' in value && Symbol.asyncIterator in value;
}
