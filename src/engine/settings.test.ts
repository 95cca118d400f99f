import { expect, test } from 'vitest';
import { Settings } from '../shared/settings.ts';
import { createSettingsKeeper } from './settings.ts';

function kept(initial: unknown) {
  const box = { raw: initial };
  const store = { read: () => box.raw, write: (next: Record<string, unknown>) => void (box.raw = next) };
  return { box, open: () => createSettingsKeeper(store) };
}

const defaults = Settings.parse({});

test.each([undefined, null, 'text', 7, [], {}])('%j in the file gives the defaults', (raw) => {
  expect(kept(raw).open().read()).toEqual(defaults);
});

test('what cannot be used is replaced by its default, key by key; what nobody knows is left out', () => {
  const settings = kept({
    language: 'fr',
    theme: 'purple',
    serviceUrl: 'not an address',
    playback: { volume: 11 },
    downloadPreferences: { video: { rule: 'best' }, audioLanguages: ['es'], subtitleLanguages: [] },
    somethingElse: true,
  }).open();
  expect(settings.read()).toEqual({
    ...defaults,
    language: 'fr',
    downloadPreferences: {
      video: { rule: 'best' },
      audioLanguages: ['es'],
      subtitleLanguages: [],
      audioDescription: false,
    },
  });
});

test('a patch changes what it names and nothing else, and is there after a restart', () => {
  const world = kept({ language: 'es', serviceUrl: 'http://service.example/' });
  world.open().write({ theme: 'dark' });
  const expected = { ...defaults, language: 'es', serviceUrl: 'http://service.example/', theme: 'dark' };
  expect(world.open().read()).toEqual(expected);
  world.open().write({ language: undefined, theme: 'light' });
  expect(world.open().read()).toEqual({ ...expected, theme: 'light' });
});

test('a value that cannot be used is refused, and nothing is written', () => {
  const world = kept({ theme: 'dark' });
  const settings = world.open();
  expect(() => settings.write({ theme: 'purple' as 'dark' })).toThrowError(
    expect.objectContaining({ code: 'settings/invalid' }),
  );
  expect(settings.read().theme).toBe('dark');
  expect(world.box.raw).toEqual({ theme: 'dark' });
});
