import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { loadDevice } from '../src/license/device.ts';
import type { Device } from '../src/license/device.ts';
import { createFakeSecretBox } from './fake-secret-box.ts';
import { createRecordingLog } from './recording-log.ts';

/** A genuine device identity whose file is gone again: for tests that do not care where it lies. */
export async function loadTestDevice(): Promise<Device> {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'layover-test-device-'));
  try {
    const secrets = createFakeSecretBox();
    const log = createRecordingLog();
    return (await loadDevice({ folder, secrets, random: (n) => randomBytes(n), log })).device;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
