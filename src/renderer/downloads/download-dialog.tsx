import { keepPreviousData, useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { Download } from 'lucide-react';
import type { DownloadOptions, DownloadView } from '../../shared/downloads.ts';
import type { SelectionPreferences } from '../../shared/selection.ts';
import { useClient } from '../app/environment.ts';
import { withDownload } from '../data/events.ts';
import { keys, useSettings } from '../data/queries.ts';
import { useFormat } from '../i18n/use-format.ts';
import { useText } from '../i18n/use-text.ts';
import { Button } from '../ui/button.tsx';
import { AnyOf, OneOf } from '../ui/choice.tsx';
import { Dialog } from '../ui/dialog.tsx';
import { Loading } from '../ui/loading.tsx';
import { ErrorNotice, Notice } from '../ui/notice.tsx';
import { chosenOf, preferencesOf } from './choices.ts';
import type { Chosen } from './choices.ts';
import { SizeWords } from './size-words.tsx';
import './download-dialog.css';

interface DownloadDialogProps {
  videoId: string;
  name: string;
  onClose: () => void;
}

/** Choose quality and languages, seeing what it weighs before a byte moves. */
export function DownloadDialog({ videoId, name, onClose }: DownloadDialogProps) {
  const text = useText();
  const client = useClient();
  const settings = useSettings();
  const [chosen, setChosen] = useState<Chosen | null>(null);
  const preferences = chosen ? preferencesOf(chosen) : settings.downloadPreferences;
  const { data, error } = useQuery({
    queryKey: [...keys.options, videoId, preferences],
    queryFn: () => client.downloads.options({ videoId, preferences }),
    placeholderData: keepPreviousData,
    gcTime: 0,
  });
  return (
    <Dialog title={text('dialog.title')} isOpen onClose={onClose}>
      <p className="download-dialog-name">{name}</p>
      {data ? (
        <Choosing
          options={data}
          chosen={chosen ?? chosenOf(data)}
          error={error}
          onChoose={setChosen}
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
  chosen: Chosen;
  error: unknown;
  onChoose: (chosen: Chosen) => void;
  onClose: () => void;
}

function Choosing({ options, chosen, error, onChoose, onClose }: ChoosingProps) {
  const text = useText();
  const format = useFormat();
  const client = useClient();
  const queryClient = useQueryClient();
  const add = useMutation({
    mutationFn: (preferences: SelectionPreferences) =>
      client.downloads.add({ videoId: options.videoId, preferences }),
    onSuccess: (download) => {
      queryClient.setQueryData<DownloadView[]>(keys.downloads, (list) => withDownload(list, download));
      onClose();
    },
  });

  const sized = (bytes: number, exact: boolean) =>
    exact ? format.size(bytes) : text('size.about', { size: format.size(bytes) });
  const qualities = options.renditions.flatMap(({ rendition, size }) =>
    rendition.kind === 'video'
      ? [
          {
            value: rendition.id,
            label: text('quality.height', { height: rendition.height }),
            note: sized(size.bytes, size.exact),
          },
        ]
      : [],
  );
  const languages = (kind: 'audio' | 'subtitles') =>
    options.renditions.flatMap(({ rendition, size }) =>
      rendition.kind === kind
        ? [
            {
              value: rendition.language,
              label: format.language(rendition.language),
              note: sized(size.bytes, size.exact),
            },
          ]
        : [],
    );
  const { size } = options.proposal;
  const freeAfter = options.freeBytes - size.bytes;
  const subtitles = languages('subtitles');

  return (
    <>
      <div className="download-dialog-choices">
        <OneOf
          label={text('dialog.quality')}
          choices={qualities.toReversed()}
          value={chosen.videoRenditionId}
          onChange={(videoRenditionId) => onChoose({ ...chosen, videoRenditionId })}
        />
        <AnyOf
          label={text('dialog.audio')}
          choices={languages('audio')}
          value={chosen.audio}
          onChange={(audio) => audio.length > 0 && onChoose({ ...chosen, audio })}
        />
        {subtitles.length > 0 ? (
          <AnyOf
            label={text('dialog.subtitles')}
            choices={subtitles}
            value={chosen.subtitles}
            onChange={(next) => onChoose({ ...chosen, subtitles: next })}
          />
        ) : null}
      </div>
      <div className="download-dialog-sum" role="status">
        <span>{text('dialog.size')}</span>
        <strong>
          <SizeWords size={size} />
        </strong>
        <span>{text('dialog.freeAfter')}</span>
        <span>{format.size(Math.max(0, freeAfter))}</span>
      </div>
      {freeAfter < 0 ? (
        <Notice tone="warning">{text('dialog.tooLarge', { size: format.size(-freeAfter) })}</Notice>
      ) : null}
      <ErrorNotice error={add.error ?? error} />
      <div className="dialog-buttons">
        <Button look="quiet" onPress={onClose}>
          {text('cancel')}
        </Button>
        <Button
          look="primary"
          icon={<Download aria-hidden />}
          isDisabled={freeAfter < 0}
          isPending={add.isPending}
          onPress={() => add.mutate(preferencesOf(chosen))}
        >
          {text('dialog.start')}
        </Button>
      </div>
    </>
  );
}
