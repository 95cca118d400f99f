import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { LayoverError } from '../shared/errors.ts';

const types: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.mjs': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.webmanifest': 'application/manifest+json; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.jpg': 'image/jpeg',
  '.webp': 'image/webp',
  '.ico': 'image/x-icon',
  '.woff2': 'font/woff2',
};

/** Answers for the window's own files. `request` is a GET or HEAD; gives null for anything not of the bundle. */
export type Bundle = (request: Request) => Response | null;

/**
 * Reads the built window into memory: what is served is what lay there at start, by exact name, so that no
 * path can lead out of the folder and a rebuild does not pull files away from under an open window.
 * A path that does not end like a file is a place inside the app and gets index.html. Throws `host/bundle-missing`.
 */
export function openBundle(folder: string): Bundle {
  const files = new Map<string, { bytes: Uint8Array<ArrayBuffer>; headers: Record<string, string> }>();
  for (const name of listFiles(folder)) {
    const type = types[path.extname(name)];
    if (!type) continue;
    const bytes = new Uint8Array(readFileSync(path.join(folder, name)));
    const urlPath = `/${name.split(path.sep).join('/')}`;
    // The bundler puts a digest of the content into the names under assets/.
    const cacheControl = urlPath.startsWith('/assets/') ? 'public, max-age=31536000, immutable' : 'no-cache';
    files.set(urlPath, {
      bytes,
      headers: { 'content-type': type, 'content-length': `${bytes.length}`, 'cache-control': cacheControl },
    });
  }
  const index = files.get('/index.html');
  if (!index) throw new LayoverError('host/bundle-missing', { folder });

  return (request) => {
    const { pathname } = new URL(request.url);
    const isPlaceInApp = !types[path.posix.extname(pathname)] && !pathname.startsWith('/assets/');
    const file = files.get(pathname) ?? (isPlaceInApp ? index : undefined);
    if (!file) return null;
    return new Response(request.method === 'HEAD' ? null : file.bytes, { headers: file.headers });
  };
}

function listFiles(folder: string): string[] {
  try {
    return readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => path.relative(folder, path.join(entry.parentPath, entry.name)));
  } catch (cause) {
    throw new LayoverError('host/bundle-missing', { folder }, { cause });
  }
}
