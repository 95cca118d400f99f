import { useStorage } from '../data/queries.ts';
import { useFormat } from '../i18n/use-format.ts';
import { useText } from '../i18n/use-text.ts';
import { partsOf } from './parts.ts';
import './storage-bar.css';

/** The disk that downloads lie on: what of it they take and why, what is promised, what is free. */
export function StorageBar() {
  const text = useText();
  const format = useFormat();
  const storage = useStorage();
  if (!storage) return null;
  const parts = partsOf(storage);
  const { usedBytes, freeBytes, budgetBytes } = storage;
  const words = text('storage.words', { used: format.size(usedBytes), free: format.size(freeBytes) });
  return (
    <div className="storage-bar">
      <p className="storage-words">
        {words}
        {budgetBytes === null ? null : ` · ${text('storage.budget', { size: format.size(budgetBytes) })}`}
      </p>
      <div className="storage-parts" role="img" aria-label={`${text('storage.label')}: ${words}`}>
        {parts.map(({ kind, bytes }) => (
          <span key={kind} className={`storage-part part-${kind}`} style={{ flexGrow: bytes }} />
        ))}
      </div>
      <ul className="storage-legend" aria-label={text('storage.legend')}>
        {parts.map(({ kind, bytes }) => (
          <li key={kind}>
            <span className={`storage-swatch part-${kind}`} aria-hidden />
            {text(`storage.part.${kind}`)} <b>{format.size(bytes)}</b>
          </li>
        ))}
      </ul>
    </div>
  );
}
