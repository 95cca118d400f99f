import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { playablesOf, withinMaturity } from '../../../src/shared/catalog.ts';
import type { Title } from '../../../src/shared/catalog.ts';
import {
  IntegrityAnswer,
  PlaybackStartAnswer,
  PlaybackStartBody,
  RenditionParams,
  VideoParams,
} from '../../../src/shared/service-api.ts';
import { newExpiry, ocasFor, ocasForManifest } from '../addresses.ts';
import type { ApiContext } from '../context.ts';
import { termsFor } from '../issuing.ts';
import { mediaPlaylistFor, mpdFor, mpdUpTo, multivariantFor, multivariantUpTo } from '../manifests.ts';
import { Problem } from '../problem.ts';
import { requireDevice, requireLicensed, requireProfile } from '../session.ts';
import type { Session } from '../session.ts';
import { common, refusal, text } from './answers.ts';
import type { App } from './answers.ts';

const HLS = 'application/vnd.apple.mpegurl';
const DASH = 'application/dash+xml';
const refusals = { ...common, 403: refusal, 404: refusal, 451: refusal } as const;

export function playbackRoutes(app: App, context: ApiContext): void {
  const { clock, database, layout } = context;
  const playbackUrl = (videoId: string): string => `${context.apiUrl()}/playback/${videoId}`;

  app.post(
    '/playback/start',
    {
      schema: {
        operationId: 'startPlayback',
        summary: 'Where to get a video from, and where to go on in it',
        description: 'Checked in this order: subscription, country, title, maturity.',
        tags: ['playback'],
        body: PlaybackStartBody,
        response: { 200: PlaybackStartAnswer, ...refusals, 415: refusal, 503: refusal },
      },
    },
    async ({ session, body }) => {
      requireDevice(session, body.deviceId);
      const profile = await requireProfile(context, session, body.profileId);
      const { title } = requireLicensed(session, await database.titles.find(body.titleId));
      const videoId = videoOf(title, body.episodeId);
      if (!withinMaturity(title.maturityRating, profile.maturityLimit)) throw new Problem('restricted');
      const startedAtMs = clock.now();
      const expiresAtMs = newExpiry(startedAtMs, context.addressValidMs);
      const ocas = ocasFor(context, videoId, expiresAtMs);
      const position = await database.viewing.position(body.profileId, videoId);
      const playbackId = randomUUID();
      await database.playbacks.add({
        playbackId,
        accountId: session.account.accountId,
        profileId: profile.profileId,
        deviceId: session.deviceId,
        titleId: title.titleId,
        videoId,
        country: session.account.country,
        startedAtMs,
        expiresAtMs,
      });
      return {
        playbackId,
        videoId,
        manifestUrl: `${playbackUrl(videoId)}/manifest.m3u8`,
        integrityUrl: `${playbackUrl(videoId)}/integrity.json`,
        licenseUrl: `${context.apiUrl()}/licenses`,
        resumePositionSeconds: !position || position.completed ? 0 : position.positionSeconds,
        expiresAtMs,
        ocas,
      };
    },
  );

  /** The tallest picture that the plan includes of the video; 0: any. */
  async function maxHeightOf(session: Session, videoId: string): Promise<number> {
    const { title } = requireLicensed(session, await database.titles.ofVideo(videoId));
    return (await termsFor(context, session.account.plan, title.titleId)).maxHeight;
  }

  async function licensedFile(session: Session, videoId: string, file: string): Promise<string> {
    requireLicensed(session, await database.titles.ofVideo(videoId));
    return readFile(file, 'utf8').catch((cause: unknown) => {
      throw new Problem('not-found', undefined, { cause });
    });
  }

  app.get(
    '/playback/:videoId/manifest.m3u8',
    {
      schema: {
        operationId: 'hlsManifest',
        summary: 'HLS multivariant playlist',
        tags: ['playback'],
        params: VideoParams,
        response: { 200: text(HLS, 'RFC 8216'), ...refusals },
      },
    },
    async ({ session, params: { videoId } }, reply) => {
      const manifest = await licensedFile(session, videoId, path.join(layout.media, videoId, 'master.m3u8'));
      const maxHeight = await maxHeightOf(session, videoId);
      return reply
        .type(HLS)
        .send(multivariantFor(multivariantUpTo(manifest, maxHeight), playbackUrl(videoId)));
    },
  );

  app.get(
    '/playback/:videoId/manifest.mpd',
    {
      schema: {
        operationId: 'dashManifest',
        summary: 'DASH MPD of the same segments',
        tags: ['playback'],
        params: VideoParams,
        response: { 200: text(DASH, 'ISO/IEC 23009-1'), ...refusals, 503: refusal },
      },
    },
    async ({ session, params: { videoId } }, reply) => {
      const manifest = await licensedFile(session, videoId, path.join(layout.media, videoId, 'manifest.mpd'));
      const ocas = await ocasForManifest(context, session, videoId);
      const maxHeight = await maxHeightOf(session, videoId);
      return reply.type(DASH).send(mpdFor(mpdUpTo(manifest, maxHeight), videoId, ocas));
    },
  );

  app.get(
    '/playback/:videoId/:renditionId.m3u8',
    {
      schema: {
        operationId: 'hlsRendition',
        summary: 'HLS media playlist of a rendition',
        tags: ['playback'],
        params: RenditionParams,
        response: { 200: text(HLS, 'RFC 8216'), ...refusals, 503: refusal },
      },
    },
    async ({ session, params: { videoId, renditionId } }, reply) => {
      const file = path.join(layout.media, videoId, renditionId, 'playlist.m3u8');
      const manifest = await licensedFile(session, videoId, file);
      const [nearest] = await ocasForManifest(context, session, videoId);
      if (!nearest) throw new Problem('no-oca');
      return reply.type(HLS).send(mediaPlaylistFor(manifest, videoId, renditionId, nearest));
    },
  );

  app.get(
    '/playback/:videoId/integrity.json',
    {
      schema: {
        operationId: 'integrity',
        summary: 'Size and SHA-256 of every file of a video',
        tags: ['playback'],
        params: VideoParams,
        response: { 200: IntegrityAnswer, ...refusals },
      },
    },
    async ({ session, params: { videoId } }) => {
      const file = path.join(layout.encodes, videoId, 'integrity.json');
      return IntegrityAnswer.parse(JSON.parse(await licensedFile(session, videoId, file)));
    },
  );
}

/** A film has one video; of a series, the episode asked for, or its first. 404 not-found. */
function videoOf(title: Title, episodeId: string | undefined): string {
  const playables = playablesOf(title);
  const chosen =
    episodeId === undefined
      ? playables[0]
      : playables.find((playable) => playable.episode?.episodeId === episodeId);
  if (!chosen) throw new Problem('not-found');
  return chosen.videoId;
}
