import { useEffect, useRef, useState } from 'react';
import { formatClock } from '../i18n/format.ts';
import { useText } from '../i18n/use-text.ts';

interface SeekBarProps {
  positionSeconds: number;
  bufferedToSeconds: number;
  durationSeconds: number;
  onSeek: (positionSeconds: number) => void;
}

const KEY_STEP_SECONDS = 5;
const directions: Record<string, number> = { ArrowLeft: -1, ArrowDown: -1, ArrowRight: 1, ArrowUp: 1 };

/** While it is dragged it shows where it would go; it goes there once it is let go. */
export function SeekBar({ positionSeconds, bufferedToSeconds, durationSeconds, onSeek }: SeekBarProps) {
  const text = useText();
  const input = useRef<HTMLInputElement>(null);
  const [dragged, setDragged] = useState<number | null>(null);
  const shown = dragged ?? positionSeconds;
  const percent = (seconds: number) => `${(100 * seconds) / Math.max(1, durationSeconds)}%`;

  useEffect(() => {
    // The browser's own `change` comes when a drag ends or a key was pressed; React's comes on every step.
    const slider = input.current;
    const settle = () => {
      if (slider) onSeek(slider.valueAsNumber);
      setDragged(null);
    };
    slider?.addEventListener('change', settle);
    return () => slider?.removeEventListener('change', settle);
  }, [onSeek]);

  return (
    <div className="seek">
      <input
        ref={input}
        type="range"
        className="seek-bar"
        aria-label={text('player.seek')}
        aria-valuetext={text('player.seekValue', {
          position: formatClock(shown),
          duration: formatClock(durationSeconds),
        })}
        min={0}
        max={Math.max(1, durationSeconds)}
        // Any: with steps the thumb would stand beside the position that is played.
        step="any"
        value={shown}
        onChange={(event) => setDragged(event.currentTarget.valueAsNumber)}
        onKeyDown={(event) => {
          const direction = directions[event.key];
          if (direction === undefined) return;
          event.preventDefault();
          onSeek(shown + direction * KEY_STEP_SECONDS);
        }}
        style={{
          ['--played' as string]: percent(shown),
          ['--buffered' as string]: percent(Math.max(shown, bufferedToSeconds)),
        }}
      />
      <span className="seek-time">
        {formatClock(shown)} <span aria-hidden>/</span> {formatClock(durationSeconds)}
      </span>
    </div>
  );
}
