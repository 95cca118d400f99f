import type { Settings } from '../../shared/settings.ts';
import { useWriteSettings } from '../data/actions.ts';
import { useSettings } from '../data/queries.ts';
import { useText } from '../i18n/use-text.ts';
import { OneOf, OnOff } from '../ui/choice.tsx';
import { ErrorNotice } from '../ui/notice.tsx';
import { useLanguageChoices } from './language-choices.ts';
import { Section } from './section.tsx';

const NONE = 'none';

export function PlaybackSection() {
  const text = useText();
  const { playback } = useSettings();
  const write = useWriteSettings();
  const set = (patch: Partial<Settings['playback']>) => write.mutate({ playback: { ...playback, ...patch } });
  const audioChoices = useLanguageChoices(playback.audioLanguage ? [playback.audioLanguage] : []);
  const subtitleChoices = useLanguageChoices(playback.subtitleLanguage ? [playback.subtitleLanguage] : []);
  return (
    <Section title={text('settings.playback')}>
      <ErrorNotice error={write.error} />
      <OneOf
        layout="pills"
        label={text('settings.audioLanguage')}
        choices={[{ value: NONE, label: text('settings.original') }, ...audioChoices]}
        value={playback.audioLanguage ?? NONE}
        onChange={(value) => set({ audioLanguage: value === NONE ? null : value })}
      />
      <OneOf
        layout="pills"
        label={text('settings.subtitleLanguage')}
        choices={[{ value: NONE, label: text('player.off') }, ...subtitleChoices]}
        value={playback.subtitleLanguage ?? NONE}
        onChange={(value) => set({ subtitleLanguage: value === NONE ? null : value })}
      />
      <OnOff
        label={text('settings.autoplayNext')}
        isOn={playback.autoplayNext}
        onChange={(autoplayNext) => set({ autoplayNext })}
      />
    </Section>
  );
}
