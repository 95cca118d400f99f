import { createHash, randomBytes } from 'node:crypto';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { createFakeClock } from '../../testing/fake-clock.ts';
import { createFakeNetwork } from '../../testing/fake-network.ts';
import { createFaultServer } from '../../testing/fault-server.ts';
import type { FaultServer } from '../../testing/fault-server.ts';
import { createRecordingLog } from '../../testing/recording-log.ts';
import { until } from '../../testing/until.ts';
import { LayoverError } from '../shared/errors.ts';
import type { Digests } from '../shared/platform.ts';
import { createCdn } from './cdn.ts';
import type { SegmentRequest } from './types.ts';

const file = new Uint8Array(randomBytes(900_000));
const path = 'video/v-720p/1.m4s';
const request: SegmentRequest = {
  path,
  sizeBytes: file.byteLength,
  sha256: createHash('sha256').update(file).digest('hex'),
};

/** Takes memory away as a thread does, and may be gone from some time on. */
function recordingDigests() {
  const said = { begun: 0, ended: 0, dropped: 0, isGone: false };
  const digests: Digests = {
    prepare() {},
    begin() {
      if (said.isGone) return undefined;
      said.begun += 1;
      const hash = createHash('sha256');
      return {
        update(piece) {
          hash.update(piece);
          piece.fill(0);
          return undefined;
        },
        async end() {
          said.ended += 1;
          if (said.isGone) throw new Error('gone');
          return hash.digest('hex');
        },
        drop: () => void (said.dropped += 1),
      };
    },
  };
  return { digests, said };
}

let servers: FaultServer[];
beforeEach(async () => {
  servers = await Promise.all([0, 1].map(() => createFaultServer([[path, file]])));
});
afterEach(() => Promise.all(servers.map((server) => server.close())));

function steer(digests: Digests) {
  const cdn = createCdn({
    fetch,
    digests,
    clock: createFakeClock(),
    network: createFakeNetwork(),
    log: createRecordingLog(),
    random: (sizeBytes) => new Uint8Array(sizeBytes),
  });
  const pathways = servers.map((server, place) => ({ id: `oca-${place}`, baseUrl: server.base('good') }));
  return cdn.steer(pathways, async () => {
    throw new LayoverError('service/unreachable');
  });
}
const isRight = (bytes: Uint8Array) => Buffer.from(bytes).equals(file);

it('a segment is proved by a digest that is taken elsewhere, once its pieces are used', async () => {
  const { digests, said } = recordingDigests();
  const { bytes } = await steer(digests).fetch(request);
  expect(isRight(bytes)).toBe(true);
  expect(said).toMatchObject({ begun: 1, ended: 1, dropped: 0 });
});

it('pieces of two OCAs are hashed in order', async () => {
  servers[0]!.misbehave = () => ({ kind: 'truncate', afterBytes: 500_000 });
  const { digests, said } = recordingDigests();
  const { bytes } = await steer(digests).fetch(request);
  expect(isRight(bytes)).toBe(true);
  expect(said.begun).toBe(1);
  expect(servers[1]!.requests[0]?.range).toBe('bytes=500000-');
});

it('wrong bytes are found out, and come from another OCA', async () => {
  servers[0]!.misbehave = () => ({ kind: 'corrupt', atByte: 700_000 });
  const { digests, said } = recordingDigests();
  const { bytes, ocaId } = await steer(digests).fetch(request);
  expect(isRight(bytes)).toBe(true);
  expect(ocaId).toBe('oca-1');
  expect(said).toMatchObject({ begun: 2, ended: 2 });
});

it('when nobody can tell the digest any more it comes again, and no OCA is blamed', async () => {
  const { digests, said } = recordingDigests();
  const begin = digests.begin.bind(digests);
  const steering = steer({
    ...digests,
    begin() {
      const running = begin();
      said.isGone = true;
      return running;
    },
  });
  const { bytes, ocaId } = await steering.fetch(request);
  expect(isRight(bytes)).toBe(true);
  expect(said).toMatchObject({ begun: 1, ended: 1 });
  expect(servers.map(({ requests }) => requests.length)).toEqual([2, 0]);
  expect(steering.health().find((oca) => oca.ocaId === ocaId)?.state).toBe('good');
});

it('of a segment that is given up the digest is dropped', async () => {
  servers[0]!.misbehave = () => ({ kind: 'hang-in-body', afterBytes: 100_000 });
  const { digests, said } = recordingDigests();
  const stop = new AbortController();
  const fetching = steer(digests).fetch(request, stop.signal);
  await until(() => said.begun === 1);
  stop.abort(new Error('enough'));
  await expect(fetching).rejects.toThrow('enough');
  await until(() => said.dropped === 1);
});

it('small segments, and what has no digest, are not handed over', async () => {
  const { digests, said } = recordingDigests();
  const steering = steer(digests);
  await steering.fetch({ path });
  await steering.fetch({ path, byteRange: { offsetBytes: 0, lengthBytes: 600_000 } });
  expect(said.begun).toBe(0);
});
