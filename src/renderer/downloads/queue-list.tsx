import { GripVertical } from 'lucide-react';
import { useState } from 'react';
import { Button, DropIndicator, GridList, GridListItem, useDragAndDrop } from 'react-aria-components';
import type { DownloadView } from '../../shared/downloads.ts';
import { useQueueAction } from '../data/actions.ts';
import { useText } from '../i18n/use-text.ts';
import { ErrorNotice } from '../ui/notice.tsx';
import { DownloadActions } from './download-actions.tsx';
import { DownloadContent } from './download-line.tsx';
import { useNameOfDownload } from './name.ts';
import { beforeIdAt } from './queue-moves.ts';
import { summaryOf } from './state.ts';

/** The queue in its order, which the viewer changes by dragging, with the mouse or by keyboard. */
export function QueueList({ downloads, labelledBy }: { downloads: DownloadView[]; labelledBy: string }) {
  const text = useText();
  const nameOf = useNameOfDownload();
  const ids = downloads.map((each) => each.downloadId);
  const reorder = useQueueAction((client, input: { downloadId: string; beforeId: string | null }) =>
    client.downloads.reorder(input),
  );
  const { dragAndDropHooks } = useDragAndDrop({
    getItems: (keys) => [...keys].map((key) => ({ 'text/plain': String(key) })),
    onReorder: ({ keys, target }) => {
      if (target.dropPosition === 'on') return;
      const beforeId = beforeIdAt(ids, String(target.key), target.dropPosition);
      for (const key of keys) reorder.mutate({ downloadId: String(key), beforeId });
    },
    renderDropIndicator: (target) => <DropIndicator target={target} className="queue-drop" />,
  });
  return (
    <>
      <ErrorNotice error={reorder.error} />
      <Moved ids={ids} downloads={downloads} />
      <GridList
        className="downloads-list"
        aria-labelledby={labelledBy}
        items={downloads}
        dragAndDropHooks={dragAndDropHooks}
        keyboardNavigationBehavior="tab"
        dependencies={[text]}
      >
        {(download) => {
          const name = nameOf(download);
          return (
            <GridListItem
              id={download.downloadId}
              textValue={name}
              className={`download download-with-lead download-${summaryOf(download)}`}
            >
              <DownloadContent
                download={download}
                lead={
                  <Button slot="drag" className="queue-handle" aria-label={text('queue.drag', { name })}>
                    <GripVertical aria-hidden />
                  </Button>
                }
                actions={<DownloadActions download={download} name={name} queueIds={ids} />}
              />
            </GridListItem>
          );
        }}
      </GridList>
    </>
  );
}

/** Says where something stands once the order has changed. */
function Moved({ ids, downloads }: { ids: string[]; downloads: DownloadView[] }) {
  const text = useText();
  const nameOf = useNameOfDownload();
  const order = ids.join();
  const [seen, setSeen] = useState({ order, ids, words: '' });
  if (seen.order !== order) {
    const isSameQueue = seen.ids.length === ids.length && seen.ids.every((id) => ids.includes(id));
    const moved = isSameQueue ? movedOf(seen.ids, ids) : undefined;
    const download = downloads.find((each) => each.downloadId === moved);
    const words = download
      ? text('queue.moved', {
          name: nameOf(download),
          place: ids.indexOf(download.downloadId) + 1,
          count: ids.length,
        })
      : '';
    setSeen({ order, ids, words });
  }
  return (
    <p className="for-listeners" role="status">
      {seen.words}
    </p>
  );
}

/** The one without which both orders are the same. */
function movedOf(before: string[], after: string[]): string | undefined {
  return after.find(
    (id) => before.filter((each) => each !== id).join() === after.filter((each) => each !== id).join(),
  );
}
