import { CalendarClock, Hourglass, Lock } from 'lucide-react';
import type { Verdict } from '../../shared/license.ts';
import { useTrustedNow } from '../data/trusted-now.ts';
import { useLicenseSentence } from './license-sentence.ts';

const icons = { start: CalendarClock, finish: Hourglass, locked: Lock };

export function LicenseLine({ verdict }: { verdict: Verdict }) {
  const nowMs = useTrustedNow();
  const sentence = useLicenseSentence()(verdict, nowMs);
  if (!sentence) return null;
  const Icon = icons[sentence.kind];
  return (
    <p className={`license-line${sentence.isUrgent ? ' license-urgent' : ''}`}>
      <Icon aria-hidden /> {sentence.words}
    </p>
  );
}
