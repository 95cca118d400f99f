import { z } from 'zod';
import type { Session } from '../run.ts';
import { parseOptions, usageError } from '../usage.ts';

const SignIn = z.object({ password: z.string().optional() });

/** `sign-in EMAIL [--password P]`; the password also comes from LAYOVER_PASSWORD, so it need not be in a history. */
export async function signIn(
  { engine, output, options }: Session,
  email: string,
  raw: unknown,
): Promise<void> {
  const { password } = parseOptions(SignIn, raw);
  if (!z.email().safeParse(email).success) throw usageError(`${email} is not an email address`);
  const secret = password ?? process.env['LAYOVER_PASSWORD'];
  if (!secret) throw usageError('give the password by --password or in LAYOVER_PASSWORD');
  const status = await engine.client.auth.signIn({
    email,
    password: secret,
    ...(options.service ? { serviceUrl: options.service } : {}),
  });
  output.answer({ account: status.account }, () => `Signed in as ${status.account?.email ?? email}.`);
}

export async function status({ engine, output }: Session): Promise<void> {
  const now = await engine.client.app.probe();
  output.answer(now, () => {
    const who = now.account?.mustSignInAgain
      ? `${now.account.email}, to be signed in again`
      : (now.account?.email ?? 'signed out');
    return `${now.connection}; ${who}; ${now.pendingMutations} to send`;
  });
}

export async function sync({ engine, output }: Session): Promise<void> {
  const report = await engine.client.sync.now();
  output.answer(report, () => `${report.sent} sent, ${report.pending} still waiting.`);
}
