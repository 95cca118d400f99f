import { INIT_INDEX } from '../../shared/presentation.ts';
import type { Rendition } from '../../shared/presentation.ts';
import { extensionOf } from '../container.ts';

/** Names of the files behind the playlists that we write: "init.mp4", "init-2.mp4" (index -2 …), "0.m4s". */
export function fileNameOf(rendition: Rendition, index: number): string {
  if (index === INIT_INDEX) return 'init.mp4';
  return index < 0 ? `init${index}.mp4` : `${index}.${kindOf(rendition).extension}`;
}

/** The index in a name that `fileNameOf` gave, to whatever rendition; undefined: it gave no such name. */
export function indexOfFile(name: string): number | undefined {
  if (name === 'init.mp4') return INIT_INDEX;
  const [, init, segment] = /^(?:init(-[2-9]|-[1-9]\d{1,5})\.mp4|(0|[1-9]\d{0,8})\.[a-z0-9]{2,3})$/.exec(name) ?? []; // prettier-ignore
  const index = init ?? segment;
  return index === undefined ? undefined : Number(index);
}

/** Media type of a rendition's files (RFC 8216bis section 3.1). */
export function contentTypeOf(rendition: Rendition): string {
  return kindOf(rendition).type;
}

function kindOf(rendition: Rendition): { extension: string; type: string } {
  const { kind, container, init } = rendition;
  switch (container ?? (kind === 'subtitles' && init === undefined ? 'webvtt' : 'mp4')) {
    case 'mp4':
      return { extension: 'm4s', type: `${kind === 'subtitles' ? 'application' : kind}/mp4` };
    case 'mpeg-ts':
      return { extension: 'ts', type: 'video/mp2t' };
    case 'webvtt':
      return { extension: 'vtt', type: 'text/vtt; charset=utf-8' };
    case 'packed-audio':
      return packedAudio[extensionOf(rendition.segments[0]?.path ?? '')] ?? packedAac;
  }
}

const packedAac = { extension: 'aac', type: 'audio/aac' };
const packedAudio: Record<string, typeof packedAac> = {
  mp3: { extension: 'mp3', type: 'audio/mpeg' },
  ac3: { extension: 'ac3', type: 'audio/ac3' },
  ec3: { extension: 'ec3', type: 'audio/eac3' },
};
