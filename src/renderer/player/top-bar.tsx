import { ArrowLeft, HardDriveDownload } from 'lucide-react';
import type { PlaybackStart } from '../../shared/contract.ts';
import type { Verdict } from '../../shared/license.ts';
import { LicenseLine } from '../downloads/license-line.tsx';
import { useText } from '../i18n/use-text.ts';
import { IconButton } from '../ui/button.tsx';

interface TopBarProps {
  started: PlaybackStart;
  /** As the engine gave it last. */
  verdict: Verdict;
  onLeave: () => void;
}

export function TopBar({ started, verdict, onLeave }: TopBarProps) {
  const text = useText();
  const { episode, titleName } = started;
  const hasWindow = started.stored !== 'none' && verdict.allowed && verdict.limitedBy !== 'none';
  const number =
    episode && text('episode.number', { season: episode.seasonNumber, episode: episode.episodeNumber });
  return (
    <div className="stage-top">
      <IconButton label={text('back')} icon={<ArrowLeft aria-hidden />} onPress={onLeave} />
      <div>
        <h1>{titleName}</h1>
        {episode ? (
          <p>
            {number} · {episode.name}
          </p>
        ) : null}
        {hasWindow ? <LicenseLine verdict={verdict} says="words" /> : null}
      </div>
      {started.stored === 'all' ? (
        <span className="stage-stored">
          <HardDriveDownload aria-hidden /> {text('player.fromDownload')}
        </span>
      ) : null}
    </div>
  );
}
