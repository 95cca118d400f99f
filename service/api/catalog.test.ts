import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { film, series, startTestService } from '../../testing/service-api.ts';
import type { SignedIn, TestService } from '../../testing/service-api.ts';
import { CatalogAnswer, HomeAnswer, SearchAnswer } from '../../src/shared/service-api.ts';
import { DAY_MS } from '../../src/shared/units.ts';

let service: TestService;
let ana: SignedIn;
beforeEach(async () => {
  service = await startTestService();
  ana = await service.signIn();
});
afterEach(() => service.close());

const capabilities = { maxResolution: 1080, supportedCodecs: ['avc1'], drmSystems: [] };
const start = (who: SignedIn, titleId: string, profileId = 'profile-ana') =>
  who.post('/playback/start', {
    profileId,
    titleId,
    deviceId: who.deviceId,
    clientCapabilities: capabilities,
  });
let mutations = 0;
async function watch(
  profileId: string,
  videoId: string,
  positionSeconds: number,
  durationSeconds = 100,
  completed = false,
) {
  mutations += 1;
  service.clock.advance(1000);
  const position = {
    profileId,
    videoId,
    positionSeconds,
    durationSeconds,
    completed,
    watchedAtMs: service.clock.now(),
  };
  const mutationId = `00000000-0000-4000-8000-${String(mutations).padStart(12, '0')}`;
  const answer = await ana.post('/sync', {
    deviceId: ana.deviceId,
    mutations: [{ mutationId, kind: 'progress', position }],
  });
  expect(answer.body.refused).toEqual([]);
}
/** Row kind to the ids in it; of rows of one kind the last. */
async function home(profileId = 'profile-ana', who = ana): Promise<Record<string, string[]>> {
  const { rows } = HomeAnswer.parse((await who.get(`/browse/home?profileId=${profileId}`)).body);
  return Object.fromEntries(
    rows.map(({ kind, because, items }) => [
      because === undefined ? kind : `${kind} ${because}`,
      items.map(({ titleId }) => titleId),
    ]),
  );
}
async function search(q: string, profileId = 'profile-ana', who = ana): Promise<string[]> {
  const answer = await who.get(`/search?${new URLSearchParams({ q, profileId }).toString()}`);
  return SearchAnswer.parse(answer.body).items.map(({ titleId }) => titleId);
}

describe('home', () => {
  it('is empty before there are titles, and shows the popular ones first to a newcomer', async () => {
    expect(await home()).toEqual({});
    await service.publish(film('low', { popularity: 0.1 }), film('high', { popularity: 0.9 }));
    expect(await home()).toEqual({
      'top-picks': ['high', 'low'],
      trending: ['high', 'low'],
      'top-10': ['high', 'low'],
    });
  });

  it('keeps what was begun, latest first, until nothing of it is left', async () => {
    await service.publish(film('one'), film('two'), series('three', 2));
    await watch('profile-ana', 'video-one', 50);
    await watch('profile-ana', 'video-two', 50);
    await watch('profile-ana', 'video-three-e1', 60, 60, true);
    expect((await home())['continue-watching']).toEqual(['three', 'two', 'one']);
    await watch('profile-ana', 'video-three-e2', 60, 60, true);
    await watch('profile-ana', 'video-one', 100, 100, true);
    expect((await home())['continue-watching']).toEqual(['two']);
    expect((await home('profile-ben'))['continue-watching']).toBeUndefined();
  });

  it('does not take opening for watching', async () => {
    await service.publish(film('one'));
    await watch('profile-ana', 'video-one', 0.5);
    expect((await home())['continue-watching']).toBeUndefined();
  });

  it('shows My List, latest first', async () => {
    await service.publish(film('one'), film('two'));
    await ana.put('/profiles/profile-ana/list/one');
    service.clock.advance(1000);
    await ana.put('/profiles/profile-ana/list/two');
    expect((await home())['my-list']).toEqual(['two', 'one']);
  });

  it('learns what a profile likes, and says so in the match', async () => {
    await service.publish(
      film('space-1', { genres: ['Space'], popularity: 0.3 }),
      film('space-2', { genres: ['Space'], popularity: 0.3 }),
      film('cooking', { genres: ['Cooking'], popularity: 0.6 }),
    );
    expect((await home())['top-picks']?.[0]).toBe('cooking');
    await ana.post('/ratings', { profileId: 'profile-ana', titleId: 'space-1', rating: 1 });
    await ana.post('/ratings', { profileId: 'profile-ana', titleId: 'cooking', rating: 0 });
    expect((await home())['top-picks']).toEqual(['space-1', 'space-2', 'cooking']);
    expect((await home('profile-ben'))['top-picks']?.[0]).toBe('cooking');
    await watch('profile-ana', 'video-space-1', 50);
    expect(await home()).toMatchObject({
      'top-picks': ['space-2', 'cooking'],
      'because-you-watched space-1': ['space-2'],
    });
  });

  it('mixes genres where it can', async () => {
    const genre = (name: string, count: number, popularity: number) =>
      Array.from({ length: count }, (_, i) =>
        film(`${name}-${i}`, { genres: [name], popularity: popularity - i / 100 }),
      );
    await service.publish(...genre('drama', 4, 0.9), ...genre('comedy', 2, 0.5));
    expect((await home())['top-picks']).toEqual([
      ...['drama-0', 'drama-1', 'comedy-0'],
      ...['drama-2', 'drama-3', 'comedy-1'],
    ]);
  });

  it('counts plays: of two days for trends, of a week and the country for the top ten', async () => {
    await service.publish(film('old', { popularity: 0.1 }), film('new', { popularity: 0.1 }), film('hit'));
    const abroad = await service.signIn('abroad@layover.example');
    await start(ana, 'old');
    await start(ana, 'old', 'profile-ben');
    await start(abroad, 'new', 'profile-abroad');
    service.clock.advance(3 * DAY_MS);
    await start(ana, 'new');
    expect(await home()).toMatchObject({
      trending: ['new', 'hit', 'old'],
      'top-10': ['old', 'new', 'hit'],
    });
    service.clock.advance(8 * DAY_MS);
    expect((await home())['top-10']?.[0]).toBe('hit');
  });

  it('hides what the profile or the country may not see', async () => {
    await service.publish(
      film('for-all'),
      film('grown-up', { maturityRating: '16' }),
      { title: film('us-only'), countries: ['US'] },
      { title: film('de-too'), countries: ['US', 'DE'] },
    );
    for (const titleId of ['for-all', 'grown-up', 'us-only', 'de-too']) {
      await ana.put(`/profiles/profile-kim/list/${titleId}`);
      await watch('profile-kim', `video-${titleId}`, 50);
    }
    for (const ids of Object.values(await home('profile-kim')))
      expect(ids.every((id) => ['for-all', 'de-too'].includes(id))).toBe(true);
    expect((await home('profile-kim'))['my-list']).toHaveLength(2);
    expect((await home('profile-ana'))['trending']?.sort()).toEqual(['de-too', 'for-all', 'grown-up']);
    const abroad = await service.signIn('abroad@layover.example');
    expect((await home('profile-abroad', abroad))['trending']).toHaveLength(4);
  });
});

describe('search', () => {
  beforeEach(async () => {
    await service.publish(
      film('night', {
        name: 'Night Cartography',
        genres: ['Documentary'],
        cast: ['Ines Moro'],
        popularity: 0.4,
      }),
      film('harbor', { name: 'Cold Harbor Line', description: 'A night train leaves.', popularity: 0.9 }),
      film('sugar', { name: 'Azúcar', cast: ['Noé Quinn'], popularity: 0.2 }),
      film('anas', { name: "Ana's Garden", popularity: 0.3, maturityRating: '16' }),
      film('twin-a', { name: 'Twin', popularity: 0.1 }),
      film('twin-b', { name: 'Twin', popularity: 0.2 }),
    );
  });

  it.each([
    ['a name', 'harbor', ['harbor']],
    ['a beginning', 'cartog', ['night']],
    ['a typing error', 'hrabor', ['harbor']],
    ['two typing errors in a long word', 'cartogrphay', ['night']],
    ['one letter left out', 'nigt cartography', ['night']],
    ['cast', 'ines moro', ['night']],
    ['cast with an error and without accents', 'noe quin', ['sugar']],
    ['a genre', 'documentary', ['night']],
    ['accents', 'azucar', ['sugar']],
    ['an apostrophe left out', 'anas garden', ['anas']],
    ['punctuation', '  «Night»: (cartography)! ', ['night']],
    ['nothing at all', 'xylophone', []],
    ['no letters', '***', []],
    ['an empty question', '', []],
    ['the language of the index', 'night" OR name:"twin', []],
    ['two letters', 'co', ['harbor']],
    ['per cent', '%', []],
  ])('finds by %s', async (_, q, expected) => {
    expect(await search(q)).toEqual(expected);
  });

  it('counts the name three times, and lets popularity break ties', async () => {
    expect(await search('night')).toEqual(['night', 'harbor']);
    expect(await search('twin')).toEqual(['twin-b', 'twin-a']);
  });

  it('hides what the profile may not see', async () => {
    expect(await search('garden')).toEqual(['anas']);
    expect(await search('garden', 'profile-kim')).toEqual([]);
    await service.publish({ title: film('anas', { name: "Ana's Garden" }), countries: ['US'] });
    expect(await search('garden')).toEqual([]);
  });

  it('knows new names and forgets old ones', async () => {
    await service.publish(film('night', { name: 'Day Geometry' }));
    expect(await search('geomtery')).toEqual(['night']);
    expect(await search('cartography')).toEqual([]);
    await service.withdraw('night');
    expect(await search('geometry')).toEqual([]);
  });
});

describe('titles', () => {
  it('are told with their episodes, or why not', async () => {
    const title = series('three', 2);
    await service.publish(title, { title: film('us-only'), countries: ['US'] });
    expect((await ana.get('/titles/three')).body).toEqual(title);
    const [abroad, none] = [await ana.get('/titles/us-only'), await ana.get('/titles/none')];
    expect([abroad.status, abroad.body.code]).toEqual([451, 'not-in-country']);
    expect([none.status, none.body.code]).toEqual([404, 'not-found']);
  });

  it('are told by what changed', async () => {
    const changes = async (since: number) =>
      CatalogAnswer.parse((await ana.get(`/catalog?since=${since}`)).body);
    await service.publish(film('one'), film('two'), { title: film('us-only'), countries: ['US'] });
    const first = await changes(0);
    expect(first.titles.map(({ titleId }) => titleId)).toEqual(['one', 'two']);
    expect(first.removedTitleIds).toEqual([]);
    expect(await changes(first.revision)).toEqual({
      revision: first.revision,
      titles: [],
      removedTitleIds: [],
    });
    await service.publish(film('one', { name: 'One, again' }), { title: film('two'), countries: ['FR'] });
    const second = await changes(first.revision);
    expect(second.titles.map(({ name }) => name)).toEqual(['One, again']);
    expect(second.removedTitleIds).toEqual(['two']);
    await service.withdraw('one');
    expect(await changes(second.revision)).toMatchObject({ titles: [], removedTitleIds: ['one'] });
    await service.publish(film('one'));
    expect((await changes(second.revision)).titles).toHaveLength(1);
    expect((await changes(999)).titles).toHaveLength(1);
  });

  it('do not change by being published again', async () => {
    await service.publish(film('one'));
    const { revision } = (await ana.get('/catalog')).body;
    await service.publish(film('one'));
    expect((await ana.get('/catalog')).body.revision).toBe(revision);
  });

  it('arrive by themselves', async () => {
    const drop = { format: 1, title: film('quiet') };
    await writeFile(path.join(service.dataDir, 'titles', 'quiet.json'), JSON.stringify(drop));
    let status = 0;
    const ask = async () => ({ status } = await ana.get('/titles/quiet'));
    while (status !== 200) await ask();
    expect(status).toBe(200);
  });

  it.each([
    ['not JSON', '{'],
    ['not a drop', '{"format":1}'],
    ['a newer format', JSON.stringify({ format: 2, title: film('bad') })],
    ['named for another title', JSON.stringify({ format: 1, title: film('other') })],
    [
      'a video that belongs to another',
      JSON.stringify({ format: 1, title: film('bad', { videoId: 'video-good' }) }),
    ],
  ])('are skipped when their file is %s, and the rest is not', async (_, text) => {
    await writeFile(path.join(service.dataDir, 'titles', 'bad.json'), text);
    await service.publish(film('good'));
    await service.publish(film('later'));
    const { titles } = (await ana.get('/catalog')).body as { titles: { titleId: string }[] };
    expect(titles.map(({ titleId }) => titleId).sort()).toEqual(
      text.includes('video-good') ? ['bad', 'later'] : ['good', 'later'],
    );
  });

  it('stay as they were when their file breaks', async () => {
    await service.publish(film('one'));
    await writeFile(path.join(service.dataDir, 'titles', 'one.json'), '{"format":');
    await service.api.scanTitles();
    expect((await ana.get('/titles/one')).status).toBe(200);
  });
});

describe('artwork', () => {
  it('is served for ever under its version', async () => {
    const folder = path.join(service.dataDir, 'artwork', 'one');
    await mkdir(folder, { recursive: true });
    await writeFile(path.join(folder, 'poster.jpg'), 'a picture');
    const versioned = await ana.get('/artwork/one/poster.jpg?v=a1');
    expect([versioned.status, versioned.text]).toEqual([200, 'a picture']);
    expect(versioned.headers.get('content-type')).toBe('image/jpeg');
    expect(versioned.headers.get('cache-control')).toContain('immutable');
    expect((await ana.get('/artwork/one/poster.jpg')).headers.get('cache-control')).toBe('no-cache');
    expect((await ana.get('/artwork/one/backdrop.jpg')).status).toBe(404);
    expect((await ana.get('/artwork/one/other.jpg')).status).toBe(400);
  });
});
