import { describe, expect, it } from 'vitest';
import { Id } from '../../../src/shared/catalog.ts';
import { layoutText } from '../artwork.ts';
import { demoSubtitles } from '../subtitles.ts';
import { toneAt } from '../tones.ts';
import { lookGraph } from './looks.ts';
import { demoSubtitleLanguages, demoTitles, encodingOrder } from './titles.ts';

const videos = demoTitles.flatMap((title) => title.videos);

describe('the demo catalog', () => {
  it('has three series of three episodes, two films for everywhere, and one that is not', () => {
    const series = demoTitles.filter(({ type }) => type === 'series');
    expect(series.map((title) => title.videos.length)).toEqual([3, 3, 3]);
    const films = demoTitles.filter(({ type }) => type === 'film');
    expect(films.map(({ countries }) => countries)).toEqual([undefined, undefined, ['JP', 'NZ']]);
  });

  it('gives no id and no number twice, and no id that cannot be one', () => {
    expect(new Set(videos.map(({ videoId }) => videoId)).size).toBe(videos.length);
    expect(new Set(videos.map(({ videoNumber }) => videoNumber)).size).toBe(videos.length);
    for (const { videoId } of videos) expect(Id.safeParse(videoId).success).toBe(true);
  });

  it('is encoded so that every title has something early, the restricted one last', () => {
    const order = encodingOrder(demoTitles);
    expect(order).toHaveLength(videos.length);
    const firstFive = order.slice(0, 5).map(({ title }) => title.facts.titleId);
    expect(new Set(firstFive).size).toBe(5);
    expect(order.at(-1)?.title.facts.titleId).toBe('copper-season');
  });

  it('has a picture for binaries that lack newer sources', () => {
    const old = new Set(['testsrc2', 'life', 'cellauto', 'mandelbrot', 'nullsrc', 'geq', 'lutrgb', 'hue']);
    for (const { look } of videos) {
      const graph = lookGraph(look, old, 100);
      const [source] = graph.split('=');
      expect(old).toContain(source);
    }
  });
});

describe('what is laid over it', () => {
  it('says something every four seconds, in each language', () => {
    for (const language of demoSubtitleLanguages) {
      const webVtt = demoSubtitles(language, 'Rule Thirty', 10);
      expect(webVtt.startsWith('WEBVTT\n')).toBe(true);
      const times = Array.from(webVtt.matchAll(/^(\S+) --> (\S+)$/gm), ([, from, to]) => [from, to]);
      expect(times).toEqual([
        ['00:00:00.000', '00:00:03.500'],
        ['00:00:04.000', '00:00:07.500'],
        ['00:00:08.000', '00:00:10.000'],
      ]);
    }
    expect(demoSubtitles('es', 'Rule Thirty', 10)).toContain('Español: Rule Thirty, escena 2 en 00:04');
  });

  it('sounds different in each language at every moment', () => {
    for (const second of [0, 1, 2, 3]) expect(toneAt('es', second)).toBe(toneAt('en', second) * 3);
  });

  it.each([
    'Rule Thirty',
    'Night Cartography',
    'The Edge of the Set',
    'A',
    'Donaudampfschifffahrtsgesellschaft',
  ])('fits %s on a poster', (name) => {
    const { lines, size } = layoutText(name, 520, 104);
    expect(lines.join(' ')).toBe(name);
    expect(size).toBeGreaterThan(14);
    for (const line of lines) expect(line.length * size * 0.68).toBeLessThanOrEqual(521);
  });
});
