import { FieldError, Input, Label, TextField } from 'react-aria-components';
import type { TextFieldProps } from 'react-aria-components';
import './field.css';

interface FieldProps extends Omit<TextFieldProps, 'className' | 'style' | 'children'> {
  label: string;
}

/** A labeled line of text; what the browser or the engine finds wrong is told below it. */
export function Field({ label, ...props }: FieldProps) {
  return (
    <TextField {...props} className="field">
      <Label className="field-label">{label}</Label>
      <Input className="field-input" />
      <FieldError className="field-error" />
    </TextField>
  );
}
