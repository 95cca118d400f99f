import type { DownloadRules } from '../../shared/settings.ts';
import { useStorage } from '../data/queries.ts';
import { useText } from '../i18n/use-text.ts';
import { OnOff } from '../ui/choice.tsx';
import { NumberField } from '../ui/number-field.tsx';

const GB = 1e9;
const gigabytes: Intl.NumberFormatOptions = { style: 'unit', unit: 'gigabyte', maximumFractionDigits: 1 };

interface SpaceFieldsProps {
  rules: DownloadRules;
  onChange: (changes: Partial<DownloadRules>) => void;
}

/** How much of the disk downloads may take, and what goes by itself to stay within it. */
export function SpaceFields({ rules, onChange }: SpaceFieldsProps) {
  const text = useText();
  const storage = useStorage();
  const { budgetBytes } = rules;
  if (!storage) return null;
  // A first budget that neither removes nor hinders anything: what is taken, and as much again.
  const firstBudget = Math.max(10, Math.ceil((storage.usedBytes * 2) / GB)) * GB;
  return (
    <>
      <OnOff
        label={text('space.limit')}
        isOn={budgetBytes !== null}
        onChange={(isOn) => onChange({ budgetBytes: isOn ? firstBudget : null })}
      />
      {budgetBytes === null ? null : (
        <>
          <NumberField
            label={text('space.budget')}
            value={budgetBytes / GB}
            minValue={0.1}
            step={0.1}
            formatOptions={gigabytes}
            onChange={(value) => value > 0 && onChange({ budgetBytes: Math.round(value * GB) })}
          />
          <OnOff
            label={text('space.mayRemoveUnwatched')}
            isOn={rules.mayRemoveUnwatched}
            onChange={(mayRemoveUnwatched) => onChange({ mayRemoveUnwatched })}
          />
          <p className="settings-hint">{text('space.evictionHint')}</p>
        </>
      )}
      <NumberField
        label={text('space.floor')}
        value={rules.freeSpaceFloorBytes / GB}
        minValue={0}
        step={0.1}
        formatOptions={gigabytes}
        onChange={(value) => value >= 0 && onChange({ freeSpaceFloorBytes: Math.round(value * GB) })}
      />
      <OnOff
        label={text('space.removeWatched')}
        isOn={rules.removeWatched}
        onChange={(removeWatched) => onChange({ removeWatched })}
      />
    </>
  );
}
