import type { Bench } from './parts/types.ts';

/** Name → module with a `bench`. Loaded only when it is asked for. */
export const benches: Readonly<Record<string, () => Promise<{ bench: Bench }>>> = {
  download: () => import('./benches/download.ts'),
  'download-memory': () => import('./benches/download-memory.ts'),
  'download-small': () => import('./benches/download-small.ts'),
  link: () => import('./benches/link.ts'),
  license: () => import('./benches/license.ts'),
  read: () => import('./benches/read.ts'),
  'store-scale': () => import('./benches/store-scale.ts'),
};
