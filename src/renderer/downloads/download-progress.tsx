import type { DownloadView } from '../../shared/downloads.ts';
import { WORTH_TELLING_SECONDS } from '../cards/reach.ts';
import { useTrustedNow } from '../data/trusted-now.ts';
import { useFormat } from '../i18n/use-format.ts';
import { useText } from '../i18n/use-text.ts';
import { Progress } from '../ui/progress.tsx';
import { partOf } from './state.ts';
import { useStateSentence } from './state-sentence.ts';

/** Of one that is not whole yet: how far it is, at what rate, for how long still, and what plays already. */
export function DownloadProgress({ download, name }: { download: DownloadView; name: string }) {
  const text = useText();
  const format = useFormat();
  const state = useStateSentence()(download, useTrustedNow());
  const { size } = download.selection;
  const { rateBytesPerSecond, secondsLeft, playableSeconds, receivedBytes } = download;
  const isMoving = download.state === 'downloading';
  const total = format.size(size.bytes);
  const facts = [
    text('downloads.of', {
      stored: format.size(receivedBytes),
      total: size.exact ? total : text('size.about', { size: total }),
    }),
    isMoving && rateBytesPerSecond > 0 ? format.rate(rateBytesPerSecond) : undefined,
    isMoving && secondsLeft !== null ? text('card.left', { time: format.duration(secondsLeft) }) : undefined,
  ];
  return (
    <>
      <Progress
        label={text('downloads.progress', { name })}
        part={partOf(download)}
        tone={download.state === 'failed' ? 'danger' : isMoving ? 'accent' : 'calm'}
      />
      <p className="download-state">
        <span className="download-why">{state}</span> ·{' '}
        {facts.filter((fact) => fact !== undefined).join(' · ')}
      </p>
      {playableSeconds >= WORTH_TELLING_SECONDS ? (
        <p className="download-playable">
          {text('downloads.playable', { time: format.duration(playableSeconds) })}
        </p>
      ) : null}
    </>
  );
}
