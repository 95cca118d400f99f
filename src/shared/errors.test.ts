import { expect, it } from 'vitest';
import { asLayoverError } from './errors.ts';
import type { ErrorCode } from './errors.ts';

it.each<[string, ErrorCode]>([
  ['SQLITE_FULL', 'database/full'],
  ['ENOSPC', 'database/full'],
  ['EDQUOT', 'database/full'],
  ['SQLITE_IOERR', 'database/failing'],
  ['SQLITE_IOERR_FSYNC', 'database/failing'],
  ['EIO', 'database/failing'],
  ['SQLITE_CONSTRAINT', 'internal'],
  ['ENOENT', 'internal'],
])('%s is told as %s, its cause kept', (code, told) => {
  const thrown = Object.assign(new Error('said by the system'), { code });
  const error = asLayoverError(thrown);
  expect([error.code, error.cause]).toEqual([told, thrown]);
});
