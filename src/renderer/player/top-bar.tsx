import { ArrowLeft, HardDriveDownload } from 'lucide-react';
import type { PlaybackStart } from '../../shared/contract.ts';
import { useText } from '../i18n/use-text.ts';
import { IconButton } from '../ui/button.tsx';

export function TopBar({ started, onLeave }: { started: PlaybackStart; onLeave: () => void }) {
  const text = useText();
  const { episode, titleName } = started;
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
      </div>
      {started.stored === 'all' ? (
        <span className="stage-stored">
          <HardDriveDownload aria-hidden /> {text('player.fromDownload')}
        </span>
      ) : null}
    </div>
  );
}
