import { useStatus } from '../data/queries.ts';
import { useText } from '../i18n/use-text.ts';
import { Notice } from '../ui/notice.tsx';

/** Only where the computer has no keychain that Layover can use. */
export function SecuritySection() {
  const text = useText();
  if (useStatus().secretsProtection === 'os') return null;
  return <Notice tone="warning">{text('settings.secretsInFile')}</Notice>;
}
