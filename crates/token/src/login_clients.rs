//! The clients that people log in with: programs that come with the server, and service instances.

use std::sync::Arc;
use std::time::Duration;

use lockgate_core::account::Account;
use lockgate_core::client::Client;
use lockgate_core::clock::Timestamp;
use lockgate_core::tenant::Tenant;
use lockgate_web::identity::Identities;
use lockgate_web::surface::{ADMIN_SCOPE, READ_SCOPE, WRITE_SCOPE};

/// The grant by which the command line passes on a password.
pub(crate) const PASSWORD: &str = "password";
/// The grant by which a login goes on.
pub(crate) const REFRESH_TOKEN: &str = "refresh_token";
/// The grant by which a browser brings a login.
pub(crate) const AUTHORIZATION_CODE: &str = "authorization_code";

/// The scope that opens `/userinfo`.
pub(crate) const OPENID: &str = "openid";
/// The scope that says that a token speaks for a person.
pub(crate) const UAA_USER: &str = "uaa.user";

/// How long an access token of a person lasts. Programs renew it when less than a minute is left.
const PERSON_TOKEN: Duration = Duration::from_secs(20 * 60);
/// How long an access token of a tool lasts. Tools cannot renew it without their secret.
pub(crate) const TOOL_TOKEN: Duration = Duration::from_secs(12 * 3600);

/// A public client that comes with the server.
#[derive(Debug)]
pub(crate) struct Application {
    /// Its client id.
    pub(crate) id: &'static str,
    /// The grants it may use.
    pub(crate) grants: &'static [&'static str],
    terms: Terms,
}

/// Every public client.
pub(crate) const APPLICATIONS: [&Application; 2] = [&CF, &LOCKGATE];

/// The `cf` command line. Its commands run in parallel on one stored refresh token, so that is not
/// replaced when used.
const CF: Application = Application {
    id: "cf",
    grants: &[PASSWORD, REFRESH_TOKEN],
    terms: Terms {
        rotates: false,
        life: Life::Idle(Duration::from_secs(30 * 24 * 3600)),
    },
};

/// The cockpit and the command line of this server.
const LOCKGATE: Application = Application {
    id: "lockgate",
    grants: &[AUTHORIZATION_CODE, REFRESH_TOKEN],
    terms: BROWSER,
};

/// What holds for logins that a browser brought.
const BROWSER: Terms = Terms {
    rotates: true,
    life: Life::Total(Duration::from_secs(12 * 3600)),
};

/// What holds for a login.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Terms {
    /// Whether a refresh token is good for one use and then replaced.
    pub(crate) rotates: bool,
    life: Life,
}

/// When a login ends by itself.
#[derive(Clone, Copy, Debug)]
enum Life {
    /// When it was not used for this long.
    Idle(Duration),
    /// This long after it began.
    Total(Duration),
}

impl Terms {
    /// When a login that began at `start` and is used `now` ends by itself.
    pub(crate) fn end(self, start: Timestamp, now: Timestamp) -> Timestamp {
        match self.life {
            Life::Idle(life) => now.plus(life),
            Life::Total(life) => start.plus(life),
        }
    }
}

impl Application {
    /// The public client called `id`.
    pub(crate) fn named(id: &str) -> Option<&'static Self> {
        APPLICATIONS.into_iter().find(|known| known.id == id)
    }
}

/// A client that people log in with.
#[derive(Clone, Debug)]
pub(crate) enum LoginClient {
    /// It comes with the server; its tokens are for the platform.
    Application(&'static Application),
    /// A service instance; its tokens are for flows.
    Instance(Arc<Client>),
}

impl LoginClient {
    /// The client called `id`.
    pub(crate) fn find(id: &str, identities: &Identities) -> Option<Self> {
        let application = Application::named(id).map(Self::Application);
        application.or_else(|| identities.clients.get(id).cloned().map(Self::Instance))
    }

    /// Its client id.
    pub(crate) fn id(&self) -> &str {
        match self {
            Self::Application(application) => application.id,
            Self::Instance(client) => &client.id,
        }
    }

    /// Whether it may use this grant.
    pub(crate) fn may(&self, grant: &str) -> bool {
        match self {
            Self::Application(application) => application.grants.contains(&grant),
            Self::Instance(client) => client.grant_types.iter().any(|known| known == grant),
        }
    }

    /// Whether an authorization code may be sent to `uri`. Registered texts are compared as they
    /// are; the command line of this server may listen on any port of a loopback address.
    pub(crate) fn redirects_to(&self, uri: &str, tenant: &Tenant) -> bool {
        match self {
            Self::Application(application) if application.id == LOCKGATE.id => {
                uri == format!("{}/cockpit/callback", tenant.token_base) || is_loopback(uri)
            }
            Self::Application(_) => false,
            Self::Instance(client) => client.redirect_uris.iter().any(|known| known == uri),
        }
    }

    /// Whether a browser may be sent to `uri` after it logged out.
    pub(crate) fn returns_to(&self, uri: &str, tenant: &Tenant) -> bool {
        let cockpit = || uri == format!("{}/cockpit/", tenant.token_base);
        match self {
            Self::Application(application) if application.id == LOCKGATE.id => cockpit(),
            _ => self.redirects_to(uri, tenant),
        }
    }

    /// Everything that `account` may have in a token of this client.
    pub(crate) fn scopes(&self, account: &Account, tenant: &Tenant) -> Vec<String> {
        match self {
            Self::Application(_) => {
                let mut scopes = vec![OPENID, UAA_USER, READ_SCOPE, WRITE_SCOPE];
                scopes.extend(account.admin.then_some(ADMIN_SCOPE));
                scopes.into_iter().map(str::to_owned).collect()
            }
            Self::Instance(client) => {
                let held = client.roles.iter();
                let shared = held.filter(|role| account.roles.contains(role));
                let scopes = shared.map(|role| tenant.scope(client.plan, role));
                [OPENID.to_owned()].into_iter().chain(scopes).collect()
            }
        }
    }

    /// What holds for its logins.
    pub(crate) fn terms(&self) -> Terms {
        match self {
            Self::Application(application) => application.terms,
            Self::Instance(_) => BROWSER,
        }
    }

    /// How long its access tokens last.
    pub(crate) fn token_life(&self) -> Duration {
        match self {
            Self::Application(_) => PERSON_TOKEN,
            Self::Instance(client) => Duration::from_secs(client.token_validity.into()),
        }
    }
}

/// What `tool` may have in a token.
pub(crate) fn tool_scopes(tool: &Account) -> Vec<String> {
    let mut scopes = vec![READ_SCOPE, WRITE_SCOPE];
    scopes.extend(tool.admin.then_some(ADMIN_SCOPE));
    scopes.into_iter().map(str::to_owned).collect()
}

/// Whether `uri` is the callback of a program on the browser's own machine (RFC 8252): a literal
/// loopback address, since names may lead elsewhere, with any port.
fn is_loopback(uri: &str) -> bool {
    let hosts = ["http://127.0.0.1:", "http://[::1]:"];
    let rest = hosts.iter().find_map(|host| uri.strip_prefix(host));
    let port = rest.and_then(|rest| rest.strip_suffix("/callback"));
    port.is_some_and(|port| {
        port.bytes().all(|b| b.is_ascii_digit())
            && !port.starts_with('0')
            && port.parse::<u16>().is_ok()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOUR: Duration = Duration::from_secs(3600);

    /// T49
    #[test]
    fn only_literal_loopback_addresses_take_any_port() {
        for good in [
            "http://127.0.0.1:1/callback",
            "http://127.0.0.1:65535/callback",
            "http://[::1]:8080/callback",
        ] {
            assert!(is_loopback(good), "{good}");
        }
        for bad in [
            "http://127.0.0.1/callback",
            "http://127.0.0.1:/callback",
            "http://127.0.0.1:0/callback",
            "http://127.0.0.1:080/callback",
            "http://127.0.0.1:+80/callback",
            "http://127.0.0.1:65536/callback",
            "http://127.0.0.1:80/callback/",
            "http://127.0.0.1:80/callback?x",
            "http://127.0.0.1:80/callback#x",
            "http://127.0.0.1:80/x/callback",
            "http://127.0.0.1:80@evil.example/callback",
            "http://127.0.0.1:80\\@evil.example/callback",
            "http://127.0.0.1.evil.example:80/callback",
            "http://127.0.0.2:80/callback",
            "http://localhost:80/callback",
            "https://127.0.0.1:80/callback",
            "HTTP://127.0.0.1:80/callback",
            " http://127.0.0.1:80/callback",
        ] {
            assert!(!is_loopback(bad), "{bad}");
        }
    }

    #[test]
    fn a_login_ends_when_its_client_says() {
        let start = Timestamp::from_secs(1_790_000_000);
        let now = start.plus(HOUR);
        assert_eq!(CF.terms.end(start, now), now.plus(HOUR * 24 * 30));
        assert_eq!(LOCKGATE.terms.end(start, now), start.plus(HOUR * 12));
    }
}
