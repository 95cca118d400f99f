/**
 * The schema, step by step; a step is never changed once it has shipped. Times are in milliseconds since the
 * Unix epoch, booleans are 0 and 1. Revisions count up per account (viewing) and for the catalog.
 */
export const migrations: readonly string[] = [
  `
  CREATE TABLE account (
    accountId TEXT PRIMARY KEY,
    email TEXT NOT NULL UNIQUE,
    passwordHash TEXT NOT NULL,
    plan TEXT NOT NULL,
    status TEXT NOT NULL,
    country TEXT NOT NULL,
    revision INTEGER NOT NULL DEFAULT 0
  ) STRICT;
  CREATE TABLE profile (
    profileId TEXT PRIMARY KEY,
    accountId TEXT NOT NULL REFERENCES account,
    position INTEGER NOT NULL,
    name TEXT NOT NULL,
    avatar TEXT NOT NULL,
    isKids INTEGER NOT NULL,
    language TEXT NOT NULL,
    maturityLimit TEXT NOT NULL,
    pinHash TEXT
  ) STRICT;
  CREATE TABLE device (
    accountId TEXT NOT NULL REFERENCES account,
    deviceId TEXT NOT NULL,
    name TEXT NOT NULL,
    publicKey TEXT NOT NULL,
    registeredAtMs INTEGER NOT NULL,
    PRIMARY KEY (accountId, deviceId)
  ) STRICT;
  CREATE TABLE access_token (
    tokenHash TEXT PRIMARY KEY,
    accountId TEXT NOT NULL,
    deviceId TEXT NOT NULL,
    expiresAtMs INTEGER NOT NULL,
    FOREIGN KEY (accountId, deviceId) REFERENCES device ON DELETE CASCADE
  ) STRICT;
  CREATE TABLE signing_key (
    kid TEXT PRIMARY KEY,
    privateJwk TEXT NOT NULL,
    madeAtMs INTEGER NOT NULL
  ) STRICT;

  CREATE TABLE catalog_revision (one INTEGER PRIMARY KEY CHECK (one = 1), revision INTEGER NOT NULL) STRICT;
  INSERT INTO catalog_revision VALUES (1, 0);
  -- maturityRank: place in ratingOrder. json: the whole Title. A removed title keeps its row, so that replicas hear of it.
  CREATE TABLE title (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    titleId TEXT NOT NULL UNIQUE,
    type TEXT NOT NULL,
    name TEXT NOT NULL,
    releaseYear INTEGER NOT NULL,
    durationSeconds REAL NOT NULL,
    maturityRank INTEGER NOT NULL,
    popularity REAL NOT NULL,
    artworkVersion TEXT NOT NULL,
    genres TEXT NOT NULL,
    people TEXT NOT NULL,
    countries TEXT NOT NULL,
    everywhere INTEGER NOT NULL,
    removed INTEGER NOT NULL,
    revision INTEGER NOT NULL,
    json TEXT NOT NULL
  ) STRICT;
  CREATE INDEX title_by_popularity ON title (popularity DESC);
  CREATE INDEX title_by_revision ON title (revision);
  CREATE TABLE title_country (
    titleId TEXT NOT NULL REFERENCES title (titleId),
    country TEXT NOT NULL,
    PRIMARY KEY (titleId, country)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE title_genre (
    genre TEXT NOT NULL,
    titleId TEXT NOT NULL REFERENCES title (titleId),
    PRIMARY KEY (genre, titleId)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX title_genre_by_title ON title_genre (titleId);
  -- ordinal: place among the title's videos, in order of watching.
  CREATE TABLE video (
    videoId TEXT PRIMARY KEY,
    titleId TEXT NOT NULL REFERENCES title (titleId),
    ordinal INTEGER NOT NULL
  ) STRICT;
  CREATE INDEX video_by_title ON video (titleId, ordinal);
  -- rowid is title.seq; the texts are folded words, as questions are.
  CREATE VIRTUAL TABLE title_text USING fts5 (
    name, description, people, genres, tokenize = 'trigram'
  );

  CREATE TABLE watch_position (
    profileId TEXT NOT NULL REFERENCES profile,
    videoId TEXT NOT NULL,
    positionSeconds REAL NOT NULL,
    durationSeconds REAL NOT NULL,
    completed INTEGER NOT NULL,
    atMs INTEGER NOT NULL,
    mutationId TEXT NOT NULL,
    revision INTEGER NOT NULL,
    PRIMARY KEY (profileId, videoId)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE list_entry (
    profileId TEXT NOT NULL REFERENCES profile,
    titleId TEXT NOT NULL,
    listed INTEGER NOT NULL,
    atMs INTEGER NOT NULL,
    mutationId TEXT NOT NULL,
    revision INTEGER NOT NULL,
    PRIMARY KEY (profileId, titleId)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE rating (
    profileId TEXT NOT NULL REFERENCES profile,
    titleId TEXT NOT NULL,
    rating INTEGER,
    atMs INTEGER NOT NULL,
    mutationId TEXT NOT NULL,
    revision INTEGER NOT NULL,
    PRIMARY KEY (profileId, titleId)
  ) STRICT, WITHOUT ROWID;
  -- Which mutations were taken: what makes sending one twice harmless.
  CREATE TABLE mutation (
    accountId TEXT NOT NULL REFERENCES account,
    mutationId TEXT NOT NULL,
    receivedAtMs INTEGER NOT NULL,
    PRIMARY KEY (accountId, mutationId)
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE playback (
    playbackId TEXT PRIMARY KEY,
    accountId TEXT NOT NULL REFERENCES account,
    profileId TEXT NOT NULL,
    deviceId TEXT NOT NULL,
    titleId TEXT NOT NULL,
    videoId TEXT NOT NULL,
    country TEXT NOT NULL,
    startedAtMs INTEGER NOT NULL,
    expiresAtMs INTEGER NOT NULL
  ) STRICT;
  CREATE INDEX playback_by_time ON playback (startedAtMs);
  CREATE INDEX playback_by_device ON playback (accountId, deviceId, videoId, startedAtMs);

  -- heldUntilMs: when the service at last stops counting it, released or not.
  CREATE TABLE license (
    licenseId TEXT PRIMARY KEY,
    accountId TEXT NOT NULL REFERENCES account,
    deviceId TEXT NOT NULL,
    videoId TEXT NOT NULL,
    purpose TEXT NOT NULL,
    issuedAtMs INTEGER NOT NULL,
    heldUntilMs INTEGER NOT NULL,
    releasedAtMs INTEGER
  ) STRICT;
  CREATE INDEX license_by_account ON license (accountId, purpose, heldUntilMs);
  CREATE TABLE license_event (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    licenseId TEXT NOT NULL REFERENCES license,
    kind TEXT NOT NULL,
    atMs INTEGER NOT NULL
  ) STRICT;
  `,
  `
  -- lastSeenAtMs: to the minute.
  ALTER TABLE device ADD COLUMN lastSeenAtMs INTEGER NOT NULL DEFAULT 0;
  UPDATE device SET lastSeenAtMs = registeredAtMs;

  -- Title and supplier as they were at issue: limits count by them, whatever becomes of the catalog.
  ALTER TABLE license ADD COLUMN titleId TEXT NOT NULL DEFAULT '';
  ALTER TABLE license ADD COLUMN supplier TEXT;
  ALTER TABLE license ADD COLUMN firstIssuedAtMs INTEGER NOT NULL DEFAULT 0;
  -- In the place of one that was held: an answer that was lost is asked for again, and costs nothing.
  ALTER TABLE license ADD COLUMN isReplacement INTEGER NOT NULL DEFAULT 0;
  ALTER TABLE license ADD COLUMN kid TEXT NOT NULL DEFAULT '';
  ALTER TABLE license ADD COLUMN contentKeyId TEXT;
  ALTER TABLE license ADD COLUMN revokedAtMs INTEGER;
  ALTER TABLE license ADD COLUMN revokedBecause TEXT;
  UPDATE license SET firstIssuedAtMs = issuedAtMs,
    titleId = coalesce((SELECT titleId FROM video WHERE video.videoId = license.videoId), ''),
    kid = coalesce((SELECT kid FROM signing_key ORDER BY madeAtMs DESC, kid LIMIT 1), '');
  CREATE INDEX license_by_title ON license (titleId);

  ALTER TABLE signing_key ADD COLUMN retiredAtMs INTEGER;
  -- Every content key under which a license was given: a renewal brings the same, whatever the video has now.
  CREATE TABLE content_key (
    videoId TEXT NOT NULL,
    contentKeyId TEXT NOT NULL,
    keyHex TEXT NOT NULL,
    firstUsedAtMs INTEGER NOT NULL,
    PRIMARY KEY (videoId, contentKeyId)
  ) STRICT, WITHOUT ROWID;

  -- What differs from the terms of the plans; an empty plan or title stands for all of them.
  CREATE TABLE license_terms (
    plan TEXT NOT NULL,
    titleId TEXT NOT NULL,
    json TEXT NOT NULL,
    PRIMARY KEY (plan, titleId)
  ) STRICT, WITHOUT ROWID;
  -- Devices and titles that get no license until it is lifted.
  CREATE TABLE revocation (
    kind TEXT NOT NULL,
    id TEXT NOT NULL,
    atMs INTEGER NOT NULL,
    reason TEXT NOT NULL,
    PRIMARY KEY (kind, id)
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE audit (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    atMs INTEGER NOT NULL,
    kind TEXT NOT NULL,
    reason TEXT NOT NULL,
    accountId TEXT,
    deviceId TEXT,
    licenseId TEXT,
    videoId TEXT
  ) STRICT;
  INSERT INTO audit (seq, atMs, kind, reason, accountId, deviceId, licenseId, videoId)
    SELECT seq, atMs, kind, 'from before reasons were written', accountId, deviceId, licenseId, videoId
    FROM license_event JOIN license USING (licenseId);
  DROP TABLE license_event;
  CREATE INDEX audit_by_account ON audit (accountId, seq);
  CREATE TRIGGER audit_is_not_changed BEFORE UPDATE ON audit
    BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END;
  CREATE TRIGGER audit_is_not_shortened BEFORE DELETE ON audit
    BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END;
  `,
  `
  -- What a device said of itself last, so that an older state of it is recognized; it outlives the device's sign-in.
  CREATE TABLE device_state (
    accountId TEXT NOT NULL REFERENCES account,
    deviceId TEXT NOT NULL,
    counter INTEGER NOT NULL,
    requestId TEXT NOT NULL,
    replayed INTEGER NOT NULL,
    floorMs INTEGER NOT NULL,
    atMs INTEGER NOT NULL,
    PRIMARY KEY (accountId, deviceId)
  ) STRICT, WITHOUT ROWID;
  -- issuedAtMs: of the license, when it was played; a renewal may begin a new first play.
  CREATE TABLE first_play (
    licenseId TEXT PRIMARY KEY REFERENCES license,
    issuedAtMs INTEGER NOT NULL,
    atMs INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;
  -- sealed: JWE to the service's escrow key, as the device sent it.
  CREATE TABLE device_escrow (
    accountId TEXT NOT NULL REFERENCES account,
    deviceId TEXT NOT NULL,
    sealed TEXT NOT NULL,
    PRIMARY KEY (accountId, deviceId)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE escrow_key (one INTEGER PRIMARY KEY CHECK (one = 1), privateJwk TEXT NOT NULL) STRICT;
  `,
];
