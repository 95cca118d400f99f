import type { DownloadOptions } from '../../shared/downloads.ts';
import type { SelectionPreferences, Size } from '../../shared/selection.ts';
import { useFormat } from '../i18n/use-format.ts';
import { useText } from '../i18n/use-text.ts';
import { AnyOf, OneOf, OnOff } from '../ui/choice.tsx';
import { isDescription, offeredLanguages, takenLanguages, takenOf } from './languages.ts';

interface TracksProps {
  options: DownloadOptions;
  preferences: SelectionPreferences;
  /** What the viewer chose here: shown at once, before the engine has weighed it. */
  changes: Partial<SelectionPreferences>;
  onChange: (changes: Partial<SelectionPreferences>) => void;
}

/** Picture, sound and subtitles by hand, each with what it weighs. What a rule takes is ticked too. */
export function Tracks({ options, preferences, changes, onChange }: TracksProps) {
  const text = useText();
  const format = useFormat();
  const sized = ({ bytes, exact }: Size) =>
    exact ? format.size(bytes) : text('size.about', { size: format.size(bytes) });
  const qualities = options.renditions.flatMap(({ rendition, size }) =>
    rendition.kind === 'video'
      ? [
          {
            value: rendition.id,
            label: text('quality.height', { height: rendition.height }),
            note: sized(size),
          },
        ]
      : [],
  );
  const languages = (kind: 'audio' | 'subtitles') =>
    offeredLanguages(options, kind).map(({ language, size }) => ({
      value: language,
      label: format.language(language),
      note: sized(size),
    }));
  const subtitles = languages('subtitles');
  const picture =
    changes.video?.rule === 'rendition'
      ? changes.video.renditionId
      : takenOf(options).find(({ rendition }) => rendition.kind === 'video')?.rendition.id;
  return (
    <>
      <div className="choose-tracks">
        <OneOf
          label={text('dialog.quality')}
          choices={qualities.toReversed()}
          value={picture ?? ''}
          onChange={(renditionId) => onChange({ video: { rule: 'rendition', renditionId } })}
        />
        <AnyOf
          label={text('dialog.audio')}
          choices={languages('audio')}
          value={changes.audioLanguages ?? takenLanguages(options, 'audio')}
          onChange={(audioLanguages) => audioLanguages.length > 0 && onChange({ audioLanguages })}
        />
        {subtitles.length > 0 ? (
          <AnyOf
            label={text('dialog.subtitles')}
            choices={subtitles}
            value={changes.subtitleLanguages ?? takenLanguages(options, 'subtitles')}
            onChange={(subtitleLanguages) => onChange({ subtitleLanguages })}
          />
        ) : null}
      </div>
      {options.renditions.some(isDescription) ? (
        <OnOff
          label={text('dialog.audioDescription')}
          isOn={preferences.audioDescription}
          onChange={(audioDescription) => onChange({ audioDescription })}
        />
      ) : null}
    </>
  );
}
