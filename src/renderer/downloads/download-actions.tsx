import { useState } from 'react';
import { KeyRound, Pause, Pin, Play, RotateCw, Trash2, X, Zap } from 'lucide-react';
import type { DownloadView } from '../../shared/downloads.ts';
import { useDownloadAction, useRemoveDownloads } from '../data/actions.ts';
import { useIsOffline } from '../data/queries.ts';
import { useText } from '../i18n/use-text.ts';
import { Button, IconButton, IconToggle } from '../ui/button.tsx';
import { ErrorNotice } from '../ui/notice.tsx';
import { PriorityMenu } from './priority-menu.tsx';
import { RemoveQuestion } from './remove-question.tsx';
import { canStartAnyway, sectionOf, summaryOf } from './state.ts';

interface DownloadActionsProps {
  download: DownloadView;
  name: string;
  /** Those of the queue, in its order; absent: it does not stand there. */
  queueIds?: readonly string[];
}

/** Nothing gives it back: removing it is all that is left to do. */
const isGone = (verdict: DownloadView['verdict']) =>
  !verdict.allowed && !verdict.canRenew && verdict.reason !== 'not-yet' && verdict.reason !== 'clock-behind';

/** What can be done with a download now; what goes wrong is told on the spot. */
export function DownloadActions({ download, name, queueIds = [] }: DownloadActionsProps) {
  const text = useText();
  const { downloadId, verdict, position } = download;
  const [isAsking, setAsking] = useState(false);
  const pause = useDownloadAction((client, input) => client.downloads.pause(input));
  const resume = useDownloadAction((client, input) => client.downloads.resume(input));
  const startAnyway = useDownloadAction((client, input) => client.downloads.startAnyway(input));
  const renew = useDownloadAction((client, input) => client.downloads.renewLicense(input));
  const pin = useDownloadAction((client, isPinned: boolean) =>
    client.downloads.pin({ downloadId, isPinned }),
  );
  const remove = useRemoveDownloads();
  const summary = summaryOf(download);
  const section = sectionOf(download);
  const isWhole = download.state === 'completed';
  // Offline the line of its license says what will help, and there is nothing to press.
  const isOffline = useIsOffline();
  const isRunning = (section === 'now' || section === 'queue') && summary !== 'paused';

  return (
    <div className="download-actions">
      <ErrorNotice
        error={pause.error ?? resume.error ?? startAnyway.error ?? renew.error ?? pin.error ?? remove.error}
      />
      {summary === 'locked' && verdict.canRenew && !isOffline ? (
        <Button
          look="primary"
          icon={<KeyRound aria-hidden />}
          aria-label={text('downloads.renewNamed', { name })}
          isPending={renew.isPending}
          onPress={() => renew.mutate({ downloadId })}
        >
          {text('downloads.renew')}
        </Button>
      ) : null}
      {summary === 'locked' && isGone(verdict) ? (
        <Button
          look="plain"
          icon={<Trash2 aria-hidden />}
          aria-label={text('downloads.remove', { name })}
          isDisabled={remove.isPending}
          onPress={() => remove.mutate([downloadId])}
        >
          {text('remove.confirm')}
        </Button>
      ) : null}
      {canStartAnyway(download) ? (
        <Button
          look="quiet"
          icon={<Zap aria-hidden />}
          aria-label={text('downloads.anywayNamed', { name })}
          isPending={startAnyway.isPending}
          onPress={() => startAnyway.mutate({ downloadId })}
        >
          {text('downloads.anyway')}
        </Button>
      ) : null}
      {isRunning ? (
        <IconButton
          label={text('downloads.pause', { name })}
          icon={<Pause aria-hidden />}
          isDisabled={pause.isPending}
          onPress={() => pause.mutate({ downloadId })}
        />
      ) : null}
      {summary === 'paused' || summary === 'failed' ? (
        <IconButton
          label={text('downloads.resume', { name })}
          icon={summary === 'failed' ? <RotateCw aria-hidden /> : <Play aria-hidden />}
          isDisabled={resume.isPending}
          onPress={() => resume.mutate({ downloadId })}
        />
      ) : null}
      {isWhole ? (
        <IconToggle
          label={text('downloads.pin', { name })}
          icon={<Pin aria-hidden {...(download.isPinned ? { fill: 'currentColor' } : {})} />}
          isOn={download.isPinned}
          isDisabled={pin.isPending}
          onChange={(isPinned) => pin.mutate(isPinned)}
        />
      ) : null}
      {summary === 'locked' && isGone(verdict) ? null : (
        <IconButton
          label={text(isWhole ? 'downloads.remove' : 'downloads.cancel', { name })}
          icon={isWhole ? <Trash2 aria-hidden /> : <X aria-hidden />}
          isDisabled={remove.isPending || summary === 'removing'}
          onPress={() => (position?.completed ? remove.mutate([downloadId]) : setAsking(true))}
        />
      )}
      {section === 'now' || section === 'queue' ? (
        <PriorityMenu download={download} name={name} queueIds={queueIds} />
      ) : null}
      <RemoveQuestion
        title={text(isWhole ? 'remove.title' : 'remove.titleRunning')}
        question={text('remove.question', { name })}
        isOpen={isAsking}
        onClose={() => setAsking(false)}
        onRemove={() => remove.mutate([downloadId])}
      />
    </div>
  );
}
