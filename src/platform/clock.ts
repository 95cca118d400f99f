import { readFileSync, readlinkSync } from 'node:fs';
import os from 'node:os';
import type { Clock, Uptime } from '../shared/platform.ts';
import { SECOND_MS } from '../shared/units.ts';
import type { Ms } from '../shared/units.ts';

/** Node fires a longer timer at once (it keeps the delay in 32 bits), so long sleeps are cut in pieces. */
const LONGEST_TIMER_MS: Ms = 2 ** 31 - 1;

/** What `sleptOf` looks at; the system's own unless a test has others. Both in milliseconds. */
interface Counters {
  readonly platform: NodeJS.Platform;
  /** Stands while the machine sleeps, or goes on. */
  awakeMs(): Ms;
  /** Goes on while the machine sleeps. */
  uptimeMs(): Ms;
}
const systemCounters: Counters = {
  platform: process.platform,
  awakeMs: () => performance.now(),
  uptimeMs: () => os.uptime() * SECOND_MS,
};
/** Asking costs a file on Linux, and verdicts ask for every segment. */
const LOOKED_EVERY_MS: Ms = SECOND_MS;
/** Systems count the time since they started in seconds or hundredths. */
const GRAIN_MS: Ms = 2 * SECOND_MS;

/**
 * The time since the system started goes on while it sleeps on Linux (CLOCK_BOOTTIME) and Windows (GetTickCount64), and
 * nobody sets it. On macOS libuv makes it of the wall clock, which says nothing here: undefined.
 */
export function sleptOf(counters: Counters = systemCounters): (() => Ms) | undefined {
  const { platform, awakeMs, uptimeMs } = counters;
  if (platform !== 'linux' && platform !== 'win32') return undefined;
  const ahead = () => uptimeMs() - awakeMs();
  const atStart = ahead();
  let lookedAtMs = awakeMs();
  let sleptMs: Ms = 0;
  return () => {
    if (awakeMs() - lookedAtMs < LOOKED_EVERY_MS) return sleptMs;
    lookedAtMs = awakeMs();
    const more = ahead() - atStart - sleptMs;
    if (more >= GRAIN_MS) sleptMs += more;
    return sleptMs;
  };
}

/** What tells one run of the machine from another; undefined: nothing does. */
interface BootNames {
  readonly platform: NodeJS.Platform;
  read(file: string): string;
  link(file: string): string;
  hostname(): string;
}
const systemNames: BootNames = {
  platform: process.platform,
  read: (file) => readFileSync(file, 'utf8'),
  link: (file) => readlinkSync(file),
  hostname: () => os.hostname(),
};

/**
 * Linux names each start of its kernel. A container may have that name and another count: so its namespaces are part of it.
 * Windows names none: the count of a later start is less than what passed since an earlier reading, never more, so one
 * name for the computer does. macOS: see `sleptOf`.
 */
export function bootNameOf(names: BootNames = systemNames): string | undefined {
  if (names.platform === 'win32') return `win32 ${names.hostname()}`;
  if (names.platform !== 'linux') return undefined;
  try {
    const boot = names.read('/proc/sys/kernel/random/boot_id').trim();
    return [boot, ...['time', 'pid'].map((kind) => names.link(`/proc/self/ns/${kind}`))].join(' ');
  } catch {
    return undefined;
  }
}

export function uptimeOf(
  boot: string | undefined = bootNameOf(),
  uptimeMs: () => Ms = systemCounters.uptimeMs,
): (() => Uptime) | undefined {
  return boot === undefined ? undefined : () => ({ boot, ms: Math.round(uptimeMs()) });
}

/** The machine's clock. */
export function createSystemClock(): Clock {
  const slept = sleptOf();
  const uptime = uptimeOf();
  return {
    now: () => Date.now(),
    monotonic: () => performance.now(),
    slept,
    uptime,
    sleep: (ms, signal) => sleep(ms, signal),
  };
}

function sleep(ms: Ms, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) {
      reject(reasonOf(signal));
      return;
    }
    const endsAt = performance.now() + ms;
    let timer: NodeJS.Timeout | undefined;
    const onAbort = () => {
      clearTimeout(timer);
      reject(reasonOf(signal));
    };
    const arm = () => {
      const leftMs = endsAt - performance.now();
      if (leftMs > LONGEST_TIMER_MS) {
        timer = setTimeout(arm, LONGEST_TIMER_MS);
        return;
      }
      timer = setTimeout(
        () => {
          signal?.removeEventListener('abort', onAbort);
          resolve();
        },
        Math.max(0, leftMs),
      );
    };
    signal?.addEventListener('abort', onAbort, { once: true });
    arm();
  });
}

function reasonOf(signal: AbortSignal | undefined): Error {
  const reason: unknown = signal?.reason;
  return reason instanceof Error ? reason : new Error('aborted', { cause: reason });
}
