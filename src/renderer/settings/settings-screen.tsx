import { useScreen } from '../app/use-screen.ts';
import { useText } from '../i18n/use-text.ts';
import { AboutSection } from './about-section.tsx';
import { AccountSection } from './account-section.tsx';
import { AppearanceSection } from './appearance-section.tsx';
import { DevicesSection } from './devices-section.tsx';
import { DownloadSection } from './download-section.tsx';
import { NotificationsSection } from './notifications-section.tsx';
import { PlaybackSection } from './playback-section.tsx';
import { RulesSection } from './rules-section.tsx';
import { SecuritySection } from './security-section.tsx';
import { StorageSection } from './storage-section.tsx';
import './settings.css';

export function SettingsScreen() {
  const text = useText();
  useScreen(text('nav.settings'));
  return (
    <div className="screen settings">
      <h1 className="screen-title">{text('nav.settings')}</h1>
      <SecuritySection />
      <AppearanceSection />
      <DownloadSection />
      <RulesSection />
      <StorageSection />
      <PlaybackSection />
      <NotificationsSection />
      <AccountSection />
      <DevicesSection />
      <AboutSection />
    </div>
  );
}
