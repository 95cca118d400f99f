import { playablesOf } from '../../src/shared/catalog.ts';
import type { Row, RowItem, Title } from '../../src/shared/catalog.ts';
import type { Client } from '../../src/shared/contract.ts';
import { LayoverError } from '../../src/shared/errors.ts';
import { addressFilm, titles } from './titles.ts';
import type { World } from './world.ts';

function itemOf(title: Title): RowItem {
  const { titleId, type, name, releaseYear, artworkVersion } = title;
  const [first] = playablesOf(title);
  return {
    titleId,
    type,
    name,
    releaseYear,
    artworkVersion,
    matchScore: 90,
    durationSeconds: first?.durationSeconds ?? 0,
  };
}

function rowsOf(world: World, watchedVideoIds: string[], listed: Set<string>): Row[] {
  const watched = titles.filter((title) =>
    playablesOf(title).some((each) => watchedVideoIds.includes(each.videoId)),
  );
  const rows: Row[] = [
    { kind: 'continue-watching', items: watched.map(itemOf) },
    { kind: 'top-picks', items: titles.map(itemOf) },
    { kind: 'my-list', items: titles.filter((title) => listed.has(title.titleId)).map(itemOf) },
    { kind: 'because-you-watched', because: 'Cold Front', items: titles.slice(2).map(itemOf) },
    { kind: 'top-10', items: titles.toSorted((a, b) => b.popularity - a.popularity).map(itemOf) },
  ];
  const opened = world.opened.map(({ name }) => ({ ...itemOf(addressFilm), name }));
  rows.push({ kind: 'opened-addresses', items: opened });
  return rows.filter((row) => row.items.length > 0);
}

export function catalogProcedures(world: World): Client['catalog'] {
  const listed = new Set(['night-cargo', 'paper-moons']);
  const ratings = new Map<string, 0 | 1>();
  return {
    home: async () => ({
      rows: rowsOf(world, [...world.positions.keys()], listed),
      positions: [...world.positions.values()],
      refreshedAtMs: world.now(),
    }),
    search: async ({ q }) =>
      titles
        .filter((title) =>
          [title.name, title.description, ...title.genres, ...title.cast].some((words) =>
            words.toLowerCase().includes(q.toLowerCase()),
          ),
        )
        .map(itemOf),
    title: async ({ titleId }) => {
      const opened = world.opened.find((each) => each.titleId === titleId);
      const title = opened
        ? { ...addressFilm, name: opened.name }
        : titles.find((each) => each.titleId === titleId);
      if (!title) throw new LayoverError('catalog/not-found');
      const videoIds = new Set(playablesOf(title).map((each) => each.videoId));
      return {
        title,
        positions: [...world.positions.values()].filter((each) => videoIds.has(each.videoId)),
        listed: listed.has(titleId),
        rating: ratings.get(titleId) ?? null,
      };
    },
    setListed: async (input) => {
      if (input.listed) listed.add(input.titleId);
      else listed.delete(input.titleId);
      world.emit({ type: 'changed', what: 'my-list' });
      return {};
    },
    rate: async ({ titleId, rating }) => {
      if (rating === null) ratings.delete(titleId);
      else ratings.set(titleId, rating);
      return {};
    },
  };
}
