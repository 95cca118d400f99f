import type { DeviceView } from '../shared/contract.ts';
import { LayoverError } from '../shared/errors.ts';
import type { Parts } from './parts.ts';

type Needed = Pick<Parts, 'catalog' | 'device' | 'service' | 'who'>;

/** The devices of the account as the service knows them now: this one first, then who called last. */
export async function devicesOf({ catalog, device, service, who }: Needed): Promise<DeviceView[]> {
  const { devices } = await service.devices();
  const profile = who.current();
  /** Of what this profile may see: a child's screen names no more than its catalog does. */
  const nameOf = (videoId: string): string[] => {
    try {
      return profile ? [catalog.video(videoId, profile).title.name] : [];
    } catch {
      return [];
    }
  };
  return devices
    .map(({ heldVideoIds, ...known }) => ({
      ...known,
      isThis: known.deviceId === device.deviceId,
      downloads: heldVideoIds.length,
      titleNames: [...new Set(heldVideoIds.flatMap(nameOf))],
    }))
    .sort((a, b) => Number(b.isThis) - Number(a.isThis) || b.lastSeenAtMs - a.lastSeenAtMs);
}

/** Signs another device out and frees what it holds. This one is signed out with `auth.signOut`. */
export async function removeDevice(parts: Needed, deviceId: string): Promise<DeviceView[]> {
  if (deviceId === parts.device.deviceId) throw new LayoverError('device/is-this');
  await parts.service.removeDevice(deviceId);
  return devicesOf(parts);
}
