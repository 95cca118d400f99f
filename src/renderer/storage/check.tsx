import { ShieldCheck } from 'lucide-react';
import { useStorageAction } from '../data/actions.ts';
import { useStorage } from '../data/queries.ts';
import { useTrustedNow } from '../data/trusted-now.ts';
import { useFormat } from '../i18n/use-format.ts';
import { useText } from '../i18n/use-text.ts';
import { Button } from '../ui/button.tsx';
import { ErrorNotice } from '../ui/notice.tsx';

/** Begins to verify what is stored, and says what the last time found. Its progress is `StorageRunning`'s. */
export function CheckDownloads() {
  const text = useText();
  const format = useFormat();
  const nowMs = useTrustedNow();
  const storage = useStorage();
  const check = useStorageAction((client) => client.storage.check());
  if (!storage) return null;
  const { lastCheck } = storage;
  return (
    <>
      <Button
        look="quiet"
        icon={<ShieldCheck aria-hidden />}
        isDisabled={storage.check !== null || storage.move !== null || !storage.isPresent || check.isPending}
        onPress={() => check.mutate()}
      >
        {text('storage.check')}
      </Button>
      <ErrorNotice error={check.error} />
      <p className="settings-hint" role="status">
        {lastCheck
          ? text('storage.lastCheck', {
              when: format.moment(lastCheck.finishedAtMs, nowMs),
              count: lastCheck.damagedSegments,
            })
          : text('storage.neverChecked')}
      </p>
    </>
  );
}
