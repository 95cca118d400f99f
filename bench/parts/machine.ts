import os from 'node:os';

/** Figures compare only where this is the same. */
export function machine(): Record<string, string | number> {
  const [cpu] = os.cpus();
  return {
    system: `${os.type()} ${os.release()} ${os.arch()}`,
    cpu: cpu?.model.trim() ?? 'unknown',
    cores: os.cpus().length,
    memoryGigabytes: Math.round(os.totalmem() / 1e9),
    node: process.version,
  };
}
