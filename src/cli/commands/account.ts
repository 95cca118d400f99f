import { z } from 'zod';
import { hear } from '../check-in.ts';
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

/** Waits, for a while, until the service's word on licenses was heard: a command that ends before it would say what was. */
export async function status(session: Session): Promise<void> {
  const { client } = session.engine;
  const { connection } = await client.app.probe();
  const checkedIn = connection === 'online' && (await hear(session));
  const now = await client.app.status();
  session.output.answer({ ...now, checkedIn }, () => {
    const who = now.account?.mustSignInAgain
      ? `${now.account.email}, to be signed in again`
      : (now.account?.email ?? 'signed out');
    const heard = checkedIn || !now.account ? '' : '; not heard what became of your licenses';
    return `${now.connection}; ${who}; ${now.pendingMutations} to send${heard}`;
  });
}

export async function sync(session: Session): Promise<void> {
  const report = await session.engine.client.sync.now();
  const checkedIn = await hear(session);
  session.output.answer({ ...report, checkedIn }, () => {
    const heard = checkedIn ? '' : ' What became of your licenses was not heard.';
    return `${report.sent} sent, ${report.pending} still waiting.${heard}`;
  });
}
