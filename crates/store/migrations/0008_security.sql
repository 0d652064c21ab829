-- Security content: the keystore, access policies, and who deployed what.

ALTER TABLE materials ADD COLUMN deployed_by TEXT NOT NULL DEFAULT '';

ALTER TABLE number_ranges ADD COLUMN description TEXT NOT NULL DEFAULT '';
ALTER TABLE number_ranges ADD COLUMN deployed_by TEXT NOT NULL DEFAULT '';
ALTER TABLE number_ranges ADD COLUMN deployed_at INTEGER NOT NULL DEFAULT 0;

-- chain has certificates in DER, one behind the other, that of the entry first. sealed_key is there
-- for key pairs.
CREATE TABLE keystore_entries (
    alias TEXT NOT NULL,
    chain BLOB NOT NULL,
    sealed_key BLOB,
    created_by TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    modified_by TEXT NOT NULL,
    modified_at INTEGER NOT NULL,
    CONSTRAINT keystore_entries_alias PRIMARY KEY (alias)
) STRICT;

CREATE TABLE access_policies (
    id INTEGER NOT NULL,
    role_name TEXT NOT NULL,
    description TEXT NOT NULL,
    CONSTRAINT access_policies_id PRIMARY KEY (id)
) STRICT;
CREATE UNIQUE INDEX access_policies_role_name ON access_policies (role_name);

-- What a policy protects: artifacts of a kind whose name or id meets a condition.
CREATE TABLE artifact_references (
    id INTEGER NOT NULL,
    policy_id INTEGER NOT NULL,
    name TEXT NOT NULL,
    description TEXT NOT NULL,
    kind TEXT NOT NULL,
    attribute TEXT NOT NULL,
    comparison TEXT NOT NULL,
    value TEXT NOT NULL,
    CONSTRAINT artifact_references_id PRIMARY KEY (id),
    CONSTRAINT artifact_references_policy FOREIGN KEY (policy_id) REFERENCES access_policies (id)
) STRICT;
CREATE INDEX artifact_references_by_policy ON artifact_references (policy_id, id);
