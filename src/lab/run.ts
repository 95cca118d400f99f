import type { VerdictChange, Scenario } from '../shared/lab-scenario.ts';
import { durationText, parseDuration } from '../shared/lab-scenario.ts';
import type { Verdict } from '../shared/license.ts';
import type { Clock, Log } from '../shared/platform.ts';
import type { Ms } from '../shared/units.ts';
import { VIEWING_GAP_MS } from '../license/viewings.ts';
import { createInstallation } from './installation.ts';
import type { Installation } from './installation.ts';
import { createLabService } from './service.ts';
import type { LabService } from './service.ts';
import { createVirtualClock } from './virtual-clock.ts';
import type { VirtualClock } from './virtual-clock.ts';

/** One run of a scenario: a machine, an installation on it, a service, and what is written down of the verdicts. */
export interface Run {
  readonly clock: VirtualClock;
  readonly service: LabService;
  readonly app: Installation;
  /** Viewings under way; a restart ends them. */
  readonly viewings: Map<string, Viewing>;
  readonly changes: VerdictChange[];
  /** What time it really is, whatever the machine believes. */
  trueNow(): Ms;
  sinceStart(): Ms;
  /** Duration since the start or a date, as the scenario writes it: as a point in time. */
  momentMs(moment: string): Ms;
  durationMs(videoId: string): Ms;
  /** How fast the machine's wall clock goes. */
  wallRate: number;
  /** How fast time goes once the run is over and left in the lab; 0: it stands still. */
  rate: number;
  isRunning: boolean;
  /** The machine is started again: nobody knows any more how long it was off. */
  reboot(): void;
  /** Lets time pass, and stops at every moment at which a verdict may become another. */
  advance(ms: Ms, how?: 'awake' | 'asleep'): Promise<void>;
  /**
   * What the engine does whenever it finds the service; nothing while it is out of reach. Where only steps are to hear it, a step
   * does, and renews nothing ahead.
   */
  contact(by?: 'step'): Promise<void>;
  /** The step that is being performed: what changes without time passing is its doing. */
  step: Exclude<VerdictChange['cause'], string>;
  /** Writes down which verdicts are others than before. */
  observe(by: 'time' | 'service' | 'step'): void;
}

export interface Viewing {
  readonly videoId: string;
  readonly viewingId: string;
  /** Trusted time. */
  lastWatchedMs: Ms;
}

export async function createRun(scenario: Scenario, folder: string): Promise<Run> {
  const startMs = Date.parse(scenario.startsAt);
  let truthMs = startMs;
  let boots = 1;
  const clock = createVirtualClock(
    standingStill(startMs, () => `start ${boots}`),
    0,
    0,
  );
  const momentMs = (moment: string) => {
    const sinceStart = parseDuration(moment);
    return sinceStart === null ? Date.parse(moment) : startMs + sinceStart;
  };
  const offers = new Map(
    Object.entries(scenario.grants).map(([videoId, { policy, notBefore }]) => [
      videoId,
      { policy, notBeforeMs: notBefore === undefined ? undefined : momentMs(notBefore) },
    ]),
  );
  const service = await createLabService(() => truthMs, offers);
  const app = await createInstallation({
    folder,
    clock,
    service,
    hasKeyring: scenario.keyring,
    log: silent,
  });
  const isHeard = scenario.contact === 'always';
  const viewings = new Map<string, Viewing>();
  const changes: VerdictChange[] = [];
  const known = new Map<string, string>();

  /** Everybody for whom a verdict is watched: whoever would begin, and every viewing under way. */
  const askers = (): { videoId: string; viewingId: string | null }[] => [
    ...Object.keys(scenario.grants).map((videoId) => ({ videoId, viewingId: null })),
    ...viewings.values(),
  ];
  const verdictFor = ({ videoId, viewingId }: { videoId: string; viewingId: string | null }) =>
    viewingId === null ? app.licenses.verdict(videoId) : app.licenses.verdict(videoId, viewingId);

  /** How much true time may pass until something can change by itself. */
  function untilNextEdge(): Ms {
    if (!run.isRunning) return Infinity;
    const trustedNow = app.time.now();
    const edges = askers().flatMap((asker) => edgesOf(verdictFor(asker)));
    for (const { lastWatchedMs } of viewings.values()) edges.push(lastWatchedMs + VIEWING_GAP_MS + 1);
    if (isHeard && service.isOnline) edges.push(...app.renewals.due().map(({ atMs }) => atMs));
    const ahead = edges.map((edge) => edge - trustedNow).filter((ms) => ms > 0);
    // A wall clock that runs fast takes trusted time along.
    return Math.max(1, Math.floor(Math.min(...ahead) / Math.max(1, run.wallRate)));
  }

  const isRenewalDue = () =>
    isHeard &&
    service.isOnline &&
    run.isRunning &&
    app.renewals.due().some(({ atMs }) => atMs <= app.time.now());

  const run: Run = {
    clock,
    service,
    app,
    viewings,
    changes,
    wallRate: 1,
    rate: 0,
    isRunning: true,
    reboot: () => void boots++,
    step: { step: 1, do: '' },
    trueNow: () => truthMs,
    sinceStart: () => truthMs - startMs,
    momentMs,
    durationMs: (videoId) => parseDuration(scenario.grants[videoId]?.duration ?? '') ?? 0,
    async advance(ms, how = 'awake') {
      for (let leftMs = ms; leftMs > 0;) {
        const partMs = how === 'asleep' ? leftMs : Math.min(leftMs, untilNextEdge());
        truthMs += partMs;
        clock[how === 'asleep' ? 'suspend' : 'step'](partMs);
        if (run.wallRate !== 1) clock.setWall(clock.now() + Math.round(partMs * (run.wallRate - 1)));
        leftMs -= partMs;
        run.observe('time');
        if (isRenewalDue()) await run.contact();
      }
    },
    async contact(by) {
      if (!service.isOnline || !run.isRunning || !(isHeard || by === 'step')) return;
      await app.contact({ renews: isHeard });
      run.observe('service');
    },
    observe(by) {
      if (!run.isRunning) return;
      const trustedMs = app.time.now();
      for (const asker of askers()) {
        const verdict = verdictFor(asker);
        const who = JSON.stringify([asker.videoId, asker.viewingId]);
        // Of a viewing only what sets it apart is worth a line.
        const before = known.get(who) ?? (asker.viewingId === null ? undefined : textOf(app, asker.videoId));
        const text = JSON.stringify(verdict);
        known.set(who, text);
        if (text === before) continue;
        changes.push({
          at: durationText(run.sinceStart()),
          atMs: truthMs,
          trustedMs,
          video: asker.videoId,
          viewing: asker.viewingId,
          cause: by === 'step' ? run.step : by,
          verdict,
        });
      }
      for (const who of known.keys()) if (!isAsked(who, askers())) known.delete(who);
    },
  };
  return run;
}

const textOf = (app: Installation, videoId: string) => JSON.stringify(app.licenses.verdict(videoId));
const isAsked = (who: string, askers: { videoId: string; viewingId: string | null }[]) =>
  askers.some(({ videoId, viewingId }) => JSON.stringify([videoId, viewingId]) === who);

/** When a verdict says that it will be another. */
function edgesOf(verdict: Verdict): Ms[] {
  const edges = verdict.allowed ? [verdict.startByMs, verdict.playableUntilMs] : [verdict.startsAtMs];
  return edges.filter((edge) => typeof edge === 'number');
}

/** Under a virtual clock that only steps move. */
function standingStill(nowMs: Ms, boot: () => string): Clock {
  return {
    now: () => nowMs,
    monotonic: () => 0,
    uptime: () => ({ boot: boot(), ms: 0 }),
    sleep: () => new Promise(() => undefined),
  };
}

const silent: Log = { debug() {}, info() {}, warn() {}, error() {} };
