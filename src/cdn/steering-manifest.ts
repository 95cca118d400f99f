import { z } from 'zod';
import type { Pathway } from '../shared/presentation.ts';
import { SECOND_MS } from '../shared/units.ts';
import type { Ms } from '../shared/units.ts';

/** A pathway, with what is to be appended to each address on it. */
export type SteeredPathway = Pathway & { readonly query?: string | undefined };

export interface PathwayClone {
  readonly baseId: string;
  readonly id: string;
  /** Host, and port where it has one, that takes the place of the base's. */
  readonly host: string | undefined;
  readonly params: Readonly<Record<string, string>>;
}

/** RFC 8216bis section 7.2; ETSI TS 103 998 section 5 says the same for DASH. */
export interface SteeringManifest {
  /** So long it is good. */
  readonly ttlMs: Ms;
  /** Where to ask the next time; undefined: at the same address. */
  readonly reloadUrl: string | undefined;
  /** Best first. */
  readonly priority: readonly string[];
  readonly clones: readonly PathwayClone[];
}

/** Where nothing usable is said. */
export const USUAL_TTL_MS: Ms = 300 * SECOND_MS;
const LONGEST_TTL_SECONDS = 24 * 3600;
const MOST = 32;

const Id = z.string().min(1).max(256);
const Clone = z.object({
  'BASE-ID': Id,
  ID: Id,
  'URI-REPLACEMENT': z.object({
    HOST: z.string().min(1).max(256).optional(),
    PARAMS: z.record(z.string().max(256), z.string().max(2_048)).default({}),
    'PER-VARIANT-URIS': z.unknown().optional(),
    'PER-RENDITION-URIS': z.unknown().optional(),
  }),
});
const Manifest = z.object({
  VERSION: z.literal(1),
  TTL: z.number().positive().default(USUAL_TTL_MS / SECOND_MS).transform((seconds) => Math.min(seconds, LONGEST_TTL_SECONDS)), // prettier-ignore
  'RELOAD-URI': z.string().min(1).max(4_096).optional(),
  'PATHWAY-PRIORITY': z.array(Id).min(1).max(MOST),
  'PATHWAY-CLONES': z.array(z.unknown()).max(MOST).default([]).catch([]),
});

/**
 * undefined: it is none, of another version, or says nothing of an order. `url`: where it came from. Clones
 * that replace single playlists are left out: a pathway is a beginning of addresses here, see
 * docs/decisions/013. So is a clone that cannot be read.
 */
export function parseSteeringManifest(text: string, url: string): SteeringManifest | undefined {
  const parsed = Manifest.safeParse(jsonOf(text));
  if (!parsed.success) return undefined;
  const { TTL, 'RELOAD-URI': reload, 'PATHWAY-PRIORITY': priority, 'PATHWAY-CLONES': clones } = parsed.data;
  const reloadUrl = reload === undefined ? undefined : URL.parse(reload, url);
  if (reloadUrl === null || (reloadUrl && !isOfWeb(reloadUrl))) return undefined;
  return {
    ttlMs: TTL * SECOND_MS,
    reloadUrl: reloadUrl?.href,
    priority: [...new Set(priority)],
    clones: clones.flatMap(cloneOf),
  };
}

function cloneOf(raw: unknown): PathwayClone[] {
  const parsed = Clone.safeParse(raw);
  if (!parsed.success) return [];
  const { 'BASE-ID': baseId, ID: id, 'URI-REPLACEMENT': replacement } = parsed.data;
  const { HOST: host, PARAMS: params } = replacement;
  if (replacement['PER-VARIANT-URIS'] !== undefined || replacement['PER-RENDITION-URIS'] !== undefined)
    return [];
  return host === undefined || /^[a-z0-9.:[\]-]+$/i.test(host) ? [{ baseId, id, host, params }] : [];
}

/** Those that are there, and their clones; a clone of a clone where its base comes first. */
export function withClones(
  pathways: readonly Pathway[],
  clones: readonly PathwayClone[],
  isDash: boolean,
): SteeredPathway[] {
  const all: SteeredPathway[] = [...pathways];
  for (const { baseId, id, host, params } of clones) {
    const base = all.find((one) => one.id === baseId);
    if (!base || all.some((one) => one.id === id)) continue;
    const url = new URL(base.baseUrl);
    if (host !== undefined) url.host = host;
    // In HLS parameters belong to playlists, which have been read; in DASH to whatever is fetched.
    const query = isDash
      ? [base.query, new URLSearchParams(params).toString()].filter(Boolean).join('&')
      : '';
    all.push({ id, baseUrl: url.href, ...(query !== '' && { query }) });
  }
  return all;
}

/** The address of a path on a pathway. */
export function addressOn({ baseUrl, query }: SteeredPathway, path: string): string {
  if (!query) return baseUrl + path;
  return `${baseUrl}${path}${path.includes('?') ? '&' : '?'}${query}`;
}

export function isOfWeb({ protocol }: URL): boolean {
  return protocol === 'https:' || protocol === 'http:';
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text.replace(/^\uFEFF/, ''));
  } catch {
    return undefined;
  }
}
