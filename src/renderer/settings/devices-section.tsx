import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Laptop, Trash2 } from 'lucide-react';
import { useState } from 'react';
import { useIntl } from 'react-intl';
import type { DeviceView } from '../../shared/contract.ts';
import { useClient } from '../app/environment.ts';
import { keys, queries, useIsOffline, useStatus } from '../data/queries.ts';
import { useText } from '../i18n/use-text.ts';
import { Button } from '../ui/button.tsx';
import { Dialog, DialogButtons } from '../ui/dialog.tsx';
import { Loading } from '../ui/loading.tsx';
import { ErrorNotice } from '../ui/notice.tsx';
import { Section } from './section.tsx';
import './devices.css';

/** Where the account is signed in, and the way out of a limit of devices. */
export function DevicesSection() {
  const text = useText();
  const client = useClient();
  const isOffline = useIsOffline();
  const { account } = useStatus();
  const queryClient = useQueryClient();
  const devices = useQuery({ ...queries.devices(client), enabled: account !== null && !isOffline });
  const [asked, setAsked] = useState<DeviceView | null>(null);
  const removal = useMutation({
    mutationFn: (deviceId: string) => client.devices.remove({ deviceId }),
    onSuccess: (left) => queryClient.setQueryData(keys.devices, left),
  });
  if (!account) return null;
  return (
    <Section title={text('settings.devices')}>
      <p className="settings-hint">{text('settings.devices.hint')}</p>
      {isOffline && !devices.data && <p className="settings-hint">{text('settings.devices.offline')}</p>}
      {devices.isFetching && !devices.data && <Loading />}
      <ErrorNotice error={removal.error ?? devices.error} />
      <ul className="devices">
        {devices.data?.map((device) => (
          <Line
            key={device.deviceId}
            device={device}
            isBusy={removal.isPending}
            onRemove={() => setAsked(device)}
          />
        ))}
      </ul>
      <Dialog
        title={text('settings.devices.removeNamed', { name: asked?.name ?? '' })}
        role="alertdialog"
        isOpen={asked !== null}
        onClose={() => setAsked(null)}
      >
        <p>{text('settings.devices.question', { name: asked?.name ?? '' })}</p>
        <DialogButtons
          cancelWords={text('settings.devices.keep')}
          onCancel={() => setAsked(null)}
          words={text('settings.devices.remove')}
          icon={<Trash2 aria-hidden />}
          look="danger"
          onConfirm={() => {
            if (asked) removal.mutate(asked.deviceId);
            setAsked(null);
          }}
        />
      </Dialog>
    </Section>
  );
}

function Line({ device, isBusy, onRemove }: { device: DeviceView; isBusy: boolean; onRemove: () => void }) {
  const text = useText();
  const intl = useIntl();
  const { name, isThis, downloads, titleNames, lastSeenAtMs } = device;
  const titles = intl.formatList(titleNames, { type: 'conjunction' });
  return (
    <li className="device" aria-label={name}>
      <Laptop aria-hidden />
      <div>
        <strong>{name}</strong>
        <span>
          {isThis
            ? text('settings.devices.this')
            : text('settings.devices.lastSeen', {
                when: intl.formatDate(lastSeenAtMs, { dateStyle: 'long', timeStyle: 'short' }),
              })}
        </span>
        <span>
          {titles === ''
            ? text('settings.devices.downloads', { count: downloads })
            : text('settings.devices.downloadsOf', { count: downloads, titles })}
        </span>
      </div>
      {!isThis && (
        <Button
          look="quiet"
          icon={<Trash2 aria-hidden />}
          aria-label={text('settings.devices.removeNamed', { name })}
          isDisabled={isBusy}
          onPress={onRemove}
        >
          {text('settings.devices.remove')}
        </Button>
      )}
    </li>
  );
}
