import { useState } from 'react';
import { Form } from 'react-aria-components';
import { useTitleAction } from '../data/actions.ts';
import { useText } from '../i18n/use-text.ts';
import { Button } from '../ui/button.tsx';
import { Dialog } from '../ui/dialog.tsx';
import { Field } from '../ui/field.tsx';
import { ErrorNotice } from '../ui/notice.tsx';
import './open.css';

/** An empty name gives back the one that its address tells. */
export function RenameDialog(props: { titleId: string; name: string; onClose: () => void }) {
  const { titleId, onClose } = props;
  const text = useText();
  const [name, setName] = useState(props.name);
  const rename = useTitleAction(async (client, wanted: string) => {
    await client.addresses.rename({ titleId, name: wanted });
    onClose();
  });

  function submit(event: React.FormEvent) {
    event.preventDefault();
    rename.mutate(name);
  }

  return (
    <Dialog title={text('open.rename')} isOpen onClose={onClose}>
      <Form onSubmit={submit} className="open-form">
        <ErrorNotice error={rename.error} />
        <Field label={text('open.name')} value={name} onChange={setName} maxLength={120} autoFocus />
        <div className="dialog-buttons">
          <Button look="quiet" onPress={onClose}>
            {text('cancel')}
          </Button>
          <Button look="primary" type="submit" isPending={rename.isPending}>
            {text('open.save')}
          </Button>
        </div>
      </Form>
    </Dialog>
  );
}
