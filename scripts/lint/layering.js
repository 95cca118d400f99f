import path from 'node:path';

/**
 * The import table of the house: which folder of src/ may import which. `docs/architecture.md` tells why.
 * A folder may always import itself.
 */
const engineParts = [
  'shared', 'manifest', 'selection', 'abr', 'database', 'cdn', 'store', 'license',
  'download', 'playback', 'catalog', 'sync', 'service',
]; // prettier-ignore
export const table = {
  shared: [],
  manifest: ['shared'],
  selection: ['shared', 'manifest'],
  abr: ['shared'],
  database: ['shared'],
  cdn: ['shared'],
  store: ['shared', 'database'],
  license: ['shared', 'database'],
  download: ['shared', 'manifest', 'selection', 'cdn', 'store', 'license', 'database'],
  playback: ['shared', 'manifest', 'abr', 'cdn', 'store', 'license'],
  catalog: ['shared', 'database'],
  sync: ['shared', 'database'],
  service: ['shared'],
  platform: ['shared'],
  engine: engineParts,
  lab: ['shared', 'database', 'license'],
  main: ['engine', 'shared', 'platform', 'lab'],
  preload: ['shared'],
  cli: ['engine', 'shared', 'platform', 'lab'],
  renderer: ['shared', 'abr'],
};

/** Beside src/: what may be taken from it. The reference service knows the wire and nothing of the client. */
const beside = {
  service: ['shared'],
};

const root = path.resolve(import.meta.dirname, '../..');

function placeOf(file) {
  const parts = path.relative(root, file).split(path.sep);
  return parts[0] === 'src' && parts.length > 2 ? { top: 'src', folder: parts[1] } : { top: parts[0] };
}

function complaint(fromFile, specifier) {
  if (specifier === 'electron' || specifier.startsWith('electron/')) {
    const file = path.relative(root, fromFile).split(path.sep).join('/');
    const allowed = /^(src\/main\/electron|src\/preload|testing\/fake-electron)\//.test(file);
    return allowed ? undefined : 'only src/main/electron/ and src/preload/ may import electron';
  }
  if (!specifier.startsWith('.')) return undefined;
  const from = placeOf(fromFile);
  const to = placeOf(path.resolve(path.dirname(fromFile), specifier));
  const isTest = /\.test\.tsx?$/.test(fromFile);
  if (from.top === 'src') {
    if (to.top !== 'src')
      return isTest || to.top === 'resources' ? undefined : `src/ may not import ${to.top}/`;
    if (from.folder === to.folder) return undefined;
    const allowed = table[from.folder];
    if (!allowed) return `folder src/${from.folder}/ is not in the import table`;
    if (allowed.includes(to.folder) || isTest) return undefined;
    return `src/${from.folder}/ may not import src/${to.folder}/ (it may import: ${allowed.join(', ') || 'nothing'})`;
  }
  const allowed = beside[from.top];
  if (allowed && to.top === 'src' && !isTest && !allowed.includes(to.folder))
    return `${from.top}/ may not import src/${to.folder}/`;
  return undefined;
}

/** Tests may reach across: they stand several stages beside each other on purpose. */
export const layering = {
  meta: { type: 'problem', schema: [], messages: { layer: '{{why}}' } },
  create(context) {
    const check = (node) => {
      if (typeof node.source?.value !== 'string') return;
      const why = complaint(context.filename, node.source.value);
      if (why) context.report({ node: node.source, messageId: 'layer', data: { why } });
    };
    return {
      ImportDeclaration: check,
      ExportNamedDeclaration: check,
      ExportAllDeclaration: check,
      ImportExpression: check,
    };
  },
};
