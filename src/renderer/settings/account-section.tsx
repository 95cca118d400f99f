import { useMutation } from '@tanstack/react-query';
import { LogOut, RefreshCw } from 'lucide-react';
import { useClient } from '../app/environment.ts';
import { useStatusAction } from '../data/actions.ts';
import { useStatus } from '../data/queries.ts';
import { useText } from '../i18n/use-text.ts';
import { Button } from '../ui/button.tsx';
import { ErrorNotice } from '../ui/notice.tsx';
import { Section } from './section.tsx';

export function AccountSection() {
  const text = useText();
  const client = useClient();
  const { account, pendingMutations } = useStatus();
  const signOut = useStatusAction((each) => each.auth.signOut());
  const sync = useMutation({ mutationFn: () => client.sync.now() });
  if (!account) return null;
  return (
    <Section title={text('settings.account')}>
      <dl className="settings-facts">
        <dt>{text('signIn.email')}</dt>
        <dd>{account.email}</dd>
        <dt>{text('settings.plan')}</dt>
        <dd>{text(`plan.${account.plan}`)}</dd>
        <dt>{text('settings.sync')}</dt>
        <dd>
          <span role="status">
            {sync.isPending
              ? text('settings.syncing')
              : pendingMutations === 0
                ? text('settings.allSent')
                : text('connection.pending', { count: pendingMutations })}
          </span>
        </dd>
      </dl>
      <ErrorNotice error={sync.error ?? signOut.error} />
      <div className="settings-buttons">
        <Button
          look="quiet"
          icon={<RefreshCw aria-hidden />}
          isDisabled={sync.isPending}
          onPress={() => sync.mutate()}
        >
          {text('settings.syncNow')}
        </Button>
        <Button look="danger" icon={<LogOut aria-hidden />} onPress={() => signOut.mutate(undefined)}>
          {text('nav.signOut')}
        </Button>
      </div>
      <p className="settings-hint">{text('settings.signOutHint')}</p>
    </Section>
  );
}
