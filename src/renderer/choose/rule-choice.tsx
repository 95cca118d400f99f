import { useText } from '../i18n/use-text.ts';
import { OneOf } from '../ui/choice.tsx';
import { NumberField } from '../ui/number-field.tsx';
import { ruleOf, valueOf } from './rules.ts';
import type { VideoRule } from './rules.ts';

const GB = 1e9;
const gigabytes: Intl.NumberFormatOptions = { style: 'unit', unit: 'gigabyte', maximumFractionDigits: 1 };

interface RuleChoiceProps {
  label: string;
  rule: VideoRule;
  /** Offered as "up to so tall", beside the rule's own where that is such a one. */
  heights?: readonly number[];
  onChange: (rule: VideoRule) => void;
}

/** By which rule the quality of a download is taken; none of them is chosen while it is taken by hand. */
export function RuleChoice({ label, rule, heights = [], onChange }: RuleChoiceProps) {
  const text = useText();
  const screenHeight = Math.round(window.screen.height * window.devicePixelRatio);
  const offered = rule.rule === 'max-height' ? [...new Set([...heights, rule.height])] : heights;
  return (
    <>
      <OneOf
        layout="pills"
        label={label}
        choices={[
          { value: 'data-saver', label: text('settings.quality.saver') },
          ...[...offered]
            .sort((a, b) => a - b)
            .map((height) => ({
              value: `max-height:${height}`,
              label: text('settings.quality.upTo', { height }),
            })),
          { value: 'screen', label: text('settings.quality.screen') },
          { value: 'bytes-per-hour', label: text('settings.quality.perHour') },
          { value: 'best', label: text('settings.quality.best') },
        ]}
        value={valueOf(rule)}
        onChange={(value) => onChange(ruleOf(value, screenHeight))}
      />
      {rule.rule === 'bytes-per-hour' ? (
        <NumberField
          label={text('settings.quality.perHourLimit')}
          value={rule.maxBytesPerHour / GB}
          minValue={0.1}
          step={0.1}
          formatOptions={gigabytes}
          onChange={(value) =>
            value > 0 && onChange({ rule: 'bytes-per-hour', maxBytesPerHour: Math.round(value * GB) })
          }
        />
      ) : null}
    </>
  );
}
