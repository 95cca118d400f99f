import { Link } from '@tanstack/react-router';
import { CircleAlert, CircleCheck, Clock, Download, Lock, Pause } from 'lucide-react';
import type { DownloadView } from '../../shared/downloads.ts';
import { useDownloads } from '../data/queries.ts';
import { useText } from '../i18n/use-text.ts';
import { Button, IconButton } from '../ui/button.tsx';
import { partOf, summaryOf } from './state.ts';
import './download-button.css';

interface DownloadButtonProps {
  videoId: string;
  name: string;
  look?: 'icon' | 'button';
  /** Not downloaded yet: the viewer wants to choose what to take. */
  onChoose: () => void;
}

/** The way to a download: before, it opens the choice; from then on it shows the state and leads there. */
export function DownloadButton({ videoId, name, look = 'icon', onChoose }: DownloadButtonProps) {
  const text = useText();
  const download = useDownloads().find((each) => each.videoId === videoId);
  if (!download) {
    const label = text('download.named', { name });
    return look === 'icon' ? (
      <IconButton label={label} icon={<Download aria-hidden />} onPress={onChoose} />
    ) : (
      <Button icon={<Download aria-hidden />} aria-label={label} onPress={onChoose}>
        {text('download.button')}
      </Button>
    );
  }
  const state = text(`state.${summaryOf(download)}`);
  return (
    <Link
      to="/downloads"
      className={look === 'icon' ? 'icon-button download-mark' : 'button button-plain download-mark'}
      aria-label={`${name}: ${state}`}
      title={state}
    >
      <Mark download={download} />
      {look === 'button' ? <span>{state}</span> : null}
    </Link>
  );
}

function Mark({ download }: { download: DownloadView }) {
  const summary = summaryOf(download);
  if (summary === 'locked') return <Lock aria-hidden className="mark-attention" />;
  if (summary === 'completed') return <CircleCheck aria-hidden className="mark-good" />;
  if (summary === 'failed') return <CircleAlert aria-hidden className="mark-bad" />;
  if (summary === 'paused') return <Pause aria-hidden />;
  if (summary === 'queued' || summary === 'waiting') return <Clock aria-hidden />;
  const length = 2 * Math.PI * 9;
  return (
    <svg viewBox="0 0 24 24" aria-hidden className="mark-ring" fill="none" strokeWidth="3">
      <circle cx="12" cy="12" r="9" className="mark-ring-all" />
      <circle
        cx="12"
        cy="12"
        r="9"
        className="mark-ring-done"
        strokeDasharray={`${length * partOf(download)} ${length}`}
        transform="rotate(-90 12 12)"
      />
    </svg>
  );
}
