//! The header in which a proxy hands on a client certificate.
//!
//! Two forms are understood. Envoy and its relatives write elements such as
//! `Hash=…;Cert="<escaped PEM>";Subject="…"`, one for each hop; routers of platforms write the Base64
//! of the certificate, or its PEM in one line. Only the last element counts: it is the one that the
//! proxy in front of this server added.

use lockgate_core::certificate::Thumbprint;
use lockgate_core::limits;
use lockgate_pki::pem;
use percent_encoding::percent_decode_str;

/// A certificate and what leads from it to an authority.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Forwarded {
    pub(super) leaf: Vec<u8>,
    pub(super) chain: Vec<Vec<u8>>,
}

/// The header has no certificate, or more than can be told apart.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Unreadable;

/// Reads the header. `None` when it is empty: the sender presented nothing.
pub(super) fn read(field: &str) -> Result<Option<Forwarded>, Unreadable> {
    let element = split(field, ',')?
        .last()
        .map_or("", |element| element.trim());
    if element.is_empty() {
        return Ok(None);
    }
    // Base64 may end with '=', and what follows it then is nothing else.
    let bare = element.trim_end_matches('=');
    let forwarded = match bare.contains('=') {
        true => read_pairs(element),
        false => read_bare(element),
    };
    forwarded.map(Some)
}

/// Splits outside of quotation marks. A backslash escapes the next character, inside and outside, so
/// that what an earlier hop wrote cannot turn the one into the other.
fn split(text: &str, separator: char) -> Result<Vec<&str>, Unreadable> {
    let mut parts = Vec::new();
    let (mut start, mut quoted, mut escaped) = (0, false, false);
    for (at, c) in text.char_indices() {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '"' => quoted = !quoted,
            _ if c == separator && !quoted => {
                parts.push(&text[start..at]);
                start = at + c.len_utf8();
            }
            _ => {}
        }
    }
    parts.push(&text[start..]);
    match quoted || escaped {
        true => Err(Unreadable),
        false => Ok(parts),
    }
}

/// A certificate as Base64 or PEM, escaped or not.
fn read_bare(element: &str) -> Result<Forwarded, Unreadable> {
    let text = unescaped(element)?;
    Ok(Forwarded {
        leaf: one(&text)?,
        chain: vec![],
    })
}

/// Exactly one certificate: PEM, the Base64 of DER, or the Base64 of PEM.
fn one(text: &str) -> Result<Vec<u8>, Unreadable> {
    use base64::Engine as _;
    use base64::prelude::BASE64_STANDARD;
    let inner = BASE64_STANDARD.decode(text).ok();
    let inner = inner.and_then(|bytes| String::from_utf8(bytes).ok());
    let inner = inner.filter(|text| text.starts_with("-----BEGIN "));
    pem::read_one(inner.as_deref().unwrap_or(text)).map_err(|_| Unreadable)
}

/// An element of `key=value` pairs.
fn read_pairs(element: &str) -> Result<Forwarded, Unreadable> {
    let (mut cert, mut chain, mut hash) = (None, None, None);
    for pair in split(element, ';')? {
        let (key, value) = pair.split_once('=').ok_or(Unreadable)?;
        let place = match key.trim().to_ascii_lowercase().as_str() {
            "cert" => &mut cert,
            "chain" => &mut chain,
            "hash" => &mut hash,
            _ => continue,
        };
        if place.replace(unquoted(value.trim())?).is_some() {
            return Err(Unreadable);
        }
    }
    let cert = cert.map(|cert| pem::read_one(&unescaped(&cert)?).map_err(|_| Unreadable));
    let cert = cert.transpose()?;
    let mut chain = chain.map_or(Ok(vec![]), |chain| read_chain(&unescaped(&chain)?))?;
    // A chain begins with the certificate itself.
    let first = (!chain.is_empty()).then(|| chain.remove(0));
    let leaf = match (cert, first) {
        (Some(cert), Some(first)) if cert != first => return Err(Unreadable),
        (Some(leaf), _) | (None, Some(leaf)) => leaf,
        (None, None) => return Err(Unreadable),
    };
    if hash.is_some_and(|hash| hash.parse() != Ok(Thumbprint::of(&leaf))) {
        return Err(Unreadable);
    }
    Ok(Forwarded { leaf, chain })
}

fn read_chain(text: &str) -> Result<Vec<Vec<u8>>, Unreadable> {
    const FOOTER: &str = "-----END CERTIFICATE-----";
    let blocks = text.split_inclusive(FOOTER).map(str::trim);
    let blocks: Vec<_> = blocks.filter(|block| !block.is_empty()).collect();
    if blocks.is_empty() || blocks.len() > 1 + limits::CERTIFICATE_CHAIN {
        return Err(Unreadable);
    }
    let blocks = blocks.into_iter().map(pem::read_one);
    blocks.collect::<Result<_, _>>().map_err(|_| Unreadable)
}

/// A value without its quotation marks and backslashes.
fn unquoted(value: &str) -> Result<String, Unreadable> {
    let Some(inner) = value.strip_prefix('"') else {
        return match value.contains(['"', '\\']) {
            true => Err(Unreadable),
            false => Ok(value.to_owned()),
        };
    };
    let inner = inner.strip_suffix('"').ok_or(Unreadable)?;
    let mut text = String::with_capacity(inner.len());
    let mut chars = inner.chars();
    while let Some(c) = chars.next() {
        match c {
            '"' => return Err(Unreadable),
            '\\' => text.push(chars.next().ok_or(Unreadable)?),
            plain => text.push(plain),
        }
    }
    Ok(text)
}

/// Percent escapes decoded. `+` stays: it belongs to Base64.
fn unescaped(text: &str) -> Result<String, Unreadable> {
    let decoded = percent_decode_str(text).decode_utf8();
    decoded.map(Into::into).map_err(|_| Unreadable)
}

#[cfg(test)]
mod tests {
    use base64::Engine as _;
    use base64::prelude::BASE64_STANDARD;
    use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

    use super::*;

    /// Something that looks like a certificate to those who do not read it.
    fn der(n: u8) -> Vec<u8> {
        let mut der = vec![0x30, 40];
        der.extend([n; 40]);
        der
    }

    fn escaped(text: &str) -> String {
        utf8_percent_encode(text, NON_ALPHANUMERIC).to_string()
    }

    fn escaped_pem(n: u8) -> String {
        escaped(&pem::encode(&der(n)))
    }

    fn leaf(n: u8) -> Result<Option<Forwarded>, Unreadable> {
        Ok(Some(Forwarded {
            leaf: der(n),
            chain: vec![],
        }))
    }

    #[test]
    fn both_forms_are_read_in_their_spellings() {
        let (pem, base64) = (pem::encode(&der(1)), BASE64_STANDARD.encode(der(1)));
        let escaped = escaped_pem(1);
        let hash = Thumbprint::of(&der(1));
        let fields = [
            base64.clone(),
            format!(" {base64} "),
            base64.trim_end_matches('=').to_owned(),
            BASE64_STANDARD.encode(&pem),
            pem.replace('\n', " "),
            pem.replace('\n', "\t"),
            escaped.clone(),
            format!("Cert=\"{escaped}\""),
            format!("cert={escaped}"),
            format!("By=spiffe://a;Hash={hash};Cert=\"{escaped}\";Subject=\"CN=a;Cert=b,c\";URI="),
            format!("Subject=\"\";CERT=\"{escaped}\""),
            format!("Chain=\"{escaped}\""),
            format!("Cert=\"{escaped}\";Chain=\"{escaped}\""),
            format!("Subject=\"CN=\\\"a\\\\\";Cert=\"{escaped}\""),
        ];
        for field in fields {
            assert_eq!(read(&field), leaf(1), "{field}");
        }
        for empty in ["", " ", "Cert=\"x\", "] {
            assert_eq!(read(empty), Ok(None), "{empty}");
        }
    }

    /// T16: only what the last hop added counts, whatever those before it wrote.
    #[test]
    fn only_the_last_element_counts() {
        let (own, forged) = (escaped_pem(1), escaped_pem(2));
        let base64 = |n| BASE64_STANDARD.encode(der(n));
        let fields = [
            format!("Cert=\"{forged}\",Cert=\"{own}\""),
            format!("{},{}", base64(2), base64(1)),
            format!(
                "Subject=\"a,b\";Cert=\"{forged}\" , Hash={};Cert=\"{own}\"",
                Thumbprint::of(&der(1))
            ),
        ];
        for field in fields {
            assert_eq!(read(&field), leaf(1), "{field}");
        }
        // Quotation marks and backslashes that would reach over into the last element.
        for attack in ["Subject=\"", "Cert=\"x\";Subject=\"\\", "\"", "a=\"\"\""] {
            let field = format!("{attack},Cert=\"{own}\"");
            assert_eq!(read(&field), Err(Unreadable), "{field}");
        }
        let field = format!("a=b\\,Cert=\"{own}\"");
        assert_eq!(read(&field), Err(Unreadable));
    }

    /// T18: only a certificate says who somebody is.
    #[test]
    fn elements_without_exactly_one_certificate_are_refused() {
        let (own, other) = (escaped_pem(1), escaped_pem(2));
        let both = escaped(&(pem::encode(&der(1)) + &pem::encode(&der(2))));
        let fields = [
            "Subject=\"CN=sender\"".to_owned(),
            format!("Hash={}", Thumbprint::of(&der(1))),
            format!("Hash={};Subject=\"CN=a\"", Thumbprint::of(&der(1))),
            format!("Subject=\"CN=a\\\";Cert=\\\"{own}\\\"\""),
            format!("Hash={};Cert=\"{own}\"", Thumbprint::of(&der(2))),
            format!("Hash=x;Cert=\"{own}\""),
            format!("Cert=\"{own}\";Cert=\"{other}\""),
            format!("Cert=\"{own}\";cert=\"{own}\""),
            format!("Cert=\"{both}\""),
            both,
            format!("Cert=\"{own}\";Chain=\"{other}\""),
            "Cert=\"\"".to_owned(),
            "Cert=".to_owned(),
            "Chain=\"\"".to_owned(),
            format!("Cert=\"{own}"),
            format!("Cert=x\"{own}\""),
            format!("Cert=\"{own}\"x"),
            format!("{own};Cert=\"{own}\""),
            format!("Cert=\"{own}\";x"),
            "Cert=\"%ff\"".to_owned(),
            format!("Chain=\"{}\"", own.repeat(limits::CERTIFICATE_CHAIN + 2)),
            "sender".to_owned(),
        ];
        for field in fields {
            assert_eq!(read(&field), Err(Unreadable), "{field:.200}");
        }
    }

    #[test]
    fn a_chain_begins_with_the_certificate() {
        let chain = escaped(&(pem::encode(&der(1)) + &pem::encode(&der(2))));
        let expected = || {
            Ok(Some(Forwarded {
                leaf: der(1),
                chain: vec![der(2)],
            }))
        };
        assert_eq!(read(&format!("Chain=\"{chain}\"")), expected());
        let with_cert = format!("Cert=\"{}\";Chain=\"{chain}\"", escaped_pem(1));
        assert_eq!(read(&with_cert), expected());
    }
}
