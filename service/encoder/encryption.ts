import { createCipheriv, createHash } from 'node:crypto';
import type { SegmentIntegrity } from '../../src/shared/presentation.ts';

/** Numbers of one video's segments never collide, so an IV made of the number is unique per content key. */
const NUMBERS_PER_RENDITION = 2 ** 20;

/** The number of a segment, unique within its video. Both arguments count from 0. DASH wants numbers ≥ 1. */
export function segmentNumber(renditionIndex: number, segmentIndex: number): number {
  if (segmentIndex >= NUMBERS_PER_RENDITION) throw new RangeError('a rendition has too many segments');
  return renditionIndex * NUMBERS_PER_RENDITION + segmentIndex + 1;
}

/** 128-bit big-endian segment number: what RFC 8216 section 5.2 takes as IV when none is stated. */
export function ivOf(number: number): Buffer {
  const iv = Buffer.alloc(16);
  iv.writeBigUInt64BE(BigInt(number), 8);
  return iv;
}

/** Whole-segment AES-128-CBC with PKCS#7 padding. */
export function encryptSegment(plain: Uint8Array, contentKey: Uint8Array, number: number): Buffer {
  const cipher = createCipheriv('aes-128-cbc', contentKey, ivOf(number));
  return Buffer.concat([cipher.update(plain), cipher.final()]);
}

export function integrityOf(file: Uint8Array, plainBytes: number): SegmentIntegrity {
  const sha256 = createHash('sha256').update(file).digest('hex');
  return { sizeBytes: file.length, plainBytes, sha256 };
}

/** What manifests name the key by: the license carries it, no address does. */
export function keyUriOf(videoId: string): string {
  return `urn:layover:content-key:${videoId}`;
}
