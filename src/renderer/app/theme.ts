import { useEffect } from 'react';
import type { Settings } from '../../shared/settings.ts';

/** Puts the theme on the root element, following the system's while that is the choice. */
export function useTheme(choice: Settings['theme']): void {
  useEffect(() => {
    const systemLight = window.matchMedia('(prefers-color-scheme: light)');
    const apply = () => {
      const theme = choice === 'system' ? (systemLight.matches ? 'light' : 'dark') : choice;
      document.documentElement.dataset['theme'] = theme;
    };
    apply();
    systemLight.addEventListener('change', apply);
    return () => systemLight.removeEventListener('change', apply);
  }, [choice]);
}
