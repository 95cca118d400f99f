import { useSuspenseQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { Button as AriaButton } from 'react-aria-components';
import { Lock } from 'lucide-react';
import type { Profile } from '../../shared/catalog.ts';
import { useClient } from '../app/environment.ts';
import { Wordmark } from '../app/wordmark.tsx';
import { useStatusAction } from '../data/actions.ts';
import { queries } from '../data/queries.ts';
import { useScreen } from '../app/use-screen.ts';
import { useText } from '../i18n/use-text.ts';
import { ErrorNotice } from '../ui/notice.tsx';
import { Avatar } from './avatar.tsx';
import { PinDialog } from './pin-dialog.tsx';
import './who.css';

export function WhoScreen() {
  const text = useText();
  useScreen(text('who.title'));
  const navigate = useNavigate();
  const { data: profiles } = useSuspenseQuery(queries.profiles(useClient()));
  const [asked, setAsked] = useState<Profile | null>(null);
  const choose = useStatusAction((client, input: { profileId: string; pin?: string }) =>
    client.profiles.choose(input),
  );

  function enter(input: { profileId: string; pin?: string }) {
    choose.mutate(input, { onSuccess: () => void navigate({ to: '/' }) });
  }

  function press(profile: Profile) {
    choose.reset();
    if (profile.hasPin) setAsked(profile);
    else enter({ profileId: profile.profileId });
  }

  return (
    <main className="who">
      <Wordmark />
      <h1>{text('who.title')}</h1>
      {asked ? null : <ErrorNotice error={choose.error} />}
      <ul className="who-list">
        {profiles.map((profile) => (
          <li key={profile.profileId}>
            <AriaButton className="who-profile" isDisabled={choose.isPending} onPress={() => press(profile)}>
              <Avatar profile={profile} />
              <span className="who-name">
                {profile.hasPin ? <Lock aria-hidden /> : null}
                {profile.name}
              </span>
              {profile.hasPin ? <span className="for-listeners">{text('who.asksForPin')}</span> : null}
              {profile.isKids ? <span className="who-kids">{text('who.kids')}</span> : null}
            </AriaButton>
          </li>
        ))}
      </ul>
      {asked ? (
        <PinDialog
          name={asked.name}
          error={choose.error}
          isPending={choose.isPending}
          onClose={() => setAsked(null)}
          onPin={(pin) => enter({ profileId: asked.profileId, pin })}
        />
      ) : null}
    </main>
  );
}
