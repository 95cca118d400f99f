/** Independent parsers that tests compare ours with; they ship no types. What they give is looked at loosely. */
declare module 'm3u8-parser' {
  export class Parser {
    constructor(options?: { uri: string });
    // eslint-disable-next-line @typescript-eslint/no-explicit-any
    manifest: any;
    push(text: string): void;
    end(): void;
  }
}
declare module 'mpd-parser' {
  const mpdParser: {
    // eslint-disable-next-line @typescript-eslint/no-explicit-any
    parse(text: string, options: { manifestUri: string }): any;
  };
  export default mpdParser;
}
