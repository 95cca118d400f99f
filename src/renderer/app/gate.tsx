import { Outlet, useRouterState } from '@tanstack/react-router';
import { Suspense } from 'react';
import { useStatus } from '../data/queries.ts';
import { OpenAddressProvider } from '../open/open-address.tsx';
import { SignInScreen } from '../sign-in/sign-in-screen.tsx';
import { Loading } from '../ui/loading.tsx';
import { WhoScreen } from '../who/who-screen.tsx';
import { Announcer } from './announcer.tsx';
import { ErrorBoundary } from './error-boundary.tsx';

/** Screens that need nobody to be signed in: of what was opened from an address. */
const forGuests = /^\/(opened$|downloads$|settings$|(title|play)\/address-)/;

/** Nobody signed in, nobody chosen, or the screen that was asked for. */
export function Gate() {
  const { account, profile } = useStatus();
  const isForGuests = useRouterState({ select: ({ location }) => forGuests.test(location.pathname) });
  return (
    <OpenAddressProvider>
      <Announcer />
      <ErrorBoundary>
        <Suspense fallback={<Loading />}>
          {!account ? isForGuests ? <Outlet /> : <SignInScreen /> : !profile ? <WhoScreen /> : <Outlet />}
        </Suspense>
      </ErrorBoundary>
    </OpenAddressProvider>
  );
}
