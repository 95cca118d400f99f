import { z } from 'zod';
import { INIT_INDEX } from '../../shared/presentation.ts';
import type { Segment } from '../../shared/presentation.ts';
import type { Seconds } from '../../shared/units.ts';
import { copyOf, resolveAddress } from '../address.ts';
import { checkSegmentCount, MAX_DURATION_SECONDS, SEGMENT_BYTES } from '../limits.ts';
import type { Budget } from '../limits.ts';
import { live, malformed, unsupported } from '../refuse.ts';
import { toMicros } from '../timing.ts';
import { attributesOf } from './attributes.ts';
import { byteRangeOf } from './byte-range.ts';
import type { RangeEnd } from './byte-range.ts';
import { Keys } from './encryption.ts';
import { InitSegments } from './init-segments.ts';
import { linesOf } from './lexer.ts';
import type { Line, Tag } from './lexer.ts';
import { Variables } from './variables.ts';

export interface MediaPlaylistOptions {
  /** Where the text came from: what its addresses are relative to. */
  readonly url: string;
  readonly toPath: (address: string) => string;
  /** Variables of the multivariant playlist that names this one. */
  readonly imports?: Variables | undefined;
  /** For all playlists of a manifest together. */
  readonly budget: Budget;
}

export interface MediaPlaylist {
  readonly inits: readonly Segment[];
  /** Not empty. */
  readonly segments: Segment[];
  /** Absolute address of the first segment: its name tells what lies in it. */
  readonly firstAddress: string;
  /** EXT-X-I-FRAMES-ONLY: pictures for seeking, nothing to be watched. */
  readonly isStillFrames: boolean;
}

/** Of a segment with an IV of its own: object and text. */
const ENCRYPTION_BYTES = 130;
const BYTE_RANGE_BYTES = 40;

const MapAttributes = z.object({ URI: z.string().min(1), BYTERANGE: z.string().optional() });

/**
 * RFC 8216bis sections 4.4.3 and 4.4.4. Errors: `manifest/live` when the recording has not ended,
 * `manifest/unsupported`, `manifest/malformed`.
 */
export function parseMediaPlaylist(text: string, options: MediaPlaylistOptions): MediaPlaylist {
  const reader = new MediaPlaylistReader(options);
  for (const line of linesOf(text)) reader.take(line);
  return reader.end(/[\r\n]\s*$/.test(text.slice(-100)));
}

/** What stands between two segments and belongs to the second. */
interface Pending {
  durationSeconds?: Seconds;
  rangeTag?: Tag;
  isDiscontinuity?: true;
  isGap?: true;
}

class MediaPlaylistReader {
  readonly #options: MediaPlaylistOptions;
  readonly #variables: Variables;
  readonly #keys = new Keys();
  readonly #inits = new InitSegments();
  readonly #segments: Segment[] = [];
  #pending: Pending = {};
  #rangeBefore: RangeEnd | undefined;
  #address = '';
  #encryption: Segment['encryption'];
  #firstAddress = '';
  #firstNumber = 0n;
  #endSeconds: Seconds = 0;
  #hasEnd = false;
  #isVod = false;
  #isStillFrames = false;

  constructor(options: MediaPlaylistOptions) {
    this.#options = options;
    this.#variables = new Variables(options.url, options.imports);
  }

  take(line: Line): void {
    if (line.kind === 'uri') this.#segment(line.uri, line.lineNumber);
    else this.#tag(line);
  }

  /** `isWhole`: the text ends with a whole line. */
  end(isWhole: boolean): MediaPlaylist {
    if (this.#pending.durationSeconds !== undefined) throw malformed('last-without-address');
    // RFC 8216bis section 6.2.1 demands the end of what has ended; players forgive its absence where nothing can follow (4.4.3.5).
    if (!this.#hasEnd && !this.#isVod) throw live();
    if (!this.#hasEnd && !isWhole) throw malformed('end-missing');
    if (this.#segments.length === 0) throw malformed('no-segments');
    return {
      inits: this.#inits.all,
      segments: this.#segments,
      firstAddress: this.#firstAddress,
      isStillFrames: this.#isStillFrames,
    };
  }

  #tag(tag: Tag): void {
    const { value, lineNumber } = tag;
    const pending = this.#pending;
    switch (tag.name) {
      case 'EXTINF':
        pending.durationSeconds = durationOf(tag);
        break;
      case 'EXT-X-BYTERANGE':
        pending.rangeTag = tag;
        break;
      case 'EXT-X-DISCONTINUITY':
        pending.isDiscontinuity = true;
        break;
      case 'EXT-X-GAP':
        pending.isGap = true;
        break;
      case 'EXT-X-DEFINE':
        this.#variables.define(tag);
        break;
      case 'EXT-X-KEY':
        this.#keys.set(tag, this.#options.url, this.#variables);
        break;
      case 'EXT-X-MAP':
        this.#map(tag);
        break;
      case 'EXT-X-MEDIA-SEQUENCE':
        // 64 bits have up to 20 digits, more than a number holds.
        if (!/^\d{1,20}$/.test(value)) throw malformed('not-a-sequence-number', { line: lineNumber });
        if (this.#segments.length > 0) throw malformed('late-sequence-number', { line: lineNumber });
        this.#firstNumber = BigInt(value);
        break;
      case 'EXT-X-ENDLIST':
        this.#hasEnd = true;
        break;
      case 'EXT-X-PLAYLIST-TYPE':
        this.#isVod = value === 'VOD';
        break;
      case 'EXT-X-I-FRAMES-ONLY':
        this.#isStillFrames = true;
        break;
      case 'EXT-X-SKIP':
        // The changes to a playlist that was asked for before, and never was.
        throw live();
    }
  }

  #nextNumber(): bigint {
    return this.#firstNumber + BigInt(this.#segments.length);
  }

  #map(tag: Tag): void {
    const { url, toPath } = this.#options;
    const { URI, BYTERANGE: range } = attributesOf(tag, MapAttributes, this.#variables);
    const address = resolveAddress(URI, url);
    // RFC 8216bis section 4.4.4.5: a map's range without offset begins at 0.
    const begin: RangeEnd = { address, endBytes: 0 };
    const byteRange = range && byteRangeOf(range, tag.lineNumber, address, begin);
    const encryption = this.#keys.initEncryption(this.#nextNumber(), tag.lineNumber);
    this.#inits.use({ path: copyOf(toPath(address)), ...(byteRange && { byteRange }), ...(encryption && { encryption }) }); // prettier-ignore
  }

  #segment(uri: string, lineNumber: number): void {
    const { url, toPath, budget } = this.#options;
    const { durationSeconds, rangeTag, isDiscontinuity, isGap } = this.#pending;
    if (durationSeconds === undefined) throw malformed('segment-without-duration', { line: lineNumber });
    this.#pending = {};
    const last = this.#segments.at(-1);
    const address = resolveAddress(this.#variables.fill(uri, lineNumber), url);
    // Ranges of one file share its name.
    const path = last && address === this.#address ? last.path : copyOf(toPath(address));
    this.#address = address;
    const byteRange = rangeTag && byteRangeOf(rangeTag.value, rangeTag.lineNumber, address, this.#rangeBefore); // prettier-ignore
    this.#rangeBefore = byteRange && { address, endBytes: byteRange.offsetBytes + byteRange.lengthBytes };
    const encryption = isGap ? undefined : this.#keys.encryptionOf(this.#nextNumber());
    const initIndex = isGap ? undefined : this.#initIndex();
    if (last === undefined) this.#firstAddress = address;
    this.#segments.push({
      index: this.#segments.length,
      path,
      startSeconds: this.#endSeconds,
      durationSeconds,
      ...(byteRange && { byteRange }),
      ...(encryption && { encryption }),
      ...(initIndex !== undefined && { initIndex }),
      ...(isDiscontinuity && { isDiscontinuity }),
      ...(isGap && { isGap }),
    });
    checkSegmentCount(this.#segments.length);
    budget.take(
      SEGMENT_BYTES +
        (path === last?.path ? 0 : path.length) +
        (byteRange ? BYTE_RANGE_BYTES : 0) +
        (encryption === this.#encryption ? 0 : ENCRYPTION_BYTES),
    );
    this.#encryption = encryption;
    this.#endSeconds = toMicros(this.#endSeconds + durationSeconds);
    if (this.#endSeconds > MAX_DURATION_SECONDS) throw unsupported('long-media');
  }

  /** undefined: the first one, or none. */
  #initIndex(): number | undefined {
    const hadNone = this.#inits.all.length === 0;
    const { index } = this.#inits;
    if (index === INIT_INDEX && hadNone && this.#segments.some(({ isGap }) => !isGap))
      throw unsupported('mixed-containers');
    return index === INIT_INDEX ? undefined : index;
  }
}

function durationOf({ value, lineNumber }: Tag): Seconds {
  const match = /^(\d{1,12}(?:\.\d{0,20})?|\.\d{1,20})\s*(?:,|$)/.exec(value);
  const seconds = Number(match?.[1]);
  if (!match || seconds > MAX_DURATION_SECONDS) throw malformed('not-a-duration', { line: lineNumber });
  return seconds;
}
