import type { ReactNode } from 'react';
import { Checkbox, CheckboxGroup, Label, Radio, RadioGroup, Switch } from 'react-aria-components';
import { Check } from 'lucide-react';
import './choice.css';

export interface Choice {
  readonly value: string;
  readonly label: string;
  /** Shown small at the end of the line, e.g. a size. */
  readonly note?: string;
  /** Told, but not to be chosen. */
  readonly isDisabled?: boolean;
}

interface ChoicesProps<Value> {
  label: string;
  choices: readonly Choice[];
  value: Value;
  onChange: (value: Value) => void;
  isDisabled?: boolean;
  layout?: 'lines' | 'pills';
}

function Line({ choice, mark }: { choice: Choice; mark: ReactNode }) {
  return (
    <>
      <span className="choice-mark">{mark}</span>
      <span className="choice-label">{choice.label}</span>
      {choice.note === undefined ? null : <span className="choice-note">{choice.note}</span>}
    </>
  );
}

/** Exactly one of a few. */
export function OneOf({
  label,
  choices,
  layout = 'lines',
  isDisabled = false,
  ...props
}: ChoicesProps<string>) {
  return (
    <RadioGroup {...props} isDisabled={isDisabled} className={`choices choices-${layout}`}>
      <Label className="choices-label">{label}</Label>
      <div className="choices-items">
        {choices.map((choice) => (
          <Radio key={choice.value} value={choice.value} className="choice choice-radio">
            <Line choice={choice} mark={<span className="choice-dot" />} />
          </Radio>
        ))}
      </div>
    </RadioGroup>
  );
}

/** Any number of a few. */
export function AnyOf({
  label,
  choices,
  layout = 'lines',
  isDisabled = false,
  ...props
}: ChoicesProps<string[]>) {
  return (
    <CheckboxGroup {...props} isDisabled={isDisabled} className={`choices choices-${layout}`}>
      <Label className="choices-label">{label}</Label>
      <div className="choices-items">
        {choices.map((choice) => (
          <Checkbox
            key={choice.value}
            value={choice.value}
            isDisabled={choice.isDisabled ?? false}
            className="choice choice-check"
          >
            <Line choice={choice} mark={<Check aria-hidden strokeWidth={3.5} />} />
          </Checkbox>
        ))}
      </div>
    </CheckboxGroup>
  );
}

interface OnOffProps {
  label: string;
  isOn: boolean;
  onChange: (isOn: boolean) => void;
}

export function OnOff({ label, isOn, onChange }: OnOffProps) {
  return (
    <Switch isSelected={isOn} onChange={onChange} className="switch">
      <span className="switch-label">{label}</span>
      <span className="switch-track">
        <span className="switch-thumb" />
      </span>
    </Switch>
  );
}
