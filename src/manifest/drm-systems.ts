import { quote } from './refuse.ts';

/** By KEYFORMAT of HLS or schemeIdUri of DASH, lower case. Ids are those of DASH-IF's register. */
const names: Record<string, string> = {
  'com.apple.streamingkeydelivery': 'FairPlay',
  'urn:uuid:94ce86fb-07ff-4f43-adb8-93d2fa968ca2': 'FairPlay',
  'com.widevine': 'Widevine',
  'urn:uuid:edef8ba9-79d6-4ace-a3c8-27dcd51d21ed': 'Widevine',
  'com.microsoft.playready': 'PlayReady',
  'urn:uuid:9a04f079-9840-4286-ab92-e65be0885f95': 'PlayReady',
  'org.w3.clearkey': 'ClearKey',
  'urn:uuid:e2719d58-a985-b3c9-781a-b030af78d30e': 'ClearKey',
  'urn:uuid:1077efec-c0b2-4d02-ace3-3c1e52e2fb4b': 'ClearKey',
};

/** What people call it; an id that nobody knows is quoted as it is. */
export function drmSystemName(id: string): string {
  const key = id.trim().toLowerCase();
  return (Object.hasOwn(names, key) ? names[key] : undefined) ?? quote(id);
}
