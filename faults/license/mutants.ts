/** One wrong line in src/license, each a way to win or lose time. What it replaces stands there exactly once. */
export interface Mutant {
  readonly what: string;
  /** In src/license. */
  readonly file: string;
  readonly right: string;
  readonly wrong: string;
}

const inVerdict = (what: string, right: string, wrong: string): Mutant => ({ what, file: 'verdict.ts', right, wrong }); // prettier-ignore
const inTime = (what: string, right: string, wrong: string): Mutant => ({ what, file: 'trusted-time.ts', right, wrong }); // prettier-ignore
const inLicenses = (what: string, right: string, wrong: string): Mutant => ({ what, file: 'licenses.ts', right, wrong }); // prettier-ignore
const inRenewing = (what: string, right: string, wrong: string): Mutant => ({
  what,
  file: 'renewing.ts',
  right,
  wrong,
});
const inRemembered = (what: string, right: string, wrong: string): Mutant => ({ what, file: 'remembered.ts', right, wrong }); // prettier-ignore
const inRecord = (what: string, right: string, wrong: string): Mutant => ({ what, file: 'outside-record.ts', right, wrong }); // prettier-ignore

export const mutants: readonly Mutant[] = [
  inVerdict('an end is allowed at its very millisecond', 'trusted.nowMs >= atMs)', 'trusted.nowMs > atMs)'),
  inVerdict(
    'a rental also ends what was started',
    'policy.soft_enforce_rental_duration ? [] : rental',
    'rental',
  ),
  inVerdict(
    'a rental that is not soft does not end what was started',
    'policy.soft_enforce_rental_duration ? [] : rental',
    '[]',
  ),
  inVerdict(
    'the license has no end',
    "endOf('license', issuedAtMs, policy.license_duration_seconds)",
    "endOf('license', issuedAtMs, 0)",
  ),
  inVerdict(
    'a renewal is overdue from issue',
    'issuedAtMs + policy.renewal_delay_seconds * SECOND_MS',
    'issuedAtMs',
  ),
  inVerdict('soft enforcement lets anybody finish who watches', '|| viewing.sinceMs >= end.atMs)', ')'),
  inVerdict('soft enforcement lasts as long as the viewing', 'viewing.durationMs === null ? []', 'true ? []'),
  inVerdict(
    'a playback end is soft where the rental is',
    'soft(policy.soft_enforce_playback_duration)',
    'soft(policy.soft_enforce_rental_duration)',
  ),
  inVerdict('an embargo is nothing', 'trusted.nowMs < grant.notBeforeMs)', 'false)'),
  inVerdict('a clock that is behind plays', '(trusted.isClockBehind || isBeforeItsTime', '(isBeforeItsTime'),
  inTime('the floor is forgotten at a start', 'kept?.floorMs ?? clock.now()', 'clock.now()'),
  inTime('what passes while the app is closed is not known', 'floor_ms + passedMs', 'floor_ms'),
  inTime('one start of the machine is as good as another', 'before.boot !== now.boot', 'false'),
  inRecord('the keyring does not know what passed since', '+ passedSince(known', '+ 0 * passedSince(known'),
  inTime('time stands while the app runs', 'Math.max(0, steady() - anchor.steadyMs)', '0'),
  inTime('what the machine has slept is not counted', '(clock.slept?.() ?? 0)', '0'),
  inTime('a clock that is ahead is not believed', 'if (wall && aheadMs > 0) raiseTo(wall.ms);', ''),
  inTime('the floor is written once an hour', '30 * SECOND_MS', '3600 * SECOND_MS'),
  inTime('the service cannot take a mad clock back', 'differenceMs > 0 || isPoisoned', 'differenceMs > 0'),
  inTime(
    'the service takes time back for a late answer',
    'differenceMs < -CLOCK_TOLERANCE_MS',
    'differenceMs < 0',
  ),
  inTime('what the service found of the clock is forgotten', 'correctionMs = nowMs - clock.now();', ''),
  inTime('a clock that was set right is corrected twice', 'if (wall?.isPlain) correctionMs = 0;', ''),
  inLicenses(
    'grace is watched anew in each run',
    'const watched = grant.watchedSeconds + seconds;',
    'const watched = seconds;',
  ),
  inLicenses(
    'first play needs a second more than the grace period',
    'watched >= grant.claims.policy',
    'watched > grant.claims.policy',
  ),
  inLicenses(
    'first play moves with each tick',
    'if (grant.firstPlayAtMs !== null || seconds === 0)',
    'if (seconds === 0)',
  ),
  inRenewing(
    'a renewal of itself clears first play',
    "how.firstPlay === 'kept' && before ? before : fresh",
    'fresh',
  ),
  inRenewing(
    'a renewal by hand keeps first play',
    "how.firstPlay === 'kept' && before ? before : fresh",
    'before ?? fresh',
  ),
  inLicenses(
    'purging drops what may be finished',
    'if (ended && !isFinishing(grant, videoId)) rows',
    'if (ended) rows',
  ),
  {
    what: 'a viewing is over after ten minutes',
    file: 'viewings.ts',
    right: 'VIEWING_GAP_MS: Ms = HOUR_MS',
    wrong: 'VIEWING_GAP_MS: Ms = HOUR_MS / 6',
  },
  {
    what: 'a viewing begins anew with each tick',
    file: 'viewings.ts',
    right: 'of(videoId, viewingId, nowMs)?.sinceMs ?? nowMs',
    wrong: 'nowMs',
  },
  {
    what: 'the latest first play counts',
    file: 'amend.ts',
    right: 'Math.min(...all)',
    wrong: 'Math.max(...all)',
  },
  {
    what: 'first plays of earlier issues count',
    file: 'amend.ts',
    right: ' && told.issuedAtMs >= claims.issuedAtMs',
    wrong: '',
  },
  {
    what: 'what was taken back stays',
    file: 'amend.ts',
    right: 'license: null, ended:',
    wrong: 'ended: grant.ended, was:',
  },
  {
    what: 'a first play under a mad clock stays where it was',
    file: 'amend.ts',
    right: '!isAfterLeap &&',
    wrong: 'true &&',
  },
  {
    what: 'a first play before the clock went mad is moved',
    file: 'amend.ts',
    right: ' && firstPlayLeapMs >= leapMs',
    wrong: '',
  },
  inTime('a step of the clock is forgotten at a restart', 'kept?.leapMs ?? 0', '0'),
  inRecord('the keyring’s floor is not believed', 'trustedTime.atLeast(floorMs);', ''),
  inRecord(
    'the keyring’s first plays are not believed',
    'firstPlays: known.firstPlays }',
    'firstPlays: [] }',
  ),
  inRecord(
    'what was given back comes back with an older folder',
    "if (gone === 'released') {",
    'if (false) {',
  ),
  inRecord('the keyring hears nothing of the end', "if (how === 'noted') note();", ''),
  inRemembered(
    'the keyring forgets first plays with their license',
    '[...before.firstPlays, ...firstPlays]',
    'firstPlays',
  ),
  inRemembered(
    'the keyring forgets what went before',
    '[...before.gone, ...released, ...revoked]',
    '[...released, ...revoked]',
  ),
  inRemembered('what came anew stays gone', 'gone: gone.filter((one) => !isBack(one))', 'gone'),
];
