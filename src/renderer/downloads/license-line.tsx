import { CalendarClock, ClockAlert, Globe, Hourglass, Infinity as Endless, Lock } from 'lucide-react';
import type { Verdict } from '../../shared/license.ts';
import type { LicenseSign } from '../../shared/words/license-words.ts';
import { useLicenseWords } from './use-license-words.ts';
import './license-line.css';

const icons: Record<LicenseSign, typeof Lock> = {
  unlimited: Endless,
  start: CalendarClock,
  finish: Hourglass,
  'go-online': Globe,
  later: CalendarClock,
  clock: ClockAlert,
  locked: Lock,
};

interface LicenseLineProps {
  verdict: Verdict;
  /** `words`: without the sentence of what comes after or helps, where there is little room. */
  says?: 'all' | 'words';
}

/** Until when, or why not: a sign that needs no color, and words that count down. */
export function LicenseLine({ verdict, says = 'all' }: LicenseLineProps) {
  const { words, help, sign, urgency } = useLicenseWords(verdict);
  const Icon = icons[sign];
  return (
    <div className={`license-line license-${urgency}`} data-sign={sign}>
      <Icon aria-hidden />
      <span>
        <span className="license-words">{words}</span>
        {help && says === 'all' ? <span className="license-help"> · {help}</span> : null}
      </span>
    </div>
  );
}
