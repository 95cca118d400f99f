import { createRouterClient } from '@orpc/server';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { createFakeNetwork } from '../../testing/fake-network.ts';
import { createFakePower } from '../../testing/fake-power.ts';
import { createFakeSecretBox } from '../../testing/fake-secret-box.ts';
import { createLicenseWorld } from '../../testing/license-world.ts';
import type { LicenseWorld } from '../../testing/license-world.ts';
import { temporaryFolder } from '../../testing/temporary-folder.ts';
import type { Licenses, TrustedTime } from '../license/types.ts';
import { Scenario } from '../shared/lab-scenario.ts';
import type { LabClient } from '../shared/lab-contract.ts';
import type { Platform } from '../shared/platform.ts';
import { DAY_MS, HOUR_MS } from '../shared/units.ts';
import { createLab } from './lab.ts';
import type { Lab } from './lab.ts';
import { simulate } from './simulate.ts';

const v = 'v1';
let world: LicenseWorld;
let machine: Platform;
let lab: Lab;
let client: LabClient['lab'];
let licenses: Licenses;
let time: TrustedTime;
const heard: string[] = [];
const answer = async () => Response.json({ licenses: 'from the service' });

/** The license stage on the lab's clock, as a host that was started with `--qa` builds it. */
beforeEach(async () => {
  world = await createLicenseWorld();
  machine = {
    clock: world.clock,
    fetch: answer,
    paths: { userData: temporaryFolder(), downloads: '' },
    secrets: createFakeSecretBox(),
    network: createFakeNetwork(),
    power: createFakePower(),
  } as Partial<Platform> as Platform;
  lab = createLab(machine);
  ({ licenses, time } = world.open(undefined, lab.platform.clock));
  heard.length = 0;
  const parts = {
    licenses,
    trustedTime: time,
    changed: () => heard.push('changed'),
    probe: () => heard.push('probe'),
  };
  client = createRouterClient(lab.extend(parts).lab);
  await licenses.acquire(v, 'offline');
});

describe('the clock', () => {
  it('is stepped, set and put to sleep, and the screens are told', async () => {
    const before = (await client.state()).clock;
    expect(before).toMatchObject({ rate: 1, isBehind: false });
    await client.clock({ do: 'step', ms: DAY_MS });
    await client.clock({ do: 'sleep', ms: HOUR_MS });
    const after = (await client.state()).clock;
    expect(after.trustedMs - before.trustedMs).toBe(DAY_MS + HOUR_MS);
    const { clock } = await client.clock({ do: 'set', wallMs: before.wallMs });
    expect(clock).toMatchObject({ wallMs: before.wallMs, trustedMs: after.trustedMs, isBehind: true });
    expect((await client.clock({ do: 'rate', rate: 60 })).clock.rate).toBe(60);
    expect(heard).toEqual(['changed', 'changed', 'changed', 'changed']);
  });

  it('closes and opens the lid for whoever listens', async () => {
    const lid: string[] = [];
    lab.platform.power.onSuspend(() => lid.push(`closed ${lab.platform.clock.now()}`));
    lab.platform.power.onResume(() => lid.push(`open ${lab.platform.clock.now()}`));
    const nowMs = lab.platform.clock.now();
    await client.clock({ do: 'sleep', ms: HOUR_MS });
    expect(lid).toEqual([`closed ${nowMs}`, `open ${nowMs + HOUR_MS}`]);
  });
});

describe('a license', () => {
  it('is drawn with its windows, and with what the license stage will say', async () => {
    const [grant] = (await client.state()).grants;
    const { issuedAtMs } = licenses.holdings()[0]!;
    expect(grant).toMatchObject({
      videoId: v,
      windows: [{ limit: 'rental', fromMs: issuedAtMs, untilMs: issuedAtMs + 30 * DAY_MS }],
      outlook: [
        { fromMs: issuedAtMs, verdict: { allowed: true } },
        { fromMs: issuedAtMs + 30 * DAY_MS, verdict: { allowed: false, reason: 'rental-expired' } },
      ],
    });
    const before = await client.verdictAt({ videoId: v, atMs: issuedAtMs + 30 * DAY_MS - 1 });
    const at = await client.verdictAt({ videoId: v, atMs: issuedAtMs + 30 * DAY_MS });
    expect([before.allowed, at.allowed]).toEqual([true, false]);
    await expect(client.verdictAt({ videoId: 'none', atMs: 1 })).rejects.toMatchObject({
      code: 'license/none',
    });
  });

  it('is taken back', async () => {
    await client.revoke({ videoId: v });
    expect(licenses.verdict(v)).toMatchObject({ allowed: false, reason: 'revoked' });
  });

  it('is told as a scenario that holds', async () => {
    await client.clock({ do: 'step', ms: DAY_MS });
    licenses.recordWatched(v, 5);
    await client.clock({ do: 'step', ms: 3 * DAY_MS });
    const scenario = await client.exportScenario();
    expect(scenario.steps.map((step) => step.do)).toEqual([
      'acquire',
      'pass',
      'watched',
      'stop',
      'pass',
      'expect',
    ]);
    expect(await simulate(scenario)).toMatchObject({ ok: true, failures: [] });
    expect(await client.importScenario(scenario)).toMatchObject({ ok: true, expectations: 1 });
    const state = await client.state();
    expect(state.scenario?.grants[0]?.verdict).toEqual(state.grants[0]?.verdict);
  });

  it('of an imported scenario is apart from the app’s, and its time goes with the lab’s clock', async () => {
    const own = (await client.state()).grants;
    const scenario = Scenario.parse({
      version: 1,
      title: 'Own',
      steps: [{ do: 'acquire' }, { do: 'offline' }, { do: 'expect', verdict: { allowed: true } }],
    });
    const startMs = Date.parse(scenario.startsAt);
    expect(await client.importScenario(scenario)).toMatchObject({ ok: true });
    expect((await client.state()).grants).toEqual(own);
    const moved = (await client.clock({ do: 'step', ms: 30 * DAY_MS })).scenario;
    expect(moved).toMatchObject({
      title: 'Own',
      clock: { trustedMs: startMs + 30 * DAY_MS },
      grants: [{ videoId: 'film', verdict: { allowed: false, reason: 'rental-expired' } }],
    });
    expect(await client.verdictAt({ videoId: 'film', atMs: startMs, of: 'scenario' })).toMatchObject({ allowed: true }); // prettier-ignore
    expect((await client.putAway()).scenario).toBeNull();
    await expect(client.verdictAt({ videoId: 'film', atMs: startMs })).rejects.toThrow();
  });
});

describe('a fault', () => {
  const post = (at: string) =>
    lab.platform.fetch(`http://service.example/api/v1${at}`, { method: 'POST', body: '{}' });

  it('offline: the network says so, and nothing goes out', async () => {
    let changes = 0;
    lab.platform.network.onChange(() => changes++);
    await client.faults({ offline: true });
    expect([lab.platform.network.isOnline(), changes]).toEqual([false, 1]);
    await expect(post('/licenses')).rejects.toThrow(TypeError);
    await client.faults({ offline: false });
    expect([lab.platform.network.isOnline(), changes]).toEqual([true, 2]);
    expect((await post('/licenses')).ok).toBe(true);
  });

  it('the charger pulled out: told at once, and over when it is plugged in', async () => {
    const told: boolean[] = [];
    onTestFinished(lab.platform.power.onSupplyChange(() => told.push(lab.platform.power.isOnBattery())));
    await client.faults({ onBattery: true });
    await client.faults({ offline: false });
    await client.faults({ onBattery: false });
    expect(told).toEqual([true, false]);
  });

  it('renewals refused: the service says no to these, and to nothing else', async () => {
    await client.faults({ renewalsRefused: true });
    const statuses = ['/licenses/l1/renew', '/licenses', '/licenses/l1/release', '/sync'].map(post);
    expect((await Promise.all(statuses)).map(({ status }) => status)).toEqual([403, 403, 200, 200]);
  });

  it('the service’s time is wrong: it is believed, and nobody sets it right', async () => {
    const before = time.now();
    await client.faults({ serviceTimeWrongByMs: 60 * DAY_MS });
    expect(time.now() - before).toBe(60 * DAY_MS);
    expect((await post('/devices/d1/check-in')).status).toBe(503);
    await client.faults({ serviceTimeWrongByMs: 0 });
    expect((await post('/devices/d1/check-in')).status).toBe(200);
    expect(heard).toContain('probe');
  });

  it('keychain lost: from the next start on, until it is found again', async () => {
    const sealed = await lab.platform.secrets.seal(Buffer.from('before'));
    await client.faults({ keychainLost: true });
    const next = createLab(machine).platform.secrets;
    await expect(next.open(sealed)).rejects.toMatchObject({ code: 'device/secret-unreadable' });
    const fresh = await next.seal(Buffer.from('after'));
    const afterThat = createLab(machine);
    expect(Buffer.from(await afterThat.platform.secrets.open(fresh)).toString()).toBe('after');
    await expect(afterThat.platform.secrets.open(sealed)).rejects.toThrow();
    expect((await client.faults({ keychainLost: false })).faults.keychainLost).toBe(false);
    expect(Buffer.from(await createLab(machine).platform.secrets.open(sealed)).toString()).toBe('before');
  });
});
