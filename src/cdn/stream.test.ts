import { createHash, randomBytes } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createFakeClock } from '../../testing/fake-clock.ts';
import type { FakeClock } from '../../testing/fake-clock.ts';
import { createFakeNetwork } from '../../testing/fake-network.ts';
import { createFaultServer } from '../../testing/fault-server.ts';
import type { FaultServer } from '../../testing/fault-server.ts';
import { createRecordingLog } from '../../testing/recording-log.ts';
import { passTimeUntil, until } from '../../testing/until.ts';
import { LayoverError } from '../shared/errors.ts';
import { createCdn } from './cdn.ts';
import { createMemorySink } from './memory-sink.ts';
import { STALL_LIMIT_MS } from './transfer.ts';
import type { Cdn, EarlierBytes, SegmentRequest, SegmentSink } from './types.ts';

const file = new Uint8Array(randomBytes(300_000));
const path = 'video/v-720p/1.m4s';
const sha256 = createHash('sha256').update(file).digest('hex');
const request: SegmentRequest = { path, sizeBytes: file.byteLength, sha256 };
const etag = '"version-1"';

let servers: FaultServer[];
let clock: FakeClock;
let cdn: Cdn;
beforeEach(async () => {
  servers = await Promise.all([0, 1].map(() => createFaultServer([[path, file]])));
  for (const server of servers) server.etags.set(path, etag);
  clock = createFakeClock();
  const random = (sizeBytes: number) => new Uint8Array(sizeBytes);
  cdn = createCdn({ fetch, clock, network: createFakeNetwork(), log: createRecordingLog(), random });
});
afterEach(() => Promise.all(servers.map((server) => server.close())));

const at = (place: number) => servers[place]!;
const away = async () => {
  throw new LayoverError('service/unreachable');
};
const steer = (tokens = ['good', 'good']) =>
  cdn.steer(
    servers.map((server, place) => ({ id: `oca-${place}`, baseUrl: server.base(tokens[place]) })),
    away,
  );
const earlier = (bytes: Uint8Array, of: string | undefined = etag): EarlierBytes => ({
  etag: of,
  async *pieces() {
    yield bytes;
  },
});
/** A sink that also tells what was done to it. */
function recordingSink() {
  const memory = createMemorySink();
  const calls: string[] = [];
  const sink: SegmentSink = {
    begin(of) {
      calls.push(`begin ${of.sizeBytes} ${of.etag}`);
      memory.begin(of);
    },
    write: memory.write,
    restart() {
      calls.push('restart');
      memory.restart();
    },
  };
  return { sink, calls, isWhole: () => Buffer.from(memory.bytes()).equals(file) };
}

describe('a segment that an earlier run began', () => {
  it.each([
    ['by its digest', request],
    ['by its ETag', { path }],
  ])('goes on where it was, proved %s', async (_how, asked) => {
    const { sink, isWhole } = recordingSink();
    await steer().stream(asked, sink, { earlier: earlier(file.subarray(0, 100_000)) });
    expect(isWhole()).toBe(true);
    expect(at(0).requests.map(({ range }) => range)).toEqual(['bytes=100000-']);
    expect(at(0).requests[0]?.ifRange).toBe('sha256' in asked ? undefined : etag);
  });

  it.each([
    ['the file is another version now', '"version-0"'],
    ['nothing proves that it is the same', undefined],
  ])('begins again when %s', async (_why, of) => {
    const { sink, calls, isWhole } = recordingSink();
    await steer().stream({ path }, sink, { earlier: { ...earlier(randomBytes(100_000)), etag: of } });
    expect(isWhole()).toBe(true);
    expect(calls.at(-1)).toBe(`begin 300000 ${etag}`);
    expect(at(0).requests).toHaveLength(1);
  });

  it('is fetched whole when what was kept turns out wrong', async () => {
    const { sink, calls, isWhole } = recordingSink();
    await steer().stream(request, sink, { earlier: earlier(randomBytes(100_000)) });
    expect(isWhole()).toBe(true);
    expect(calls.filter((call) => call === 'restart')).toHaveLength(1);
  });

  it('asks nobody when it was whole already', async () => {
    const { sink, isWhole } = recordingSink();
    await steer().stream(request, sink, { earlier: earlier(file) });
    expect(isWhole()).toBe(true);
    expect(at(0).requests).toEqual([]);
  });
});

describe('without a digest', () => {
  it('joins bytes of two OCAs that have the same version', async () => {
    at(0).misbehave = () => ({ kind: 'truncate', afterBytes: 70_000 });
    const { sink, isWhole } = recordingSink();
    await steer().stream({ path }, sink);
    expect(isWhole()).toBe(true);
    expect(at(1).requests[0]?.range).toMatch(/^bytes=[1-9]/);
  });

  it('never joins bytes of two versions', async () => {
    at(0).files.set(path, randomBytes(300_000));
    at(0).etags.set(path, '"version-0"');
    at(0).misbehave = () => ({ kind: 'truncate', afterBytes: 70_000 });
    const { sink, isWhole } = recordingSink();
    await steer().stream({ path }, sink);
    expect(isWhole()).toBe(true);
  });

  it('never joins what only a weak ETag calls the same', async () => {
    for (const server of servers) server.etags.set(path, 'W/"version-1"');
    at(0).misbehave = () => ({ kind: 'truncate', afterBytes: 70_000 });
    const { sink, isWhole } = recordingSink();
    await steer().stream({ path }, sink);
    expect(isWhole()).toBe(true);
    expect(at(1).requests[0]?.range).toBeUndefined();
  });
});

it('writes nothing of a captive portal’s page, whatever it calls itself', async () => {
  for (const server of servers) server.misbehave = () => ({ kind: 'html', contentType: 'video/mp4' });
  for (const asked of [request, { path }]) {
    const { sink, calls } = recordingSink();
    await expect(steer().stream(asked, sink)).rejects.toMatchObject({ code: 'network/captive-portal' });
    expect(calls).toEqual([]);
    clock.advance(60_000);
  }
});

it('comes from an OCA whose address is good while the service cannot renew the other’s', async () => {
  const { sink, isWhole } = recordingSink();
  expect(await steer(['old', 'good']).stream(request, sink)).toMatchObject({ ocaId: 'oca-1' });
  expect(isWhole()).toBe(true);
});

it('leaves an OCA that redirects on and on', async () => {
  at(0).misbehave = () => ({ kind: 'redirect', location: at(0).base() + path });
  const { sink } = recordingSink();
  expect(await steer().stream(request, sink)).toMatchObject({ ocaId: 'oca-1' });
});

it('ends with what the sink says, and blames no OCA for it', async () => {
  const { sink } = recordingSink();
  const full = { ...sink, write: () => Promise.reject(new LayoverError('store/no-space')) };
  const steering = steer();
  await expect(steering.stream(request, full)).rejects.toMatchObject({ code: 'store/no-space' });
  expect(steering.health().map(({ state }) => state)).not.toContain('failed');
  expect(at(1).requests).toEqual([]);
});

it('does not blame an OCA for the time that the sink took', async () => {
  const { sink, isWhole } = recordingSink();
  let letGo = () => {};
  let isHeld = false;
  const slow: SegmentSink = {
    ...sink,
    write(piece) {
      void sink.write(piece);
      if (isHeld) return undefined;
      isHeld = true;
      return new Promise((resolve) => (letGo = resolve));
    },
  };
  const streaming = steer().stream(request, slow);
  await until(() => isHeld);
  let passedMs = 0;
  await passTimeUntil(clock, () => (passedMs += 100) > 10 * STALL_LIMIT_MS);
  letGo();
  expect(await streaming).toMatchObject({ ocaId: 'oca-0' });
  expect(isWhole()).toBe(true);
});

it('gives up OCAs that break off with next to nothing, again and again', async () => {
  let requests = 0;
  for (const server of servers)
    server.misbehave = () => {
      requests += 1;
      return { kind: 'truncate', afterBytes: 10 };
    };
  const { sink } = recordingSink();
  await expect(steer().stream(request, sink)).rejects.toMatchObject({ code: 'cdn/no-oca' });
  expect(requests).toBeLessThan(40);
});

it('lets downloads stand still while playback transfers', async () => {
  const hold = Promise.withResolvers<void>();
  at(1).misbehave = () => ({ kind: 'hold', until: hold.promise });
  const pathway = (place: number) => [{ id: `oca-${place}`, baseUrl: at(place).base() }];
  const playing = cdn.steer(pathway(1), away).fetch(request);
  await until(() => at(1).requests.length === 1);
  const { sink, isWhole } = recordingSink();
  let isDone = false;
  const downloading = cdn
    .steer(pathway(0), away, { priority: 'download' })
    .stream(request, sink)
    .then(() => (isDone = true));
  await until(() => at(0).requests.length === 1);
  hold.resolve();
  await playing;
  expect(isDone).toBe(false);
  await passTimeUntil(clock, () => isDone);
  await downloading;
  expect(isWhole()).toBe(true);
});
