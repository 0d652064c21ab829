//! Where hosts really are, when that is not what their names say.

use std::collections::BTreeMap;

use http::{HeaderMap, HeaderValue, header};
use url::Url;

/// The configured places of hosts.
#[derive(Debug, Default)]
pub(super) struct Hosts(pub(super) BTreeMap<String, String>);

impl Hosts {
    /// Where `host` is: its entry with the port, else its entry without, else itself.
    pub(super) fn find<'a>(&'a self, host: &'a str, port: u16) -> (&'a str, u16) {
        let host_only = host.to_ascii_lowercase();
        let with_port = format!("{host_only}:{port}");
        match self.0.get(&with_port).or_else(|| self.0.get(&host_only)) {
            Some(place) => split(place, port),
            None => (host, port),
        }
    }

    /// Sends a URL to the real port of its host. The name stays in the URL, where TLS reads it, and
    /// `Host` keeps saying what the flow says.
    pub(super) fn place(&self, url: &mut Url, headers: &mut HeaderMap) {
        let (Some(host), Some(port)) = (url.host_str(), url.port_or_known_default()) else {
            return;
        };
        let (_, real) = self.find(host, port);
        let named = HeaderValue::try_from(
            url.port()
                .map_or(host.to_owned(), |port| format!("{host}:{port}")),
        );
        if let (true, Ok(named)) = (real != port, named)
            && url.set_port(Some(real)).is_ok()
        {
            headers.insert(header::HOST, named);
        }
    }
}

/// `host:port`, or a host alone with `port`.
fn split(place: &str, port: u16) -> (&str, u16) {
    match place.rsplit_once(':') {
        Some((host, digits)) => digits.parse().map_or((place, port), |port| (host, port)),
        None => (place, port),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hosts() -> Hosts {
        let pairs = [
            ("virtual", "real"),
            ("virtual:8000", "real:44300"),
            ("mail.example.com", "127.0.0.1:2525"),
            ("six", "[::1]:7"),
        ];
        Hosts(pairs.map(|(a, b)| (a.to_owned(), b.to_owned())).into())
    }

    #[test]
    fn the_entry_with_the_port_wins() {
        let hosts = hosts();
        assert_eq!(hosts.find("virtual", 8000), ("real", 44300));
        assert_eq!(hosts.find("Virtual", 80), ("real", 80));
        assert_eq!(hosts.find("mail.example.com", 587), ("127.0.0.1", 2525));
        assert_eq!(hosts.find("six", 1), ("[::1]", 7));
        assert_eq!(hosts.find("other", 1), ("other", 1));
    }

    #[test]
    fn a_url_keeps_its_name_and_gets_the_real_port() {
        let placed = |text: &str| {
            let (mut url, mut headers) = (Url::parse(text).unwrap(), HeaderMap::new());
            hosts().place(&mut url, &mut headers);
            let host = headers
                .get("host")
                .map(|host| host.to_str().unwrap().to_owned());
            (url.to_string(), host)
        };
        let moved = (
            "http://virtual:44300/a".to_owned(),
            Some("virtual:8000".to_owned()),
        );
        assert_eq!(placed("http://virtual:8000/a"), moved);
        assert_eq!(
            placed("http://virtual/a"),
            ("http://virtual/a".to_owned(), None)
        );
        let plain = (
            "http://mail.example.com:2525/".to_owned(),
            Some("mail.example.com".to_owned()),
        );
        assert_eq!(placed("http://mail.example.com/"), plain);
    }
}
