import { spawnSync } from 'node:child_process';

/**
 * Installs a Debian package where that is possible without asking (apt-get, as root). Returns whether it
 * worked; says on standard error what it does, because it can take a minute.
 */
export function installDebianPackage(name: string): boolean {
  if (process.platform !== 'linux' || process.getuid?.() !== 0) return false;
  if (spawnSync('apt-get', ['--version'], { stdio: 'ignore' }).status !== 0) return false;
  process.stderr.write(`Installing ${name} …\n`);
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  // A machine that has just started may be updating itself; a mirror may be away for a moment.
  const patience = ['-o', 'DPkg::Lock::Timeout=120', '-o', 'Acquire::Retries=3'];
  const apt = (...args: string[]) =>
    spawnSync('apt-get', [...patience, ...args], { stdio: ['ignore', 'ignore', 'inherit'], env }).status;
  return apt('install', '-y', name) === 0 || (apt('update') === 0 && apt('install', '-y', name) === 0);
}
