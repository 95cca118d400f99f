import { readFile } from 'node:fs/promises';
import type { ScenarioResult, VerdictChange } from '../../shared/lab-scenario.ts';
import type { Output } from '../output.ts';
import { FAILED, table } from '../output.ts';
import { usageError } from '../usage.ts';

/** Runs a scenario of the license lab, and tells every change of verdict. Exit code 1 when an expectation fails. */
export async function simulate(output: Output, file: string): Promise<void> {
  // Only who simulates loads the lab: nothing else here knows of it.
  const [{ Scenario }, lab] = await Promise.all([
    import('../../shared/lab-scenario.ts'),
    import('../../lab/simulate.ts'),
  ]);
  const parsed = Scenario.safeParse(await jsonIn(file));
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw usageError(`${file}: ${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'not a scenario'}`);
  }
  const result = await lab.simulate(parsed.data);
  output.answer(result, () => inWords(result));
  if (!result.ok) process.exitCode = FAILED;
}

async function jsonIn(file: string): Promise<unknown> {
  try {
    return JSON.parse(await readFile(file, 'utf8'));
  } catch (cause) {
    throw usageError(
      `${file} cannot be read as JSON: ${cause instanceof Error ? cause.message : String(cause)}`,
    );
  }
}

function inWords({ title, ok, changes, failures, expectations }: ScenarioResult): string {
  const failed = failures.map(
    ({ step, at, message }) => `Step ${step}, at ${at}:\n${message.replaceAll(/^/gm, '  ')}`,
  );
  return [
    title,
    '',
    table(changes.map((change) => [change.at, whose(change), verdictInWords(change), causeInWords(change)])),
    '',
    ...failed,
    ok
      ? `All ${expectations} expectations hold.`
      : `${failures.length} of ${expectations} expectations failed.`,
  ].join('\n');
}

const whose = ({ video, viewing }: VerdictChange) =>
  viewing === null ? video : `${video}, viewing ${viewing}`;
const causeInWords = ({ cause }: VerdictChange) =>
  typeof cause === 'string' ? cause : `step ${cause.step}: ${cause.do}`;

function verdictInWords({ verdict }: VerdictChange): string {
  if (!verdict.allowed) return `refused: ${verdict.reason}`;
  const utc = (atMs: number) => new Date(atMs).toISOString();
  if (verdict.startByMs !== null) return `may be started until ${utc(verdict.startByMs)}`;
  return verdict.playableUntilMs === null
    ? 'plays without end'
    : `plays until ${utc(verdict.playableUntilMs)}`;
}
