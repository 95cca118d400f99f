import { DownloadRules } from '../../shared/settings.ts';
import { useText } from '../i18n/use-text.ts';
import { useFormat } from '../i18n/use-format.ts';
import { OneOf, OnOff } from '../ui/choice.tsx';
import { NumberField } from '../ui/number-field.tsx';
import { ErrorNotice } from '../ui/notice.tsx';
import { ScheduleFields } from './schedule-fields.tsx';
import { Section } from './section.tsx';
import { useRules } from './use-rules.ts';

const MBIT = 1e6;
const FIRST_CAP_MBIT = 10;
const speeds: Intl.NumberFormatOptions = {
  style: 'unit',
  unit: 'megabit-per-second',
  maximumFractionDigits: 1,
};
const ThisNetwork = DownloadRules.shape.thisNetwork;

/** Over which networks, when, and how fast. */
export function RulesSection() {
  const text = useText();
  const format = useFormat();
  const { rules, change, error } = useRules();
  const { capBitsPerSecond } = rules;
  return (
    <Section title={text('rules.title')}>
      <ErrorNotice error={error} />
      <OnOff
        label={text('rules.allowMetered')}
        isOn={rules.allowMetered}
        onChange={(allowMetered) => change({ allowMetered })}
      />
      <OneOf
        layout="pills"
        label={text('rules.thisNetwork')}
        choices={ThisNetwork.options.map((value) => ({ value, label: text(`rules.thisNetwork.${value}`) }))}
        value={rules.thisNetwork}
        onChange={(value) => change({ thisNetwork: ThisNetwork.parse(value) })}
      />
      <OnOff
        label={text('rules.onlyOnCharger')}
        isOn={rules.onlyOnCharger}
        onChange={(onlyOnCharger) => change({ onlyOnCharger })}
      />
      <ScheduleFields schedule={rules.schedule} onChange={(schedule) => change({ schedule })} />
      <OnOff
        label={text('rules.cap')}
        isOn={capBitsPerSecond !== null}
        onChange={(isOn) => change({ capBitsPerSecond: isOn ? FIRST_CAP_MBIT * MBIT : null })}
      />
      {capBitsPerSecond === null ? null : (
        <NumberField
          label={text('rules.capSpeed')}
          value={capBitsPerSecond / MBIT}
          minValue={0.1}
          step={0.1}
          formatOptions={speeds}
          onChange={(value) => value > 0 && change({ capBitsPerSecond: Math.round(value * MBIT) })}
        />
      )}
      <OneOf
        layout="pills"
        label={text('rules.atOnce')}
        choices={[1, 2, 3, 4].map((count) => ({ value: String(count), label: format.number(count) }))}
        value={String(rules.atOnce)}
        onChange={(value) => change({ atOnce: Number(value) })}
      />
    </Section>
  );
}
