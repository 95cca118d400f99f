import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { frameRow, marker, readMarker, videoRow } from './marker.ts';

/** Paints as the encoder's filters do: white cells on a black foot, under a gray picture. */
function paint(width: number, height: number, frame: number, videoNumber: number): Uint8ClampedArray {
  const rgba = new Uint8ClampedArray(width * height * 4).fill(128);
  const fill = (left: number, top: number, w: number, h: number, value: number) => {
    for (let y = Math.round(top); y < Math.round(top + h); y += 1)
      for (let x = Math.round(left); x < Math.round(left + w); x += 1)
        rgba.fill(value, (y * width + x) * 4, (y * width + x) * 4 + 4);
  };
  fill(0, marker.videoRowTop * height, width, (1 - marker.videoRowTop) * height, 0);
  const paintRow = (cells: boolean[], top: number) => {
    for (const [column, white] of cells.entries()) {
      const left = (marker.left + column * marker.cellWidth) * width;
      fill(left, top * height, marker.cellWidth * width, marker.cellHeight * height, white ? 255 : 0);
    }
  };
  paintRow(videoRow(videoNumber), marker.videoRowTop);
  paintRow(frameRow(frame), marker.frameRowTop);
  return rgba;
}

describe('readMarker', () => {
  it('reads every frame of every video at every size', () => {
    const size = fc.constantFrom([1280, 720], [854, 480], [426, 240], [320, 180]);
    fc.assert(
      fc.property(size, fc.nat(65_535), fc.nat(255), ([width = 0, height = 0], frame, videoNumber) => {
        const picture = paint(width, height, frame, videoNumber);
        expect(readMarker(picture, width, height)).toEqual({ frame, videoNumber });
      }),
      { numRuns: 40 },
    );
  });

  it('does not find one in a black, white, gray or noisy picture', () => {
    for (const value of [0, 128, 255]) {
      expect(readMarker(new Uint8ClampedArray(426 * 240 * 4).fill(value), 426, 240)).toBeUndefined();
    }
    const noise = Uint8ClampedArray.from({ length: 426 * 240 * 4 }, (_, i) => (i * 2_654_435_761) >>> 24);
    expect(readMarker(noise, 426, 240)).toBeUndefined();
  });

  it('does not guess when a cell is unclear or contradicts its copy', () => {
    const [width, height] = [426, 240];
    const cell = (picture: Uint8ClampedArray, column: number, top: number, value: number) => {
      const left = (marker.left + column * marker.cellWidth) * width;
      for (let y = Math.ceil(top * height); y < Math.floor((top + marker.cellHeight) * height); y += 1)
        for (let x = Math.ceil(left); x < left + marker.cellWidth * width - 1; x += 1)
          picture.fill(value, (y * width + x) * 4, (y * width + x) * 4 + 4);
      return picture;
    };
    const good = () => paint(width, height, 5, 9);
    expect(readMarker(cell(good(), 2, marker.frameRowTop, 128), width, height)).toBeUndefined();
    expect(readMarker(cell(good(), 0, marker.frameRowTop, 0), width, height)).toBeUndefined();
    expect(readMarker(cell(good(), 2, marker.videoRowTop, 255), width, height)).toBeUndefined();
    expect(readMarker(good().subarray(0, 1000), width, height)).toBeUndefined();
  });
});
