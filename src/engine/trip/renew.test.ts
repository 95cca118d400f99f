import { expect, test } from 'vitest';
import { LayoverError } from '../../shared/errors.ts';
import { playsForEver } from '../../shared/license.ts';
import type { TripRenewal } from '../../shared/trip.ts';
import type { Parts } from '../parts.ts';
import { renewForTrip } from './renew.ts';

/** Ten downloads; the service's answer to each is the test's. */
function world(answer: (videoId: string) => LayoverError | undefined, isSeen: (id: string) => boolean = () => true) {
  const asked: string[] = [];
  const parts = {
    catalog: {
      title: (titleId: string) => {
        if (!isSeen(titleId)) throw new LayoverError('catalog/restricted');
      },
    },
    downloads: {
      get: (downloadId: string) => ({ downloadId, videoId: downloadId, titleId: downloadId }),
      list: () => [],
    },
    who: { viewer: () => ({ profileId: 'ana', maturityLimit: '18' }) },
    licensing: {
      renewals: {
        renewNow: async (videoIds: readonly string[]) => {
          asked.push(...videoIds);
          return videoIds.map((videoId) => {
            const error = answer(videoId);
            return error ? { videoId, error } : { videoId, verdict: playsForEver };
          });
        },
      },
    },
  } as unknown as Parts;
  return { parts, asked };
} // prettier-ignore
const ids = Array.from({ length: 10 }, (_, at) => `d${at}`);

async function told(parts: Parts, signal?: AbortSignal) {
  const all: TripRenewal[] = [];
  for await (const one of renewForTrip(parts, ids, signal)) all.push(one);
  return all;
}

test('it goes on in fews and tells each time how far it is', async () => {
  const { parts } = world(() => undefined);
  const all = await told(parts);
  expect(all.map(({ done }) => done)).toEqual([0, 8, 10]);
  expect(all.at(-1)).toMatchObject({ total: 10, renewed: ids, failed: [] });
});

test('one that is refused stops nobody else; without a connection the rest is not tried', async () => {
  const refused = world((id) => (id === 'd1' ? new LayoverError('license/revoked') : undefined));
  expect((await told(refused.parts)).at(-1)).toMatchObject({
    done: 10,
    failed: [{ downloadId: 'd1', error: { code: 'license/revoked' } }],
  });
  const offline = world((id) => (id === 'd5' ? new LayoverError('network/offline') : undefined));
  const end = (await told(offline.parts)).at(-1);
  expect(offline.asked).toHaveLength(8);
  expect(end?.done).toBe(10);
  expect(end?.failed.map(({ downloadId }) => downloadId)).toEqual(['d5', 'd8', 'd9']);
});

test('who stops listening cancels the rest', async () => {
  const { parts, asked } = world(() => undefined);
  const stop = new AbortController();
  for await (const { done } of renewForTrip(parts, ids, stop.signal)) if (done === 8) stop.abort();
  expect(asked).toHaveLength(8);
});

test('what this profile may not know of is not renewed', () => {
  const { parts } = world(
    () => undefined,
    (id) => id !== 'd3',
  );
  expect(() => renewForTrip(parts, ids, undefined)).toThrow(
    expect.objectContaining({ code: 'download/unknown' }),
  );
});
