import { expect, test } from 'vitest';
import { createKeyringRecord } from './keyring-record.ts';
import type { Ask } from './keyring-record.ts';

/** `secret-tool` and `security` as far as this needs them. */
function keyring(): { ask: Ask; kept: Map<string, string> } {
  const kept = new Map<string, string>();
  const ask: Ask = async (program, args, input = '') => {
    const [what, ...rest] = args;
    if (program === 'secret-tool' && what === 'store') kept.set(rest.slice(1).join(' '), input);
    else if (program === 'secret-tool') {
      const secret = kept.get(rest.join(' '));
      return secret === undefined
        ? ''
        : `[/org/freedesktop/secrets/1]\nlabel = Layover\nsecret = ${secret}\ncreated = now\n`;
    } else if (what === 'add-generic-password') kept.set(rest.slice(1, 5).join(' '), rest[6] ?? '');
    else {
      const secret = kept.get(rest.slice(0, 4).join(' '));
      if (secret === undefined) throw new Error('44');
      return `${secret}\n`;
    }
    return '';
  };
  return { ask, kept };
}

test.each(['linux', 'darwin'] as const)(
  'keeps one text for a folder, outside of it: %s',
  async (platform) => {
    const { ask } = keyring();
    const record = createKeyringRecord('/home/ana/layover', platform, ask);
    await record?.write('first');
    await record?.write('second.with-dots_and=signs');
    expect(await createKeyringRecord('/home/ana/layover', platform, ask)?.read()).toBe(
      'second.with-dots_and=signs',
    );
    const other = createKeyringRecord('/home/ana/other', platform, ask)?.read();
    expect(await other?.catch(() => null)).toBeNull();
  },
);

test('there is none where no program reaches a keyring', async () => {
  expect(createKeyringRecord('/home/ana', 'win32')).toBeUndefined();
  const nobody: Ask = async () => {
    throw new Error('ENOENT');
  };
  await expect(createKeyringRecord('/home/ana', 'linux', nobody)?.read()).rejects.toThrow('ENOENT');
});
