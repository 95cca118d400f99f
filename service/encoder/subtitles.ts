import { SEGMENT_SECONDS } from './ladder.ts';

/** The demo's subtitles: a cue every four seconds that tells language, scene and time. */

const phrases: Readonly<Record<string, { language: string; scene: string; at: string }>> = {
  en: { language: 'English', scene: 'scene', at: 'at' },
  es: { language: 'Español', scene: 'escena', at: 'en' },
  fr: { language: 'Français', scene: 'scène', at: 'à' },
};

/** Maps WebVTT time 0 to media time 0, as RFC 8216 section 3.5 asks of every WebVTT segment. */
const header = 'WEBVTT\nX-TIMESTAMP-MAP=MPEGTS:0,LOCAL:00:00:00.000\n';

export function demoSubtitles(language: string, titleName: string, durationSeconds: number): string {
  const words = phrases[language];
  if (!words) throw new RangeError(`no subtitles for language ${language}`);
  const cues: string[] = [];
  for (let start = 0; start < durationSeconds; start += SEGMENT_SECONDS) {
    const end = Math.min(start + SEGMENT_SECONDS - 0.5, durationSeconds);
    const scene = start / SEGMENT_SECONDS + 1;
    const clock = vttTime(start).slice(3, 8);
    cues.push(
      `${scene}\n${vttTime(start)} --> ${vttTime(end)}\n` +
        `${words.language}: ${titleName}, ${words.scene} ${scene} ${words.at} ${clock}\n`,
    );
  }
  return [header, ...cues].join('\n');
}

/** What ffmpeg wrote, with the header line that it leaves out. */
export function withTimestampMap(webVtt: string): string {
  return webVtt.replace(/^\uFEFF?WEBVTT[^\n]*\n/, header);
}

function vttTime(seconds: number): string {
  return new Date(Math.round(seconds * 1000)).toISOString().slice(11, 23);
}
