//! Pages for people: plain HTML, no script, nothing loaded.

use std::fmt::Write as _;

use axum::response::{IntoResponse as _, Response};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::header::{CONTENT_SECURITY_POLICY, CONTENT_TYPE, LOCATION, REFERRER_POLICY};
use http::{HeaderValue, StatusCode};
use lockgate_core::crypto::sha256;

const STYLE: &str = "body{font:1rem/1.5 system-ui,sans-serif;max-width:24rem;margin:10vh auto;\
    padding:0 1rem;color:#1a1a1a;background:#fff}label{display:block;margin:1rem 0 .25rem}\
    input{font:inherit;width:100%;box-sizing:border-box;padding:.5rem;border:1px solid #595959;\
    border-radius:.25rem}button{font:inherit;margin-top:1.5rem;padding:.5rem 1.5rem;border:0;\
    border-radius:.25rem;color:#fff;background:#0a4d8c}:focus-visible{outline:3px solid #0a4d8c;\
    outline-offset:2px}[role=alert]{border-left:.25rem solid #a4000f;padding-left:.75rem}\
    code{overflow-wrap:anywhere}";

/// A page under construction.
pub(super) struct Page {
    title: &'static str,
    body: String,
    /// Where its form may lead the browser, beyond this server.
    form_target: Option<String>,
}

impl Page {
    /// A page that says `text`.
    pub(super) fn saying(title: &'static str, text: &str) -> Self {
        let mut page = Self {
            title,
            body: String::new(),
            form_target: None,
        };
        page.push("<p>").text(text).push("</p>");
        page
    }

    /// The page that asks for user name and password, and sends along the `hidden` values.
    pub(super) fn login<'v>(
        client: &str,
        target: &str,
        name: &str,
        failure: Option<&str>,
        hidden: impl IntoIterator<Item = (&'v str, &'v str)>,
    ) -> Self {
        let mut page = Self {
            title: "Log in",
            body: String::new(),
            form_target: Some(origin(target)),
        };
        page.push("<p>For <code>")
            .text(client)
            .push("</code>, at <code>");
        page.text(&origin(target)).push("</code>.</p>");
        if let Some(failure) = failure {
            page.push(r#"<p role="alert">"#).text(failure).push("</p>");
        }
        page.push(r#"<form method="post" action="/oauth/authorize">"#);
        for (name, value) in hidden {
            page.push(r#"<input type="hidden" name=""#).text(name);
            page.push(r#"" value=""#).text(value).push(r#"">"#);
        }
        page.push(r#"<label for="username">User name</label>"#)
            .push(r#"<input id="username" name="username" autocomplete="username" "#)
            .push(r#"autocapitalize="none" spellcheck="false" required autofocus value=""#)
            .text(name)
            .push(r#""><label for="password">Password</label>"#)
            .push(r#"<input id="password" name="password" type="password" "#)
            .push(r#"autocomplete="current-password" required>"#)
            .push(r#"<button type="submit">Log in</button></form>"#);
        page
    }

    fn push(&mut self, html: &str) -> &mut Self {
        self.body.push_str(html);
        self
    }

    /// Adds text that means nothing in HTML.
    fn text(&mut self, text: &str) -> &mut Self {
        for c in text.chars() {
            match c {
                '&' => self.body.push_str("&amp;"),
                '<' => self.body.push_str("&lt;"),
                '>' => self.body.push_str("&gt;"),
                '"' => self.body.push_str("&quot;"),
                '\'' => self.body.push_str("&#39;"),
                c => self.body.push(c),
            }
        }
        self
    }

    /// The answer that shows the page.
    pub(super) fn respond(&self, status: StatusCode) -> Response {
        let Self { title, body, .. } = self;
        let mut html = String::new();
        let written = write!(
            html,
            "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\">\
             <meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">\
             <title>{title} – Lockgate</title><style>{STYLE}</style></head>\
             <body><main><h1>{title}</h1>{body}</main></body></html>"
        );
        written.expect("invariant: text can be written to a String");
        let mut response = (status, html).into_response();
        let style = STANDARD.encode(sha256(STYLE.as_bytes()));
        let form = match &self.form_target {
            Some(target) => format!("'self' {target}"),
            None => "'none'".to_owned(),
        };
        let policy = format!(
            "default-src 'none'; style-src 'sha256-{style}'; form-action {form}; \
             base-uri 'none'; frame-ancestors 'none'"
        );
        let policy = HeaderValue::try_from(policy);
        let html = HeaderValue::from_static("text/html;charset=UTF-8");
        let headers = response.headers_mut();
        headers.insert(
            CONTENT_SECURITY_POLICY,
            policy.expect("invariant: an origin is ASCII"),
        );
        headers.insert(CONTENT_TYPE, html);
        // Without it, browsers would not say where the form is sent from.
        headers.insert(REFERRER_POLICY, HeaderValue::from_static("same-origin"));
        response
    }
}

/// Sends the browser to `location`, by GET.
pub(super) fn redirect(location: &str) -> Response {
    match HeaderValue::try_from(location) {
        Ok(location) => (StatusCode::SEE_OTHER, [(LOCATION, location)]).into_response(),
        Err(_) => Page::saying(
            "This does not work",
            "The address to return to is not legal.",
        )
        .respond(StatusCode::BAD_REQUEST),
    }
}

/// The origin of an absolute URI, as a content security policy names it; only the scheme where a
/// policy cannot name the host.
fn origin(uri: &str) -> String {
    let (scheme, rest) = uri.split_once(':').unwrap_or((uri, ""));
    let legal = |b: u8| b.is_ascii_alphanumeric() || b"+-.".contains(&b);
    let scheme = if scheme.bytes().all(legal) {
        scheme
    } else {
        "https"
    };
    let host = rest.strip_prefix("//").unwrap_or_default();
    let host = host.split(['/', '?', '#', '\\']).next().unwrap_or_default();
    let nameable = |b: u8| b.is_ascii_alphanumeric() || b"-.:".contains(&b);
    match !host.is_empty() && host.bytes().all(nameable) {
        true => format!("{scheme}://{host}"),
        false => format!("{scheme}:"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn origins_are_what_a_policy_can_name() {
        for (uri, expected) in [
            ("https://app.example.org/cb?x=1", "https://app.example.org"),
            ("http://127.0.0.1:8080/callback", "http://127.0.0.1:8080"),
            ("http://[::1]:8080/callback", "http:"),
            ("https://a;b/", "https:"),
            ("https://user@host/", "https:"),
            ("my.app:/callback", "my.app:"),
            ("x y://host/", "https://host"),
            ("https://host\\@evil/", "https://host"),
        ] {
            assert_eq!(origin(uri), expected, "{uri}");
        }
    }

    #[test]
    fn text_means_nothing_in_html() {
        let evil = "<script>alert(1)</script>\"'&";
        let mut page = Page::saying("x", evil);
        assert_eq!(
            page.body,
            "<p>&lt;script&gt;alert(1)&lt;/script&gt;&quot;&#39;&amp;</p>"
        );
        page = Page::login(evil, "https://a/", evil, Some(evil), [(evil, evil)]);
        assert!(!page.body.contains("<script") && !page.body.contains("\"'"));
    }
}
