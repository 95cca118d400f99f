import { useEffect } from 'react';

const SEPARATOR = ' – ';

/**
 * Names the window after the screen that is shown. When the link that led here went away with its own screen,
 * the focus has fallen to the page: it is given to the screen's `#content`, so that a screen reader goes on
 * from there. Not on the first screen, where Tab should find the skip link.
 */
export function useScreen(name: string): void {
  useEffect(() => {
    const isFirst = !document.title.includes(SEPARATOR);
    document.title = `${name}${SEPARATOR}Layover`;
    if (!isFirst && document.activeElement === document.body)
      document.getElementById('content')?.focus({ preventScroll: true });
  }, [name]);
}
