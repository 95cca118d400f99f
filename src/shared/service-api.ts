import { z } from 'zod';
import { Id, Profile, Row, RowItem, Title } from './catalog.ts';
import { LicensePurpose } from './license.ts';
import { SegmentIntegrity } from './presentation.ts';
import { Mutation, ProfileState } from './progress.ts';

/**
 * The service's HTTP API, once for both sides: `service/api` builds its routes and its OpenAPI document from
 * these, the engine parses every answer with them. All paths are under `/api/v1`. Signed-in calls carry
 * `Authorization: Bearer <accessToken>`.
 */

/** GET /time: no sign-in; also the probe for "is the service there". */
export const TimeAnswer = z.object({ nowMs: z.int().positive() });

/** Every refusal: an HTTP status and this body. `code` is short and stable, e.g. "wrong-credentials". */
export const ApiProblem = z.object({
  code: z.string(),
  message: z.string(),
  /** From when on the same request may succeed, where that is known. */
  availableAtMs: z.int().positive().optional(),
});
export type ApiProblem = z.infer<typeof ApiProblem>;

/**
 * POST /auth/sign-in. 401 wrong-credentials; 429 too-many-attempts. The token is for this device: a call that
 * names another gets 401 unauthorized.
 */
export const SignInBody = z.object({
  email: z.email(),
  password: z.string().min(1),
  device: z.object({
    deviceId: Id,
    name: z.string().min(1).max(80),
    /** P-256 public key as a JWK: licenses are sealed to it. */
    publicKey: z.object({ kty: z.literal('EC'), crv: z.literal('P-256'), x: z.string(), y: z.string() }),
  }),
});
export type SignInBody = z.infer<typeof SignInBody>;
export const SignInAnswer = z.object({
  accessToken: z.string().min(1),
  accountId: Id,
  email: z.string(),
  plan: z.enum(['basic', 'standard', 'premium']),
  /** Ed25519 public keys as JWKs, by `kid`: what licenses are verified with. Remembered at sign-in. */
  licenseKeys: z.array(
    z.object({ kid: z.string(), kty: z.literal('OKP'), crv: z.literal('Ed25519'), x: z.string() }),
  ),
  nowMs: z.int().positive(),
});
export type SignInAnswer = z.infer<typeof SignInAnswer>;

/** GET /profiles */
export const ProfilesAnswer = z.object({ profiles: z.array(Profile).max(5) });

/** In every call: 404 unknown-profile when it is not one of the account's. */
export const ProfileParams = z.object({ profileId: Id });
export const ProfileQuery = z.object({ profileId: Id });

/** POST /profiles/:profileId/unlock {pin}: 204, or 403 wrong-pin; 429 too-many-attempts. */
export const UnlockBody = z.object({ pin: z.string().regex(/^\d{4}$/) });

/** GET /browse/home?profileId= */
export const HomeAnswer = z.object({ rows: z.array(Row) });

/** GET /search?q=&profileId= */
export const SearchQuery = z.object({ q: z.string().max(200), profileId: Id });
export const SearchAnswer = z.object({ items: z.array(RowItem) });

/** GET /titles/:titleId gives a Title. 404 not-found; 451 not-in-country. */
export const TitleParams = z.object({ titleId: Id });

/** `since` is a revision from an earlier answer; one that the service does not know counts as 0. */
export const SinceQuery = z.object({ since: z.coerce.number().int().nonnegative().default(0) });

/** GET /catalog?since=: what changed after that revision; the whole catalog for 0. */
export const CatalogAnswer = z.object({
  revision: z.int().nonnegative(),
  titles: z.array(Title),
  removedTitleIds: z.array(Id),
});

/** GET /artwork/:titleId/:shape.jpg?v=artworkVersion: shape is poster (2:3) or backdrop (16:9). */
export const ArtworkShape = z.enum(['poster', 'backdrop']);
export type ArtworkShape = z.infer<typeof ArtworkShape>;
export const ArtworkParams = z.object({ titleId: Id, shape: ArtworkShape });
export const ArtworkQuery = z.object({ v: z.string().max(100).optional() });

/** POST /playback/start. 403 subscription-inactive | restricted, 404 not-found, 451 not-in-country. */
export const PlaybackStartBody = z.object({
  profileId: Id,
  titleId: Id,
  episodeId: Id.optional(),
  deviceId: Id,
  clientCapabilities: z.object({
    maxResolution: z.int().positive(),
    supportedCodecs: z.array(z.string()),
    drmSystems: z.array(z.string()),
  }),
});
export type PlaybackStartBody = z.infer<typeof PlaybackStartBody>;
export const Oca = z.object({
  ocaId: Id,
  /** Signed and expiring, ends in "/": a segment's address is baseUrl + path. */
  baseUrl: z.url(),
  /** Small appliances hold part of the catalog, large ones all of it. */
  size: z.enum(['small', 'large']),
});
export type Oca = z.infer<typeof Oca>;
export const PlaybackStartAnswer = z.object({
  playbackId: Id,
  videoId: Id,
  /** HLS; its DASH twin is at the same address with `.mpd`. */
  manifestUrl: z.url(),
  /** Sizes and digests of every file: IntegrityAnswer. */
  integrityUrl: z.url(),
  licenseUrl: z.url(),
  resumePositionSeconds: z.number().nonnegative(),
  expiresAtMs: z.int().positive(),
  /** Nearest first. */
  ocas: z.array(Oca).min(1).max(10),
});
export type PlaybackStartAnswer = z.infer<typeof PlaybackStartAnswer>;

/**
 * GET /playback/:videoId/manifest.m3u8, manifest.mpd, <renditionId>.m3u8, integrity.json. Addresses in a
 * manifest are those of the device's latest start of the video. 404; 403 subscription-inactive; 451.
 */
export const VideoParams = z.object({ videoId: Id });
export const RenditionParams = z.object({ videoId: Id, renditionId: Id });

/** GET integrityUrl: path on an OCA → size and digest. */
export const IntegrityAnswer = z.object({ files: z.record(z.string(), SegmentIntegrity) });
export type IntegrityAnswer = z.infer<typeof IntegrityAnswer>;

/**
 * POST /licenses. 403 subscription-inactive | restricted | revoked | not-allowed; 404; 451;
 * 409 device-limit | title-limit | supplier-limit | yearly-limit.
 */
export const LicenseBody = z.object({
  videoId: Id,
  deviceId: Id,
  purpose: LicensePurpose,
  /** In whose name, where that is known: its maturity limit holds. */
  profileId: Id.optional(),
  /** A license of this account for this video that it is to take the place of: the same content key, where the video has another by now. */
  inPlaceOf: Id.optional(),
});
export const LicenseAnswer = z.object({
  /** Compact JWS (EdDSA) over LicenseClaims. */
  license: z.string().min(1),
  nowMs: z.int().positive(),
});
export const LicenseParams = z.object({ licenseId: Id });
/** GET /license-keys: those of sign-in as they are now. Retired ones are among them while a license needs them. */
export const LicenseKeysAnswer = SignInAnswer.pick({ licenseKeys: true });
/** POST /licenses/:licenseId/renew {deviceId} gives LicenseAnswer with the same content key. Refusals as above. */
export const LicenseRenewBody = z.object({ deviceId: Id });
/** So many in one request at the most. */
export const MOST_RENEWALS = 50;
/**
 * POST /licenses/renew: as above, several at once. 200, and in `renewals` for each its own license or its own refusal; what was asked for
 * twice is answered once.
 */
export const LicensesRenewBody = z.object({
  deviceId: Id,
  licenseIds: z.array(Id).min(1).max(MOST_RENEWALS),
});
export const LicensesRenewAnswer = z.object({
  renewals: z.array(
    z.union([
      z.object({ licenseId: Id, license: LicenseAnswer.shape.license }),
      z.object({ licenseId: Id, problem: ApiProblem }),
    ]),
  ),
  nowMs: z.int().positive(),
});
export type LicensesRenewAnswer = z.infer<typeof LicensesRenewAnswer>;
/** POST /licenses/:licenseId/release {deviceId}: 204, whether or not it was held. */

/** POST /playback/progress: 204. */
export const ProgressBody = z.object({
  playbackId: Id,
  profileId: Id,
  titleId: Id,
  episodeId: Id.optional(),
  position: z.number().nonnegative(),
  duration: z.number().positive(),
  timestamp: z.int().nonnegative(),
});

/** POST /sync: mutations in the order in which they were made. Sending one twice changes nothing. */
export const SyncBody = z.object({ deviceId: Id, mutations: z.array(Mutation).max(200) });
export const SyncAnswer = z.object({
  /** Applied, or known already, or refused for good: the client may forget these. */
  acknowledged: z.array(z.uuid()),
  refused: z.array(z.object({ mutationId: z.uuid(), reason: z.string() })),
});
/** GET /sync/state?since=: everything of the account that changed after that revision. */
export const SyncStateAnswer = ProfileState.extend({ revision: z.int().nonnegative() });

export const ListParams = z.object({ profileId: Id, titleId: Id });
/** PUT and DELETE /profiles/:profileId/list/:titleId: 204. GET /profiles/:profileId/list: ListAnswer. */
export const ListAnswer = z.object({ titleIds: z.array(Id) });
/** POST /ratings: 204. */
export const RatingBody = z.object({
  profileId: Id,
  titleId: Id,
  rating: z.union([z.literal(0), z.literal(1)]),
});

/** GET /devices: DevicesAnswer. */
export const DevicesAnswer = z.object({
  devices: z.array(
    z.object({
      deviceId: Id,
      name: z.string(),
      registeredAtMs: z.int(),
      lastSeenAtMs: z.int(),
      /** Videos that it holds offline licenses of. */
      heldVideoIds: z.array(Id),
    }),
  ),
});
/** DELETE /devices/:deviceId: 204; signs the device out and releases its licenses. The way out of device-limit. */
export const DeviceParams = z.object({ deviceId: Id });
