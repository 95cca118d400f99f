import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { createApi } from './create-api.ts';

/** The OpenAPI document, made from the routes' schemas, as the text of openapi.json. */
export async function openApiText(): Promise<string> {
  const dataDir = await mkdtemp(path.join(tmpdir(), 'layover-openapi-'));
  try {
    const { app } = await createApi({
      dataDir,
      clock: { now: () => 0 },
      ocas: () => [],
      ocaSecret: 'none',
    });
    await app.ready();
    const document = app.swagger();
    await app.close();
    return `${JSON.stringify(document, null, 2)}\n`;
  } finally {
    await rm(dataDir, { recursive: true, force: true });
  }
}

if (import.meta.main) {
  const { values } = parseArgs({ options: { out: { type: 'string' } } });
  const text = await openApiText();
  if (values.out === undefined) process.stdout.write(text);
  else await writeFile(values.out, text);
}
