import { Minus, Plus } from 'lucide-react';
import { Button, Group, Input, Label, NumberField as AriaNumberField } from 'react-aria-components';
import type { NumberFieldProps as AriaNumberFieldProps } from 'react-aria-components';
import './field.css';

interface NumberFieldProps extends Omit<AriaNumberFieldProps, 'className' | 'style' | 'children'> {
  label: string;
}

/** A number with its unit as the viewer writes it; told once it is entered, or at a step up or down. */
export function NumberField({ label, ...props }: NumberFieldProps) {
  return (
    <AriaNumberField {...props} className="field number-field">
      <Label className="field-label">{label}</Label>
      <Group className="field-input number-group">
        <Button slot="decrement" className="number-step">
          <Minus aria-hidden />
        </Button>
        <Input className="number-input" />
        <Button slot="increment" className="number-step">
          <Plus aria-hidden />
        </Button>
      </Group>
    </AriaNumberField>
  );
}
