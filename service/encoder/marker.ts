/**
 * The machine-readable marker that demo videos carry along the bottom edge: which frame of which video this
 * is, readable from pixels even at 240p. Pure, and free of Node, so that a page can use it too.
 *
 * Two rows of 18 cells, each cell 1/20 of the width and 1/20 of the height, on black:
 *   lower row: white reference, 16 bits of the frame number (bit 0 first), black reference
 *   upper row: black reference, 8 bits of the video number, the same 8 bits inverted, white reference
 * The inverted copy and the references make it unlikely that an ordinary picture reads as a marker.
 */
export const marker = {
  columns: 18,
  frameBits: 16,
  videoBits: 8,
  cellWidth: 1 / 20,
  cellHeight: 1 / 20,
  left: 1 / 20,
  videoRowTop: 18 / 20,
  frameRowTop: 19 / 20,
} as const;

export interface MarkerReading {
  readonly frame: number;
  readonly videoNumber: number;
}

/** The upper row's cells from left to right, white = true. `videoNumber` is 0 to 255. */
export function videoRow(videoNumber: number): boolean[] {
  const bits = Array.from({ length: marker.videoBits }, (_, bit) => ((videoNumber >> bit) & 1) === 1);
  return [false, ...bits, ...bits.map((bit) => !bit), true];
}

/** The lower row's cells from left to right, white = true. `frame` is 0 to 65535. */
export function frameRow(frame: number): boolean[] {
  const bits = Array.from({ length: marker.frameBits }, (_, bit) => ((frame >> bit) & 1) === 1);
  return [true, ...bits, false];
}

/**
 * Reads the marker from a picture.
 * @param rgba rows of 4-byte pixels, top first, as `CanvasRenderingContext2D.getImageData` gives them
 * @returns undefined when there is no marker, or one too blurred to be sure of
 */
export function readMarker(
  rgba: ArrayLike<number>,
  width: number,
  height: number,
): MarkerReading | undefined {
  if (rgba.length < width * height * 4) return undefined;
  const upper = readRow(rgba, width, height, marker.videoRowTop);
  const lower = readRow(rgba, width, height, marker.frameRowTop);
  if (!upper || !lower) return undefined;
  const videoNumber = numberOf(upper.slice(1, 1 + marker.videoBits));
  const frame = numberOf(lower.slice(1, 1 + marker.frameBits));
  if (!sameCells(upper, videoRow(videoNumber)) || !sameCells(lower, frameRow(frame))) return undefined;
  return { frame, videoNumber };
}

function readRow(rgba: ArrayLike<number>, width: number, height: number, top: number): boolean[] | undefined {
  const cells: boolean[] = [];
  for (let column = 0; column < marker.columns; column += 1) {
    const brightness = cellBrightness(rgba, width, height, marker.left + column * marker.cellWidth, top);
    // Between dark and bright lies what compression, scaling or another picture made: not to be guessed at.
    if (brightness > 90 && brightness < 165) return undefined;
    cells.push(brightness >= 165);
  }
  return cells;
}

/** Mean green of the middle half of a cell: its edges are where scaling and compression bleed. */
function cellBrightness(
  rgba: ArrayLike<number>,
  width: number,
  height: number,
  left: number,
  top: number,
): number {
  const [fromX, toX] = middle(left * width, marker.cellWidth * width);
  const [fromY, toY] = middle(top * height, marker.cellHeight * height);
  let sum = 0;
  for (let y = fromY; y < toY; y += 1) {
    for (let x = fromX; x < toX; x += 1) sum += rgba[(y * width + x) * 4 + 1] ?? 0;
  }
  return sum / ((toX - fromX) * (toY - fromY));
}

function middle(start: number, size: number): [from: number, to: number] {
  const from = Math.floor(start + size / 4);
  return [from, Math.max(from + 1, Math.floor(start + (size * 3) / 4))];
}

function numberOf(bits: boolean[]): number {
  return bits.reduce((sum, bit, k) => sum + (bit ? 2 ** k : 0), 0);
}

function sameCells(a: boolean[], b: boolean[]): boolean {
  return a.every((cell, column) => cell === b[column]);
}
