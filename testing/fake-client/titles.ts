import type { Episode, Title } from '../../src/shared/catalog.ts';

/** A small catalog: two series and five films. Nothing of it is ever encoded. */

const common = {
  audioLanguages: ['en', 'es'],
  subtitleLanguages: ['en', 'es', 'fr'],
  artworkVersion: '1',
};

function episodes(prefix: string, names: readonly [string, string][]): Episode[] {
  return names.map(([name, description], at) => ({
    episodeId: `${prefix}-e${at + 1}`,
    videoId: `${prefix}-s1e${at + 1}`,
    seasonNumber: 1,
    episodeNumber: at + 1,
    name,
    description,
    durationSeconds: 2_460 + at * 180,
  }));
}

function film(
  titleId: string,
  name: string,
  year: number,
  description: string,
  more: Partial<Title> = {},
): Title {
  return {
    ...common,
    type: 'film',
    titleId,
    videoId: `${titleId}-film`,
    durationSeconds: 6_720,
    name,
    description,
    releaseYear: year,
    maturityRating: '12',
    genres: ['Drama'],
    cast: ['Ines Calder', 'Tomas Brandt'],
    popularity: 0.6,
    ...more,
  } as Title;
}

export const titles: Title[] = [
  {
    ...common,
    type: 'series',
    titleId: 'harbor-lights',
    name: 'Harbor Lights',
    description:
      'A signal keeper on a quiet coast finds that the ships which answer her lamp left port forty years ago.',
    releaseYear: 2025,
    maturityRating: '12',
    genres: ['Mystery', 'Drama'],
    cast: ['Marta Olsen', 'Jon Abara', 'Léa Fontaine'],
    popularity: 0.93,
    episodes: episodes('harbor-lights', [
      ['The Lamp', 'On her first night Marta sees an answer from a lighthouse that was torn down long ago.'],
      ['Low Water', 'The tide uncovers a hull, and the hull has a passenger list with a name she knows.'],
      ['The Fog', 'Nobody may leave the harbor; somebody has already left it twice.'],
    ]),
  },
  {
    ...common,
    type: 'series',
    titleId: 'gate-forty',
    name: 'Gate Forty',
    description: 'Five strangers, one canceled flight, and an airport that will not let them go.',
    releaseYear: 2024,
    maturityRating: '16',
    genres: ['Comedy'],
    cast: ['Paulo Reis', 'Dana Whitlock'],
    popularity: 0.81,
    episodes: episodes('gate-forty', [
      ['Delayed', 'The board says two hours. The board is lying.'],
      ['Lost Property', 'A suitcase that belongs to nobody turns out to belong to everybody.'],
      ['Standby', 'Two seats, five people, and a very patient machine for coffee.'],
    ]),
  },
  film(
    'night-cargo',
    'Night Cargo',
    2023,
    'A pilot who flies flowers over the Atlantic carries one crate too many.',
    {
      genres: ['Thriller'],
      popularity: 0.88,
    },
  ),
  film(
    'the-salt-road',
    'The Salt Road',
    2022,
    'Two sisters walk their father’s old trade route, in opposite directions.',
  ),
  film('small-hours', 'Small Hours', 2026, 'The radio host nobody listens to gets a call.', {
    genres: ['Romance', 'Drama'],
  }),
  film(
    'paper-moons',
    'Paper Moons',
    2021,
    'A girl folds a thousand moons, and the tide begins to count them.',
    {
      maturityRating: 'all',
      genres: ['Family', 'Animation'],
    },
  ),
  film('cold-front', 'Cold Front', 2020, 'The weather service is never wrong. That is the problem.', {
    genres: ['Science Fiction'],
  }),
];

/** What lies at every address that can be opened here. */
export const addressFilm: Title = {
  ...film('address-5f1d', 'The Long Way Home', 2026, 'media.example', { maturityRating: '18' }),
  videoId: 'address-5f1d',
  genres: [],
  cast: [],
  artworkVersion: 'none',
} as Title;
