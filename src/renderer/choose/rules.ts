import type { SelectionPreferences } from '../../shared/selection.ts';

export type VideoRule = SelectionPreferences['video'];

const FIRST_BYTES_PER_HOUR = 1e9;

/** The rule as the value of a choice; a rung that was chosen by hand has none. */
export function valueOf(rule: VideoRule): string {
  if (rule.rule === 'rendition') return '';
  return rule.rule === 'max-height' ? `max-height:${rule.height}` : rule.rule;
}

/** @param screenHeight of this computer's screen, in its own pixels */
export function ruleOf(value: string, screenHeight: number): VideoRule {
  if (value.startsWith('max-height:')) return { rule: 'max-height', height: Number(value.split(':')[1]) };
  switch (value) {
    case 'best':
      return { rule: 'best' };
    case 'screen':
      return { rule: 'screen', height: screenHeight };
    case 'bytes-per-hour':
      return { rule: 'bytes-per-hour', maxBytesPerHour: FIRST_BYTES_PER_HOUR };
    default:
      return { rule: 'data-saver' };
  }
}
