import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { LoaderCircle } from 'lucide-react';
import { useEffect, useRef, useState } from 'react';
import { Form } from 'react-aria-components';
import { useClient } from '../app/environment.ts';
import { keys } from '../data/queries.ts';
import { useText } from '../i18n/use-text.ts';
import { Button } from '../ui/button.tsx';
import { Dialog } from '../ui/dialog.tsx';
import { Field } from '../ui/field.tsx';
import { ErrorNotice } from '../ui/notice.tsx';
import './open.css';

/** Asks for an address, reads what lies there, and leads to its page. Esc and Cancel end the reading, too. */
export function OpenDialog({ onClose }: { onClose: () => void }) {
  const text = useText();
  const client = useClient();
  const queryClient = useQueryClient();
  const navigate = useNavigate();
  const [url, setUrl] = useState('');
  const reading = useRef<AbortController>(null);
  const opening = useMutation({
    mutationFn: (address: string) => {
      reading.current = new AbortController();
      return client.addresses.open({ url: address }, { signal: reading.current.signal });
    },
    onSuccess: ({ titleId }) => {
      void queryClient.invalidateQueries({ queryKey: keys.catalog });
      onClose();
      void navigate({ to: '/title/$titleId', params: { titleId } });
    },
  });
  useEffect(() => () => reading.current?.abort(), []);

  function submit(event: React.FormEvent) {
    event.preventDefault();
    if (url.trim() !== '' && !opening.isPending) opening.mutate(url.trim());
  }

  return (
    <Dialog title={text('open.title')} isOpen onClose={onClose}>
      <Form onSubmit={submit} className="open-form">
        <p className="open-lead">{text('open.lead')}</p>
        <ErrorNotice error={opening.error} />
        <Field
          label={text('open.address')}
          type="url"
          inputMode="url"
          autoComplete="off"
          validationBehavior="aria"
          isReadOnly={opening.isPending}
          value={url}
          onChange={setUrl}
          autoFocus
        />
        <p className="open-progress" role="status">
          {opening.isPending ? (
            <>
              <LoaderCircle aria-hidden className="open-turning" /> {text('open.reading')}
            </>
          ) : null}
        </p>
        <div className="dialog-buttons">
          <Button look="quiet" onPress={onClose}>
            {text('cancel')}
          </Button>
          <Button look="primary" type="submit" isDisabled={url.trim() === ''} isPending={opening.isPending}>
            {text('open.confirm')}
          </Button>
        </div>
      </Form>
    </Dialog>
  );
}
