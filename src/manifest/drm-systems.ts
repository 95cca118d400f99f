import { quote } from './refuse.ts';

/** By KEYFORMAT of HLS or schemeIdUri of DASH, lower case. Ids are those of DASH-IF's register. */
const names: Record<string, string> = {
  'com.apple.streamingkeydelivery': 'FairPlay',
  'urn:uuid:94ce86fb-07ff-4f43-adb8-93d2fa968ca2': 'FairPlay',
  'com.widevine': 'Widevine',
  'urn:uuid:edef8ba9-79d6-4ace-a3c8-27dcd51d21ed': 'Widevine',
  'com.microsoft.playready': 'PlayReady',
  'urn:uuid:79f0049a-4098-8642-ab92-e65be0885f95': 'PlayReady',
  'urn:uuid:9a04f079-9840-4286-ab92-e65be0885f95': 'PlayReady',
  'org.w3.clearkey': 'ClearKey',
  'urn:uuid:e2719d58-a985-b3c9-781a-b030af78d30e': 'ClearKey',
  'urn:uuid:1077efec-c0b2-4d02-ace3-3c1e52e2fb4b': 'ClearKey',
  'urn:uuid:f239e769-efa3-4850-9c16-a903c6932efb': 'Primetime',
  'urn:uuid:5e629af5-38da-4063-8977-97ffbd9902d4': 'Marlin',
  'urn:uuid:adb41c24-2dbf-4a6d-958b-4457c0d27b95': 'Nagra',
  'urn:uuid:9a27dd82-fde2-4725-8cbc-4234aa06ec09': 'VCAS',
  'urn:uuid:80a6be7e-1448-4c37-9e70-d5aebe04c8d2': 'Irdeto',
  'urn:uuid:3d5e6d35-9b9a-41e8-b843-dd3c6e72c42c': 'ChinaDRM',
};

/** What people call it; an id that nobody knows is quoted as it is. */
export function drmSystemName(id: string): string {
  const key = id.trim().toLowerCase();
  return (Object.hasOwn(names, key) ? names[key] : undefined) ?? quote(id);
}
