import { useMutation } from '@tanstack/react-query';
import { FolderOpen } from 'lucide-react';
import { useState } from 'react';
import { useClient } from '../app/environment.ts';
import { useStatus, useStorage } from '../data/queries.ts';
import { useText } from '../i18n/use-text.ts';
import { Button } from '../ui/button.tsx';
import { ErrorNotice } from '../ui/notice.tsx';
import { PlaceDialog } from './place-dialog.tsx';

/** Where downloads lie, and the way to put them elsewhere. */
export function Place() {
  const text = useText();
  const client = useClient();
  const storage = useStorage();
  const { canChooseFolder } = useStatus();
  /** What the dialog begins with; null: it is not open. */
  const [folder, setFolder] = useState<string | null>(null);
  const choose = useMutation({
    mutationFn: () => client.storage.choose(),
    onSuccess: (chosen) => setFolder(chosen.folder),
  });
  if (!storage) return null;
  return (
    <>
      <dl className="settings-facts">
        <dt>{text('settings.folder')}</dt>
        <dd className="settings-path">{storage.folder}</dd>
      </dl>
      <Button
        look="quiet"
        icon={<FolderOpen aria-hidden />}
        isDisabled={storage.move !== null || !storage.isPresent || choose.isPending}
        onPress={() => (canChooseFolder ? choose.mutate() : setFolder(''))}
      >
        {text('storage.change')}
      </Button>
      <ErrorNotice error={choose.error} />
      {folder === null ? null : (
        <PlaceDialog initialFolder={folder} storage={storage} onClose={() => setFolder(null)} />
      )}
    </>
  );
}
