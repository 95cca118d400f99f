import type { ReactNode } from 'react';
import { CircleAlert, Info, TriangleAlert } from 'lucide-react';
import { useErrorSentence } from '../i18n/use-text.ts';
import './notice.css';

const icons = { error: CircleAlert, warning: TriangleAlert, calm: Info };

interface NoticeProps {
  tone: keyof typeof icons;
  children: ReactNode;
  /** The one thing that helps. */
  action?: ReactNode;
}

/** A sentence that the viewer should read; an error is read aloud at once. */
export function Notice({ tone, children, action }: NoticeProps) {
  const Icon = icons[tone];
  return (
    <div className={`notice notice-${tone}`} {...(tone === 'error' ? { role: 'alert' } : {})}>
      <Icon aria-hidden className="notice-icon" />
      <p className="notice-text">{children}</p>
      {action}
    </div>
  );
}

/** Nothing while there is no error. */
export function ErrorNotice({ error, action }: { error: unknown; action?: ReactNode }) {
  const sentence = useErrorSentence();
  if (!error) return null;
  return (
    <Notice tone="error" action={action}>
      {sentence(error)}
    </Notice>
  );
}
