import { ArrowDown, ArrowUp, ArrowUpToLine, Check, EllipsisVertical } from 'lucide-react';
import { Header, Menu, MenuItem, MenuSection, MenuTrigger, Popover, Separator } from 'react-aria-components';
import { DownloadPriority } from '../../shared/downloads.ts';
import type { DownloadView } from '../../shared/downloads.ts';
import { useDownloadAction, useQueueAction } from '../data/actions.ts';
import { useText } from '../i18n/use-text.ts';
import { IconButton } from '../ui/button.tsx';
import { beforeIdFor } from './queue-moves.ts';
import type { QueueMove } from './queue-moves.ts';

const moves: { move: QueueMove; Icon: typeof ArrowUp }[] = [
  { move: 'top', Icon: ArrowUpToLine },
  { move: 'up', Icon: ArrowUp },
  { move: 'down', Icon: ArrowDown },
];

interface PriorityMenuProps {
  download: DownloadView;
  name: string;
  queueIds: readonly string[];
}

/** When its turn comes: its place in the queue, without dragging, and its priority. */
export function PriorityMenu({ download, name, queueIds }: PriorityMenuProps) {
  const text = useText();
  const { downloadId } = download;
  const reorder = useQueueAction((client, beforeId: string | null) =>
    client.downloads.reorder({ downloadId, beforeId }),
  );
  const setPriority = useDownloadAction((client, priority: DownloadPriority) =>
    client.downloads.setPriority({ downloadId, priority }),
  );
  const possible = moves
    .map((each) => ({ ...each, beforeId: beforeIdFor(queueIds, downloadId, each.move) }))
    .filter((each): each is typeof each & { beforeId: string | null } => each.beforeId !== undefined);
  return (
    <MenuTrigger>
      <IconButton label={text('queue.menu', { name })} icon={<EllipsisVertical aria-hidden />} />
      <Popover className="menu-popover" placement="bottom end">
        <Menu className="menu" aria-label={text('queue.menu', { name })}>
          {possible.map(({ move, Icon, beforeId }) => (
            <MenuItem key={move} className="menu-item" onAction={() => reorder.mutate(beforeId)}>
              <Icon aria-hidden /> {text(`queue.move.${move}`)}
            </MenuItem>
          ))}
          {possible.length > 0 ? <Separator className="menu-separator" /> : null}
          <MenuSection
            selectionMode="single"
            disallowEmptySelection
            selectedKeys={[download.priority]}
            onSelectionChange={(chosen) => {
              const [priority] = chosen;
              setPriority.mutate(DownloadPriority.parse(priority));
            }}
          >
            <Header className="menu-header">{text('queue.priority')}</Header>
            {DownloadPriority.options.map((priority) => (
              <MenuItem key={priority} id={priority} className="menu-item menu-choice">
                <Check aria-hidden /> {text(`priority.${priority}`)}
              </MenuItem>
            ))}
          </MenuSection>
        </Menu>
      </Popover>
    </MenuTrigger>
  );
}
