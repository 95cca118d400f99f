import { describeTransportContract } from '../../testing/transport-contract.ts';
import { createFetchTransport } from './fetch-transport.ts';

describeTransportContract('a transport over fetch', () => ({
  transport: createFetchTransport(fetch),
  close: async () => {},
}));
