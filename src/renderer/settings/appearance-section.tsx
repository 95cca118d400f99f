import { Settings } from '../../shared/settings.ts';
import { useWriteSettings } from '../data/actions.ts';
import { useSettings } from '../data/queries.ts';
import { useText } from '../i18n/use-text.ts';
import { OneOf } from '../ui/choice.tsx';
import { ErrorNotice } from '../ui/notice.tsx';
import { Section } from './section.tsx';

const { language: Language, theme: Theme } = Settings.shape;
const languages = Language.unwrap().options;
const themes = Theme.unwrap().options;
/** Each language calls itself by its own name, so that a lost reader finds it. */
const ownNames = { en: 'English', es: 'Español', fr: 'Français' };

export function AppearanceSection() {
  const text = useText();
  const settings = useSettings();
  const write = useWriteSettings();
  return (
    <Section title={text('settings.appearance')}>
      <ErrorNotice error={write.error} />
      <OneOf
        layout="pills"
        label={text('settings.language')}
        choices={languages.map((value) => ({
          value,
          label: value === 'system' ? text('settings.system') : ownNames[value],
        }))}
        value={settings.language}
        onChange={(value) => write.mutate({ language: Language.parse(value) })}
      />
      <OneOf
        layout="pills"
        label={text('settings.theme')}
        choices={themes.map((value) => ({ value, label: text(`settings.theme.${value}`) }))}
        value={settings.theme}
        onChange={(value) => write.mutate({ theme: Theme.parse(value) })}
      />
    </Section>
  );
}
