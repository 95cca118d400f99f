import { useStorageAction } from '../data/actions.ts';
import { useStorage } from '../data/queries.ts';
import { useFormat } from '../i18n/use-format.ts';
import { useText } from '../i18n/use-text.ts';
import { Button } from '../ui/button.tsx';
import { ErrorNotice, Notice } from '../ui/notice.tsx';
import { Progress } from '../ui/progress.tsx';
import { driveNameOf } from './drive-name.ts';
import './running.css';

interface WorkProps {
  label: string;
  words: string;
  part: number;
  cancelLabel: string;
  isCanceling: boolean;
  onCancel: () => void;
  error: unknown;
}

function Work({ label, words, part, cancelLabel, isCanceling, onCancel, error }: WorkProps) {
  return (
    <div className="storage-work">
      <div className="storage-work-words">
        <b>{label}</b>
        <span>{words}</span>
      </div>
      <Progress label={label} part={part} />
      <Button look="quiet" isDisabled={isCanceling} onPress={onCancel}>
        {cancelLabel}
      </Button>
      <ErrorNotice error={error} />
    </div>
  );
}

/** What happens to the storage place just now: it is not there, it is being moved, it is being checked. */
export function StorageRunning() {
  const text = useText();
  const format = useFormat();
  const storage = useStorage();
  const cancelMove = useStorageAction((client) => client.storage.cancelMove());
  const cancelCheck = useStorageAction((client) => client.storage.cancelCheck());
  if (!storage) return null;
  const { folder, isPresent, move, moveError, check } = storage;
  const of = (doneBytes: number, totalBytes: number) =>
    text('downloads.of', { stored: format.size(doneBytes), total: format.size(totalBytes) });
  return (
    <>
      {isPresent ? null : (
        <Notice tone="warning">{text('storage.absent', { drive: driveNameOf(folder), folder })}</Notice>
      )}
      {move ? (
        <Work
          label={text('storage.moving', { folder: move.toFolder })}
          words={of(move.movedBytes, move.totalBytes)}
          part={move.totalBytes === 0 ? 1 : move.movedBytes / move.totalBytes}
          cancelLabel={text('storage.cancelMove')}
          isCanceling={cancelMove.isPending}
          onCancel={() => cancelMove.mutate()}
          error={cancelMove.error}
        />
      ) : null}
      <ErrorNotice error={moveError} />
      {check ? (
        <Work
          label={text('storage.checking')}
          words={`${of(check.checkedBytes, check.totalBytes)} · ${text('storage.damaged', { count: check.damagedSegments })}`}
          part={check.totalBytes === 0 ? 1 : check.checkedBytes / check.totalBytes}
          cancelLabel={text('storage.cancelCheck')}
          isCanceling={cancelCheck.isPending}
          onCancel={() => cancelCheck.mutate()}
          error={cancelCheck.error}
        />
      ) : null}
    </>
  );
}
