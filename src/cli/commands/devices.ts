import type { DeviceView } from '../../shared/contract.ts';
import { momentInWords, table } from '../output.ts';
import type { Session } from '../run.ts';
import { usageError } from '../usage.ts';

/** The devices of the account: this one first. */
export async function list({ engine, output }: Session): Promise<void> {
  const devices = await engine.client.devices.list();
  output.answer({ devices }, () => inWords(devices));
}

/** `devices remove DEVICE`: signs it out and frees what it holds. DEVICE is an id, or a name that only one of them has. */
export async function remove({ engine, output }: Session, named: string): Promise<void> {
  const { deviceId, name } = deviceNamed(await engine.client.devices.list(), named);
  const devices = await engine.client.devices.remove({ deviceId });
  output.answer({ removed: deviceId, devices }, () => `${name} is signed out.\n${inWords(devices)}`);
}

export function deviceNamed(devices: readonly DeviceView[], named: string): DeviceView {
  const byId = devices.filter(({ deviceId }) => deviceId === named);
  const [found, ...more] = byId.length > 0 ? byId : devices.filter(({ name }) => name === named);
  if (!found) throw usageError(`${named} is no device of this account: see layover devices`);
  if (more.length > 0) throw usageError(`${more.length + 1} devices are called ${named}: give the id of one`);
  return found;
}

const inWords = (devices: readonly DeviceView[]): string =>
  table(
    devices.map(({ deviceId, name, isThis, downloads, lastSeenAtMs, titleNames }) => [
      deviceId,
      isThis ? `${name} (this one)` : name,
      `seen ${momentInWords(lastSeenAtMs)}`,
      downloads === 1 ? '1 download' : `${downloads} downloads`,
      titleNames.join(', '),
    ]),
  );
