import { describe, expect, it } from 'vitest';
import { createFakeClock } from '../../testing/fake-clock.ts';
import { until } from '../../testing/until.ts';
import { createSegmentKeys } from './segment-keys.ts';

const key = Uint8Array.from({ length: 16 }, (_, n) => n + 1);
const contentKey = async () => new Uint8Array(16).fill(9);
const at = (keyUri: string) => ({ method: 'aes-128' as const, keyUri, ivHex: '00'.repeat(16) });
const url = at('https://keys.example/one.key');

function world(answer: () => Response | Promise<Response>) {
  const asked: string[] = [];
  const clock = createFakeClock();
  const fetch: typeof globalThis.fetch = async (input, init) => {
    asked.push(new Request(input).url);
    init?.signal?.throwIfAborted();
    return Promise.race([
      answer(),
      new Promise<never>((_, reject) =>
        init?.signal?.addEventListener('abort', () => reject(init.signal?.reason as Error)),
      ),
    ]);
  };
  return { asked, clock, keys: createSegmentKeys({ fetch, clock }) };
}

describe('the key of a segment', () => {
  it('is the license’s where the license carries it', async () => {
    const { keys, asked } = world(() => new Response(key));
    expect(await keys.keyOf(at('urn:layover:content-key:film-1'), contentKey)).toEqual(await contentKey());
    expect(asked).toEqual([]);
  });

  it('is fetched from its address, once for all segments', async () => {
    const { keys, asked } = world(() => new Response(key));
    const both = await Promise.all([keys.keyOf(url, contentKey), keys.keyOf(url, contentKey)]);
    expect(both).toEqual([key, key]);
    both[0]?.fill(0);
    expect(await keys.keyOf(url, contentKey)).toEqual(key);
    expect(asked).toEqual([url.keyUri]);
  });

  it.each([
    ['refused', () => new Response('no', { status: 403 })],
    ['too short', () => new Response(key.subarray(1))],
    ['too long, as a captive portal’s page is', () => new Response('<html>'.repeat(100))],
    ['empty', () => new Response(null)],
  ])('is not believed when the answer is %s, and asked for again', async (_what, answer) => {
    let isWrong = true;
    const { keys } = world(() => (isWrong ? answer() : new Response(key)));
    await expect(keys.keyOf(url, contentKey)).rejects.toMatchObject({ code: 'cdn/no-key' });
    isWrong = false;
    expect(await keys.keyOf(url, contentKey)).toEqual(key);
  });

  it('is unreachable when nothing answers', async () => {
    const { keys } = world(() => Promise.reject(new TypeError('fetch failed')));
    await expect(keys.keyOf(url, contentKey)).rejects.toMatchObject({ code: 'network/unreachable' });
  });

  it('is given up when the server is silent', async () => {
    const { keys, clock } = world(() => new Promise<Response>(() => {}));
    const asking = keys.keyOf(url, contentKey);
    asking.catch(() => {});
    await until(() => clock.sleepers > 0);
    clock.advance(60_000);
    await expect(asking).rejects.toMatchObject({ code: 'network/unreachable' });
  });
});
