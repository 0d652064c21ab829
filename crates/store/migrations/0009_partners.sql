-- The partner directory: what flows are told about the partners of a tenant.

-- kind says what value is: text, bytes, or a sealed password. about is the content type of bytes, and
-- the user of a password.
CREATE TABLE partner_parameters (
    kind TEXT NOT NULL,
    pid TEXT NOT NULL,
    id TEXT NOT NULL,
    about TEXT NOT NULL,
    value BLOB NOT NULL,
    created_by TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    modified_by TEXT NOT NULL,
    modified_at INTEGER NOT NULL,
    CONSTRAINT partner_parameters_kind_pid_id PRIMARY KEY (kind, pid, id)
) STRICT;
CREATE INDEX partner_parameters_by_partner ON partner_parameters (pid);

-- Other names of partners, as agencies give them. A partner has one name in each scheme.
CREATE TABLE partner_names (
    agency TEXT NOT NULL,
    scheme TEXT NOT NULL,
    id TEXT NOT NULL,
    pid TEXT NOT NULL,
    created_by TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    modified_by TEXT NOT NULL,
    modified_at INTEGER NOT NULL,
    CONSTRAINT partner_names_agency_scheme_id PRIMARY KEY (agency, scheme, id)
) STRICT;
CREATE UNIQUE INDEX partner_names_agency_scheme_pid ON partner_names (agency, scheme, pid);
CREATE INDEX partner_names_by_partner ON partner_names (pid);

-- Who may send in the name of a partner.
CREATE TABLE partner_users (
    name TEXT NOT NULL,
    pid TEXT NOT NULL,
    created_by TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    modified_by TEXT NOT NULL,
    modified_at INTEGER NOT NULL,
    CONSTRAINT partner_users_name PRIMARY KEY (name)
) STRICT;
CREATE INDEX partner_users_by_partner ON partner_users (pid);
