import type { AnyContractRouter } from '@orpc/contract';
import { z } from 'zod';
import { contract } from '../../shared/contract.ts';
import type { Client } from '../../shared/contract.ts';
import type { WindowBridge } from '../../shared/window-bridge.ts';
import { createHttpClient, createPortClient } from './client.ts';

const UnderElectron = z.object({
  layover: z.object({
    host: z.literal('electron'),
    connectMessage: z.string(),
  }) satisfies z.ZodType<WindowBridge>,
});

/**
 * The engine as this window reaches it: through the port that the preload script passes on (Electron), else
 * over HTTP from where the page came (browser host). `contracted`: with what a QA build has beside the contract.
 */
export function connect(
  page: Window & typeof globalThis = window,
  contracted: AnyContractRouter = contract,
): Client {
  const bridge = UnderElectron.safeParse(page);
  if (!bridge.success) return createHttpClient(`${page.location.origin}/rpc`, undefined, contracted);
  const { port1, port2 } = new MessageChannel();
  const client = createPortClient(port1, contracted);
  port1.start();
  // Only our own preload listens, and it checks that the message came from this very page.
  page.postMessage(bridge.data.layover.connectMessage, page.location.origin, [port2]);
  return client;
}
