import { describeTransportContract } from '../../testing/transport-contract.ts';
import { createNodeTransport } from './transport.ts';

describeTransportContract('undici’s dispatch', () => {
  const transport = createNodeTransport();
  return { transport, close: transport.close };
});
