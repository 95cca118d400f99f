import { useCallback } from 'react';
import {
  Gauge,
  Maximize,
  Minimize,
  Pause,
  Play,
  RotateCcw,
  RotateCw,
  SkipForward,
  Volume2,
  VolumeX,
} from 'lucide-react';
import { useWriteSettings } from '../data/actions.ts';
import { useSettings } from '../data/queries.ts';
import { useText } from '../i18n/use-text.ts';
import { IconButton, IconToggle } from '../ui/button.tsx';
import type { PlayerCommand } from './keys.ts';
import type { Playback } from './playback.ts';
import { QualityMenu } from './quality-menu.tsx';
import { SeekBar } from './seek-bar.tsx';
import type { PlayerSnapshot } from './snapshot.ts';
import { TracksMenu } from './tracks-menu.tsx';

interface ControlsProps {
  playback: Playback | null;
  snapshot: PlayerSnapshot;
  /** Known before the video element knows it. */
  durationSeconds: number;
  isFullscreen: boolean;
  showsStatistics: boolean;
  onCommand: (command: PlayerCommand) => void;
  onMenu: (isOpen: boolean) => void;
  onNext: (() => void) | undefined;
}

export function Controls(props: ControlsProps) {
  const { playback, snapshot, isFullscreen, showsStatistics, onCommand, onMenu, onNext } = props;
  const text = useText();
  const seek = useCallback((position: number) => playback?.seekTo(position), [playback]);
  return (
    <div className="stage-controls" role="group" aria-label={text('player.controls')}>
      <SeekBar
        positionSeconds={snapshot.positionSeconds}
        bufferedToSeconds={snapshot.bufferedToSeconds}
        durationSeconds={snapshot.durationSeconds || props.durationSeconds}
        onSeek={seek}
      />
      <div className="stage-buttons">
        <IconButton
          label={text(snapshot.isPaused ? 'player.play' : 'player.pause')}
          icon={
            snapshot.isPaused ? (
              <Play aria-hidden fill="currentColor" />
            ) : (
              <Pause aria-hidden fill="currentColor" />
            )
          }
          autoFocus
          onPress={() => onCommand('toggle')}
        />
        <IconButton
          label={text('player.back10')}
          icon={<RotateCcw aria-hidden />}
          onPress={() => onCommand('back-10')}
        />
        <IconButton
          label={text('player.on10')}
          icon={<RotateCw aria-hidden />}
          onPress={() => onCommand('on-10')}
        />
        <Volume playback={playback} snapshot={snapshot} />
        <span className="stage-space" />
        {onNext ? (
          <IconButton label={text('player.next')} icon={<SkipForward aria-hidden />} onPress={onNext} />
        ) : null}
        <TracksMenu playback={playback} snapshot={snapshot} onMenu={onMenu} />
        <QualityMenu playback={playback} snapshot={snapshot} onMenu={onMenu} />
        <IconToggle
          label={text('player.statistics')}
          icon={<Gauge aria-hidden />}
          isOn={showsStatistics}
          onChange={() => onCommand('statistics')}
        />
        <IconButton
          label={text(isFullscreen ? 'player.window' : 'player.fullscreen')}
          icon={isFullscreen ? <Minimize aria-hidden /> : <Maximize aria-hidden />}
          onPress={() => onCommand('fullscreen')}
        />
      </div>
    </div>
  );
}

/** The level is kept for the next play once the slider is let go. */
function Volume({ playback, snapshot }: Pick<ControlsProps, 'playback' | 'snapshot'>) {
  const text = useText();
  const { playback: preferences } = useSettings();
  const write = useWriteSettings();
  const isSilent = snapshot.isMuted || snapshot.volume === 0;
  const level = isSilent ? 0 : snapshot.volume;
  const keep = () => write.mutate({ playback: { ...preferences, volume: snapshot.volume } });
  return (
    <span className="volume">
      <IconToggle
        label={text('player.mute')}
        icon={isSilent ? <VolumeX aria-hidden /> : <Volume2 aria-hidden />}
        isOn={isSilent}
        onChange={() => playback?.toggleMuted()}
      />
      <input
        type="range"
        className="volume-bar"
        aria-label={text('player.volume')}
        aria-valuetext={`${Math.round(level * 100)}%`}
        min={0}
        max={1}
        step={0.05}
        value={level}
        onChange={(event) => playback?.setVolume(event.currentTarget.valueAsNumber)}
        onPointerUp={keep}
        onBlur={keep}
        style={{ ['--played' as string]: `${level * 100}%` }}
      />
    </span>
  );
}
