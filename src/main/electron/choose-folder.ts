import type { BrowserWindow, dialog } from 'electron';

/**
 * The system's own dialog for a folder, as a sheet of our window where there is one. Asked again while it is
 * open, it is the same one; null: the viewer thought better of it.
 */
export function createFolderChooser(
  Window: Pick<typeof BrowserWindow, 'getFocusedWindow' | 'getAllWindows'>,
  { showOpenDialog }: Pick<typeof dialog, 'showOpenDialog'>,
): () => Promise<string | null> {
  let open: Promise<string | null> | undefined;

  async function ask(): Promise<string | null> {
    const window = Window.getFocusedWindow() ?? Window.getAllWindows()[0];
    const options = {
      properties: ['openDirectory', 'createDirectory', 'promptToCreate'],
    } satisfies Electron.OpenDialogOptions;
    const { canceled, filePaths } = await (window
      ? showOpenDialog(window, options)
      : showOpenDialog(options));
    return canceled ? null : (filePaths[0] ?? null);
  }

  return () => (open ??= ask().finally(() => (open = undefined)));
}
