import type { Page } from 'playwright';

/** From the next load of the page on, all that it sends and gets by `fetch`, media apart, is written down. */
export async function recordTraffic(page: Page): Promise<void> {
  await page.addInitScript(() => {
    const lines: string[] = [];
    Object.assign(window, { layoverTraffic: lines });
    const plain = window.fetch.bind(window);
    window.fetch = async (input, init) => {
      const request = new Request(input, init);
      const headersOf = (headers: Headers) => JSON.stringify([...headers]);
      lines.push(request.url, headersOf(request.headers), await request.clone().text());
      const response = await plain(request);
      lines.push(headersOf(response.headers));
      const isMedia = new URL(request.url).pathname.startsWith('/media/') && !request.url.endsWith('.m3u8');
      // A stream of events has no end: its text is taken as it comes.
      const reader = isMedia ? undefined : response.clone().body?.getReader();
      const decoder = new TextDecoder();
      const read = async (): Promise<void> => {
        for (let piece = await reader?.read(); piece && !piece.done; piece = await reader?.read())
          lines.push(decoder.decode(piece.value, { stream: true }));
      };
      read().catch(() => undefined);
      return response;
    };
  });
}

export function trafficOf(page: Page): Promise<string> {
  return page.evaluate(() => (window as unknown as { layoverTraffic: string[] }).layoverTraffic.join('\n'));
}
