import { Link, Outlet, useNavigate } from '@tanstack/react-router';
import {
  Menu as AriaMenu,
  MenuItem,
  MenuTrigger,
  Popover,
  Button as AriaButton,
} from 'react-aria-components';
import { lazy, Suspense } from 'react';
import { Download, House, ListVideo, LogIn, LogOut, Plane, Search, Settings, UsersRound } from 'lucide-react';
import { useStatusAction } from '../data/actions.ts';
import { useDownloads, useStatus } from '../data/queries.ts';
import { useErrorSentence, useText } from '../i18n/use-text.ts';
import { SignInAgain } from '../sign-in/sign-in-again.tsx';
import { LicenseWarnings } from '../warnings/license-warnings.tsx';
import { Loading } from '../ui/loading.tsx';
import { Notice } from '../ui/notice.tsx';
import { OpenAddressLink } from '../open/open-address.tsx';
import { Avatar } from '../who/avatar.tsx';
import { ConnectionSign } from './connection-sign.tsx';
import { ErrorBoundary } from './error-boundary.tsx';
import { Wordmark } from './wordmark.tsx';
import './shell.css';

/** Only in a QA build. */
const LabLink =
  import.meta.env.MODE === 'qa'
    ? lazy(async () => ({ default: (await import('../lab/lab-link.tsx')).LabLink }))
    : null;

function ProfileMenu() {
  const text = useText();
  const navigate = useNavigate();
  const { profile } = useStatus();
  const signOut = useStatusAction((client) => client.auth.signOut());
  if (!profile) return null;
  return (
    <MenuTrigger>
      <AriaButton className="shell-profile" aria-label={text('nav.profileMenu', { name: profile.name })}>
        <Avatar profile={profile} />
      </AriaButton>
      <Popover className="menu-popover" placement="bottom end">
        <AriaMenu className="menu">
          <MenuItem className="menu-item" onAction={() => void navigate({ to: '/who' })}>
            <UsersRound aria-hidden /> {text('nav.switchProfile')}
          </MenuItem>
          <MenuItem className="menu-item" onAction={() => void navigate({ to: '/settings' })}>
            <Settings aria-hidden /> {text('nav.settings')}
          </MenuItem>
          <MenuItem className="menu-item" onAction={() => signOut.mutate(undefined)}>
            <LogOut aria-hidden /> {text('nav.signOut')}
          </MenuItem>
        </AriaMenu>
      </Popover>
    </MenuTrigger>
  );
}

function Notices() {
  const sentence = useErrorSentence();
  const { account, notices } = useStatus();
  // That one is told with the way to mend it, by `SignInAgain`.
  const isTold = (code: string) => code === 'device/secret-unreadable' && account?.mustSignInAgain;
  const untold = notices.filter(({ code }) => !isTold(code));
  return untold.map((notice) => (
    <Notice key={notice.code} tone="warning">
      {sentence(notice)}
    </Notice>
  ));
}

/** What stands around every screen but the player: the way to the others, and how things stand. */
export function Shell() {
  const text = useText();
  const isGuest = useStatus().account === null;
  const running = useDownloads().filter((each) => each.state === 'downloading' || each.state === 'queued');
  return (
    <div className="shell">
      <a className="skip-link" href="#content" onClick={focusContent}>
        {text('nav.skip')}
      </a>
      <header className="shell-bar">
        <Link to={isGuest ? '/opened' : '/'} className="shell-home" aria-label="Layover">
          <Wordmark />
        </Link>
        <nav className="shell-nav" aria-label={text('nav.main')}>
          {isGuest ? (
            <Link to="/opened" className="shell-link">
              <ListVideo aria-hidden /> <span className="shell-words">{text('nav.opened')}</span>
            </Link>
          ) : (
            <>
              <Link to="/" className="shell-link" activeOptions={{ exact: true }}>
                <House aria-hidden /> <span className="shell-words">{text('nav.home')}</span>
              </Link>
              <Link to="/search" className="shell-link" activeOptions={{ includeSearch: false }}>
                <Search aria-hidden /> <span className="shell-words">{text('nav.search')}</span>
              </Link>
            </>
          )}
          <Link to="/downloads" className="shell-link">
            <Download aria-hidden /> <span className="shell-words">{text('nav.downloads')}</span>
            {running.length > 0 ? (
              <span className="shell-count">
                <span aria-hidden>{running.length}</span>
                <span className="for-listeners">{text('nav.running', { count: running.length })}</span>
              </span>
            ) : null}
          </Link>
          <Link to="/trip" className="shell-link">
            <Plane aria-hidden /> <span className="shell-words">{text('nav.trip')}</span>
          </Link>
          <OpenAddressLink />
          {LabLink ? (
            <Suspense>
              <LabLink />
            </Suspense>
          ) : null}
        </nav>
        {isGuest ? (
          <Link to="/" className="shell-link">
            <LogIn aria-hidden /> {text('signIn.submit')}
          </Link>
        ) : (
          <ConnectionSign />
        )}
        <ProfileMenu />
      </header>
      <main id="content" tabIndex={-1} className="shell-content">
        <div className="shell-notices">
          <SignInAgain />
          <Notices />
          <LicenseWarnings />
        </div>
        <ErrorBoundary>
          <Suspense fallback={<Loading />}>
            <Outlet />
          </Suspense>
        </ErrorBoundary>
      </main>
    </div>
  );
}

/** The hash belongs to the router, so the link may not follow its address. */
function focusContent(event: React.MouseEvent) {
  event.preventDefault();
  document.getElementById('content')?.focus();
}
