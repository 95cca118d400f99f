import { useDownloads } from '../data/queries.ts';
import { LicenseLine } from './license-line.tsx';
import { summaryOf } from './state.ts';

/** Of a video wherever it is shown: until when its download plays. Nothing while there is none to speak of. */
export function VideoLicense({ videoId }: { videoId: string }) {
  const download = useDownloads().find((each) => each.videoId === videoId);
  if (!download) return null;
  const isWhole = ['completed', 'locked'].includes(summaryOf(download));
  return isWhole || download.verdict.allowed ? <LicenseLine verdict={download.verdict} /> : null;
}
