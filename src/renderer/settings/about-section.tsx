import { useSettings, useStatus } from '../data/queries.ts';
import { useText } from '../i18n/use-text.ts';
import { Section } from './section.tsx';

export function AboutSection() {
  const text = useText();
  const { version, host } = useStatus();
  const { serviceUrl } = useSettings();
  return (
    <Section title={text('settings.about')}>
      <dl className="settings-facts">
        <dt>{text('settings.version')}</dt>
        <dd>
          Layover {version} ({host})
        </dd>
        <dt>{text('signIn.serviceAddress')}</dt>
        <dd className="settings-path">{serviceUrl ?? '–'}</dd>
      </dl>
    </Section>
  );
}
