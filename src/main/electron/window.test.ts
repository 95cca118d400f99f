import * as electron from 'electron';
import { expect, it } from 'vitest';
import { answerFolderDialog, becomeReady, resetElectron } from '../../../testing/fake-electron/control.ts';
import { createRecordingLog } from '../../../testing/recording-log.ts';
import { createFolderChooser } from './choose-folder.ts';
import { handleAppScheme } from './scheme.ts';
import { createWindow } from './window.ts';

async function world() {
  const state = resetElectron('/nowhere');
  becomeReady();
  handleAppScheme(electron.protocol, async () => new Response('page'));
  let nowMs = 0;
  const { BrowserWindow, dialog } = electron;
  const log = createRecordingLog();
  const window = createWindow({
    BrowserWindow,
    preloadFile: '/p.cjs',
    isPackaged: true,
    now: () => nowMs,
    log,
  });
  await window.open();
  const contents = state.windows[0]!.webContents;
  return {
    state,
    window,
    log,
    contents,
    die: (reason: string) => contents.emit('render-process-gone', {}, { reason, exitCode: 1 }),
    wait: (ms: number) => void (nowMs += ms),
    choose: createFolderChooser(BrowserWindow, dialog),
  };
}

it('a page whose process died comes back, but not on and on', async () => {
  const { contents, die, wait, log } = await world();
  die('clean-exit');
  expect(contents.loads).toBe(1);
  for (const reason of ['oom', 'crashed', 'killed', 'crashed', 'crashed']) die(reason);
  expect(contents.loads).toBe(4);
  expect(log.lines.at(-1)).toMatchObject({ event: 'window.process-gone', fields: { reloads: false } });
  wait(60_000);
  die('crashed');
  expect(contents.loads).toBe(5);
});

it('a window that was closed is left alone by its page’s end', async () => {
  const { state, contents, die } = await world();
  state.windows[0]!.close();
  die('crashed');
  expect(contents.loads).toBe(1);
});

it('asks for a folder in the system’s own dialog, as a sheet of its window, once at a time', async () => {
  const { state, choose } = await world();
  const asked = [choose(), choose()];
  expect(state.folderDialogs).toMatchObject([
    {
      parent: state.windows[0],
      options: { properties: ['openDirectory', 'createDirectory', 'promptToCreate'] },
    },
  ]);
  answerFolderDialog('/media/drive');
  expect(await Promise.all(asked)).toEqual(['/media/drive', '/media/drive']);
  const again = choose();
  answerFolderDialog(null);
  expect(await again).toBeNull();
});

it('asks without a window too, where the system keeps apps without one', async () => {
  const { state, choose } = await world();
  state.windows[0]!.close();
  const asked = choose();
  expect(state.folderDialogs).toMatchObject([{ parent: null }]);
  answerFolderDialog('/x');
  expect(await asked).toBe('/x');
});
