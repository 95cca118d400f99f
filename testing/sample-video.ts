import { createCipheriv, createHash } from 'node:crypto';
import { INIT_INDEX } from '../src/shared/presentation.ts';
import type { Presentation, Rendition, Segment } from '../src/shared/presentation.ts';
import type { Selection } from '../src/shared/selection.ts';

export interface SampleVideo {
  readonly presentation: Presentation;
  /** Everything that there is. */
  readonly selection: Selection;
  readonly contentKey: Uint8Array;
  /** As an OCA holds them: path → encrypted bytes. */
  readonly files: Map<string, Uint8Array>;
  /** As a player gets them, by "<renditionId>/<index>". */
  readonly plain: Map<string, Uint8Array>;
}

/** Bytes that look like noise and are the same at each run. */
function noise(name: string, sizeBytes: number): Uint8Array {
  const cipher = createCipheriv('aes-128-ctr', createHash('md5').update(name).digest(), Buffer.alloc(16));
  return new Uint8Array(cipher.update(Buffer.alloc(sizeBytes)));
}

const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');

/**
 * A video with a video, a sound and a subtitle rendition, encrypted and described just as the service does it.
 * The bytes are noise: nothing in them can be played.
 */
export function createSampleVideo(
  videoId: string,
  options: { segments?: number; segmentBytes?: number; contentKey?: Uint8Array } = {},
): SampleVideo {
  const { segments = 4, segmentBytes = 3000 } = options;
  const contentKey = options.contentKey ?? noise(`${videoId} key`, 16);
  const files = new Map<string, Uint8Array>();
  const plain = new Map<string, Uint8Array>();
  const durationSeconds = segments * 4;

  const fileOf = (
    renditionId: string,
    place: number,
    index: number,
    sizeBytes: number,
    extension: string,
  ): Segment => {
    const isInit = index === INIT_INDEX;
    const number = place * 2 ** 20 + 1 + index;
    const path = `${videoId}/${renditionId}/${isInit ? 'init.mp4' : `${number}.${extension}`}`;
    const bytes = noise(path, sizeBytes);
    const ivHex = number.toString(16).padStart(32, '0');
    const cipher = createCipheriv('aes-128-cbc', contentKey, Buffer.from(ivHex, 'hex'));
    const wire = isInit ? bytes : new Uint8Array(Buffer.concat([cipher.update(bytes), cipher.final()]));
    files.set(path, wire);
    plain.set(`${renditionId}/${index}`, bytes);
    const isWhole = extension === 'vtt';
    return {
      index,
      path,
      startSeconds: isInit || isWhole ? 0 : index * 4,
      durationSeconds: isInit ? 0 : isWhole ? durationSeconds : 4,
      integrity: { sizeBytes: wire.byteLength, plainBytes: bytes.byteLength, sha256: sha256(wire) },
      ...(!isInit && {
        encryption: { method: 'aes-128', keyUri: `urn:layover:content-key:${videoId}`, ivHex },
      }),
    };
  };
  const filesFor = (renditionId: string, place: number, sizeBytes: number) => ({
    id: renditionId,
    init: fileOf(renditionId, place, INIT_INDEX, 700, 'm4s'),
    segments: Array.from({ length: segments }, (_none, index) =>
      fileOf(renditionId, place, index, sizeBytes + index, 'm4s'),
    ),
  });

  const presentation: Presentation = {
    durationSeconds,
    pathways: [{ id: 'oca-1', baseUrl: 'http://127.0.0.1:9/' }],
    video: [
      {
        ...filesFor('v-480p', 0, segmentBytes),
        kind: 'video',
        bandwidthBitsPerSecond: 1_000_000,
        width: 854,
        height: 480,
        frameRate: 24,
        codecs: 'avc1.64001f',
      },
    ],
    audio: [
      {
        ...filesFor('a-en', 1, Math.ceil(segmentBytes / 8)),
        kind: 'audio',
        bandwidthBitsPerSecond: 96_000,
        language: 'en',
        name: 'English',
        codecs: 'mp4a.40.2',
        channels: 2,
        isDefault: true,
      },
    ],
    subtitles: [
      {
        id: 's-en',
        kind: 'subtitles',
        bandwidthBitsPerSecond: 400,
        language: 'en',
        name: 'English',
        isDefault: false,
        isForced: false,
        segments: [fileOf('s-en', 2, 0, 500, 'vtt')],
      },
    ],
  };
  const weigh = ({ init, segments: media }: Rendition) =>
    [...(init ? [init] : []), ...media].reduce((sum, { integrity }) => sum + (integrity?.sizeBytes ?? 0), 0);
  const all = [...presentation.video, ...presentation.audio, ...presentation.subtitles];
  const renditions = all.map((one) => ({
    renditionId: one.id,
    kind: one.kind,
    size: { bytes: weigh(one), exact: true },
  }));
  const bytes = renditions.reduce((sum, { size }) => sum + size.bytes, 0);
  const selection = { videoId, renditions, size: { bytes, exact: true } };
  return { presentation, selection, contentKey, files, plain };
}

/**
 * The same video as strangers publish it: no sizes, no digests, and two keys in turn, which lie at addresses
 * below `base`.
 */
export function withKeysAtAddresses(
  video: SampleVideo,
  base: string,
): Pick<SampleVideo, 'presentation' | 'files'> {
  const files = new Map<string, Uint8Array>();
  const asPublished = (renditionId: string, segment: Segment): Segment => {
    const { integrity: _integrity, ...rest } = segment;
    const bytes = video.plain.get(`${renditionId}/${segment.index}`) ?? new Uint8Array(0);
    if (!segment.encryption) {
      files.set(segment.path, bytes);
      return rest;
    }
    const name = `keys/${segment.index % 2}.key`;
    const key = noise(name, 16);
    files.set(name, key);
    const cipher = createCipheriv('aes-128-cbc', key, Buffer.from(segment.encryption.ivHex, 'hex'));
    files.set(segment.path, new Uint8Array(Buffer.concat([cipher.update(bytes), cipher.final()])));
    return { ...rest, encryption: { ...segment.encryption, keyUri: base + name } };
  };
  const rendition = <R extends Rendition>(one: R): R => ({
    ...one,
    ...(one.init && { init: asPublished(one.id, one.init) }),
    segments: one.segments.map((segment) => asPublished(one.id, segment)),
  });
  const { presentation } = video;
  return {
    files,
    presentation: {
      ...presentation,
      video: presentation.video.map(rendition),
      audio: presentation.audio.map(rendition),
      subtitles: presentation.subtitles.map(rendition),
    },
  };
}
