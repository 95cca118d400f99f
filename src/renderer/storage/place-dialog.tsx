import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useDeferredValue, useState } from 'react';
import { FolderOutput } from 'lucide-react';
import type { StoragePlace, StorageView } from '../../shared/downloads.ts';
import { useClient } from '../app/environment.ts';
import { useStorageAction } from '../data/actions.ts';
import { keys, queries } from '../data/queries.ts';
import { useFormat } from '../i18n/use-format.ts';
import { useErrorSentence, useText } from '../i18n/use-text.ts';
import { OneOf } from '../ui/choice.tsx';
import { Dialog, DialogButtons } from '../ui/dialog.tsx';
import { Field } from '../ui/field.tsx';
import { ErrorNotice, Notice } from '../ui/notice.tsx';
import './place-dialog.css';

interface PlaceDialogProps {
  /** Chosen in the system's dialog; empty: there is none, so it is chosen or typed here. */
  initialFolder: string;
  storage: StorageView;
  onClose: () => void;
}

/** Another folder for all downloads: what is known of it, said before anything moves. */
export function PlaceDialog({ initialFolder, storage, onClose }: PlaceDialogProps) {
  const text = useText();
  const client = useClient();
  const [folder, setFolder] = useState(initialFolder);
  const asked = useDeferredValue(folder.trim());
  const {
    data: place,
    error,
    isPlaceholderData,
  } = useQuery({
    queryKey: [...keys.places, asked],
    queryFn: () => client.storage.inspect({ folder: asked }),
    enabled: asked !== '',
    placeholderData: keepPreviousData,
    staleTime: 0,
    gcTime: 0,
  });
  const move = useStorageAction((each, to: string) => each.storage.move({ folder: to }));
  const canMove =
    asked !== '' &&
    asked === folder.trim() &&
    !isPlaceholderData &&
    place !== undefined &&
    !place.problem &&
    !place.isCurrent &&
    place.freeBytes >= storage.usedBytes;
  return (
    <Dialog title={text('place.title')} isOpen onClose={onClose}>
      <p className="place-now">{text('place.now', { folder: storage.folder })}</p>
      {initialFolder === '' ? <Choices folder={folder} onChoose={setFolder} /> : null}
      <div className="place-feedback" role="status">
        {asked !== '' && place ? <Feedback place={place} storage={storage} /> : null}
      </div>
      <ErrorNotice error={move.error ?? error} />
      <DialogButtons
        cancelWords={text('cancel')}
        onCancel={onClose}
        words={text('place.move')}
        icon={<FolderOutput aria-hidden />}
        isDisabled={!canMove}
        isPending={move.isPending}
        onConfirm={() => move.mutate(asked, { onSuccess: onClose })}
      />
    </Dialog>
  );
}

function Choices({ folder, onChoose }: { folder: string; onChoose: (folder: string) => void }) {
  const text = useText();
  const format = useFormat();
  const { data: places = [] } = useQuery(queries.places(useClient()));
  const others = places.filter((each) => !each.isCurrent && !each.problem);
  return (
    <div className="place-choices">
      {others.length > 0 ? (
        <OneOf
          label={text('place.proposed')}
          choices={others.map((each) => ({
            value: each.folder,
            label: each.folder,
            note: text('place.free', { size: format.size(each.freeBytes) }),
          }))}
          value={folder}
          onChange={onChoose}
        />
      ) : null}
      <Field label={text('place.typed')} value={folder} onChange={onChoose} autoComplete="off" />
    </div>
  );
}

function Feedback({ place, storage }: { place: StoragePlace; storage: StorageView }) {
  const text = useText();
  const format = useFormat();
  const sentence = useErrorSentence();
  if (place.isCurrent) return <Notice tone="calm">{text('place.isCurrent')}</Notice>;
  if (place.problem) return <Notice tone="warning">{sentence(place.problem)}</Notice>;
  const leftBytes = place.freeBytes - storage.usedBytes;
  if (leftBytes < 0)
    return <Notice tone="warning">{text('place.tooSmall', { size: format.size(-leftBytes) })}</Notice>;
  return (
    <Notice tone="calm">
      {text('place.fits', {
        folder: place.folder,
        moved: format.size(storage.usedBytes),
        left: format.size(leftBytes),
      })}
    </Notice>
  );
}
