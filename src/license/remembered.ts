import { z } from 'zod';
import { FirstPlay } from '../shared/check-in.ts';
import type { KeptGrant } from './grant-rows.ts';

/** A license as it was issued then: a renewal is another issue of it. */
const Issue = FirstPlay.omit({ atMs: true });
type Issue = z.infer<typeof Issue>;
const issueOf = ({ claims: { licenseId, issuedAtMs } }: KeptGrant): Issue => ({ licenseId, issuedAtMs });
/** The same license, issued then or later. */
const isSince = (issue: Issue, other: Issue) =>
  issue.licenseId === other.licenseId && issue.issuedAtMs >= other.issuedAtMs;
const Gone = Issue.extend({ how: z.enum(['released', 'revoked']) });

/** Keyrings are made for passwords: this many entries of each kind are some 100 kB. The latest stay. */
const MOST = 400;

/** What must not be forgotten, as it lies in the operating system's keyring. */
export const Remembered = z.object({
  floorMs: z.int().nonnegative(),
  /** Of the machine, when the floor was so; null: it did not tell. */
  uptime: z.object({ boot: z.string(), ms: z.int() }).nullable().default(null),
  /** Of every license that was held here: what was given back or renewed since can be put back with an older folder. */
  firstPlays: z.array(FirstPlay),
  held: z.array(Issue).default([]),
  /** Given back here, replaced by another one, or taken back by the service. */
  gone: z.array(Gone).default([]),
});
export type Remembered = z.infer<typeof Remembered>;
export const nothingRemembered: Remembered = { floorMs: 0, uptime: null, firstPlays: [], held: [], gone: [] };

/** What is to be remembered once `grants` is all that is held. Pure. */
export function rememberedAfter(
  before: Remembered,
  grants: readonly KeptGrant[],
  now: Pick<Remembered, 'floorMs' | 'uptime'>,
): Remembered {
  const held = grants.map(issueOf);
  const firstPlays = grants.flatMap((grant) =>
    grant.firstPlayAtMs === null ? [] : [{ ...issueOf(grant), atMs: grant.firstPlayAtMs }],
  );
  const released = before.held
    .filter(({ licenseId }) => !held.some((one) => one.licenseId === licenseId))
    .map((issue) => ({ ...issue, how: 'released' as const }));
  const isRevoked = ({ ended }: KeptGrant) => ended?.reason === 'revoked';
  const revoked = grants.filter(isRevoked).map((grant) => ({ ...issueOf(grant), how: 'revoked' as const }));
  /** It came anew. */
  const isBack = (issue: Issue) =>
    grants.some((grant) => isSince(issueOf(grant), issue) && !isRevoked(grant));
  const gone = latest([...before.gone, ...released, ...revoked], (a, b) => a.issuedAtMs - b.issuedAtMs);
  return {
    ...now,
    firstPlays: latest([...before.firstPlays, ...firstPlays], (a, b) => b.atMs - a.atMs),
    held: held.slice(-MOST),
    gone: gone.filter((one) => !isBack(one)),
  };
}

/** Whether it was given back or taken back, this issue of it or a later one. */
export function isGone(grant: KeptGrant, { gone }: Remembered): 'released' | 'revoked' | null {
  if (grant.ended?.reason === 'revoked') return null;
  return gone.find((issue) => isSince(issue, issueOf(grant)))?.how ?? null;
}

/** One for each issue: of several the last by `order`. The latest issues stay. */
function latest<T extends Issue>(all: readonly T[], order: (a: T, b: T) => number): T[] {
  const byIssue = new Map(
    [...all].sort(order).map((one) => [`${one.licenseId} ${one.issuedAtMs}`, one] as const),
  );
  return [...byIssue.values()].sort((a, b) => a.issuedAtMs - b.issuedAtMs).slice(-MOST);
}
