//! Why a request to a flow was refused: what the operator may read and the caller is not told.
//!
//! Callers get a status and a correlation id. The gateway records the [`Reason`] under that id, and
//! `lockgate why <id>` shows its explanation and advice.

use crate::client::{AuthFailure, CertificateFailure};

/// Declares [`Reason`]: one row per reason with its code, its explanation and what to do about it.
macro_rules! reasons {
    ($($(#[$doc:meta])* $name:ident = $code:literal, $explanation:literal, $advice:literal;)+) => {
        /// Why a request was refused.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum Reason {
            $($(#[$doc])* $name,)+
        }

        impl Reason {
            /// Every reason, in the order in which the gateway can find them.
            pub const ALL: &'static [Self] = &[$(Self::$name),+];

            /// The stable name kept in the store and shown to operators.
            #[must_use]
            pub const fn code(self) -> &'static str {
                match self { $(Self::$name => $code,)+ }
            }

            /// What happened, in a sentence.
            #[must_use]
            pub const fn explanation(self) -> &'static str {
                match self { $(Self::$name => $explanation,)+ }
            }

            /// What to do next, in a sentence.
            #[must_use]
            pub const fn advice(self) -> &'static str {
                match self { $(Self::$name => $advice,)+ }
            }
        }
    };
}

reasons! {
    // The server.
    /// The server has not loaded its state yet.
    NotReady = "not-ready",
        "The server had not loaded its clients, keys and flows yet, so it let nobody in.",
        "Wait until the readiness check answers 200; if it does not, read the server's log.";
    /// The server could not ask the database for changes for too long.
    Stale = "stale",
        "The server could not ask its database whether rights were withdrawn, for more than five minutes, so it let nobody in.",
        "Look at the connection to the database; calls are admitted again as soon as it answers.";
    /// Too many exchanges run at the same time.
    Overloaded = "overloaded",
        "As many exchanges were running as the server allows at the same time.",
        "Let the sender repeat the call after the Retry-After time, or add a server.";
    /// The message log cannot take another record.
    LogFull = "message-log-full",
        "The message log had no room for another record, and a message is never run unrecorded.",
        "Look at the database: records wait because they cannot be written.";

    // The request's form.
    /// The request target is longer than the limit.
    TargetTooLong = "target-too-long",
        "The request target is longer than 8 KiB.",
        "Let the sender carry data in the body instead of the URL.";
    /// The target is not a path with an optional query.
    TargetForm = "target-form",
        "The request target is not a path: it is in absolute, authority or asterisk form.",
        "Let the sender, or the proxy in between, request the path only.";
    /// `Host` is missing, repeated or malformed.
    HostInvalid = "host-invalid",
        "The Host header is missing, appears twice or is malformed.",
        "Let the sender, or the proxy in between, send exactly one Host header.";
    /// A header that decides about access appears more than once.
    DuplicateHeader = "duplicate-header",
        "A header that decides about access, such as Authorization, appears more than once.",
        "Let the sender send it once; look for a proxy that adds its own.";
    /// `Connection` names a header that decides about access.
    ConnectionHeader = "connection-header",
        "The Connection header asks to drop a header that decides about access.",
        "Let the sender remove that name from its Connection header.";
    /// A proxy forwarded a client certificate that cannot be read.
    ForwardedCertificate = "forwarded-certificate",
        "The proxy's header with the client certificate has no certificate, several, or one that cannot be read; a name or a hash alone proves nothing.",
        "Let the proxy send the certificate itself, as PEM or Base64, and remove the header that came with the request.";
    /// The body is framed in a way that other readers could understand differently.
    TransferCoding = "transfer-coding",
        "Transfer-Encoding appears more than once or is not exactly 'chunked'.",
        "Let the sender use chunked alone, or a Content-Length; look for a proxy that adds its own.";
    /// The path has an incomplete or non-hexadecimal percent escape.
    PathEscape = "path-escape",
        "The path contains a percent sign that does not begin a valid escape.",
        "Let the sender escape a literal percent sign as %25, and use other characters where it can.";
    /// The path is still escaped after decoding once.
    PathDoubleEscape = "path-double-escape",
        "The path is escaped twice: after decoding it once, escapes of '/', '\\', '.' or '%' are left.",
        "Let the sender escape the path once.";
    /// The path contains an escaped slash.
    PathSeparator = "path-separator",
        "The path contains an escaped slash or a backslash.",
        "Let the sender write '/' only, and only between segments.";
    /// The path contains a control character.
    PathControl = "path-control",
        "The path contains a control character.",
        "Let the sender remove it; look for a line break at the end of a configured URL.";
    /// The path contains a semicolon parameter.
    PathParameter = "path-parameter",
        "The path contains a ';', which starts a path parameter.",
        "Let the sender carry such values in the query.";
    /// The path contains `.` or `..`.
    PathDotSegment = "path-dot-segment",
        "The path contains a '.' or '..' segment.",
        "Let the sender resolve the path before it calls.";
    /// The path contains an empty segment.
    PathEmptySegment = "path-empty-segment",
        "The path contains an empty segment ('//').",
        "Let the sender remove the extra slash; look where a base URL and an address are joined.";
    /// The path is not UTF-8.
    PathEncoding = "path-encoding",
        "The path is not valid UTF-8 after decoding.",
        "Let the sender encode the path as UTF-8 before it escapes it.";
    /// `TRACE`, `CONNECT` or an upgrade.
    MethodRefused = "method-refused",
        "TRACE, CONNECT and protocol upgrades are never accepted.",
        "Let the sender use the method that the flow expects.";

    // Who is calling.
    /// No `Authorization` header.
    NoCredential = "no-credential",
        "The call carried no credentials.",
        "Let the sender send the client id and secret of a service key as Basic, or a Bearer token, or present its certificate.";
    /// An `Authorization` scheme other than Basic and Bearer.
    UnknownScheme = "unknown-scheme",
        "The Authorization header uses a scheme other than Basic and Bearer.",
        "Let the sender use Basic with client id and secret, or Bearer with a token.";
    /// Several schemes joined in one `Authorization` header.
    SeveralCredentials = "several-credentials",
        "The Authorization header carries more than one credential.",
        "Let the sender send one; look for a proxy that appends its own.";
    /// A Basic credential that cannot be decoded.
    BasicMalformed = "basic-malformed",
        "The Basic credential is not the Base64 of 'clientid:clientsecret' in UTF-8.",
        "Let the sender encode it in one line with standard Base64 and padding; GNU base64 needs -w0.";
    /// A Basic credential whose id is percent-encoded.
    BasicPercentEncoded = "basic-percent-encoded",
        "The client id in the Basic credential is percent-encoded ('%21', '%7C').",
        "Let the sender use id and secret exactly as in the service key; encoding is for the token endpoint.";
    /// No client has this id.
    UnknownClient = "unknown-client",
        "No service instance has this client id.",
        "Compare it with the clientid of the service key; an instance that was deleted needs a new one.";
    /// The client has no secret.
    NoSecret = "no-secret",
        "The service instance has no key with a secret: its keys were deleted, or all are certificates.",
        "Create a key with `lockgate key create` and give it to the sender, or let it present its certificate.";
    /// No key of the client has this secret.
    WrongSecret = "wrong-secret",
        "The secret belongs to no key of this service instance.",
        "Compare it with the clientsecret of the service key; the key may have been deleted.";
    /// The secret has expired.
    ExpiredSecret = "expired-secret",
        "The secret is right, but its key has expired.",
        "Create a new key with `lockgate key create` and give it to the sender.";
    /// The client is of a plan that does not call flows.
    WrongPlan = "wrong-plan",
        "The client belongs to the plan api, which does not call integration flows.",
        "Create an instance of the plan integration-flow for this sender.";
    /// The instance may not use client credentials.
    GrantMissing = "grant-missing",
        "The service instance does not have the grant client_credentials.",
        "Add client_credentials to the parameter grant-types of the instance.";

    // Client certificates.
    /// The certificate counts as absent, and nothing else was presented.
    CertificateUntrusted = "certificate-untrusted",
        "The call carried nothing but a client certificate that counts as none: no trusted authority leads to it, or it is not for clients; the detail says why.",
        "Trust its authority with `lockgate authority add`, let the sender send the whole chain, or give it a certificate for client authentication.";
    /// No key has the certificate.
    CertificateUnknown = "certificate-unknown",
        "The certificate leads to a trusted authority, but no service key has it: none was made, or it was deleted.",
        "Compare the certificate in the detail with the keys; a renewed certificate of a pinned key needs a new key.";
    /// The certificate is outside its validity, or its key is.
    CertificateExpired = "certificate-expired",
        "The certificate, or the service key it belongs to, has expired or is not valid yet.",
        "Create a key with a new certificate and give it to the sender; if it is new, compare the clocks.";
    /// A newer certificate of the same names was accepted before.
    CertificateSuperseded = "certificate-superseded",
        "A newer certificate of the same subject and issuer was accepted before, so this one is not any more.",
        "Let the sender use its newest certificate everywhere; if it does, treat this as an attack.";
    /// Several keys have a certificate of these names, and one of them is not pinned.
    CertificateConflict = "certificate-conflict",
        "Several service keys have a certificate of this subject and issuer, and one of them is not pinned, so nobody can say who calls.",
        "Delete the key that does not belong there, or replace the one that is not pinned by a pinned one.";
    /// The certificate belongs to another client than the other credential.
    CredentialMismatch = "credential-mismatch",
        "The certificate belongs to one service instance and the Authorization header to another.",
        "Let the sender use keys of one instance; where a proxy always presents its own certificate, set `gateway.certificate_is_transport_only`.";
    /// That a renewed certificate was accepted could not be noted.
    CertificateNotNoted = "certificate-not-noted",
        "The sender renewed its certificate, and the server could not note that in its database, so it let nobody in.",
        "Look at the connection to the database; the sender may repeat the call.";

    // Bearer tokens.
    /// `Bearer` without a token, or with more than one.
    BearerMalformed = "bearer-malformed",
        "The Authorization header says Bearer but does not carry exactly one token.",
        "Let the sender put the access_token of the token response behind 'Bearer '.";
    /// The token is longer than the limit.
    TokenTooLong = "token-too-long",
        "The token is longer than 16 KiB.",
        "Let the sender request a token here; no token of this server is as long.";
    /// The text is not a signed token of the expected form.
    TokenMalformed = "token-malformed",
        "The token is not a signed JSON web token of the form that this server issues.",
        "Let the sender request a token at this server's token endpoint and send it unchanged.";
    /// The header names an algorithm that the key does not have.
    TokenAlgorithm = "token-algorithm",
        "The token names a signature algorithm that is not accepted for its key.",
        "Let the sender request a token here; this one was made by somebody else.";
    /// No key has the token's `kid`.
    TokenUnknownKey = "token-unknown-key",
        "The token was signed with a key that this server does not have, or no longer has.",
        "Let the sender request a new token here; check that it does not use another tenant's token URL.";
    /// The signature does not match.
    TokenBadSignature = "token-bad-signature",
        "The token's signature is wrong: it was altered or forged.",
        "Let the sender send the token unchanged; if it did, treat this as an attack.";
    /// Another issuer.
    TokenWrongIssuer = "token-wrong-issuer",
        "The token was issued by another token server.",
        "Let the sender use the tokenurl of its service key.";
    /// Meant for another application.
    TokenWrongAudience = "token-wrong-audience",
        "The token is not meant for the integration flow runtime.",
        "Let the sender use a key of an instance of the plan integration-flow.";
    /// Another tenant.
    TokenWrongZone = "token-wrong-zone",
        "The token belongs to another tenant.",
        "Let the sender use the tokenurl of its service key.";
    /// Not an access token.
    TokenWrongKind = "token-wrong-kind",
        "The token is a refresh token, an ID token or a client assertion, not an access token.",
        "Let the sender send the access_token of the token response.";
    /// `exp` has passed.
    TokenExpired = "token-expired",
        "The token has expired.",
        "Let the sender request a new token before the old one's expires_in is over.";
    /// `nbf` or `iat` lie in the future.
    TokenNotYetValid = "token-not-yet-valid",
        "The token is not valid yet: it was issued in the future.",
        "Compare the clocks of the servers.";
    /// Bound to a certificate that the call does not carry.
    TokenBound = "token-bound",
        "The token is bound to a client certificate that the call did not present.",
        "Let the sender call with the certificate with which it requested the token.";
    /// Revoked by its id.
    TokenRevoked = "token-revoked",
        "The token was revoked.",
        "Let the sender request a new token.";
    /// The client behind the token no longer exists.
    TokenClientGone = "token-client-gone",
        "The service instance for which the token was issued no longer exists.",
        "Create an instance and a key for this sender, and let it request a new token.";
    /// Issued before the client's tokens were withdrawn.
    TokenWithdrawn = "token-withdrawn",
        "The token was issued before the tokens of its service instance were withdrawn.",
        "Let the sender request a new token.";
    /// The key that the token was got with is gone.
    TokenKeyGone = "token-key-gone",
        "The service key that the token was requested with was deleted.",
        "Let the sender request a new token with a key that exists.";
    /// The session of the person behind the token has ended.
    TokenSessionEnded = "token-session-ended",
        "The person that the token speaks for has logged out, or the session was ended.",
        "Let the person log in again.";
    /// The person behind the token no longer exists.
    TokenAccountGone = "token-account-gone",
        "The account of the person that the token speaks for no longer exists.",
        "Let somebody with an account log in.";
    /// Too many failed attempts.
    Throttled = "throttled",
        "Too many attempts with wrong credentials came from this source; correct ones still work.",
        "Correct the sender's credentials; if the sender is unknown, treat this as an attack.";

    // What they may do.
    /// No flow answers at this address.
    UnknownAddress = "unknown-address",
        "No running flow answers at this address.",
        "Compare it with the endpoints that `lockgate flows` lists; the flow may not be deployed.";
    /// The flow is deployed but does not run.
    FlowNotRunning = "flow-not-running",
        "The flow at this address is deployed but did not start.",
        "Look at its status with `lockgate flows`; the detail says what failed.";
    /// The client lacks the role that the flow asks for.
    RoleMissing = "role-missing",
        "The client is known, but does not have the role that the flow asks for.",
        "Add the role to the parameter roles of the service instance, or use a key of another instance.";
    /// The token was issued without the role that the client has.
    ScopeMissing = "scope-missing",
        "The client has the role that the flow asks for, but the token was issued without it.",
        "Let the sender request a new token, without a scope parameter or with this scope in it.";
    /// The client has the role, but the person that its token speaks for does not.
    PersonRoleMissing = "person-role-missing",
        "The client has the role that the flow asks for, but the person that its token speaks for does not.",
        "Give the role to the account of the person, and let the sender request a new token.";
    /// The channel accepts client certificates only.
    CertificateRequired = "certificate-required",
        "The flow's channel accepts only the client certificates that it lists, and the call came with none.",
        "Let the sender present such a certificate, or set the channel's authorization to User Role.";
    /// The channel does not list the certificate.
    CertificateNotListed = "certificate-not-listed",
        "The flow's channel does not list the subject and issuer of the certificate.",
        "Compare the names in the detail with the channel, or set the channel's authorization to User Role.";
    /// The flow does not accept the method.
    MethodNotAllowed = "method-not-allowed",
        "The flow's endpoint does not accept this method.",
        "Let the sender use one of the methods in the answer's Allow header.";
    /// The body is larger than the channel allows.
    BodyTooLarge = "body-too-large",
        "The body is larger than the flow's channel allows.",
        "Raise the maximum body size in the channel and deploy again, or let the sender send less.";
    /// The body came too slowly.
    BodyIncomplete = "body-incomplete",
        "The body did not arrive in time.",
        "Look at the connection of the sender; after 15 seconds a body has to come with 8 KiB a second.";
    /// The body is not framed as announced.
    BodyMalformed = "body-malformed",
        "The chunks of the body are malformed, or the connection ended before the body did.",
        "Look for a sender or proxy that broke the connection, or that joins chunks in its own way.";
    /// A modifying call without a CSRF token.
    CsrfMissing = "csrf-missing",
        "The channel is protected against cross-site request forgery, and the call carried no token.",
        "Let the sender GET the address with 'X-CSRF-Token: fetch' first and send token and cookie back.";
    /// A CSRF token that does not belong to this caller and session.
    CsrfInvalid = "csrf-invalid",
        "The X-CSRF-Token is wrong, has expired, or belongs to another client or session.",
        "Let the sender fetch a new token with its own credentials and repeat the call once.";
    /// A CSRF token without the cookie it belongs to.
    CsrfCookie = "csrf-cookie",
        "The call carried an X-CSRF-Token but not the session cookie that came with it.",
        "Let the sender return the cookies it received with the token.";
}

impl Reason {
    /// The reason with this code.
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL
            .iter()
            .copied()
            .find(|reason| reason.code() == code)
    }
}

impl From<AuthFailure> for Reason {
    fn from(failure: AuthFailure) -> Self {
        match failure {
            AuthFailure::UnknownClient => Self::UnknownClient,
            AuthFailure::NoSecret => Self::NoSecret,
            AuthFailure::WrongSecret => Self::WrongSecret,
            AuthFailure::ExpiredSecret => Self::ExpiredSecret,
        }
    }
}

impl From<CertificateFailure> for Reason {
    fn from(failure: CertificateFailure) -> Self {
        match failure {
            CertificateFailure::Unknown => Self::CertificateUnknown,
            CertificateFailure::Expired => Self::CertificateExpired,
            CertificateFailure::Superseded => Self::CertificateSuperseded,
            CertificateFailure::Conflict => Self::CertificateConflict,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn codes_are_unique_and_lead_back_to_their_reason() {
        let codes: HashSet<_> = Reason::ALL.iter().map(|reason| reason.code()).collect();
        assert_eq!(codes.len(), Reason::ALL.len());
        for reason in Reason::ALL {
            assert_eq!(Reason::from_code(reason.code()), Some(*reason));
            let legal = |c: char| c.is_ascii_lowercase() || c == '-';
            assert!(reason.code().chars().all(legal), "{}", reason.code());
        }
        assert_eq!(Reason::from_code("nonsense"), None);
    }

    #[test]
    fn texts_are_sentences() {
        for reason in Reason::ALL {
            for text in [reason.explanation(), reason.advice()] {
                assert!(text.ends_with('.') && text.len() > 20, "{}", reason.code());
                assert!(text.starts_with(char::is_uppercase), "{}", reason.code());
            }
        }
    }
}
