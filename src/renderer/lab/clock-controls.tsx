import { useState } from 'react';
import type { ClockMove, LabState } from '../../shared/lab-contract.ts';
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../../shared/units.ts';
import type { Ms } from '../../shared/units.ts';
import { useFormat } from '../i18n/use-format.ts';
import { Button } from '../ui/button.tsx';
import { OneOf } from '../ui/choice.tsx';
import { Field } from '../ui/field.tsx';
import { Notice } from '../ui/notice.tsx';
import { useLabText, useMoment } from './lab-text.tsx';
import type { LabMessageId } from './lab-text.tsx';
import { useLabAction } from './use-lab.ts';

const steps: Ms[] = [MINUTE_MS, HOUR_MS, DAY_MS, 7 * DAY_MS];
const rates = [0, 1, 60, 3600];

/** What the clock says, and every way to move it. */
export function ClockControls({ clock }: { clock: LabState['clock'] }) {
  const text = useLabText();
  const moment = useMoment();
  const move = useLabAction((lab, to: ClockMove) => lab.clock(to));
  return (
    <>
      <dl className="settings-facts lab-clock">
        <dt>{text('lab.clock.machine')}</dt>
        <dd data-lab="wall">{moment(clock.wallMs)}</dd>
        <dt>{text('lab.clock.trusted')}</dt>
        <dd data-lab="trusted">{moment(clock.trustedMs)}</dd>
      </dl>
      {clock.isBehind ? <Notice tone="warning">{text('lab.clock.behind')}</Notice> : null}
      <OneOf
        label={text('lab.clock.rate')}
        layout="pills"
        value={String(clock.rate)}
        onChange={(rate) => move.mutate({ do: 'rate', rate: Number(rate) })}
        choices={rates.map((rate) => ({ value: String(rate), label: rateWords(rate, text) }))}
      />
      <Moves
        title="lab.clock.passes"
        label="lab.clock.step"
        by={steps}
        onPress={(ms) => move.mutate({ do: 'step', ms })}
      />
      <Moves
        title="lab.clock.sleeps"
        label="lab.clock.sleepFor"
        by={[8 * HOUR_MS]}
        onPress={(ms) => move.mutate({ do: 'sleep', ms })}
      />
      <Moves
        title="lab.clock.sets"
        label="lab.clock.back"
        by={[HOUR_MS, DAY_MS]}
        onPress={(ms) => move.mutate({ do: 'set', wallMs: clock.wallMs - ms })}
      />
      <SetClock wallMs={clock.wallMs} onSet={(wallMs) => move.mutate({ do: 'set', wallMs })} />
    </>
  );
}

function rateWords(rate: number, text: ReturnType<typeof useLabText>): string {
  if (rate === 0) return text('lab.clock.frozen');
  return rate === 1 ? text('lab.clock.real') : text('lab.clock.times', { rate });
}

interface MovesProps {
  title: LabMessageId;
  label: LabMessageId;
  by: Ms[];
  onPress: (ms: Ms) => void;
}
function Moves({ title, label, by, onPress }: MovesProps) {
  const text = useLabText();
  const format = useFormat();
  return (
    <div className="lab-moves" role="group" aria-label={text(title)}>
      <span className="choices-label">{text(title)}</span>
      {by.map((ms) => (
        <Button key={ms} onPress={() => onPress(ms)}>
          {text(label, { length: format.remaining(ms) })}
        </Button>
      ))}
    </div>
  );
}

function SetClock({ wallMs, onSet }: { wallMs: Ms; onSet: (wallMs: Ms) => void }) {
  const text = useLabText();
  const [value, setValue] = useState('');
  const typed = Date.parse(`${value.trim().replace(' ', 'T')}Z`);
  return (
    <form
      className="lab-moves"
      onSubmit={(event) => {
        event.preventDefault();
        if (!Number.isNaN(typed)) onSet(typed);
      }}
    >
      <Field
        label={text('lab.clock.date')}
        value={value}
        onChange={setValue}
        {...{ placeholder: new Date(wallMs).toISOString().slice(0, 19).replace('T', ' ') }}
      />
      <Button type="submit" isDisabled={Number.isNaN(typed)}>
        {text('lab.clock.setTo')}
      </Button>
    </form>
  );
}
