import { useSuspenseQuery } from '@tanstack/react-query';
import { useClient } from '../app/environment.ts';
import { useScreen } from '../app/use-screen.ts';
import { Card } from '../cards/card.tsx';
import { useReach } from '../cards/reach.ts';
import { queries } from '../data/queries.ts';
import { useFormat } from '../i18n/use-format.ts';
import { useText } from '../i18n/use-text.ts';
import { OpenAddressButton } from './open-address.tsx';
import './open.css';

/** All that was opened: for whoever is here while nobody is signed in, the screen to start from. */
export function OpenedScreen() {
  const text = useText();
  const format = useFormat();
  useScreen(text('row.opened-addresses'));
  const { data: opened } = useSuspenseQuery(queries.addresses(useClient()));
  const reach = useReach();
  return (
    <div className="screen">
      <div className="opened-head">
        <h1 className="screen-title">{text('row.opened-addresses')}</h1>
        <OpenAddressButton look="primary" />
      </div>
      {opened.length === 0 ? <p>{text('open.none')}</p> : null}
      <ul className="opened-grid">
        {opened.map(({ titleId, videoId, name, url, durationSeconds }) => (
          <li key={titleId}>
            <Card
              titleId={titleId}
              artworkVersion="none"
              name={name}
              shape="backdrop"
              line={`${new URL(url).host} · ${format.duration(durationSeconds)}`}
              reach={reach({ videoId })}
            />
          </li>
        ))}
      </ul>
    </div>
  );
}
