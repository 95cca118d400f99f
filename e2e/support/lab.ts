import { readFile } from 'node:fs/promises';
import path from 'node:path';
import type { Page } from 'playwright';
import { z } from 'zod';
import { ANSWERED } from '../../src/renderer/lab/from-outside.ts';
import { LabState } from '../../src/shared/lab-contract.ts';
import type { ClockMove, LabFaults } from '../../src/shared/lab-contract.ts';
import type { World } from './world.ts';

/** A call of the contract as the window itself makes it, over whatever connects it to the engine: of apps with the lab only. */
export async function call(page: Page, procedure: string, input?: unknown): Promise<unknown> {
  return page.evaluate(
    async ([at, value]) => {
      type Part = Record<string, unknown>;
      const { layoverLab } = window as unknown as { layoverLab: Part };
      const found = at.split('/').reduce<unknown>((part, name) => (part as Part)[name], layoverLab);
      return (found as (value: unknown) => Promise<unknown>)(value);
    },
    [procedure, input] as const,
  );
}

/** Resolves at the next answer to such a call of the app's own; asked for before what brings it about. */
export async function answered(
  page: Page,
  procedure: string,
  isIt: 'any' | 'watched' = 'any',
): Promise<void> {
  await page.evaluate(
    ([event, name, which]) =>
      new Promise<void>((resolve) => {
        const hear = (told: Event) => {
          const { detail } = told as CustomEvent<{ procedure: string; input: { watchedSeconds?: number } }>;
          if (detail.procedure !== name) return;
          if (which === 'watched' && !detail.input.watchedSeconds) return;
          window.removeEventListener(event, hear);
          resolve();
        };
        window.addEventListener(event, hear);
      }),
    [ANSWERED, procedure, isIt] as const,
  );
}

/** The license lab of the app that runs now, which was started with `--qa`. */
export function labOf(page: Page) {
  const state = async () => LabState.parse(await call(page, 'lab/state'));
  return {
    state,
    clock: (move: ClockMove) => call(page, 'lab/clock', move),
    faults: (faults: Partial<LabFaults>) => call(page, 'lab/faults', faults),
    async grant(videoId: string) {
      const found = (await state()).grants.find((grant) => grant.videoId === videoId);
      if (!found) throw new Error(`no license for ${videoId}`);
      return found;
    },
    /** Lets time pass until then; never back. */
    async until(atMs: number) {
      const { clock } = await state();
      await call(page, 'lab/clock', { do: 'step', ms: atMs - clock.trustedMs });
    },
  };
}

/** What the operator of the service does, with the token that lies in its folder. */
export async function operate(world: World, method: 'PUT' | 'POST', route: string, body: object) {
  const file = path.join(world.serviceData, 'service-state.json');
  const { operatorToken } = z
    .object({ operatorToken: z.string() })
    .parse(JSON.parse(await readFile(file, 'utf8')));
  const answer = await fetch(`${world.service.apiUrl}/api/v1/operator/${route}`, {
    method,
    headers: { authorization: `Bearer ${operatorToken}`, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  if (!answer.ok) throw new Error(`${route}: ${answer.status} ${await answer.text()}`);
}
