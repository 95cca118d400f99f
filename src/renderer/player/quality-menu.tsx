import { Settings2 } from 'lucide-react';
import { useFormat } from '../i18n/use-format.ts';
import { useText } from '../i18n/use-text.ts';
import { ChoiceMenu } from './choice-menu.tsx';
import type { Playback } from './playback.ts';
import type { PlayerSnapshot } from './snapshot.ts';

interface MenuProps {
  playback: Playback | null;
  snapshot: PlayerSnapshot;
  onMenu: (isOpen: boolean) => void;
}

export function QualityMenu({ playback, snapshot, onMenu }: MenuProps) {
  const text = useText();
  const format = useFormat();
  const current = snapshot.rungs[snapshot.rung];
  const auto = current ? text('quality.autoNow', { height: current.height }) : text('quality.auto');
  return (
    <ChoiceMenu
      label={text('player.quality')}
      icon={<Settings2 aria-hidden />}
      onMenu={onMenu}
      sections={[
        {
          label: text('player.quality'),
          choices: [
            { id: '-1', label: snapshot.isAutoQuality ? auto : text('quality.auto') },
            ...snapshot.rungs.toReversed().map((rung) => ({
              id: String(rung.index),
              label: text('quality.height', { height: rung.height }),
              note: format.bandwidth(rung.bitsPerSecond),
            })),
          ],
          chosen: snapshot.isAutoQuality ? '-1' : String(snapshot.rung),
          onChoose: (id) => playback?.chooseRung(Number(id)),
        },
      ]}
    />
  );
}
