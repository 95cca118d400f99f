import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { isLayoverError } from '../shared/errors.ts';
import { filesOf, renditionsOf } from '../shared/presentation.ts';
import { hls, loadPresentation } from './index.ts';

const url = 'https://cdn.example/show/manifest.mpd';
const packageFolder = (name: string) =>
  path.resolve(path.dirname(createRequire(import.meta.url).resolve(name)), '..');

/** Read, or refused for a reason that was foreseen; anything else is thrown. */
async function outcomeOf(text: string, media: string): Promise<string> {
  try {
    const fetchText = async (asked: string) => (asked === url ? text : media);
    const read = await loadPresentation({ manifestUrl: url, fetchText });
    return `read ${renditionsOf(read).flatMap(filesOf).length}`;
  } catch (error) {
    if (isLayoverError(error, 'manifest/malformed', 'manifest/unsupported', 'manifest/live'))
      return error.code;
    throw error;
  }
}

describe('fixtures of the independent parsers', () => {
  const m3u8 = path.join(packageFolder('m3u8-parser'), 'test/fixtures/integration');
  const mpd = path.join(packageFolder('mpd-parser'), 'test/manifests');
  const good = '#EXTM3U\n#EXT-X-TARGETDURATION:4\n#EXTINF:4,\n0.ts\n#EXT-X-ENDLIST';
  const textsIn = (folder: string, extension: string) =>
    readdirSync(folder)
      .filter((file) => file.endsWith(extension))
      .map((file) => [file, readFileSync(path.join(folder, file), 'utf8')] as const);

  it('are read, or refused by name', async () => {
    const texts = [...textsIn(m3u8, '.m3u8'), ...textsIn(mpd, '.mpd')];
    const outcomes = await Promise.all(
      texts.map(async ([file, text]) => [file, await outcomeOf(text, good)] as const),
    );
    expect(outcomes.length).toBeGreaterThan(70);
    expect(outcomes.filter(([, outcome]) => outcome.startsWith('read')).length).toBeGreaterThan(25);
  });

  it('have, where we read them, the segments that m3u8-parser’s expectations list', () => {
    const require = createRequire(import.meta.url);
    let compared = 0;
    for (const [file, text] of textsIn(m3u8, '.m3u8')) {
      let read;
      try {
        read = hls.presentation(text, url, new Map());
      } catch (error) {
        if (isLayoverError(error)) continue;
        throw error;
      }
      const expected = require(path.join(m3u8, file.replace('.m3u8', '.js'))) as {
        segments: { uri: string; duration: number; byterange?: { length: number; offset: number } }[];
      };
      const [mine] = renditionsOf(read);
      expect(
        mine?.segments.map((one) => new URL(one.path, url).href),
        file,
      ).toEqual(expected.segments.map((one) => new URL(one.uri, url).href));
      expect(
        mine?.segments.map((one) => one.durationSeconds || 0.01),
        file,
      ).toEqual(expected.segments.map((one) => one.duration));
      expect(
        mine?.segments.map((one) => one.byteRange?.offsetBytes),
        file,
      ).toEqual(expected.segments.map((one) => one.byterange?.offset));
      compared++;
    }
    expect(compared).toBeGreaterThan(10);
  });
});
