import { LogAnswer } from '../../service/oca/control.ts';
import type { LogEntry } from '../../service/oca/control.ts';
import type { FaultRule } from '../../service/oca/faults.ts';
import type { RunningService, Service } from '../../scripts/journey/processes.ts';

type Oca = Service['ocas'][number];

/** Makes every OCA misbehave so; no rules: well again. */
export async function setFaults(service: RunningService, rules: FaultRule[]): Promise<void> {
  for (const { controlUrl } of service.ocas) {
    const answer = await fetch(controlUrl, {
      method: 'PUT',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ rules }),
    });
    if (!answer.ok) throw new Error(`${controlUrl}: ${answer.status} ${await answer.text()}`);
  }
}

export function slowTo(service: RunningService, bytesPerSecond: number): Promise<void> {
  return setFaults(service, [{ fault: { kind: 'bandwidth', bytesPerSecond } }]);
}

/** Segments of media that this OCA was asked for, oldest first. */
export async function segmentsAsked({ controlUrl }: Oca): Promise<LogEntry[]> {
  const answer = await fetch(new URL('log', controlUrl));
  const { requests } = LogAnswer.parse(await answer.json());
  return requests.filter(({ path }) => /\.(m4s|vtt)$/.test(path));
}

/** The same of the whole fleet, in no order. */
export async function segmentsAskedOfAll(service: RunningService): Promise<LogEntry[]> {
  return (await Promise.all(service.ocas.map(segmentsAsked))).flat();
}

/** The OCA that gave the most segments of this video; undefined while none did. */
export async function ocaInUse(service: RunningService, videoId: string): Promise<Oca | undefined> {
  const counted = await Promise.all(
    service.ocas.map(async (oca) => {
      const asked = await segmentsAsked(oca);
      return { oca, given: asked.filter(({ path }) => path.startsWith(`${videoId}/`)).length };
    }),
  );
  const [most] = counted.filter(({ given }) => given > 0).toSorted((a, b) => b.given - a.given);
  return most?.oca;
}
