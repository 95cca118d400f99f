/** How often a signal may come before the process gives up ending in an orderly way. */
const PATIENCE = 2;

/**
 * Calls back once at Ctrl-C (SIGINT) or SIGTERM. One Ctrl-C may come twice, from the terminal and from
 * bin/layover.js, which passes on what it gets; whoever presses it again after that ends the process at once,
 * and loses nothing but what was not yet stored. Returns the way to stop listening.
 */
export function onInterrupt(callback: () => void): () => void {
  let count = 0;
  const interrupt = () => {
    count += 1;
    if (count === 1) callback();
    if (count > PATIENCE) process.exit(130);
  };
  process.on('SIGINT', interrupt);
  process.on('SIGTERM', interrupt);
  return () => {
    process.removeListener('SIGINT', interrupt);
    process.removeListener('SIGTERM', interrupt);
  };
}
