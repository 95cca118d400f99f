import { execFileSync, spawn } from 'node:child_process';
import path from 'node:path';
import type { DelayInput } from '../children/delay-proxy.ts';

/** What lies between a client and a server. */
export interface Line {
  readonly megabitsPerSecond: number;
  /** There and back. */
  readonly roundTripMs: number;
  readonly lossPercent: number;
}

export interface Link {
  /** Before a command: it runs at the client's end, and reaches nothing but the server. */
  readonly client: readonly string[];
  readonly server: readonly string[];
  /** "http://10.…/": what listens on `upstreamPort` at the server's end, through the line. */
  lay(line: Line): Promise<{ url: string; takeUp(): Promise<void> }>;
  remove(): void;
}

export const linkImpossible: string | undefined = (() => {
  if (process.platform !== 'linux') return 'needs Linux (network namespaces)';
  if (process.getuid?.() !== 0) return 'needs root (network namespaces)';
  return undefined;
})();

const [SERVER_IP, CLIENT_IP] = ['10.213.77.1', '10.213.77.2'];
const PORT = 8080;
export const UPSTREAM_PORT = 8081;

const run = (command: readonly string[]): string =>
  execFileSync(command[0] ?? '', command.slice(1), { stdio: ['ignore', 'pipe', 'pipe'], encoding: 'utf8' });

/** Whoever is in a namespace keeps it alive after its name is gone: all that is in one of ours is ours. */
function removeNamespace(name: string): void {
  try {
    for (const pid of run(['ip', 'netns', 'pids', name]).split('\n').filter(Boolean))
      process.kill(Number(pid), 'SIGTERM');
    run(['ip', 'netns', 'del', name]);
  } catch {
    // Gone already, or never made.
  }
}

/** Two network namespaces with a cable between them. They go with this process, however it ends but by SIGKILL. */
export function openLink(): Link {
  const [atClient, atServer] = [`layover-c-${process.pid}`, `layover-s-${process.pid}`];
  const client = ['ip', 'netns', 'exec', atClient];
  const server = ['ip', 'netns', 'exec', atServer];
  const remove = () => {
    for (const name of [atClient, atServer]) removeNamespace(name);
    process.off('exit', remove);
  };
  process.once('exit', remove);
  process.once('SIGTERM', () => process.exit(143));
  try {
    for (const name of [atClient, atServer]) run(['ip', 'netns', 'add', name]);
    run([
      'ip',
      'link',
      'add',
      'c0',
      'netns',
      atClient,
      'type',
      'veth',
      'peer',
      'name',
      's0',
      'netns',
      atServer,
    ]);
    run([...client, 'ip', 'addr', 'add', `${CLIENT_IP}/30`, 'dev', 'c0']);
    run([...server, 'ip', 'addr', 'add', `${SERVER_IP}/30`, 'dev', 's0']);
    for (const [end, device] of [
      [client, 'c0'],
      [server, 's0'],
    ] as const) {
      run([...end, 'ip', 'link', 'set', 'lo', 'up']);
      run([...end, 'ip', 'link', 'set', device, 'up']);
      // Packets of the size that a line carries: tbf and the loss count each.
      run([...end, 'ethtool', '-K', device, 'tso', 'off', 'gso', 'off', 'gro', 'off']);
    }
  } catch (thrown) {
    remove();
    throw thrown;
  }

  return {
    client,
    server,
    remove,
    async lay({ megabitsPerSecond, roundTripMs, lossPercent }) {
      // A bucket that is refilled at each tick of the kernel's clock must hold what a tick gives.
      const burstBytes = Math.max(16_000, (megabitsPerSecond * 1e6) / 8 / 100);
      const rate = ['rate', `${megabitsPerSecond}mbit`, 'burst', `${burstBytes}`, 'latency', '50ms'];
      run([...server, 'tc', 'qdisc', 'replace', 'dev', 's0', 'root', 'tbf', ...rate]);
      run([...server, 'iptables', '-F', 'OUTPUT']);
      const random = ['-m', 'statistic', '--mode', 'random', '--probability', String(lossPercent / 100)];
      if (lossPercent > 0)
        run([...server, 'iptables', '-A', 'OUTPUT', '-o', 's0', '-p', 'tcp', ...random, '-j', 'DROP']);
      const takeUp = await startProxy(server, {
        listen: { host: SERVER_IP, port: PORT },
        upstreamPort: UPSTREAM_PORT,
        roundTripMs,
      });
      return { url: `http://${SERVER_IP}:${PORT}/`, takeUp };
    },
  };
}

async function startProxy(server: readonly string[], input: DelayInput): Promise<() => Promise<void>> {
  const script = path.resolve(import.meta.dirname, '../children/delay-proxy.ts');
  const [program = '', ...args] = [...server, process.execPath, script, JSON.stringify(input)];
  const child = spawn(program, args, { stdio: ['pipe', 'pipe', 'inherit'] });
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  await new Promise<void>((resolve, reject) => {
    child.stdout.once('data', () => resolve());
    child.once('error', reject);
    child.once('exit', () => reject(new Error('the proxy did not start')));
  });
  return async () => {
    child.stdin.end();
    await ended;
  };
}
