import fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';
import { createFakeClock } from '../../testing/fake-clock.ts';
import type { FakeClock } from '../../testing/fake-clock.ts';
import { turn } from '../../testing/until.ts';
import { createGovernor, PLAYBACK_LINGERS_MS } from './pace.ts';
import type { Governor } from './pace.ts';

let clock: FakeClock;
let governor: Governor;
beforeEach(() => {
  clock = createFakeClock();
  governor = createGovernor(clock);
});
const take = (bytes: number, signal?: AbortSignal) => governor.pace('download').take(bytes, signal);
/** Whether it has been let go by now. */
async function isOver(waiting: Promise<void> | undefined): Promise<boolean> {
  let over = waiting === undefined;
  waiting?.then(
    () => (over = true),
    () => {},
  );
  for (let turns = 0; turns < 5; turns += 1) await turn();
  return over;
}

describe('a download', () => {
  it('takes what it gets while nobody plays and nothing caps it', () => {
    expect(take(10 ** 9)).toBeUndefined();
  });

  it('stands still while playback transfers, and a little longer', async () => {
    const first = governor.begin('playback');
    const second = governor.begin('playback');
    const waiting = take(1);
    first();
    first();
    expect(await isOver(waiting)).toBe(false);
    second();
    clock.advance(PLAYBACK_LINGERS_MS - 1);
    expect(await isOver(waiting)).toBe(false);
    clock.advance(1);
    expect(await isOver(waiting)).toBe(true);
    expect(take(1)).toBeUndefined();
  });

  it('never holds back playback, capped or not', () => {
    governor.capDownloads(8);
    expect(take(10 ** 6)).toBeInstanceOf(Promise);
    expect(governor.pace('playback').take(10 ** 9)).toBeUndefined();
  });

  it('is let go when it is aborted', async () => {
    governor.begin('playback');
    const abort = new AbortController();
    const waiting = take(1, abort.signal);
    abort.abort(new Error('enough'));
    await expect(waiting).rejects.toThrow('enough');
    expect(clock.sleepers).toBe(0);
  });

  it('goes on at once when its cap is lifted, and waits longer when it is lowered', async () => {
    governor.capDownloads(8_000);
    const waiting = take(2_000);
    governor.capDownloads(4_000);
    expect(await isOver(waiting)).toBe(true);
    const again = take(2_000);
    clock.advance(3_999);
    expect(await isOver(again)).toBe(false);
    governor.capDownloads(null);
    expect(await isOver(again)).toBe(true);
  });
});

it('lets no more through than the cap and one burst, however it is asked', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 8_000, max: 80_000_000 }),
      fc.array(fc.record({ bytes: fc.integer({ min: 1, max: 65_536 }), pauseMs: fc.nat(300) }), {
        minLength: 1,
        maxLength: 20,
      }),
      async (bitsPerSecond, takes) => {
        clock = createFakeClock();
        governor = createGovernor(clock);
        governor.capDownloads(bitsPerSecond);
        let bytes = 0;
        for (const one of takes) {
          clock.advance(one.pauseMs);
          const waiting = take(one.bytes);
          while (!(await isOver(waiting))) clock.advance(50);
          bytes += one.bytes;
          const allowed = (bitsPerSecond / 8_000) * (clock.monotonic() + 250);
          expect(bytes).toBeLessThanOrEqual(allowed + 1);
        }
      },
    ),
    { numRuns: 30 },
  );
});
