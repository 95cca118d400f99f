import type { Agent } from 'undici';

/** Of every connection pool here: whoever calls knows what a slow answer is, and aborts by signal. */
export const poolOptions: Agent.Options = {
  connections: 16,
  keepAliveTimeout: 10_000,
  keepAliveMaxTimeout: 60_000,
  headersTimeout: 0,
  bodyTimeout: 0,
  connect: { timeout: 10_000 },
};
