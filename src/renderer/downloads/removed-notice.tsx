import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useClient } from '../app/environment.ts';
import { keys, queries } from '../data/queries.ts';
import { useFormat } from '../i18n/use-format.ts';
import { useText } from '../i18n/use-text.ts';
import { Button } from '../ui/button.tsx';
import { ErrorNotice, Notice } from '../ui/notice.tsx';
import { useNameOfDownload } from './name.ts';

/** What the viewer's own rules removed since the last look, perhaps overnight. */
export function RemovedNotice() {
  const text = useText();
  const format = useFormat();
  const nameOf = useNameOfDownload();
  const client = useClient();
  const queryClient = useQueryClient();
  const { data: removed = [] } = useQuery(queries.removedByRule(client));
  const seen = useMutation({
    mutationFn: () => client.downloads.seenRemoved(),
    onSuccess: () => queryClient.setQueryData(keys.removedByRule, []),
  });
  if (removed.length === 0) return null;
  const size = format.size(removed.reduce((sum, each) => sum + each.sizeBytes, 0));
  const names = removed.map((each) => `${nameOf(each)} (${text(`removed.${each.why}`)})`);
  return (
    <>
      <Notice tone="calm" action={<Button onPress={() => seen.mutate()}>{text('removed.seen')}</Button>}>
        {text('removed.words', { count: removed.length, names: format.list(names), size })}
      </Notice>
      <ErrorNotice error={seen.error} />
    </>
  );
}
