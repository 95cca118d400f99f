import { useState } from 'react';
import { KeyRound, Pause, Play, RotateCw, Trash2, X } from 'lucide-react';
import type { DownloadView } from '../../shared/downloads.ts';
import { useDownloadAction, useRemoveDownloads } from '../data/actions.ts';
import { useText } from '../i18n/use-text.ts';
import { Button, IconButton } from '../ui/button.tsx';
import { Dialog } from '../ui/dialog.tsx';
import { ErrorNotice } from '../ui/notice.tsx';
import { summaryOf } from './state.ts';

/** What can be done with a download now; what goes wrong is told on the spot. */
export function DownloadActions({ download, name }: { download: DownloadView; name: string }) {
  const text = useText();
  const [isAsking, setAsking] = useState(false);
  const pause = useDownloadAction((client, input) => client.downloads.pause(input));
  const resume = useDownloadAction((client, input) => client.downloads.resume(input));
  const renew = useDownloadAction((client, input) => client.downloads.renewLicense(input));
  const remove = useRemoveDownloads();
  const summary = summaryOf(download);
  const { downloadId, verdict } = download;
  const isRunning = summary === 'downloading' || summary === 'queued' || summary === 'waiting';
  const isFinished = summary === 'completed' || summary === 'locked';

  return (
    <div className="download-actions">
      <ErrorNotice error={pause.error ?? resume.error ?? renew.error ?? remove.error} />
      {summary === 'locked' && verdict.canRenew ? (
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
      <IconButton
        label={text(isFinished ? 'downloads.remove' : 'downloads.cancel', { name })}
        icon={isFinished ? <Trash2 aria-hidden /> : <X aria-hidden />}
        isDisabled={remove.isPending || summary === 'removing'}
        onPress={() => setAsking(true)}
      />
      <Dialog
        title={text(isFinished ? 'remove.title' : 'remove.titleRunning')}
        role="alertdialog"
        isOpen={isAsking}
        onClose={() => setAsking(false)}
      >
        <p>{text('remove.question', { name })}</p>
        <div className="dialog-buttons">
          <Button look="quiet" onPress={() => setAsking(false)}>
            {text('remove.keep')}
          </Button>
          <Button
            look="danger"
            icon={<Trash2 aria-hidden />}
            onPress={() => {
              setAsking(false);
              remove.mutate([downloadId]);
            }}
          >
            {text('remove.confirm')}
          </Button>
        </div>
      </Dialog>
    </div>
  );
}
