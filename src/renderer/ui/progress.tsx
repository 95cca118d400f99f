import { ProgressBar as AriaProgressBar } from 'react-aria-components';
import './progress.css';

interface ProgressProps {
  label: string;
  /** 0 to 1. */
  part: number;
  tone?: 'accent' | 'calm' | 'danger';
}

/** A bar without words: the words stand beside it, the label is for those who listen. */
export function Progress({ label, part, tone = 'accent' }: ProgressProps) {
  const percent = Math.min(100, Math.max(0, part * 100));
  return (
    <AriaProgressBar aria-label={label} value={percent} className={`progress progress-${tone}`}>
      <span className="progress-fill" style={{ width: `${percent}%` }} />
    </AriaProgressBar>
  );
}
