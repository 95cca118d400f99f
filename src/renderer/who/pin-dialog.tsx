import { useState } from 'react';
import { Form, Input, Label, TextField } from 'react-aria-components';
import { useText } from '../i18n/use-text.ts';
import { Button } from '../ui/button.tsx';
import { Dialog } from '../ui/dialog.tsx';
import { ErrorNotice } from '../ui/notice.tsx';

interface PinDialogProps {
  name: string;
  error: unknown;
  isPending: boolean;
  onPin: (pin: string) => void;
  onClose: () => void;
}

/** Four digits; the fourth sends them. */
export function PinDialog({ name, error, isPending, onPin, onClose }: PinDialogProps) {
  const text = useText();
  const [pin, setPin] = useState('');
  const digits = pin.replaceAll(/\D/g, '').slice(0, 4);

  function change(value: string) {
    const next = value.replaceAll(/\D/g, '').slice(0, 4);
    setPin(next);
    if (next.length === 4 && next !== digits) onPin(next);
  }

  function submit(event: React.FormEvent) {
    event.preventDefault();
    if (digits.length === 4) onPin(digits);
  }

  return (
    <Dialog title={text('who.pinTitle', { name })} isOpen onClose={onClose}>
      <Form onSubmit={submit} className="pin-form">
        <ErrorNotice error={error} />
        <TextField
          className="pin-field"
          type="password"
          inputMode="numeric"
          autoComplete="off"
          maxLength={4}
          value={digits}
          onChange={change}
          autoFocus
        >
          <Label className="field-label">{text('who.pin')}</Label>
          <Input className="field-input pin-input" />
        </TextField>
        <div className="dialog-buttons">
          <Button look="quiet" onPress={onClose}>
            {text('cancel')}
          </Button>
          <Button look="primary" type="submit" isDisabled={digits.length < 4} isPending={isPending}>
            {text('who.enter')}
          </Button>
        </div>
      </Form>
    </Dialog>
  );
}
