import { Captions } from 'lucide-react';
import { useFormat } from '../i18n/use-format.ts';
import { useText } from '../i18n/use-text.ts';
import { ChoiceMenu } from './choice-menu.tsx';
import type { Playback } from './playback.ts';
import type { PlayerSnapshot, TrackChoice } from './snapshot.ts';

interface MenuProps {
  playback: Playback | null;
  snapshot: PlayerSnapshot;
  onMenu: (isOpen: boolean) => void;
}

export function TracksMenu({ playback, snapshot, onMenu }: MenuProps) {
  const text = useText();
  const format = useFormat();
  const prefixed = (kind: string, tracks: readonly TrackChoice[]) =>
    tracks.map((track) => ({
      id: `${kind}${track.index}`,
      label: track.language ? format.language(track.language) : track.name,
    }));
  return (
    <ChoiceMenu
      label={text('player.tracks')}
      icon={<Captions aria-hidden />}
      onMenu={onMenu}
      sections={[
        {
          label: text('title.audio'),
          choices: prefixed('audio', snapshot.audioTracks),
          chosen: `audio${snapshot.audioTrack}`,
          onChoose: (id) => playback?.chooseAudio(Number(id.slice('audio'.length))),
        },
        {
          label: text('title.subtitles'),
          choices: [
            { id: 'subtitles-1', label: text('player.off') },
            ...prefixed('subtitles', snapshot.subtitleTracks),
          ],
          chosen: `subtitles${snapshot.subtitleTrack}`,
          onChoose: (id) => playback?.chooseSubtitlesTrack(Number(id.slice('subtitles'.length))),
        },
      ]}
    />
  );
}
