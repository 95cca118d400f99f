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
];
