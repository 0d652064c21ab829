-- Who operates: accounts, organizations, spaces and sessions; certificates of keys and authorities;
-- what service brokers asked for; and the audit log.

-- Names are unique whatever their case; name_folded is the name in lower case.
CREATE TABLE accounts (
    id TEXT NOT NULL,
    name TEXT NOT NULL,
    name_folded TEXT NOT NULL,
    kind TEXT NOT NULL,
    admin INTEGER NOT NULL,
    roles TEXT NOT NULL,
    password TEXT,
    secret BLOB,
    tokens_not_before INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    CONSTRAINT accounts_id PRIMARY KEY (id)
) STRICT;
CREATE UNIQUE INDEX accounts_name_folded ON accounts (name_folded);

CREATE TABLE organizations (
    id TEXT NOT NULL,
    name TEXT NOT NULL,
    name_folded TEXT NOT NULL,
    suspended INTEGER NOT NULL,
    metadata TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    CONSTRAINT organizations_id PRIMARY KEY (id)
) STRICT;
CREATE UNIQUE INDEX organizations_name_folded ON organizations (name_folded);

CREATE TABLE spaces (
    id TEXT NOT NULL,
    organization_id TEXT NOT NULL,
    name TEXT NOT NULL,
    name_folded TEXT NOT NULL,
    metadata TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    CONSTRAINT spaces_id PRIMARY KEY (id),
    CONSTRAINT spaces_organization FOREIGN KEY (organization_id) REFERENCES organizations (id)
) STRICT;
CREATE UNIQUE INDEX spaces_organization_id_name_folded ON spaces (organization_id, name_folded);

-- One role of one account, in an organization or, when space_id is not empty, in a space.
CREATE TABLE memberships (
    id TEXT NOT NULL,
    account_id TEXT NOT NULL,
    organization_id TEXT NOT NULL,
    space_id TEXT NOT NULL,
    role TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    CONSTRAINT memberships_id PRIMARY KEY (id),
    CONSTRAINT memberships_account FOREIGN KEY (account_id) REFERENCES accounts (id),
    CONSTRAINT memberships_organization FOREIGN KEY (organization_id) REFERENCES organizations (id)
) STRICT;
CREATE UNIQUE INDEX memberships_account_id_organization_id_space_id_role
    ON memberships (account_id, organization_id, space_id, role);
CREATE INDEX memberships_by_organization ON memberships (organization_id, space_id);

-- Where an account logged in successfully: sources that stay open while it is under attack.
CREATE TABLE login_sources (
    account_id TEXT NOT NULL,
    source TEXT NOT NULL,
    seen_at INTEGER NOT NULL,
    CONSTRAINT login_sources_account_id_source PRIMARY KEY (account_id, source)
) STRICT;
CREATE INDEX login_sources_by_time ON login_sources (seen_at);

-- A login of a person: a chain of refresh tokens, of which the newest is good.
CREATE TABLE sessions (
    id TEXT NOT NULL,
    account_id TEXT NOT NULL,
    client_id TEXT NOT NULL,
    grant_type TEXT NOT NULL,
    scopes TEXT NOT NULL,
    refresh BLOB,
    created_at INTEGER NOT NULL,
    refreshed_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    CONSTRAINT sessions_id PRIMARY KEY (id)
) STRICT;
CREATE INDEX sessions_by_account ON sessions (account_id);
CREATE INDEX sessions_by_expiry ON sessions (expires_at);

-- Authorization codes. A used one stays until it expires, so that its second use is noticed.
CREATE TABLE codes (
    digest BLOB NOT NULL,
    account_id TEXT NOT NULL,
    client_id TEXT NOT NULL,
    redirect_uri TEXT NOT NULL,
    challenge TEXT NOT NULL,
    scopes TEXT NOT NULL,
    session_id TEXT,
    expires_at INTEGER NOT NULL,
    CONSTRAINT codes_digest PRIMARY KEY (digest)
) STRICT;
CREATE INDEX codes_by_account ON codes (account_id);
CREATE INDEX codes_by_expiry ON codes (expires_at);

INSERT INTO organizations (id, name, name_folded, suspended, metadata, created_at, updated_at)
    VALUES ('6c6f636b-6761-4465-8000-000000000001', 'default', 'default', 0, '{}', 0, 0);
INSERT INTO spaces (id, organization_id, name, name_folded, metadata, created_at, updated_at)
    VALUES ('6c6f636b-6761-4465-8000-000000000002', '6c6f636b-6761-4465-8000-000000000001',
        'default', 'default', '{}', 0, 0);

-- Instances live in a space; those that a broker's platform asked for live in none.
DROP INDEX instances_name;
ALTER TABLE instances ADD COLUMN space_id TEXT REFERENCES spaces (id);
ALTER TABLE instances ADD COLUMN tags TEXT NOT NULL DEFAULT '[]';
ALTER TABLE instances ADD COLUMN metadata TEXT NOT NULL DEFAULT '{}';
UPDATE instances SET space_id = '6c6f636b-6761-4465-8000-000000000002';
CREATE UNIQUE INDEX instances_space_id_name ON instances (space_id, name);
CREATE INDEX instances_by_name ON instances (name);

-- A key has a secret or a certificate.
CREATE TABLE service_keys (
    id TEXT NOT NULL,
    instance_id TEXT NOT NULL,
    name TEXT NOT NULL,
    secret_id TEXT,
    digest BLOB,
    certificate BLOB,
    thumbprint TEXT,
    external INTEGER NOT NULL,
    pinned INTEGER NOT NULL,
    issuer_key BLOB,
    newest INTEGER,
    sealed BLOB,
    parameters TEXT NOT NULL,
    metadata TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    expires_at INTEGER,
    CONSTRAINT service_keys_id PRIMARY KEY (id),
    CONSTRAINT service_keys_instance FOREIGN KEY (instance_id) REFERENCES instances (id)
) STRICT;
INSERT INTO service_keys
    (id, instance_id, name, secret_id, digest, external, pinned, sealed, parameters, metadata,
    created_at, expires_at)
    SELECT id, instance_id, name, secret_id, digest, 0, 0, sealed, '{}', '{}', created_at, expires_at
    FROM keys;
DROP TABLE keys;
CREATE UNIQUE INDEX service_keys_instance_id_name ON service_keys (instance_id, name);
CREATE UNIQUE INDEX service_keys_thumbprint ON service_keys (thumbprint);
CREATE INDEX service_keys_by_expiry ON service_keys (expires_at) WHERE expires_at IS NOT NULL;

-- Authorities whose client certificates are accepted. Those with a sealed key issue certificates.
CREATE TABLE authorities (
    thumbprint TEXT NOT NULL,
    name TEXT NOT NULL,
    certificate BLOB NOT NULL,
    sealed_key BLOB,
    state TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    CONSTRAINT authorities_thumbprint PRIMARY KEY (thumbprint)
) STRICT;
CREATE UNIQUE INDEX authorities_name ON authorities (name);

-- What a platform asked for over the broker API, by the platform's own ids.
CREATE TABLE broker_instances (
    account_id TEXT NOT NULL,
    external_id TEXT NOT NULL,
    instance_id TEXT NOT NULL,
    request TEXT NOT NULL,
    CONSTRAINT broker_instances_account_id_external_id PRIMARY KEY (account_id, external_id),
    CONSTRAINT broker_instances_account FOREIGN KEY (account_id) REFERENCES accounts (id),
    CONSTRAINT broker_instances_instance FOREIGN KEY (instance_id) REFERENCES instances (id)
) STRICT;
CREATE INDEX broker_instances_by_instance ON broker_instances (instance_id);

CREATE TABLE broker_bindings (
    account_id TEXT NOT NULL,
    external_instance_id TEXT NOT NULL,
    external_id TEXT NOT NULL,
    key_id TEXT NOT NULL,
    request TEXT NOT NULL,
    CONSTRAINT broker_bindings_account_id_external_instance_id_external_id
        PRIMARY KEY (account_id, external_instance_id, external_id),
    CONSTRAINT broker_bindings_account FOREIGN KEY (account_id) REFERENCES accounts (id),
    CONSTRAINT broker_bindings_key FOREIGN KEY (key_id) REFERENCES service_keys (id)
) STRICT;
CREATE INDEX broker_bindings_by_key ON broker_bindings (key_id);

-- The certificate that a refused caller presented.
ALTER TABLE refusals ADD COLUMN thumbprint TEXT;

-- Changes, and requests that were refused at surfaces. Refused calls of flows are in refusals.
CREATE TABLE audit (
    id TEXT NOT NULL,
    at INTEGER NOT NULL,
    who TEXT NOT NULL,
    who_name TEXT NOT NULL,
    source TEXT,
    correlation_id TEXT,
    action TEXT NOT NULL,
    target_kind TEXT NOT NULL,
    target_id TEXT NOT NULL,
    target_name TEXT NOT NULL,
    key_id TEXT,
    thumbprint TEXT,
    status INTEGER,
    reason TEXT,
    detail TEXT NOT NULL,
    CONSTRAINT audit_at_id PRIMARY KEY (at, id)
) STRICT, WITHOUT ROWID;
CREATE INDEX audit_by_who ON audit (who_name, at, id);
CREATE INDEX audit_by_target_id ON audit (target_id, at, id);
CREATE INDEX audit_by_target_name ON audit (target_name, at, id);
CREATE INDEX audit_by_key ON audit (key_id, at, id) WHERE key_id IS NOT NULL;
CREATE INDEX audit_by_thumbprint ON audit (thumbprint, at, id) WHERE thumbprint IS NOT NULL;
CREATE INDEX audit_by_correlation ON audit (correlation_id) WHERE correlation_id IS NOT NULL;
