import type { Terms } from './terms.ts';

/**
 * What really happened, by true time, whatever was forgotten since: no backup that is put back and no clock changes it. It
 * says neither what may be played nor why, only beyond which moment a key would be time that somebody won.
 */

interface Issue {
  readonly licenseId: string;
  readonly issued: number;
}

export function createTruth(terms: Terms) {
  /** By issue: when it was first played. */
  const firsts = new Map<string, Issue & { truly: number }>();
  let gone: Issue[] = [];
  const isSinceOf = (one: Issue, held: { licenseId: string; issuedAtMs: number }) =>
    one.licenseId === held.licenseId && one.issued >= held.issuedAtMs;
  return {
    saw({ licenseId, issued, firstTruly }: Issue & { firstTruly: number | null }) {
      const key = `${licenseId} ${issued}`;
      if (firstTruly === null) return;
      const truly = Math.min(firstTruly, firsts.get(key)?.truly ?? Infinity);
      firsts.set(key, { licenseId, issued, truly });
    },
    gone: ({ licenseId, issued }: Issue) => void gone.push({ licenseId, issued }),
    /** By the service, which may take a license back and give it again; `cleared`: in that very millisecond, too. */
    issued(licenseId: string, issued: number, firstPlay: 'cleared' | 'kept') {
      gone = gone.filter((one) => one.licenseId !== licenseId);
      if (firstPlay === 'cleared') firsts.delete(`${licenseId} ${issued}`);
    },
    isGone: (held: { licenseId: string; issuedAtMs: number }) => gone.some((one) => isSinceOf(one, held)),
    /** The end that no softness moves; null: there is none. */
    end(held: { licenseId: string; issuedAtMs: number }): number | null {
      const ends: number[] = [];
      if (terms.license) ends.push(held.issuedAtMs + terms.license);
      if (terms.rental && !terms.softRental) ends.push(held.issuedAtMs + terms.rental);
      const played = [...firsts.values()].filter((one) => isSinceOf(one, held)).map(({ truly }) => truly);
      if (terms.playback && !terms.softPlayback && played.length > 0)
        ends.push(Math.min(...played) + terms.playback);
      return ends.length === 0 ? null : Math.min(...ends);
    },
  };
}
