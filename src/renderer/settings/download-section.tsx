import type { SelectionPreferences } from '../../shared/selection.ts';
import { useWriteSettings } from '../data/actions.ts';
import { useSettings } from '../data/queries.ts';
import { RuleChoice } from '../choose/rule-choice.tsx';
import { useText } from '../i18n/use-text.ts';
import { AnyOf, OnOff } from '../ui/choice.tsx';
import { ErrorNotice } from '../ui/notice.tsx';
import { useLanguageChoices } from './language-choices.ts';
import { Section } from './section.tsx';

const heights = [480, 720, 1080];

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
      <RuleChoice
        label={text('dialog.quality')}
        rule={downloadPreferences.video}
        heights={heights}
        onChange={(video) => set({ video })}
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
      <OnOff
        label={text('dialog.audioDescription')}
        isOn={downloadPreferences.audioDescription}
        onChange={(audioDescription) => set({ audioDescription })}
      />
      <p className="settings-hint">{text('settings.downloadsHint')}</p>
    </Section>
  );
}
