import type { Film, Series } from '../../../src/shared/catalog.ts';
import type { z } from 'zod';
import type { ArtworkStyle } from '../artwork.ts';
import type { Look } from './looks.ts';

/** The demo catalog: what is in it, and how each title looks. */

export interface DemoVideo {
  readonly videoId: string;
  /** In the marker of each frame: 1, 2, 3 … over the whole catalog, never given to another video. */
  readonly videoNumber: number;
  readonly seconds: number;
  readonly look: Look;
  readonly episode?: { readonly number: number; readonly name: string; readonly description: string };
}

type TitleFacts = Omit<z.infer<typeof Film>, 'type' | 'videoId' | 'durationSeconds' | 'artworkVersion'> &
  Omit<z.infer<typeof Series>, 'type' | 'episodes' | 'artworkVersion'>;

export interface DemoTitle {
  readonly type: 'film' | 'series';
  readonly facts: Omit<TitleFacts, 'audioLanguages' | 'subtitleLanguages'>;
  readonly artwork: ArtworkStyle;
  readonly videos: readonly DemoVideo[];
  readonly countries?: string[];
}

export const demoAudio = ['en', 'es'] as const;
export const demoSubtitleLanguages = ['en', 'es', 'fr'] as const;

export const demoTitles: readonly DemoTitle[] = [
  {
    type: 'series',
    facts: {
      titleId: 'night-cartography',
      supplier: 'Meridian Pictures',
      name: 'Night Cartography',
      description:
        'Three mapmakers chart a country that moves after dark, and find a street that was never there.',
      releaseYear: 2025,
      maturityRating: '12',
      genres: ['Mystery', 'Science fiction'],
      cast: ['Ines Valdivia', 'Tomas Okafor', 'Lena Brandt'],
      popularity: 0.93,
    },
    artwork: { dark: '#050b2c', light: '#8fd3ff', accent: '#ffd166', font: 'DejaVuSerif-Bold.ttf' },
    videos: [
      {
        videoId: 'night-cartography-s1e1',
        videoNumber: 1,
        seconds: 32,
        look: { kind: 'gradient', shape: 'spiral', colors: ['#050b2c', '#1d4ed8', '#8fd3ff', '#0b1d51'] },
        episode: {
          number: 1,
          name: 'The First Meridian',
          description: 'A blank sheet, a borrowed lamp, and a coastline that will not hold still.',
        },
      },
      {
        videoId: 'night-cartography-s1e2',
        videoNumber: 2,
        seconds: 32,
        look: { kind: 'gradient', shape: 'circular', colors: ['#12062e', '#7c3aed', '#f0abfc', '#1e1b4b'] },
        episode: {
          number: 2,
          name: 'Contour Lines',
          description: 'Lena climbs the hill that is on every map and in no photograph.',
        },
      },
      {
        videoId: 'night-cartography-s1e3',
        videoNumber: 3,
        seconds: 36,
        look: { kind: 'gradient', shape: 'radial', colors: ['#031a1a', '#0d9488', '#99f6e4', '#042f2e'] },
        episode: {
          number: 3,
          name: 'Here Be Lights',
          description: 'The survey ends where the street begins. Somebody has left the lamps on.',
        },
      },
    ],
  },
  {
    type: 'series',
    facts: {
      titleId: 'tiny-signals',
      supplier: 'Meridian Pictures',
      name: 'Tiny Signals',
      description: 'Pip and Dot live inside a television and keep its colors in order. Mostly.',
      releaseYear: 2024,
      maturityRating: 'all',
      genres: ['Kids', 'Animation', 'Comedy'],
      cast: ['Maya Lindqvist', 'Joe Abara'],
      popularity: 0.81,
    },
    artwork: { dark: '#7a1fa2', light: '#ffe066', accent: '#ffffff', font: 'DejaVuSans-Bold.ttf' },
    videos: [
      {
        videoId: 'tiny-signals-s1e1',
        videoNumber: 4,
        seconds: 32,
        look: { kind: 'test-card', hue: 0 },
        episode: {
          number: 1,
          name: 'Who Took Magenta?',
          description: 'A color goes missing before breakfast.',
        },
      },
      {
        videoId: 'tiny-signals-s1e2',
        videoNumber: 5,
        seconds: 36,
        look: { kind: 'test-card', hue: 120 },
        episode: { number: 2, name: 'The Long Beep', description: 'Dot learns what silence is for.' },
      },
      {
        videoId: 'tiny-signals-s1e3',
        videoNumber: 6,
        seconds: 40,
        look: { kind: 'test-card', hue: 240 },
        episode: {
          number: 3,
          name: 'Snow Day',
          description: 'No signal, no school. Pip builds a snowman out of static.',
        },
      },
    ],
  },
  {
    type: 'series',
    facts: {
      titleId: 'cold-harbor-line',
      supplier: 'Harbor House',
      name: 'Cold Harbor Line',
      description:
        'A container goes missing between two ports, and everyone who signed for it has the same handwriting.',
      releaseYear: 2026,
      maturityRating: '16',
      genres: ['Crime', 'Thriller'],
      cast: ['Aksel Rune', 'Priya Raman', 'Oona Keller', 'Davide Moro'],
      popularity: 0.88,
    },
    artwork: { dark: '#061418', light: '#ff7a45', accent: '#ffe8d6', font: 'DejaVuSansCondensed-Bold.ttf' },
    videos: [
      {
        videoId: 'cold-harbor-line-s1e1',
        videoNumber: 7,
        seconds: 32,
        look: { kind: 'life', seed: 11, colors: ['#ffb347', '#7a2e12', '#061418'] },
        episode: {
          number: 1,
          name: 'Bill of Lading',
          description: 'One box too few, one signature too many.',
        },
      },
      {
        videoId: 'cold-harbor-line-s1e2',
        videoNumber: 8,
        seconds: 36,
        look: { kind: 'life', seed: 23, colors: ['#7ef0d4', '#0f5257', '#04161a'] },
        episode: {
          number: 2,
          name: 'Draft Marks',
          description: 'The ship rides higher than her papers say.',
        },
      },
      {
        videoId: 'cold-harbor-line-s1e3',
        videoNumber: 9,
        seconds: 44,
        look: { kind: 'life', seed: 42, colors: ['#ff6b81', '#5b1a3a', '#120414'] },
        episode: {
          number: 3,
          name: 'Slack Water',
          description: 'Between two tides there is time for one mistake.',
        },
      },
    ],
  },
  {
    type: 'film',
    facts: {
      titleId: 'the-edge-of-the-set',
      supplier: 'Meridian Pictures',
      name: 'The Edge of the Set',
      description: 'A patient journey into the most famous boundary in mathematics, without a cut.',
      releaseYear: 2023,
      maturityRating: '7',
      genres: ['Documentary', 'Science'],
      cast: ['Narrated by Hugo Benoit'],
      popularity: 0.74,
    },
    artwork: { dark: '#1a0b2e', light: '#ffcf5c', accent: '#ffffff', font: 'DejaVuSerifCondensed-Bold.ttf' },
    videos: [
      {
        videoId: 'the-edge-of-the-set',
        videoNumber: 10,
        seconds: 96,
        look: { kind: 'fractal', x: -0.743643887, y: -0.131825904, hue: 200 },
      },
    ],
  },
  {
    type: 'film',
    facts: {
      titleId: 'rule-thirty',
      supplier: 'Harbor House',
      name: 'Rule Thirty',
      description: 'A weaver inherits a loom with one rule, and a pattern that nobody has seen repeat.',
      releaseYear: 2022,
      maturityRating: '12',
      genres: ['Drama'],
      cast: ['Noor Haddad', 'Emil Sørensen', 'Grace Whitlock'],
      popularity: 0.66,
    },
    artwork: { dark: '#0c1a12', light: '#b8f2c8', accent: '#f4a6b8', font: 'DejaVuSans-ExtraLight.ttf' },
    videos: [
      {
        videoId: 'rule-thirty',
        videoNumber: 11,
        seconds: 48,
        look: { kind: 'automaton', rule: 30, seed: 30, duotone: ['#10241a', '#9be7b4'] },
      },
    ],
  },
  {
    type: 'film',
    facts: {
      titleId: 'copper-season',
      supplier: 'Harbor House',
      name: 'Copper Season',
      description:
        'The last autumn of a mining town, told by its roofs. Licensed in Japan and New Zealand only.',
      releaseYear: 2021,
      maturityRating: '18',
      genres: ['Drama', 'Western'],
      cast: ['Wiremu Tane', 'Akiko Mori'],
      popularity: 0.41,
    },
    artwork: { dark: '#2b0f06', light: '#f0a35e', accent: '#fff1df', font: 'DejaVuSerif-Bold.ttf' },
    videos: [
      {
        videoId: 'copper-season',
        videoNumber: 12,
        seconds: 32,
        look: { kind: 'carpet', seed: 5, duotone: ['#2b0f06', '#f0a35e'] },
      },
    ],
    countries: ['JP', 'NZ'],
  },
];

/**
 * Something of every title first, shortest first, then the rest: so that a catalog in the making looks like
 * one as early as possible.
 */
export function encodingOrder(titles: readonly DemoTitle[]): { title: DemoTitle; video: DemoVideo }[] {
  const all = titles.flatMap((title) => title.videos.map((video, position) => ({ title, video, position })));
  const rank = ({ title, position }: (typeof all)[number]) => (title.countries ? 1000 : position);
  return all
    .sort((a, b) => rank(a) - rank(b) || a.video.seconds - b.video.seconds)
    .map(({ title, video }) => ({ title, video }));
}
