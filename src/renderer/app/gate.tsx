import { Outlet } from '@tanstack/react-router';
import { Suspense } from 'react';
import { useStatus } from '../data/queries.ts';
import { SignInScreen } from '../sign-in/sign-in-screen.tsx';
import { Loading } from '../ui/loading.tsx';
import { WhoScreen } from '../who/who-screen.tsx';
import { Announcer } from './announcer.tsx';
import { ErrorBoundary } from './error-boundary.tsx';

/** Nobody signed in, nobody chosen, or the screen that was asked for. */
export function Gate() {
  const { account, profile } = useStatus();
  return (
    <>
      <Announcer />
      <ErrorBoundary>
        <Suspense fallback={<Loading />}>
          {!account ? <SignInScreen /> : !profile ? <WhoScreen /> : <Outlet />}
        </Suspense>
      </ErrorBoundary>
    </>
  );
}
