//! Certificates that owners bring along.

use lockgate_core::certificate::CertificateNames;
use lockgate_core::clock::Timestamp;
use lockgate_core::input::FieldErrors;
use lockgate_core::tenant::Tenant;
use lockgate_pki::certificate::{Parsed, parse};
use lockgate_pki::pem;
use lockgate_pki::trust::{TrustStore, Untrusted};
use lockgate_store::{Tx, authorities, clients};

use crate::error::Result;

/// Where the certificate lies in a request.
const FIELD: &str = "parameters.X.509";

/// A certificate that may become a key.
#[derive(Debug)]
pub(crate) struct External {
    /// The certificate in DER.
    pub(crate) der: Vec<u8>,
    /// What it says.
    pub(crate) parsed: Parsed,
    /// Whether exactly this certificate is accepted.
    pub(crate) pinned: bool,
    /// SHA-256 of the public key of the trusted authority that signed it, if one did.
    pub(crate) issuer_key: Option<[u8; 32]>,
}

impl External {
    /// Reads a certificate and judges it as it will be judged whenever it is presented.
    ///
    /// # Errors
    /// When no caller could ever use it.
    pub(crate) async fn read(
        tx: &mut Tx,
        text: &str,
        pinned: bool,
        now: Timestamp,
        warnings: &mut Vec<String>,
    ) -> Result<Self> {
        let rows = authorities::list(tx).await?;
        let store = TrustStore::new(rows.iter().map(|row| &row.certificate));
        let judged = judge(&store, text, pinned, now, warnings);
        judged.map_err(|message| FieldErrors::one(FIELD, message).into())
    }

    /// Says which other keys keep calls from being told apart by this certificate's names. That is
    /// no reason to refuse it: it is decided when somebody calls.
    pub(crate) async fn warn_of_conflicts(
        &self,
        tx: &mut Tx,
        tenant: &Tenant,
        warnings: &mut Vec<String>,
    ) -> Result<()> {
        let clients = clients::load(tx, tenant, names).await?;
        let mut others = clients.iter().flat_map(|client| &client.certificates);
        let conflict =
            others.any(|other| other.names == self.parsed.names && !(other.pinned && self.pinned));
        if conflict {
            warnings.push(
                "another key has a certificate of the same subject and issuer, and one of the two is \
                 not pinned: calls with either are refused while both keys exist"
                    .to_owned(),
            );
        }
        Ok(())
    }
}

/// The names in a certificate, as [`clients::load`] asks for them.
fn names(der: &[u8]) -> Option<CertificateNames> {
    parse(der).ok().map(|parsed| parsed.names)
}

fn judge(
    store: &TrustStore,
    text: &str,
    pinned: bool,
    now: Timestamp,
    warnings: &mut Vec<String>,
) -> Result<External, String> {
    let der = pem::read_one(text).map_err(|error| error.to_string())?;
    let parsed = parse(&der).map_err(|error| error.to_string())?;
    if parsed.names.subject.is_empty() {
        return Err("the certificate has no subject, so it identifies nobody".to_owned());
    }
    let issuer_key = match store.verify_client::<&[u8]>(&der, &[], now) {
        Ok(peer) => Some(peer.issuer_key),
        Err(Untrusted::NotYetValid(from)) => {
            warnings.push(format!("the certificate is not accepted before {from}"));
            store.issuer_of(&der)
        }
        Err(Untrusted::UnknownIssuer(_)) if parsed.names.issuer == parsed.names.subject => {
            return Err(
                "the certificate is signed by itself, so no trusted authority can lead to it"
                    .to_owned(),
            );
        }
        Err(Untrusted::UnknownIssuer(_)) => None,
        Err(untrusted) => return Err(format!("the certificate cannot be used: {untrusted}")),
    };
    let issuer = parsed.names.issuer.text();
    match (issuer_key, pinned) {
        (None, false) => Err(format!(
            "a certificate that is not pinned needs a trusted authority that signed it itself; \
             trust '{issuer}' first, with: lockgate authority add"
        )),
        (None, true) => {
            warnings.push(format!(
                "no trusted authority signed the certificate: calls with it are refused until \
                 '{issuer}', or the authority above that, is trusted: lockgate authority add"
            ));
            Ok(())
        }
        (Some(_), _) => Ok(()),
    }?;
    Ok(External {
        der,
        parsed,
        pinned,
        issuer_key,
    })
}
