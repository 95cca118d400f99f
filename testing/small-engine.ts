import { implement } from '@orpc/server';
import { contract } from '../src/shared/contract.ts';
import { createEventBus } from '../src/engine/events.ts';
import type { AppStatus, EngineEvent } from '../src/shared/contract.ts';
import type { Engine } from '../src/engine/types.ts';
import { LayoverError } from '../src/shared/errors.ts';
import { Settings } from '../src/shared/settings.ts';

export interface SmallEngine extends Pick<Engine, 'router' | 'client' | 'media' | 'stop'> {
  /** Tells whoever listens in this process, which the host does and which `listeners` does not count. */
  emit(event: EngineEvent): void;
  /** Who listens to `app.events` now. */
  listeners: number;
  /** Resolves when the last listener has gone. */
  readonly left: Promise<void>;
  /** Resolves when somebody cancelled `/media/endless`. */
  readonly cancelled: Promise<void>;
  stopped: boolean;
}

export const smallStatus: AppStatus = {
  host: 'cli',
  version: '0.0.0',
  connection: 'online',
  secretsProtection: 'file',
  notices: [],
  account: null,
  profile: null,
  pendingMutations: 0,
  canChooseFolder: false,
  nowMs: 1,
};

/**
 * A few procedures of the contract and 1000 bytes of media, for tests of the hosts: a search echoes its
 * query, "boom" fails in a way nobody foresaw, "refuse" is refused with a reason, a title is never found, `/media/endless` never ends.
 */
export function createSmallEngine(): SmallEngine {
  const os = implement(contract);
  let leave: () => void;
  let cancel: () => void;
  const left = new Promise<void>((resolve) => (leave = resolve));
  const cancelled = new Promise<void>((resolve) => (cancel = resolve));

  const router = {
    app: {
      status: os.app.status.handler(() => smallStatus),
      probe: os.app.probe.handler(() => ({ ...smallStatus, nowMs: -1 })),
      events: os.app.events.handler(async function* ({ signal }) {
        engine.listeners += 1;
        try {
          yield { type: 'changed', what: 'downloads' } as const;
          yield { type: 'status', status: smallStatus } as const;
          await new Promise((resolve) => signal?.addEventListener('abort', resolve));
        } finally {
          engine.listeners -= 1;
          if (engine.listeners === 0) leave();
        }
      }),
    },
    catalog: {
      search: os.catalog.search.handler(({ input }) => {
        if (input.q === 'boom') throw new TypeError('a secret detail');
        if (input.q === 'refuse') throw new LayoverError('service/refused', { reason: 'not today' });
        return [
          {
            titleId: 't1',
            type: 'film' as const,
            name: input.q,
            matchScore: 1,
            durationSeconds: 1,
            releaseYear: 2000,
            artworkVersion: '1',
          },
        ];
      }),
      title: os.catalog.title.handler(() => {
        throw new LayoverError('catalog/not-found');
      }),
    },
    downloads: {
      remove: os.downloads.remove.handler(() => {
        throw new LayoverError('store/no-space', { neededBytes: 7 });
      }),
    },
  };

  const media = async (request: Request): Promise<Response> => {
    const { pathname } = new URL(request.url);
    if (pathname === '/media/endless') {
      const body = new ReadableStream({
        pull: (controller) => controller.enqueue(new Uint8Array(65_536)),
        cancel: () => cancel(),
      });
      return new Response(body);
    }
    if (pathname !== '/media/s/1.m4s') return new Response(null, { status: 404 });
    const bytes = Uint8Array.from({ length: 1000 }, (_, index) => index % 256);
    const range = /^bytes=(\d+)-(\d*)$/.exec(request.headers.get('range') ?? '');
    const from = Number(range?.[1] ?? 0);
    const to = range?.[2] ? Number(range[2]) + 1 : bytes.length;
    return new Response(request.method === 'HEAD' ? null : bytes.slice(from, to), {
      status: range ? 206 : 200,
      headers: {
        'content-type': 'video/mp4',
        'content-length': `${to - from}`,
        ...(range ? { 'content-range': `bytes ${from}-${to - 1}/${bytes.length}` } : {}),
      },
    });
  };

  const bus = createEventBus();
  const client = {
    app: { status: async () => smallStatus, events: async () => bus.listen() },
    settings: { read: async () => Settings.parse({}) },
  };
  const engine: SmallEngine = {
    client: client as unknown as Engine['client'],
    emit: bus.emit,
    router: router as unknown as Engine['router'],
    media,
    stop: async () => {
      bus.close();
      engine.stopped = true;
    },
    listeners: 0,
    left,
    cancelled,
    stopped: false,
  };
  return engine;
}
