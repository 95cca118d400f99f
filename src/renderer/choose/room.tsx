import { Link } from '@tanstack/react-router';
import type { Fit } from '../../shared/downloads.ts';
import type { Size } from '../../shared/selection.ts';
import { SizeWords } from '../downloads/size-words.tsx';
import { useFormat } from '../i18n/use-format.ts';
import { useText } from '../i18n/use-text.ts';
import { Notice } from '../ui/notice.tsx';
import { MakeRoom } from './make-room.tsx';

interface RoomProps {
  size: Size;
  fit: Fit;
  /** Of the disk, now. */
  freeBytes: number | undefined;
}

/** What it weighs, what is free before and after, and when it does not fit, what can be done about that. */
export function Room({ size, fit, freeBytes }: RoomProps) {
  const text = useText();
  const format = useFormat();
  const { shortfallBytes, limitedBy } = fit;
  const afterBytes = Math.max(0, (freeBytes ?? 0) - size.bytes);
  return (
    <>
      <div className="choose-sum" role="status">
        <span>{text('dialog.size')}</span>
        <strong>
          <SizeWords size={size} />
        </strong>
        {freeBytes === undefined ? null : (
          <>
            <span>{text('dialog.freeNow')}</span>
            <span className="choose-value">{format.size(freeBytes)}</span>
            <span className="choose-room-bar" aria-hidden>
              {size.bytes > 0 ? (
                <span className="part-unwatched" style={{ flexGrow: Math.min(size.bytes, freeBytes) }} />
              ) : null}
              <span className="part-free" style={{ flexGrow: afterBytes }} />
            </span>
            <span>{text('dialog.freeAfter')}</span>
            <span className="choose-value">{format.size(afterBytes)}</span>
          </>
        )}
      </div>
      {shortfallBytes > 0 ? (
        <div className="choose-shortfall">
          <Notice tone="warning">
            {text(limitedBy === 'budget' ? 'dialog.overBudget' : 'dialog.tooLarge', {
              size: format.size(shortfallBytes),
            })}
          </Notice>
          <MakeRoom fit={fit} />
          {limitedBy === 'budget' ? (
            <Link to="/settings" hash="storage" className="button button-quiet">
              {text('dialog.changeBudget')}
            </Link>
          ) : null}
        </div>
      ) : null}
    </>
  );
}
