import { createContext, use, useEffect, useMemo, useState } from 'react';
import type { ReactNode } from 'react';
import { useRouterState } from '@tanstack/react-router';
import { Link2 } from 'lucide-react';
import { Button as AriaButton } from 'react-aria-components';
import { useStatus } from '../data/queries.ts';
import { useText } from '../i18n/use-text.ts';
import { Button } from '../ui/button.tsx';
import { OpenDialog } from './open-dialog.tsx';
import './open.css';

const isMac = /mac/i.test(navigator.platform);

/** null: whoever is watching may not. */
const OpenAddressContext = createContext<(() => void) | null>(null);

/** Nobody rated what strangers publish: for grown-ups, and for whoever is here while nobody is signed in. */
function useMayOpen(): boolean {
  const { account, profile } = useStatus();
  return !account || profile?.maturityLimit === '18';
}

/** The one dialog for opening an address, from wherever it is called: a button, or Ctrl+O (on a Mac ⌘O). */
export function OpenAddressProvider({ children }: { children: ReactNode }) {
  const [isOpen, setOpen] = useState(false);
  const isPlaying = useRouterState({ select: ({ location }) => location.pathname.startsWith('/play/') });
  const mayOpen = useMayOpen();
  const open = useMemo(() => (mayOpen ? () => setOpen(true) : null), [mayOpen]);

  useEffect(() => {
    if (!open || isPlaying) return;
    function onKey(event: KeyboardEvent) {
      const isOurs = (event.ctrlKey !== event.metaKey) && !event.altKey && !event.shiftKey; // prettier-ignore
      if (!isOurs || event.key.toLowerCase() !== 'o') return;
      // Else the browser would ask for a file.
      event.preventDefault();
      open?.();
    }
    document.addEventListener('keydown', onKey);
    return () => document.removeEventListener('keydown', onKey);
  }, [open, isPlaying]);

  return (
    <OpenAddressContext value={open}>
      {children}
      {isOpen && mayOpen ? <OpenDialog onClose={() => setOpen(false)} /> : null}
    </OpenAddressContext>
  );
}

/** One of the ways in the shell's bar. */
export function OpenAddressLink() {
  const text = useText();
  const open = use(OpenAddressContext);
  if (!open) return null;
  return (
    <AriaButton
      className="shell-link shell-open"
      onPress={open}
      render={(attributes) => (
        <button {...attributes} aria-keyshortcuts="Control+O Meta+O" title={isMac ? '⌘O' : 'Ctrl+O'} />
      )}
    >
      <Link2 aria-hidden /> <span className="shell-words">{text('open.action')}</span>
    </AriaButton>
  );
}

export function OpenAddressButton({ look = 'plain' }: { look?: 'primary' | 'plain' | 'quiet' }) {
  const text = useText();
  const open = use(OpenAddressContext);
  if (!open) return null;
  return (
    <Button look={look} icon={<Link2 aria-hidden />} onPress={open}>
      {text('open.action')}
    </Button>
  );
}
