-- Assertions of trusted issuers that were exchanged for a token: each is good once.
CREATE TABLE assertions (
    digest BLOB NOT NULL,
    expires_at INTEGER NOT NULL,
    CONSTRAINT assertions_digest PRIMARY KEY (digest)
) STRICT;
CREATE INDEX assertions_by_expiry ON assertions (expires_at);
