import type { Profile, Title } from '../src/shared/catalog.ts';

/** Titles for tests that need some: nothing about them is special. */
export function sampleFilm(titleId: string, over: Partial<Extract<Title, { type: 'film' }>> = {}): Title {
  return {
    titleId,
    type: 'film',
    videoId: `${titleId}-video`,
    durationSeconds: 96,
    name: 'Harbor Lights',
    description: 'A pilot boat captain takes one last ship through the fog.',
    releaseYear: 2024,
    maturityRating: '7',
    genres: ['Drama'],
    cast: ['Ines Marlow', 'Tomás Quirke'],
    audioLanguages: ['en', 'es'],
    subtitleLanguages: ['en', 'es', 'fr'],
    popularity: 0.5,
    artworkVersion: '1',
    ...over,
  };
}

export function sampleSeries(titleId: string, episodes = 3): Title {
  const { name: _name, type: _type, ...rest } = sampleFilm(titleId) as Extract<Title, { type: 'film' }>;
  const { videoId: _videoId, durationSeconds, ...base } = rest;
  return {
    ...base,
    type: 'series',
    name: 'Night Trains',
    description: 'Strangers share a sleeper across a continent.',
    episodes: Array.from({ length: episodes }, (_, i) => ({
      episodeId: `${titleId}-e${i + 1}`,
      videoId: `${titleId}-video-${i + 1}`,
      durationSeconds,
      seasonNumber: 1,
      episodeNumber: i + 1,
      name: `Stop ${i + 1}`,
      description: '',
    })),
  };
}

export const sampleProfile: Profile = {
  profileId: 'ana',
  name: 'Ana',
  avatar: 'a1',
  isKids: false,
  language: 'en',
  maturityLimit: '18',
  hasPin: false,
};
