import {
  createHashHistory,
  createRootRoute,
  createRoute,
  createRouter,
  lazyRouteComponent,
} from '@tanstack/react-router';
import { z } from 'zod';
import { DownloadsScreen } from '../downloads/downloads-screen.tsx';
import { HomeScreen } from '../home/home-screen.tsx';
import { OpenedScreen } from '../open/opened-screen.tsx';
import { SearchScreen } from '../search/search-screen.tsx';
import { SettingsScreen } from '../settings/settings-screen.tsx';
import { TripScreen } from '../trip/trip-screen.tsx';
import { TitleScreen } from '../title/title-screen.tsx';
import { WhoScreen } from '../who/who-screen.tsx';
import { RouteError } from './error-boundary.tsx';
import { Gate } from './gate.tsx';
import { Loading } from '../ui/loading.tsx';
import { NotFound } from './not-found.tsx';
import { Shell } from './shell.tsx';

const root = createRootRoute({ component: Gate, notFoundComponent: NotFound });
const shell = createRoute({ getParentRoute: () => root, id: 'shell', component: Shell });

const home = createRoute({ getParentRoute: () => shell, path: '/', component: HomeScreen });
const search = createRoute({
  getParentRoute: () => shell,
  path: '/search',
  component: SearchScreen,
  validateSearch: z.object({ q: z.string().max(200).catch('').optional() }),
});
const title = createRoute({ getParentRoute: () => shell, path: '/title/$titleId', component: TitleScreen });
const opened = createRoute({ getParentRoute: () => shell, path: '/opened', component: OpenedScreen });
const downloads = createRoute({
  getParentRoute: () => shell,
  path: '/downloads',
  component: DownloadsScreen,
});
const trip = createRoute({ getParentRoute: () => shell, path: '/trip', component: TripScreen });
const settings = createRoute({ getParentRoute: () => shell, path: '/settings', component: SettingsScreen });
const who = createRoute({ getParentRoute: () => root, path: '/who', component: WhoScreen });
/** hls.js is the largest thing in the bundle and not needed before the first play. */
const play = createRoute({
  getParentRoute: () => root,
  path: '/play/$videoId',
  component: lazyRouteComponent(() => import('../player/player-screen.tsx'), 'PlayerScreen'),
});

/** Only a QA build has it: in others the bundler drops the branch, and the screen with it. */
const lab =
  import.meta.env.MODE === 'qa'
    ? [
        createRoute({
          getParentRoute: () => shell,
          path: '/lab',
          component: lazyRouteComponent(() => import('../lab/lab-screen.tsx'), 'LabScreen'),
        }),
      ]
    : [];

const routeTree = root.addChildren([
  shell.addChildren([...(lab as never[]), home, search, title, opened, downloads, trip, settings]),
  who,
  play,
]);

/** Hash history: any host can serve the one page, whatever its address looks like. */
export function createAppRouter() {
  return createRouter({
    routeTree,
    history: createHashHistory(),
    scrollRestoration: true,
    defaultPendingComponent: Loading,
    defaultErrorComponent: RouteError,
  });
}

declare module '@tanstack/react-router' {
  interface Register {
    router: ReturnType<typeof createAppRouter>;
  }
}
