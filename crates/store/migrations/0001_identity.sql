-- Who may call: service instances, their keys, roles, signing keys and revoked tokens.

CREATE TABLE settings (
    name TEXT NOT NULL,
    value TEXT NOT NULL,
    CONSTRAINT settings_name PRIMARY KEY (name)
) STRICT;

CREATE TABLE counters (
    name TEXT NOT NULL,
    value INTEGER NOT NULL,
    CONSTRAINT counters_name PRIMARY KEY (name)
) STRICT;

CREATE TABLE changes (
    topic TEXT NOT NULL,
    revision INTEGER NOT NULL,
    CONSTRAINT changes_topic PRIMARY KEY (topic)
) STRICT;

CREATE TABLE instances (
    id TEXT NOT NULL,
    name TEXT NOT NULL,
    plan TEXT NOT NULL,
    parameters TEXT NOT NULL,
    tokens_not_before INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    CONSTRAINT instances_id PRIMARY KEY (id)
) STRICT;
CREATE UNIQUE INDEX instances_name ON instances (name);

CREATE TABLE keys (
    id TEXT NOT NULL,
    instance_id TEXT NOT NULL,
    name TEXT NOT NULL,
    secret_id TEXT NOT NULL,
    digest BLOB NOT NULL,
    sealed BLOB,
    created_at INTEGER NOT NULL,
    expires_at INTEGER,
    CONSTRAINT keys_id PRIMARY KEY (id),
    CONSTRAINT keys_instance FOREIGN KEY (instance_id) REFERENCES instances (id)
) STRICT;
CREATE UNIQUE INDEX keys_instance_id_name ON keys (instance_id, name);

CREATE TABLE roles (
    name TEXT NOT NULL,
    description TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    CONSTRAINT roles_name PRIMARY KEY (name)
) STRICT;

CREATE TABLE signing_keys (
    kid TEXT NOT NULL,
    state TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    changed_at INTEGER NOT NULL,
    public_der BLOB NOT NULL,
    sealed_private BLOB NOT NULL,
    CONSTRAINT signing_keys_kid PRIMARY KEY (kid)
) STRICT;

CREATE TABLE revocations (
    jti TEXT NOT NULL,
    expires_at INTEGER NOT NULL,
    CONSTRAINT revocations_jti PRIMARY KEY (jti)
) STRICT;
CREATE INDEX revocations_by_expiry ON revocations (expires_at);
