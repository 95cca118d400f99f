import { LayoverError } from '../../shared/errors.ts';
import type { Parts } from '../parts.ts';
import { procedures } from './base.ts';

/** `app`, `auth`, `profiles`, `settings`, `sync`: everything that is not about a title. */
export function accountRouter(parts: Parts) {
  const { account, catalog, connection, events, service, settings, sync, who } = parts;

  return {
    app: {
      status: procedures.app.status.handler(() => parts.status()),
      probe: procedures.app.probe.handler(async () => {
        await connection.probe();
        return parts.status();
      }),
      events: procedures.app.events.handler(async function* ({ signal }) {
        // The first event says how things stand, so that a listener needs no second question.
        const rest = events.listen(signal);
        yield { type: 'status' as const, status: await parts.status() };
        yield* rest;
      }),
    },

    auth: {
      signIn: procedures.auth.signIn.handler(async ({ input }) => {
        const serviceUrl = input.serviceUrl ?? settings.read().serviceUrl ?? account.serviceUrl();
        if (!serviceUrl) throw new LayoverError('settings/invalid', { reason: 'no service address' });
        const { deviceId, publicKey } = parts.device;
        const before = account.serviceUrl();
        parts.serviceUrl.use(serviceUrl);
        try {
          const answer = await service.signIn({
            email: input.email,
            password: input.password,
            device: { deviceId, name: parts.deviceName, publicKey },
          });
          parts.trustedTime.observeServiceTime(answer.nowMs);
          await account.signedIn(answer, serviceUrl);
        } catch (thrown) {
          if (before) parts.serviceUrl.use(before);
          throw thrown;
        }
        settings.write({ serviceUrl });
        await catalog.refreshProfiles();
        await connection.probe();
        await parts.refresh.everything();
        sync.connected();
        return parts.changedStatus();
      }),
      signOut: procedures.auth.signOut.handler(async () => {
        parts.playback.stopAll();
        // What was done but not sent yet stays in the outbox for this account; sending it now is a courtesy.
        await sync.now().catch(() => undefined);
        account.signedOut();
        return parts.changedStatus();
      }),
    },

    profiles: {
      list: procedures.profiles.list.handler(async () => {
        if (!account.current()) throw new LayoverError('auth/signed-out');
        return catalog.profiles();
      }),
      choose: procedures.profiles.choose.handler(async ({ input }) => {
        await who.choose(input.profileId, input.pin);
        parts.refresh.home(input.profileId);
        return parts.changedStatus();
      }),
    },

    settings: {
      read: procedures.settings.read.handler(() => settings.read()),
      write: procedures.settings.write.handler(({ input }) => {
        const written = settings.write(input);
        events.emit({ type: 'changed', what: 'settings' });
        return written;
      }),
    },

    sync: {
      now: procedures.sync.now.handler(async () => {
        const report = await sync.now();
        await parts.changedStatus();
        return report;
      }),
    },
  };
}
