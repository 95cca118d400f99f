import { createDecipheriv, randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { encryptSegment, integrityOf, ivOf, segmentNumber } from './encryption.ts';

describe('segment encryption', () => {
  it('numbers from 1 and never twice within a video', () => {
    expect(segmentNumber(0, 0)).toBe(1);
    expect(segmentNumber(2, 3)).toBe(2 * 1_048_576 + 4);
    const place = fc.tuple(fc.nat(30), fc.nat(1_048_575));
    fc.assert(
      fc.property(place, place, (a, b) => {
        const isSame = a[0] === b[0] && a[1] === b[1];
        expect(segmentNumber(...a) === segmentNumber(...b)).toBe(isSame);
      }),
    );
    expect(() => segmentNumber(0, 1_048_576)).toThrow(RangeError);
  });

  it('takes the number, big-endian, as IV', () => {
    expect(ivOf(2_097_153).toString('hex')).toBe('00000000000000000000000000200001');
  });

  it('is AES-128-CBC with PKCS#7 padding', () => {
    const [key, plain] = [randomBytes(16), randomBytes(100)];
    const sealed = encryptSegment(plain, key, 7);
    expect(sealed.length).toBe(112);
    const decipher = createDecipheriv('aes-128-cbc', key, ivOf(7));
    expect(Buffer.concat([decipher.update(sealed), decipher.final()]).equals(plain)).toBe(true);
  });

  it('publishes size and digest of what lies on the OCA', () => {
    expect(integrityOf(Buffer.from('abc'), 2)).toEqual({
      sizeBytes: 3,
      plainBytes: 2,
      sha256: 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad',
    });
  });
});
