import { keepPreviousData, useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { Download } from 'lucide-react';
import type { DownloadOptions, DownloadView } from '../../shared/downloads.ts';
import type { SelectionPreferences } from '../../shared/selection.ts';
import { useClient } from '../app/environment.ts';
import { withDownload } from '../data/events.ts';
import { keys, useSettings } from '../data/queries.ts';
import { useText } from '../i18n/use-text.ts';
import { Button } from '../ui/button.tsx';
import { Dialog, DialogButtons } from '../ui/dialog.tsx';
import { Loading } from '../ui/loading.tsx';
import { ErrorNotice } from '../ui/notice.tsx';
import { Room } from './room.tsx';
import { RuleChoice } from './rule-choice.tsx';
import { Tracks } from './tracks.tsx';
import './choose.css';

interface DownloadDialogProps {
  videoId: string;
  name: string;
  onClose: () => void;
}

/** Choose quality and languages, by rule or by hand, seeing what it weighs before a byte moves. */
export function DownloadDialog({ videoId, name, onClose }: DownloadDialogProps) {
  const text = useText();
  const client = useClient();
  const { downloadPreferences } = useSettings();
  const [changes, setChanges] = useState<Partial<SelectionPreferences>>({});
  const preferences = { ...downloadPreferences, ...changes };
  const { data, error, isPlaceholderData } = useQuery({
    queryKey: [...keys.options, videoId, preferences],
    queryFn: () => client.downloads.options({ videoId, preferences }),
    placeholderData: keepPreviousData,
    gcTime: 0,
  });
  return (
    <Dialog title={text('dialog.title')} isOpen onClose={onClose}>
      <p className="choose-name">{name}</p>
      {data ? (
        <Choosing
          options={data}
          preferences={preferences}
          changes={changes}
          error={error}
          isWeighed={!isPlaceholderData}
          onChange={(more) => setChanges({ ...changes, ...more })}
          onClose={onClose}
        />
      ) : error ? (
        <>
          <ErrorNotice error={error} />
          <div className="dialog-buttons">
            <Button onPress={onClose}>{text('close')}</Button>
          </div>
        </>
      ) : (
        <Loading />
      )}
    </Dialog>
  );
}

interface ChoosingProps {
  options: DownloadOptions;
  preferences: SelectionPreferences;
  changes: Partial<SelectionPreferences>;
  error: unknown;
  /** False: what is shown is the size of an earlier choice still. */
  isWeighed: boolean;
  onChange: (changes: Partial<SelectionPreferences>) => void;
  onClose: () => void;
}

function Choosing({ options, preferences, changes, error, isWeighed, onChange, onClose }: ChoosingProps) {
  const text = useText();
  const client = useClient();
  const queryClient = useQueryClient();
  const add = useMutation({
    mutationFn: () => client.downloads.add({ videoId: options.videoId, preferences }),
    onSuccess: (download) => {
      queryClient.setQueryData<DownloadView[]>(keys.downloads, (list) => withDownload(list, download));
      onClose();
    },
  });
  return (
    <>
      <div className="choose-body">
        <RuleChoice
          label={text('dialog.byRule')}
          rule={preferences.video}
          onChange={(video) => onChange({ video })}
        />
        <Tracks options={options} preferences={preferences} changes={changes} onChange={onChange} />
      </div>
      <Room size={options.proposal.size} fit={options.fit} freeBytes={options.freeBytes} />
      <ErrorNotice error={add.error ?? error} />
      <DialogButtons
        cancelWords={text('cancel')}
        onCancel={onClose}
        words={text('dialog.start')}
        icon={<Download aria-hidden />}
        isDisabled={!isWeighed || options.fit.shortfallBytes > 0}
        isPending={add.isPending}
        onConfirm={() => add.mutate()}
      />
    </>
  );
}
