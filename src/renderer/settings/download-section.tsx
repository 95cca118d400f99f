import type { SelectionPreferences } from '../../shared/selection.ts';
import { useWriteSettings } from '../data/actions.ts';
import { useSettings } from '../data/queries.ts';
import { useText } from '../i18n/use-text.ts';
import { AnyOf, OneOf } from '../ui/choice.tsx';
import { ErrorNotice } from '../ui/notice.tsx';
import { useLanguageChoices } from './language-choices.ts';
import { Section } from './section.tsx';

type VideoRule = SelectionPreferences['video'];

const heights = [1080, 720, 480];

function ruleOf(value: string): VideoRule {
  if (value === 'best') return { rule: 'best' };
  if (value === 'data-saver') return { rule: 'data-saver' };
  return { rule: 'max-height', height: Number(value) };
}

function valueOf(video: VideoRule): string {
  return video.rule === 'max-height' ? String(video.height) : video.rule;
}

/** What the download dialog proposes. */
export function DownloadSection() {
  const text = useText();
  const { downloadPreferences } = useSettings();
  const write = useWriteSettings();
  const set = (patch: Partial<SelectionPreferences>) =>
    write.mutate({ downloadPreferences: { ...downloadPreferences, ...patch } });
  const { audioLanguages, subtitleLanguages } = downloadPreferences;
  return (
    <Section title={text('settings.downloads')}>
      <ErrorNotice error={write.error} />
      <OneOf
        layout="pills"
        label={text('dialog.quality')}
        choices={[
          { value: 'best', label: text('settings.quality.best') },
          ...heights.map((height) => ({
            value: String(height),
            label: text('settings.quality.upTo', { height }),
          })),
          { value: 'data-saver', label: text('settings.quality.saver') },
        ]}
        value={valueOf(downloadPreferences.video)}
        onChange={(value) => set({ video: ruleOf(value) })}
      />
      <AnyOf
        layout="pills"
        label={text('settings.audioLanguages')}
        choices={useLanguageChoices(audioLanguages)}
        value={audioLanguages}
        onChange={(next) => set({ audioLanguages: next })}
      />
      <AnyOf
        layout="pills"
        label={text('settings.subtitleLanguages')}
        choices={useLanguageChoices(subtitleLanguages)}
        value={subtitleLanguages}
        onChange={(next) => set({ subtitleLanguages: next })}
      />
      <p className="settings-hint">{text('settings.downloadsHint')}</p>
    </Section>
  );
}
