import v8 from 'node:v8';

/**
 * Keeps V8's young generation as small as it begins (semi-spaces of 1 MiB), for the whole process: docs/decisions/018.
 * Node and Electron leave this flag open to change (`--no-freeze-flags-after-init`); V8 reads it when it would grow.
 */
export function keepYoungGenerationSmall(): void {
  v8.setFlagsFromString('--semi-space-growth-factor=1');
}

/** The same for a process that is started from sources: to load them makes it grow before the platform is made. */
export const smallYoungGeneration = ['--max-semi-space-size=1'] as const;
