import type { Verdict } from '../../shared/license.ts';
import { DAY_MS } from '../../shared/units.ts';
import type { Ms } from '../../shared/units.ts';
import { useFormat } from '../i18n/use-format.ts';
import { useText } from '../i18n/use-text.ts';

export interface LicenseSentence {
  readonly words: string;
  /** Told by an icon too, never by color alone. */
  readonly kind: 'start' | 'finish' | 'locked';
  readonly isUrgent: boolean;
}

/** Says what remains of a license, from the verdict alone. Unlimited: nothing to say, undefined. */
export function useLicenseSentence(): (verdict: Verdict, nowMs: Ms) => LicenseSentence | undefined {
  const text = useText();
  const format = useFormat();
  return (verdict, nowMs) => {
    if (!verdict.allowed) return { words: text(`license.${verdict.reason}`), kind: 'locked', isUrgent: true };
    if (verdict.firstPlayAtMs === null && verdict.startByMs !== null) {
      return {
        words: text('license.startBy', { when: format.moment(verdict.startByMs, nowMs) }),
        kind: 'start',
        isUrgent: verdict.startByMs - nowMs < 7 * DAY_MS,
      };
    }
    if (verdict.playableUntilMs === null) return undefined;
    return {
      words: text('license.finishWithin', { time: format.remaining(verdict.playableUntilMs - nowMs) }),
      kind: 'finish',
      isUrgent: verdict.playableUntilMs - nowMs < DAY_MS,
    };
  };
}
