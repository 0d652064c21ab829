//! Instances that platforms ask for.

use http::StatusCode;
use lockgate_catalog::catalogue;
use lockgate_catalog::service::{InstanceChange, NewInstance, parameters_json};
use lockgate_core::ids::InstanceId;
use lockgate_store::broker;
use lockgate_store::metadata::Metadata;
use serde_json::{Value, json};

use crate::broker::Broker;
use crate::call::Platform;
use crate::error::Error;
use crate::request::{Provision, Update};

impl Broker {
    /// Creates the instance called `id`, or finds that it was created by the same request before.
    ///
    /// Booking and instance are made in one transaction: there are never two instances for an id.
    pub(crate) async fn provision(
        &self,
        platform: &Platform,
        id: &str,
        request: Provision,
    ) -> Result<StatusCode, Error> {
        let mut tx = self.begin().await?;
        let booked = broker::find_instance(&mut tx, platform.account, id).await?;
        if let Some((_, asked)) = booked {
            return match asked == request.asked {
                true => Ok(StatusCode::OK),
                false => Err(Error::Conflict),
            };
        }
        let new = NewInstance {
            space: None,
            name: request.name.unwrap_or_else(|| id.to_owned()),
            plan: request.plan,
            parameters: request.parameters,
            tags: vec![],
            metadata: Metadata::default(),
        };
        let created = self
            .catalog
            .create_in(&mut tx, &platform.actor, new)
            .await?;
        let instance = created.instance.id;
        let asked = &request.asked;
        broker::insert_instance(&mut tx, platform.account, id, instance, asked).await?;
        tx.commit().await?;
        Ok(StatusCode::CREATED)
    }

    /// Changes the instance called `id`.
    pub(crate) async fn update(
        &self,
        platform: &Platform,
        id: &str,
        request: Update,
    ) -> Result<(), Error> {
        let mut tx = self.begin().await?;
        let booked = broker::find_instance(&mut tx, platform.account, id).await?;
        let (instance, asked) = booked.ok_or_else(|| Error::NoInstance(id.to_owned()))?;
        let asked = request.merged(asked);
        let change = InstanceChange {
            name: request.name,
            plan: request.plan,
            parameters: request.parameters,
            ..InstanceChange::default()
        };
        let actor = &platform.actor;
        self.catalog
            .update_in(&mut tx, actor, instance, change)
            .await?;
        broker::update_instance_request(&mut tx, platform.account, id, &asked).await?;
        tx.commit().await?;
        Ok(())
    }

    /// Deletes the instance called `id` with its keys: the platform does not need them any more, and
    /// some may be left of requests whose answer it never got.
    pub(crate) async fn deprovision(&self, platform: &Platform, id: &str) -> Result<(), Error> {
        let mut tx = self.begin().await?;
        let booked = broker::find_instance(&mut tx, platform.account, id).await?;
        let (instance, _) = booked.ok_or(Error::Gone)?;
        let actor = &platform.actor;
        self.catalog
            .delete_in(&mut tx, actor, instance, true)
            .await?;
        tx.commit().await?;
        Ok(())
    }

    /// The instance called `id`, as it is now.
    pub(crate) async fn instance(&self, platform: &Platform, id: &str) -> Result<Value, Error> {
        let instance = self.booked(platform, id).await?;
        let instance = self.catalog.find(instance).await?;
        Ok(json!({
            "service_id": catalogue::OFFERING_ID,
            "plan_id": catalogue::plan_id(instance.plan),
            "parameters": parameters_json(&instance.parameters),
        }))
    }

    /// The instance behind the platform's id.
    pub(crate) async fn booked(&self, platform: &Platform, id: &str) -> Result<InstanceId, Error> {
        let mut tx = self.store.read().await?;
        let booked = broker::find_instance(&mut tx, platform.account, id).await?;
        let (instance, _) = booked.ok_or_else(|| Error::NoInstance(id.to_owned()))?;
        Ok(instance)
    }
}
