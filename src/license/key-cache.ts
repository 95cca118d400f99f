/**
 * Content keys that were opened, so that not every segment costs a signature check and a key agreement. A key
 * belongs to the very license that it came from. Only copies go in and out: a wipe never blanks a key that
 * somebody is encrypting with.
 */
export interface KeyCache {
  get(videoId: string, license: string): Uint8Array | undefined;
  put(videoId: string, license: string, key: Uint8Array): void;
  wipe(videoId: string): void;
}

export function createKeyCache(): KeyCache {
  const entries = new Map<string, { license: string; key: Uint8Array }>();
  const wipe = (videoId: string) => {
    entries.get(videoId)?.key.fill(0);
    entries.delete(videoId);
  };
  return {
    wipe,
    get(videoId, license) {
      const entry = entries.get(videoId);
      return entry?.license === license ? Uint8Array.from(entry.key) : undefined;
    },
    put(videoId, license, key) {
      wipe(videoId);
      entries.set(videoId, { license, key: Uint8Array.from(key) });
    },
  };
}
