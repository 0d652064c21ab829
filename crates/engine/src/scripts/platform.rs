//! The services of the platform: credentials, value mappings, partners and certificates.

use std::future::Future;
use std::sync::Arc;

use lockgate_groovy::cpi::{
    BinaryParameter, Certificate, PartnerId, Services, Unavailable, UserCredential,
};
use lockgate_pki::chain;
use lockgate_store::partners::parameters::Parameter;
use lockgate_store::partners::{EntryKind, names, parameters, users};
use lockgate_store::{Store, Tx, keystore};
use smol_str::SmolStr;
use tokio::runtime::Handle;

use crate::material::Materials;
use crate::shared::Shared;

/// What scripts may look up. Credentials and value mappings are in memory; partners and
/// certificates are read from the store, on the thread of the script.
pub(super) struct Platform {
    pub(super) materials: Arc<Materials>,
    pub(super) shared: Arc<Shared>,
    pub(super) store: Store,
    pub(super) handle: Handle,
}

impl Platform {
    /// Reads from the store. What cannot be read is not there, and the server's log says why.
    fn read<T>(
        &self,
        read: impl AsyncFnOnce(&mut Tx) -> lockgate_store::Result<Option<T>>,
    ) -> Option<T> {
        let found = self.wait(async {
            let mut tx = self.store.read().await?;
            read(&mut tx).await
        });
        found.unwrap_or_else(|error: lockgate_store::Error| {
            tracing::error!(%error, "a script could not look something up");
            None
        })
    }

    fn wait<T>(&self, work: impl Future<Output = T>) -> T {
        self.handle.block_on(work)
    }

    fn parameter(&self, kind: EntryKind, partner: &str, name: &str) -> Option<Parameter> {
        self.read(async |tx| parameters::find(tx, kind, partner, name).await)
    }
}

impl Services for Platform {
    fn user_credential(&self, name: &str) -> Result<Option<UserCredential>, Unavailable> {
        Ok(self
            .materials
            .login(name)
            .map(|(user, password)| UserCredential {
                username: user.into(),
                password: password.expose().as_str().into(),
                properties: Vec::new(),
            }))
    }

    fn mapped_value(&self, from: (&str, &str, &str), to: (&str, &str)) -> Option<SmolStr> {
        let place = |agency: &str, schema: &str| (agency.to_owned(), schema.to_owned());
        let mapped = self
            .shared
            .mapped(&place(from.0, from.1), from.2, &place(to.0, to.1));
        mapped.map(SmolStr::from)
    }

    fn text_parameter(&self, partner: &str, name: &str) -> Option<SmolStr> {
        let found = self.parameter(EntryKind::Text, partner, name)?;
        Some(String::from_utf8_lossy(&found.value).as_ref().into())
    }

    fn binary_parameter(&self, partner: &str, name: &str) -> Option<BinaryParameter> {
        let found = self.parameter(EntryKind::Binary, partner, name)?;
        let (content_type, encoding) = match found.about.split_once(';') {
            Some((kind, rest)) => (kind, rest.split_once("encoding=").map(|(_, name)| name)),
            None => (found.about.as_str(), None),
        };
        Some(BinaryParameter {
            content_type: content_type.trim().into(),
            encoding: encoding.map(|name| name.trim().into()),
            data: found.value.into(),
        })
    }

    fn partner(&self, id: &PartnerId) -> Option<SmolStr> {
        let name = self.read(async |tx| names::find(tx, &id.agency, &id.scheme, &id.id).await)?;
        Some(name.pid.into())
    }

    fn alternative_id(&self, partner: &str, agency: &str, scheme: &str) -> Option<SmolStr> {
        let all = self.read(async |tx| names::list(tx).await.map(Some))?;
        let mut own = all
            .into_iter()
            .filter(|name| name.pid == partner && name.agency == agency && name.scheme == scheme);
        own.next().map(|name| name.id.into())
    }

    fn partner_of_user(&self, user: &str) -> Option<SmolStr> {
        let found = self.read(async |tx| users::find(tx, user).await)?;
        Some(found.pid.into())
    }

    fn users_of_partner(&self, partner: &str) -> Vec<SmolStr> {
        let all = self
            .read(async |tx| users::list(tx).await.map(Some))
            .unwrap_or_default();
        let own = all.into_iter().filter(|user| user.pid == partner);
        own.map(|user| user.name.into()).collect()
    }

    fn certificate(&self, alias: &str) -> Option<Certificate> {
        let entry = self.read(async |tx| keystore::find(tx, alias).await)?;
        let own = chain::split(&entry.chain).next()?;
        Some(Certificate {
            encoded: own.to_vec().into(),
        })
    }
}
