//! Bindings: keys that platforms ask for.

use http::StatusCode;
use lockgate_catalog::service::{NewKey, ShownKey};
use lockgate_core::clock::Timestamp;
use lockgate_core::ids::KeyId;
use lockgate_store::keys::Key;
use lockgate_store::metadata::Metadata;
use lockgate_store::{Error as StoreError, Tx, broker};
use serde_json::{Value, json};

use crate::broker::Broker;
use crate::call::{BindingPath, Platform};
use crate::error::Error;
use crate::request::Bind;
use crate::version::Version;

impl Broker {
    /// Creates a binding, or finds that it was created by the same request before: then it answers
    /// with the same credentials.
    pub(crate) async fn bind(
        &self,
        platform: &Platform,
        path: &BindingPath,
        request: Bind,
    ) -> Result<(StatusCode, Value), Error> {
        let instance = self.booked(platform, &path.instance).await?;
        let plan = self.catalog.find(instance).await?.plan;
        let asked = request.asked(plan);
        if let Some(repeated) = self.repeated(platform, path, &asked).await? {
            return Ok(repetition(repeated));
        }
        if request.plan.is_some_and(|named| named != plan) {
            let problem = "is not the plan of the service instance";
            return Err(Error::field("plan_id", problem));
        }
        let parameters = match &request.predecessor {
            Some(id) => Some(self.predecessor(platform, path, id).await?),
            None => request.parameters,
        };
        let new = NewKey {
            name: path.binding.clone(),
            parameters,
            metadata: Metadata::default(),
        };
        // Making a key pair takes seconds, so it happens before the transaction.
        let prepared = self
            .catalog
            .prepare_key(&platform.actor, instance, new)
            .await;
        let prepared = match prepared {
            Ok(prepared) => prepared,
            // The same request may have been faster. Then it is done now, and this one repeats it.
            Err(error) => {
                let repeated = self.repeated(platform, path, &asked).await?;
                return repeated.map(repetition).ok_or_else(|| error.into());
            }
        };
        let mut tx = self.begin().await?;
        if let Some((key, before)) = find(&mut tx, platform, path).await? {
            let repeated = self.repeat(&mut tx, platform, key, &before, &asked).await;
            return repeated.map(repetition);
        }
        // Booking and key are made in one transaction: there are never two keys for an id.
        let created = self
            .catalog
            .create_key_in(&mut tx, &platform.actor, prepared);
        let created = created.await?;
        let (instance, binding) = (&path.instance, &path.binding);
        let (account, key) = (platform.account, created.key.id);
        broker::insert_binding(&mut tx, account, instance, binding, key, &asked).await?;
        tx.commit().await?;
        Ok((StatusCode::CREATED, shown(&created, platform.version)?))
    }

    /// The binding, if the same request created it before.
    async fn repeated(
        &self,
        platform: &Platform,
        path: &BindingPath,
        asked: &Value,
    ) -> Result<Option<Value>, Error> {
        let mut tx = self.store.read().await?;
        match find(&mut tx, platform, path).await? {
            None => Ok(None),
            Some((key, before)) => {
                let repeated = self.repeat(&mut tx, platform, key, &before, asked).await;
                repeated.map(Some)
            }
        }
    }

    /// The binding again, if what is asked for is what was asked for before.
    async fn repeat(
        &self,
        tx: &mut Tx,
        platform: &Platform,
        key: KeyId,
        before: &Value,
        asked: &Value,
    ) -> Result<Value, Error> {
        if before != asked {
            return Err(Error::Conflict);
        }
        let key = self.catalog.show_key_in(tx, key).await?;
        shown(&key, platform.version)
    }

    /// What the predecessor of a binding was asked for with.
    async fn predecessor(
        &self,
        platform: &Platform,
        path: &BindingPath,
        id: &str,
    ) -> Result<Value, Error> {
        let path = BindingPath {
            instance: path.instance.clone(),
            binding: id.to_owned(),
        };
        let mut tx = self.store.read().await?;
        let found = find(&mut tx, platform, &path).await?;
        drop(tx);
        let problem = "is not a binding of the service instance that has not expired";
        let refused = || Error::field("predecessor_binding_id", problem);
        let (key, _) = found.ok_or_else(refused)?;
        let key = self.catalog.find_key(key).await?;
        match key.expires_at.is_some_and(|at| at <= self.clock.now()) {
            true => Err(refused()),
            false => Ok(key.parameters),
        }
    }

    /// The binding and its credentials, as when it was created.
    pub(crate) async fn binding(
        &self,
        platform: &Platform,
        path: &BindingPath,
    ) -> Result<Value, Error> {
        let mut tx = self.store.read().await?;
        let (key, _) = require(&mut tx, platform, path).await?;
        let key = self.catalog.show_key_in(&mut tx, key).await?;
        let mut body = shown(&key, platform.version)?;
        body["parameters"] = key.key.parameters;
        Ok(body)
    }

    /// Whether the binding exists.
    pub(crate) async fn check_binding(
        &self,
        platform: &Platform,
        path: &BindingPath,
    ) -> Result<(), Error> {
        let mut tx = self.store.read().await?;
        require(&mut tx, platform, path).await?;
        Ok(())
    }

    /// Deletes a binding; its credentials are refused from the next call on.
    pub(crate) async fn unbind(
        &self,
        platform: &Platform,
        path: &BindingPath,
    ) -> Result<(), Error> {
        let mut tx = self.begin().await?;
        let (key, _) = find(&mut tx, platform, path).await?.ok_or(Error::Gone)?;
        self.catalog
            .delete_key_in(&mut tx, &platform.actor, key)
            .await?;
        tx.commit().await?;
        Ok(())
    }
}

/// The answer to a request that was carried out before.
fn repetition(body: Value) -> (StatusCode, Value) {
    (StatusCode::OK, body)
}

async fn find(
    tx: &mut Tx,
    platform: &Platform,
    path: &BindingPath,
) -> Result<Option<(KeyId, Value)>, StoreError> {
    broker::find_binding(tx, platform.account, &path.instance, &path.binding).await
}

async fn require(
    tx: &mut Tx,
    platform: &Platform,
    path: &BindingPath,
) -> Result<(KeyId, Value), Error> {
    let found = find(tx, platform, path).await?;
    found.ok_or_else(|| Error::NoBinding(path.binding.clone()))
}

/// A binding as the platform reads it, with its life where the version knows of that.
fn shown(shown: &ShownKey, version: Version) -> Result<Value, Error> {
    let credentials: Value =
        serde_json::from_slice(shown.credentials.expose()).map_err(Error::Unreadable)?;
    let mut body = json!({"credentials": credentials});
    if let Some(expires_at) = shown.key.expires_at
        && version >= Version::BINDING_METADATA
    {
        body["metadata"] = life(&shown.key, expires_at, version);
    }
    Ok(body)
}

fn life(key: &Key, expires_at: Timestamp, version: Version) -> Value {
    let mut life = json!({"expires_at": written(expires_at)});
    if version >= Version::ROTATION {
        let third = expires_at.since(key.created_at) / 3;
        life["renew_before"] = written(expires_at.minus(third)).into();
    }
    life
}

/// A time as the specification writes it: with one digit behind the second.
fn written(time: Timestamp) -> String {
    let milliseconds = time.to_string();
    let (tenths, _) = milliseconds.split_at(milliseconds.len() - "00Z".len());
    format!("{tenths}Z")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_have_one_digit_behind_the_second() {
        let time: Timestamp = "2019-12-31T23:59:59.987Z".parse().unwrap();
        assert_eq!(written(time), "2019-12-31T23:59:59.9Z");
        assert_eq!(written(Timestamp::from_secs(0)), "1970-01-01T00:00:00.0Z");
    }
}
