import { createRoot } from 'react-dom/client';
import type { Client } from '../../shared/contract.ts';
import { App } from './app.tsx';
import { createEnvironment } from './create-environment.ts';
import type { EnvironmentOptions } from './create-environment.ts';

/** Shows Layover in the page's `#root`. */
export function start(client: Client, options: EnvironmentOptions = {}): void {
  const root = document.getElementById('root');
  if (!root) throw new Error('the page has no #root');
  createRoot(root).render(<App environment={createEnvironment(client, options)} />);
}
