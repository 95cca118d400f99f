import { Trash2 } from 'lucide-react';
import { useState } from 'react';
import type { Fit } from '../../shared/downloads.ts';
import { useRemoveDownloads } from '../data/actions.ts';
import { useNameOfDownload } from '../downloads/name.ts';
import { useFormat } from '../i18n/use-format.ts';
import { useText } from '../i18n/use-text.ts';
import { Button } from '../ui/button.tsx';
import { AnyOf } from '../ui/choice.tsx';
import { ErrorNotice } from '../ui/notice.tsx';
import { proposedRemovals } from './removals.ts';

/** What could go so that a download fits: the viewer ticks it, and it is removed at once. */
export function MakeRoom({ fit }: { fit: Fit }) {
  const text = useText();
  const format = useFormat();
  const nameOf = useNameOfDownload();
  const remove = useRemoveDownloads();
  const [chosen, setChosen] = useState<string[]>();
  if (fit.couldRemove.length === 0) return <p className="choose-hint">{text('room.nothing')}</p>;
  const known = new Set(fit.couldRemove.map((each) => each.downloadId));
  const ids = (chosen ?? proposedRemovals(fit)).filter((id) => known.has(id));
  const freedBytes = fit.couldRemove
    .filter((each) => ids.includes(each.downloadId))
    .reduce((sum, each) => sum + each.sizeBytes, 0);
  return (
    <>
      <AnyOf
        label={text('room.remove')}
        choices={fit.couldRemove.map((each) => ({
          value: each.downloadId,
          label: `${nameOf(each)} · ${text(`room.why.${each.why}`)}`,
          note: text('room.frees', { size: format.size(each.sizeBytes) }),
        }))}
        value={ids}
        onChange={setChosen}
      />
      <div className="choose-remove">
        <span role="status">
          {freedBytes >= fit.shortfallBytes
            ? text('room.enough')
            : text('room.missing', { size: format.size(fit.shortfallBytes - freedBytes) })}
        </span>
        <Button
          look="danger"
          icon={<Trash2 aria-hidden />}
          isDisabled={ids.length === 0}
          isPending={remove.isPending}
          onPress={() => remove.mutate(ids, { onSuccess: () => setChosen(undefined) })}
        >
          {text('room.confirm', { count: ids.length, size: format.size(freedBytes) })}
        </Button>
      </div>
      <ErrorNotice error={remove.error} />
    </>
  );
}
