import net from 'node:net';

/** Resolves once nothing listens there any more. */
export async function refused(url: string): Promise<void> {
  const { hostname, port } = new URL(url);
  while (await listens(hostname, Number(port)));
}

function listens(hostname: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = net.connect(port, hostname);
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}
