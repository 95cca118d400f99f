import { useQuery } from '@tanstack/react-query';
import { useClient } from '../app/environment.ts';
import { queries } from '../data/queries.ts';
import { useFormat } from '../i18n/use-format.ts';
import { useText } from '../i18n/use-text.ts';
import { Progress } from '../ui/progress.tsx';

/** How much of the room that there is (free plus ours) the downloads take. */
export function StorageBar() {
  const text = useText();
  const format = useFormat();
  const { data: storage } = useQuery(queries.storage(useClient()));
  if (!storage) return null;
  const { usedBytes, freeBytes } = storage;
  const words = text('storage.words', { used: format.size(usedBytes), free: format.size(freeBytes) });
  return (
    <div className="storage-bar">
      <Progress label={text('storage.label')} part={usedBytes / Math.max(1, usedBytes + freeBytes)} />
      <span>{words}</span>
    </div>
  );
}
