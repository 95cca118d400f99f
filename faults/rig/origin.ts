import type { Server } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import path from 'node:path';
import type { OcaNode } from '../../service/api/context.ts';
import { createApi } from '../../service/api/create-api.ts';
import { plansWith } from '../../service/api/license-terms.ts';
import { layoutOf } from '../../service/encoder/layout.ts';
import { LogAnswer } from '../../service/oca/control.ts';
import type { LogEntry } from '../../service/oca/control.ts';
import type { FaultRule } from '../../service/oca/faults.ts';
import { everything } from '../../service/oca/holdings.ts';
import { createOca } from '../../service/oca/server.ts';
import type { Clock } from '../../src/shared/platform.ts';
import { startOcaProcess } from './oca-process.ts';
import type { OcaProcess } from './oca-process.ts';
import { publishTitle } from './title.ts';
import type { PublishedTitle, TitleSpec } from './title.ts';

const OCA_SECRET = 'a secret of the API and its OCAs';

/** The reference service, its real API and OCAs, on loopback sockets of this process; the OCAs of their own, if wanted. */
export interface Origin {
  readonly serviceUrl: string;
  readonly ocaIds: readonly string[];
  readonly titles: ReadonlyMap<string, PublishedTitle>;
  /** Replaces the rules of one OCA, or of all. */
  misbehave(rules: readonly FaultRule[], ocaId?: string): Promise<void>;
  /** What one OCA was asked for. */
  log(ocaId: string): Promise<LogEntry[]>;
  /** Grows with everything that goes over a socket, in either direction. */
  traffic(): number;
  close(): Promise<void>;
}

export async function openOrigin(options: {
  folder: string;
  titles: readonly TitleSpec[];
  clock: Pick<Clock, 'now' | 'sleep'>;
  ocas?: number;
  /** Each OCA a process of its own, in real time, as `npm start` runs them. */
  areProcesses?: boolean;
}): Promise<Origin> {
  const { clock } = options;
  const dataDir = path.join(options.folder, 'service');
  const titles = new Map<string, PublishedTitle>();
  for (const spec of options.titles) titles.set(spec.id, await publishTitle(dataDir, spec));

  const sockets = new Set<Socket>();
  let past = 0;
  const moved = (socket: Socket) => socket.bytesRead + socket.bytesWritten;
  const watch = (server: Server) =>
    server.on('connection', (socket) => {
      sockets.add(socket);
      socket.on('close', () => {
        sockets.delete(socket);
        past += moved(socket) + 1;
      });
    });

  const nodes: OcaNode[] = [];
  const servers: Server[] = [];
  const processes: OcaProcess[] = [];
  for (let distance = 1; distance <= (options.ocas ?? 3); distance += 1) {
    const ocaId = `oca-${distance}`;
    const node = { ocaId, size: 'large', distance, holds: () => true } as const;
    if (options.areProcesses) {
      const started = await startOcaProcess({ ocaId, mediaDir: layoutOf(dataDir).media, secret: OCA_SECRET });
      processes.push(started);
      nodes.push({ ...node, url: started.url });
      continue;
    }
    const server = createOca({
      ocaId,
      mediaDir: layoutOf(dataDir).media,
      holdings: everything,
      secret: OCA_SECRET,
      nowMs: () => clock.now(),
      sleep: (ms, signal) => clock.sleep(ms, signal),
      hasControl: true,
    });
    watch(server);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    servers.push(server);
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    nodes.push({ ...node, url });
  }
  const api = await createApi({
    dataDir,
    clock,
    ocas: () => nodes,
    ocaSecret: OCA_SECRET,
    planTerms: plansWith({ maxDevices: 0, maxTitles: 0, maxHeight: 0 }),
  });
  watch(api.app.server);
  await api.app.listen({ host: '127.0.0.1', port: 0 });

  const urlOf = (ocaId: string) => nodes.find((node) => node.ocaId === ocaId)?.url ?? '';
  return {
    serviceUrl: api.app.listeningOrigin,
    ocaIds: nodes.map(({ ocaId }) => ocaId),
    titles,
    async misbehave(rules, ocaId) {
      const to = ocaId === undefined ? nodes : nodes.filter((node) => node.ocaId === ocaId);
      for (const { url } of to) {
        const answer = await fetch(`${url}/control/faults`, {
          method: 'PUT',
          body: JSON.stringify({ rules }),
        });
        if (!answer.ok) throw new Error(await answer.text());
      }
    },
    log: async (ocaId) => LogAnswer.parse(await (await fetch(`${urlOf(ocaId)}/control/log`)).json()).requests,
    traffic: () => [...sockets].reduce((sum, socket) => sum + moved(socket), past + sockets.size),
    async close() {
      await api.app.close();
      for (const one of processes) await one.stop();
      for (const server of servers) {
        server.closeAllConnections();
        await new Promise((resolve) => server.close(resolve));
      }
    },
  };
}
