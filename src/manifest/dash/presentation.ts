import { INIT_INDEX } from '../../shared/presentation.ts';
import type { Pathway, Presentation, Rendition, RenditionKind } from '../../shared/presentation.ts';
import { folderOf, pathFinder, resolveAddress } from '../address.ts';
import { assemble } from '../assemble.ts';
import type { PresentationOptions } from '../assemble.ts';
import { checkText, Totals } from '../limits.ts';
import { unsupported } from '../refuse.ts';
import { renditionIds } from '../rendition-ids.ts';
import { parseMpd } from './mpd.ts';
import type { Mpd, Representation } from './mpd.ts';
import { demandOf, filesOf } from './segments.ts';
import type { Files } from './segments.ts';

/** Everything that an MPD says. Errors: `manifest/malformed`, `manifest/unsupported`, `manifest/live`. */
export function presentation(text: string, url: string, options: PresentationOptions = {}): Presentation {
  checkText(text);
  const mpd = parseMpd(text);
  const pathways = options.pathways ?? pathwaysOf(mpd, url);
  const toPath = pathFinder(pathways);
  const usable = mpd.representations.filter(isPlayable);
  refuseDrm(mpd.representations, usable);
  const totals = new Totals();
  for (const one of usable) {
    const { segments, addressLength } = demandOf(one, mpd.periodSeconds);
    totals.add(segments, addressLength + url.length);
  }
  const ids = renditionIds(usable.map((one) => ({ ...one, offered: [one.id] })));
  const bases = mpd.baseUrls.map(({ reference }) => resolveAddress(reference, url));
  // They are alternatives: any will do that a pathway holds.
  const origin = bases.find((base) => toPath(`${base}x`) !== `${base}x`) ?? bases[0] ?? folderOf(url);
  const renditions = usable.map((representation, at) => {
    const files = filesOf(representation, mpd.periodSeconds, origin);
    return renditionOf(representation, ids[at] ?? '', files, toPath);
  });
  return assemble(renditions, pathways, mpd.periodSeconds);
}

function pathwaysOf(mpd: Mpd, url: string): Pathway[] {
  const taken = new Set<string>();
  const pathways = mpd.baseUrls.flatMap(({ reference, serviceLocation }, at): Pathway[] => {
    const baseUrl = folderOf(resolveAddress(reference, url));
    let id = serviceLocation ?? (at === 0 ? 'origin' : `base-${at + 1}`);
    for (const wanted = id; taken.has(id); id = `${wanted}-${at + 1}`);
    taken.add(id);
    return [{ id, baseUrl }];
  });
  return pathways.length > 0 ? pathways : [{ id: 'origin', baseUrl: folderOf(url) }];
}

/** Of subtitles, WebVTT as a text file is what the player shows; TTML and text in MP4 are left out. */
function isPlayable(representation: Representation): boolean {
  if (representation.protection.kind === 'drm') return false;
  return representation.kind !== 'subtitles' || representation.mimeType === 'text/vtt';
}

/** Leaving out all video or all sound would make another thing of it: then it is refused instead. */
function refuseDrm(all: readonly Representation[], usable: readonly Representation[]): void {
  const has = (some: readonly Representation[], kind: RenditionKind) => some.some((one) => one.kind === kind);
  for (const kind of ['video', 'audio'] as const)
    if (has(all, kind) && !has(usable, kind)) throw unsupported('protection by a DRM system');
}

function renditionOf(
  representation: Representation,
  id: string,
  files: Files,
  toPath: (address: string) => string,
): Rendition {
  const { kind, codecs, language, roles, frameRate, channels, width, height } = representation;
  const common = {
    id,
    bandwidthBitsPerSecond: representation.bandwidthBitsPerSecond,
    ...(files.init && {
      init: {
        index: INIT_INDEX,
        path: toPath(files.init.url),
        startSeconds: 0,
        durationSeconds: 0,
        ...(files.init.byteRange && { byteRange: files.init.byteRange }),
      },
    }),
    segments: files.segments.map(({ url, startSeconds, durationSeconds, byteRange, encryption }, index) => ({
      index,
      path: toPath(url),
      startSeconds,
      durationSeconds,
      ...(byteRange && { byteRange }),
      ...(encryption && { encryption }),
    })),
  };
  const told = { language, name: representation.label ?? language, isDefault: roles.includes('main') };
  switch (kind) {
    case 'video':
      return { ...common, kind, width, height, ...(frameRate !== undefined && { frameRate }), codecs };
    case 'audio':
      return { ...common, kind, ...told, codecs, ...(channels !== undefined && { channels }) };
    case 'subtitles': {
      const isForced = roles.includes('forced-subtitle') || roles.includes('forced_subtitle');
      return { ...common, kind, ...told, isForced };
    }
  }
}
