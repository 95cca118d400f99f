import { useState } from 'react';
import { ListChecks, Pause, Play, Trash2 } from 'lucide-react';
import type { DownloadView } from '../../shared/downloads.ts';
import { useQueueAction, useRemoveDownloads } from '../data/actions.ts';
import { useFormat } from '../i18n/use-format.ts';
import { useText } from '../i18n/use-text.ts';
import { Button } from '../ui/button.tsx';
import { ErrorNotice } from '../ui/notice.tsx';
import { RemoveQuestion } from './remove-question.tsx';
import { sectionOf } from './state.ts';
import type { Picking } from './use-picking.ts';

/** What can be done with all downloads, or with those that are picked. */
export function Toolbar({ downloads, picking }: { downloads: DownloadView[]; picking: Picking }) {
  return picking.isOn ? (
    <PickedBar downloads={downloads} picking={picking} />
  ) : (
    <AllBar downloads={downloads} picking={picking} />
  );
}

function AllBar({ downloads, picking }: { downloads: DownloadView[]; picking: Picking }) {
  const text = useText();
  const pauseAll = useQueueAction((client) => client.downloads.pauseAll());
  const resumeAll = useQueueAction((client) => client.downloads.resumeAll());
  const inWork = downloads.filter((each) => sectionOf(each) === 'now' || sectionOf(each) === 'queue');
  const isBusy = pauseAll.isPending || resumeAll.isPending;
  return (
    <div className="downloads-toolbar">
      <ErrorNotice error={pauseAll.error ?? resumeAll.error} />
      {inWork.some(({ state }) => state !== 'paused') ? (
        <Button
          look="quiet"
          icon={<Pause aria-hidden />}
          isDisabled={isBusy}
          onPress={() => pauseAll.mutate()}
        >
          {text('downloads.pauseAll')}
        </Button>
      ) : null}
      {inWork.some(({ state }) => state === 'paused') ? (
        <Button
          look="quiet"
          icon={<Play aria-hidden />}
          isDisabled={isBusy}
          onPress={() => resumeAll.mutate()}
        >
          {text('downloads.resumeAll')}
        </Button>
      ) : null}
      <Button look="quiet" icon={<ListChecks aria-hidden />} onPress={picking.start}>
        {text('pick.start')}
      </Button>
    </div>
  );
}

function PickedBar({ downloads, picking }: { downloads: DownloadView[]; picking: Picking }) {
  const text = useText();
  const format = useFormat();
  const [isAsking, setAsking] = useState(false);
  const remove = useRemoveDownloads();
  const picked = downloads.filter((each) => picking.picked.has(each.downloadId));
  const size = format.size(picked.reduce((sum, each) => sum + each.storedBytes, 0));
  const unwatched = picked.filter((each) => !each.position?.completed);
  const removeAll = () =>
    remove.mutate(
      picked.map((each) => each.downloadId),
      { onSuccess: picking.stop },
    );
  return (
    <div className="downloads-toolbar downloads-toolbar-picked">
      <ErrorNotice error={remove.error} />
      <span role="status">{text('pick.count', { count: picked.length, size })}</span>
      <Button look="quiet" onPress={picking.stop}>
        {text('pick.stop')}
      </Button>
      <Button
        look="danger"
        icon={<Trash2 aria-hidden />}
        isDisabled={picked.length === 0}
        isPending={remove.isPending}
        onPress={() => (unwatched.length > 0 ? setAsking(true) : removeAll())}
      >
        {text('remove.confirm')}
      </Button>
      <RemoveQuestion
        title={text('remove.titleMany', { count: picked.length })}
        question={text('remove.questionMany', { count: picked.length, unwatched: unwatched.length, size })}
        isOpen={isAsking}
        onClose={() => setAsking(false)}
        onRemove={removeAll}
      />
    </div>
  );
}
