import type { Bytes } from '../shared/units.ts';
import { LayoverError } from '../shared/errors.ts';
import { isGone } from './disk-error.ts';
import type { StoreFolder } from './folder.ts';
import { FILE_SALT_BYTES, TrackId, digestOf, encodeHeader, fileSaltOf } from './format.ts';
import { readFileSalt, readHeader } from './header.ts';
import { CONTENT_KEY_BYTES, KEY_BYTES, deriveKek, unwrapKey, wrapKey, wrapNonceBytes } from './seal.ts';
import type { SegmentIndex } from './segment-index.ts';
import type { TrackRow } from './track-index.ts';
import type { ContentKey, TrackSpec } from './types.ts';

export interface TrackMakerParts {
  readonly index: SegmentIndex;
  readonly deviceSecret: Uint8Array;
  here(): StoreFolder;
  random(sizeBytes: Bytes): Uint8Array;
  retire(trackId: string): Promise<void>;
}

/** Makes tracks with data keys of their own, and gets these back for whoever has the content key. */
export function createTrackMaker(parts: TrackMakerParts) {
  const { index, deviceSecret, random } = parts;

  function isIntact(row: TrackRow): boolean {
    try {
      return row.isSound && readHeader(parts.here().pathOf(row.trackId), row.headerDigest) === 'ok';
    } catch (thrown) {
      if (isGone(thrown)) return false;
      throw thrown;
    }
  }

  return {
    async make(spec: TrackSpec, contentKey: ContentKey): Promise<void> {
      TrackId.parse(spec.trackId);
      if (contentKey.length !== CONTENT_KEY_BYTES) throw new RangeError('a content key has 16 bytes');
      const folder = parts.here();
      await folder.prepare(index.hasTracks());
      const existing = index.track(spec.trackId);
      if (existing && isIntact(existing)) return;
      if (existing) index.dropTracks([existing.track], true);
      await parts.retire(spec.trackId);

      const header = encodeHeader(spec.trackId, random(FILE_SALT_BYTES));
      const dataKey = random(KEY_BYTES);
      const kek = deriveKek(contentKey, deviceSecret, fileSaltOf(header), spec.trackId);
      const wrapped = wrapKey(kek, dataKey, random(wrapNonceBytes), spec.trackId);
      kek.fill(0);
      dataKey.fill(0);
      await folder.create(spec.trackId, header);
      index.addTrack(spec, digestOf(header), wrapped);
    },
    /** Throws `store/locked`, `store/damaged`, `store/unsupported-version`, or what node:fs throws. */
    dataKeyOf(row: TrackRow, contentKey: ContentKey): Buffer {
      const { trackId } = row;
      if (!row.isSound) throw new LayoverError('store/damaged', { trackId });
      const salt = readFileSalt(parts.here().pathOf(trackId), row.headerDigest, trackId);
      const kek = deriveKek(contentKey, deviceSecret, salt, trackId);
      const dataKey = unwrapKey(kek, row.wrappedKey, trackId);
      kek.fill(0);
      if (!dataKey) throw new LayoverError('store/locked', { trackId });
      return dataKey;
    },
  };
}
