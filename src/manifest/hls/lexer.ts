import { malformed } from '../refuse.ts';

/** A line that counts: a tag ("#EXT…") or the address of a playlist or segment. */
export type Line =
  | { readonly kind: 'tag'; readonly name: string; readonly value: string; readonly lineNumber: number }
  | { readonly kind: 'uri'; readonly uri: string; readonly lineNumber: number };
export type Tag = Extract<Line, { kind: 'tag' }>;

/**
 * RFC 8216bis section 4.1: lines of a playlist, one after the other, so that a long one never lies in memory a
 * second time; comments and blank lines are gone. Lines end in LF, CRLF or (against the rules) CR. A byte order
 * mark is let pass. Throws `manifest/malformed` when the first line is not #EXTM3U.
 */
export function* linesOf(text: string): Generator<Line> {
  let lineNumber = 0;
  for (let start = text.startsWith('\uFEFF') ? 1 : 0; start <= text.length;) {
    const end = text.indexOf('\n', start);
    const piece = text.slice(start, end < 0 ? text.length : end);
    for (const raw of piece.endsWith('\r') ? piece.slice(0, -1).split('\r') : piece.split('\r')) {
      lineNumber += 1;
      if (lineNumber === 1 && raw.trimEnd() !== '#EXTM3U') throw malformed('no-extm3u');
      const line = lineOf(raw.trim(), lineNumber);
      if (line) yield line;
    }
    if (end < 0) return;
    start = end + 1;
  }
}

function lineOf(line: string, lineNumber: number): Line | undefined {
  if (line.startsWith('#EXT')) {
    const colon = line.indexOf(':');
    const name = colon < 0 ? line.slice(1) : line.slice(1, colon);
    return { kind: 'tag', name, value: colon < 0 ? '' : line.slice(colon + 1).trim(), lineNumber };
  }
  return line === '' || line.startsWith('#') ? undefined : { kind: 'uri', uri: line, lineNumber };
}
