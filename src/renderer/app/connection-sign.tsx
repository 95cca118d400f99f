import { CloudOff, RefreshCw, WifiOff } from 'lucide-react';
import { useStatusAction } from '../data/actions.ts';
import { useStatus } from '../data/queries.ts';
import { useText } from '../i18n/use-text.ts';
import { IconButton } from '../ui/button.tsx';

/** A calm word that there is no way out just now, and the way to look again. */
export function ConnectionSign() {
  const text = useText();
  const { connection, pendingMutations } = useStatus();
  const probe = useStatusAction((client) => client.app.probe());
  if (connection === 'online') return null;
  const Icon = connection === 'offline' ? WifiOff : CloudOff;
  const waiting = pendingMutations > 0 ? text('connection.pending', { count: pendingMutations }) : undefined;
  return (
    <div className="connection-sign" title={waiting}>
      <Icon aria-hidden />
      <span>{text(connection === 'offline' ? 'connection.offline' : 'connection.unreachable')}</span>
      <IconButton
        label={text('connection.lookAgain')}
        icon={<RefreshCw aria-hidden />}
        isDisabled={probe.isPending}
        onPress={() => probe.mutate(undefined)}
      />
    </div>
  );
}
