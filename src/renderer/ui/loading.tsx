import { useText } from '../i18n/use-text.ts';
import './loading.css';

/** Appears only after a moment: what comes at once should not flicker. */
export function Loading() {
  const text = useText();
  return (
    <div className="loading" role="status">
      <span className="loading-mark" aria-hidden />
      <span className="for-listeners">{text('loading')}</span>
    </div>
  );
}
