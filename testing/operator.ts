import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';

const ServiceState = z.object({ operatorToken: z.string() });

/**
 * Asks an operator's route of a running service, with the token that its data folder holds. Throws what the service answers
 * when it refuses.
 */
export async function operate(
  { apiUrl, dataDir }: { apiUrl: string; dataDir: string },
  below: string,
  body: object,
  method: 'POST' | 'PUT' = 'POST',
): Promise<void> {
  const state: unknown = JSON.parse(await readFile(path.join(dataDir, 'service-state.json'), 'utf8'));
  const { operatorToken } = ServiceState.parse(state);
  const answer = await fetch(`${apiUrl}/api/v1/operator/${below}`, {
    method,
    headers: { 'content-type': 'application/json', authorization: `Bearer ${operatorToken}` },
    body: JSON.stringify(body),
  });
  if (!answer.ok) throw new Error(`${below}: ${String(answer.status)} ${await answer.text()}`);
}
