import { expect, test } from 'vitest';
import { sampleFilm, sampleProfile } from '../../testing/sample-titles.ts';
import type { Catalog } from '../catalog/catalog.ts';
import type { Downloads, DownloadStatus } from '../download/types.ts';
import { withinMaturity } from '../shared/catalog.ts';
import type { Profile } from '../shared/catalog.ts';
import { LayoverError } from '../shared/errors.ts';
import { askingProfile, maySee, visibleDownload } from './visible.ts';
import type { Who } from './who.ts';

const ana: Profile = { ...sampleProfile, profileId: 'ana', maturityLimit: '18' };
const kim: Profile = { ...sampleProfile, profileId: 'kim', maturityLimit: '7', isKids: true };
const titles = [
  sampleFilm('tale', { maturityRating: '7' }),
  sampleFilm('thriller', { maturityRating: '18' }),
];
const titleOf = (titleId: string) => {
  const title = titles.find((one) => one.titleId === titleId);
  if (!title) throw new LayoverError('catalog/not-found');
  return title;
};
const catalog = {
  title: (titleId: string, profile: Profile | null) => {
    const title = titleOf(titleId);
    if (profile && !withinMaturity(title.maturityRating, profile.maturityLimit))
      throw new LayoverError('catalog/restricted');
    return title;
  },
  profiles: () => [kim, ana],
} as Catalog;
const watching = (profile: Profile | null): Who =>
  ({
    current: () => profile,
    viewer: () => profile,
    required: () => {
      if (!profile) throw new LayoverError('profile/not-chosen');
      return profile;
    },
  }) as Who;

test.each([
  ['a child', kim, 'tale', true],
  ['a child', kim, 'thriller', false],
  ['a child', kim, 'gone', false],
  ['an adult', ana, 'thriller', true],
  ['an adult', ana, 'gone', true],
  ['nobody', null, 'tale', false],
])('%s and %s', (_, profile, titleId, expected) => {
  expect(maySee({ catalog, downloads: { list: () => [] } }, profile, titleId)).toBe(expected);
});

test.each([
  ['12', false],
  ['7', true],
] as const)(
  'a title that left the catalog keeps its rating with its download: %s',
  (maturityRating, expected) => {
    const name = { titleName: 'Gone', artworkVersion: '1', episode: null, maturityRating };
    const list = () => [{ titleId: 'gone', name } as unknown as DownloadStatus];
    expect(maySee({ catalog, downloads: { list } }, kim, 'gone')).toBe(expected);
  },
);

test('a download of what the profile may not see is unknown to it', () => {
  const downloads = {
    get: (downloadId: string) => ({ downloadId, titleId: 'thriller' }),
    list: () => [],
  } as unknown as Downloads;
  const parts = { catalog, downloads };
  expect(visibleDownload({ ...parts, who: watching(ana) }, 'd1')).toMatchObject({ downloadId: 'd1' });
  expect(() => visibleDownload({ ...parts, who: watching(kim) }, 'd1')).toThrowError(
    expect.objectContaining({ code: 'download/unknown' }),
  );
});

test('an adult’s download goes on while a child is watching, in a name that may have it', () => {
  expect(askingProfile(catalog, watching(kim), titleOf('thriller'))).toBe('ana');
  expect(askingProfile(catalog, watching(kim), titleOf('tale'))).toBe('kim');
  expect(askingProfile(catalog, watching(null), titleOf('thriller'))).toBe('ana');
});
