import { spawn } from 'node:child_process';
import fs from 'node:fs';
import net from 'node:net';
import path from 'node:path';
import { findProgram } from './programs.ts';

export interface Nginx {
  /** "http://127.0.0.1:<port>/". */
  readonly url: string;
  stop(): Promise<void>;
}

/**
 * Debian's nginx as an OCA runs it (sendfile, keep-alive, no access log), on a free loopback port, one worker.
 * `root` is what it serves; `folder` takes its configuration and its pid file. `directives`: more for its
 * location (`limit_rate 1m;`).
 */
export async function startNginx(options: {
  root: string;
  folder: string;
  directives?: string;
  /** In a network namespace (`ip netns exec NAME`), on a port of the caller's choice there. */
  at?: { prefix: readonly string[]; port: number };
}): Promise<Nginx> {
  const port = options.at?.port ?? (await freePort());
  const folder = path.join(options.folder, `nginx-${port}`);
  fs.mkdirSync(folder, { recursive: true });
  const file = path.join(folder, 'nginx.conf');
  const user = process.getuid?.() === 0 ? 'user root;' : '';
  fs.writeFileSync(
    file,
    `${user} worker_processes 1; daemon off; pid ${folder}/nginx.pid; error_log ${folder}/error.log;
events { worker_connections 256; }
http {
  access_log off; sendfile on; tcp_nopush on; keepalive_requests 1000000; default_type video/mp4;
  client_body_temp_path ${folder}/body; proxy_temp_path ${folder}/proxy; fastcgi_temp_path ${folder}/fastcgi;
  uwsgi_temp_path ${folder}/uwsgi; scgi_temp_path ${folder}/scgi;
  server { listen 127.0.0.1:${port}; location / { root ${options.root}; ${options.directives ?? ''} } }
}
`,
  );
  const nginx = findProgram('nginx') ?? 'nginx';
  const [program = nginx, ...args] = [
    ...(options.at?.prefix ?? []),
    nginx,
    '-c',
    file,
    '-e',
    `${folder}/error.log`,
  ];
  const child = spawn(program, args, { stdio: 'ignore' });
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  let hasEnded = false;
  void ended.then(() => (hasEnded = true));
  child.once('error', () => (hasEnded = true));
  // It writes its number down once it listens; from another namespace its port cannot be asked.
  const isUp = () => (options.at ? fs.existsSync(`${folder}/nginx.pid`) : answers(port));
  while (!(await isUp())) {
    if (hasEnded) {
      const log = path.join(folder, 'error.log');
      throw new Error(`nginx did not start: ${fs.existsSync(log) ? fs.readFileSync(log, 'utf8') : ''}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  return {
    url: `http://127.0.0.1:${port}/`,
    stop: async () => {
      child.kill('SIGTERM');
      await ended;
    },
  };
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = net.createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address ? address.port : 0));
    });
  });
}

function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = net.connect(port, '127.0.0.1');
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}
