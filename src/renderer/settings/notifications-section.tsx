import { Bell } from 'lucide-react';
import { useState } from 'react';
import { useWriteSettings } from '../data/actions.ts';
import { useSettings, useStatus } from '../data/queries.ts';
import { useText } from '../i18n/use-text.ts';
import { Button } from '../ui/button.tsx';
import { OnOff } from '../ui/choice.tsx';
import { ErrorNotice, Notice } from '../ui/notice.tsx';
import { mayNotify } from '../warnings/system-notifications.ts';
import { Section } from './section.tsx';

export function NotificationsSection() {
  const text = useText();
  const { notifications } = useSettings();
  const { host } = useStatus();
  const write = useWriteSettings();
  const [permission, setPermission] = useState(mayNotify);
  const isOn = notifications.licenseEnds;
  return (
    <Section title={text('settings.notifications')}>
      <ErrorNotice error={write.error} />
      <OnOff
        label={text('settings.licenseEnds')}
        isOn={isOn}
        onChange={(licenseEnds) => write.mutate({ notifications: { ...notifications, licenseEnds } })}
      />
      {/* Under Electron the app shows them itself and needs no leave. */}
      {isOn && host === 'browser' && permission === 'default' ? (
        <Button
          icon={<Bell aria-hidden />}
          onPress={() => void Notification.requestPermission().then(setPermission)}
        >
          {text('settings.systemNotifications')}
        </Button>
      ) : null}
      {isOn && host === 'browser' && permission === 'denied' ? (
        <Notice tone="calm">{text('settings.notificationsDenied')}</Notice>
      ) : null}
    </Section>
  );
}
