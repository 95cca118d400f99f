import path from 'node:path';
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

/** The window's bundle. `npx vite` serves dev.html for work on screens; `npm run build` builds index.html. */
export default defineConfig({
  root: path.join(import.meta.dirname, 'src/renderer'),
  // Absolute, because every place inside the app answers with the same page.
  base: '/',
  plugins: [react()],
  build: {
    outDir: path.join(import.meta.dirname, 'build/renderer'),
    emptyOutDir: true,
    target: 'chrome130',
    // Small files become data: addresses otherwise, which the content security policy refuses.
    assetsInlineLimit: 0,
    // Read from this computer, not over a network.
    chunkSizeWarningLimit: 2_000,
    // An inline script, which the policy refuses too; every browser of the target knows modulepreload.
    modulePreload: { polyfill: false },
  },
});
