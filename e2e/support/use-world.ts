import { electronBinary } from './electron-host.ts';
import { test } from './test.ts';
import { createWorld } from './world.ts';
import type { AppStart, World } from './world.ts';

/**
 * A world for the specs of one file, which tell one story in order: service and app run when the first one
 * begins. Call it once at the top of the file.
 */
export function useWorld(start: AppStart = {}): World {
  let world: World | undefined;
  test.describe.configure({ mode: 'serial' });

  test.beforeAll(async ({ host }) => {
    test.skip(host === 'electron' && !electronBinary(), 'not run: Electron’s binary is not installed');
    world = await createWorld(host);
    await world.startService();
    await world.startApp(start);
  });
  test.afterAll(async () => {
    await world?.end();
  });

  return new Proxy({} as World, {
    get(_target, name: keyof World) {
      if (!world) throw new Error('the world exists only while specs run');
      return world[name];
    },
  });
}
