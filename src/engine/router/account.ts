import { z } from 'zod';
import { LayoverError } from '../../shared/errors.ts';
import type { EngineEvent } from '../../shared/contract.ts';
import { devicesOf, removeDevice } from '../devices.ts';
import type { Parts } from '../parts.ts';
import { procedures } from './base.ts';

const isEmail = (text: string) => z.email().safeParse(text).success;

/** `app`, `auth`, `profiles`, `devices`, `licenses`, `settings`, `sync`: everything that is not about a title. */
export function accountRouter(
  parts: Parts,
  { settingsChanged, signedIn }: { settingsChanged: () => void; signedIn: () => Promise<void> },
) {
  const { account, catalog, connection, events, service, settings, sync, who } = parts;

  return {
    app: {
      status: procedures.app.status.handler(() => parts.status()),
      probe: procedures.app.probe.handler(async () => {
        await connection.probe();
        return parts.status();
      }),
      events: procedures.app.events.handler(({ signal }) => fromNowOn(parts, signal)),
    },

    auth: {
      signIn: procedures.auth.signIn.handler(async ({ input }) => {
        const serviceUrl = input.serviceUrl ?? settings.read().serviceUrl ?? account.serviceUrl();
        if (!serviceUrl) throw new LayoverError('service/no-address');
        // No account has such a name, whatever a browser's form lets through.
        if (!isEmail(input.email)) throw new LayoverError('auth/wrong-credentials');
        const { deviceId, publicKey } = parts.device;
        parts.serviceUrl.use(serviceUrl);
        try {
          const answer = await service.signIn({
            email: input.email,
            password: input.password,
            device: { deviceId, name: parts.deviceName, publicKey },
          });
          // While nobody is signed in yet: else whatever follows from a service in reach would be asked for twice.
          await connection.probe();
          const { isAnother } = await account.signedIn(answer, serviceUrl);
          // Before anything else is asked: what could not be asked would be the last account's.
          if (isAnother) catalog.forgetProfiles();
          await parts.licensing.signedIn();
          await accountChanged(parts);
          settings.write({ serviceUrl });
        } finally {
          // From here on the settings say where the service is: the new place, or, refused, the old one.
          parts.serviceUrl.use(null);
        }
        await catalog.refreshProfiles();
        await signedIn();
        return parts.changedStatus();
      }),
      signOut: procedures.auth.signOut.handler(async () => {
        // What was done but not sent yet stays in the outbox for this account; sending it now is a courtesy.
        await sync.now().catch(() => undefined);
        account.signedOut();
        await accountChanged(parts);
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
        parts.sources.forget();
        parts.refresh.home(input.profileId);
        return parts.changedStatus();
      }),
    },

    devices: {
      list: procedures.devices.list.handler(() => devicesOf(parts)),
      remove: procedures.devices.remove.handler(({ input }) => removeDevice(parts, input.deviceId)),
    },

    licenses: {
      clock: procedures.licenses.clock.handler(() => parts.licensing.clock()),
      checkIn: procedures.licenses.checkIn.handler(async () => {
        await parts.licensing.checkIn();
        return parts.licensing.clock();
      }),
    },

    settings: {
      read: procedures.settings.read.handler(() => settings.read()),
      write: procedures.settings.write.handler(({ input }) => {
        const written = settings.write(input);
        events.emit({ type: 'changed', what: 'settings' });
        settingsChanged();
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

/** Nothing of the last account's goes on: what plays, what is downloaded, the addresses in its name. */
async function accountChanged({ playback, sources, downloads, watching }: Parts): Promise<void> {
  watching.endAll();
  playback.stopAll();
  sources.forget();
  await downloads.accountChanged();
}

/**
 * Listens before it asks how things stand: what happens in between is told, too. The first event is the
 * status, so that a listener needs no second question.
 */
async function fromNowOn(
  { events, status }: Parts,
  signal: AbortSignal | undefined,
): Promise<AsyncGenerator<EngineEvent, void, void>> {
  const rest = events.listen(signal);
  const first = await status();
  return (async function* () {
    try {
      yield { type: 'status' as const, status: first };
      yield* rest;
    } finally {
      await rest.return();
    }
  })();
}
