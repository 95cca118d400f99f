import { useSuspenseQuery } from '@tanstack/react-query';
import { useClient } from '../app/environment.ts';
import { queries, useIsOffline } from '../data/queries.ts';
import { useScreen } from '../app/use-screen.ts';
import { useText } from '../i18n/use-text.ts';
import { CatalogRow } from './catalog-row.tsx';
import { ContinueRow } from './continue-row.tsx';
import { Hero } from './hero.tsx';
import { OfflineLead, OfflineRow } from './offline-row.tsx';
import './home.css';

export function HomeScreen() {
  const text = useText();
  const isOffline = useIsOffline();
  useScreen(text('nav.home'));
  const client = useClient();
  // Without it everything would look out of reach for a moment.
  useSuspenseQuery(queries.downloads(client));
  const { data: home } = useSuspenseQuery(queries.home(client));
  const featured =
    home.rows.find((row) => row.kind === 'top-picks') ??
    home.rows.find((row) => row.kind !== 'opened-addresses');
  const hero = featured?.items[0];
  return (
    <div className="home">
      <h1 className="for-listeners">{text('nav.home')}</h1>
      {isOffline ? <OfflineLead /> : hero ? <Hero titleId={hero.titleId} /> : null}
      {isOffline ? <OfflineRow /> : null}
      {home.rows.length === 0 && !isOffline ? <p className="home-empty">{text('home.empty')}</p> : null}
      {home.rows.map((row) =>
        row.items.length === 0 ? null : row.kind === 'continue-watching' ? (
          <ContinueRow key={row.kind} row={row} positions={home.positions} />
        ) : (
          <CatalogRow key={`${row.kind} ${row.because ?? ''}`} row={row} />
        ),
      )}
    </div>
  );
}
