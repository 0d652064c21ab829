//! Changes that are applied together.

use std::fmt;
use std::sync::Arc;

use async_trait::async_trait;
use bytes::Bytes;
use http::StatusCode;

use crate::answer::{self, Answer};
use crate::body::Body;
use crate::call::Call;
use crate::error::{Error, Result};
use crate::handle::{Ask, Payload, Task};
use crate::key::Key;
use crate::service::Service;
use crate::set::{Operation, Reply};
use crate::target::{Place, Target};

/// Applies the changes of a changeset in one transaction, for sets that share a store.
#[async_trait]
pub trait Changeset: fmt::Debug + Send + Sync + 'static {
    /// Whether it applies changes of this set.
    fn covers(&self, set: &str) -> bool;

    /// Applies all changes, or none. One reply for each, in their order.
    async fn apply(&self, changes: &[Change]) -> Result<Vec<Reply>>;
}

/// One change of a changeset. Its sender may do it.
#[derive(Clone, Debug)]
pub struct Change {
    /// The request.
    pub call: Call,
    /// The set.
    pub set: &'static str,
    /// What is changed.
    pub action: Action,
}

/// What a change does.
#[derive(Clone, Debug, PartialEq)]
pub enum Action {
    /// POST to the set.
    Create(Body),
    /// PUT to an entity.
    Replace(Key, Body),
    /// PATCH or MERGE to an entity.
    Merge(Key, Body),
    /// DELETE of an entity.
    Delete(Key),
}

impl Service {
    /// The answers to all of `asks`, or the one failure, when a [`Changeset`] covers all of them.
    pub(crate) async fn apply_together(
        &self,
        asks: &[(Ask<'_>, Bytes)],
    ) -> Option<Result<Vec<Answer>, Answer>> {
        let (first, _) = asks.first()?;
        let format = answer::accepted(first.headers);
        let planned: Result<Option<Vec<_>>> = asks.iter().map(|(ask, _)| self.plan(ask)).collect();
        let planned = match planned {
            Ok(planned) => planned?,
            Err(error) => return Some(Err(answer::error(&error, format))),
        };
        let covered = |one: &&Arc<dyn Changeset>| {
            let mut sets = planned.iter().map(|plan| plan.place.set.name());
            sets.all(|set| one.covers(set))
        };
        let together = self.changesets().find(covered)?;
        let applied = async {
            let mut changes = Vec::with_capacity(planned.len());
            for (plan, (_, body)) in planned.iter().zip(asks) {
                changes.push(plan.change(body).await?);
            }
            let replies = together.apply(&changes).await?;
            let answers = planned.iter().zip(replies);
            Ok(answers
                .map(|(plan, reply)| plan.task.reply(&plan.place, reply))
                .collect())
        };
        let applied: Result<_> = applied.await;
        Some(applied.map_err(|error| answer::error(&error, format)))
    }

    /// What a request is about to change; `None` for what is no change of an entity.
    fn plan<'a>(&'a self, ask: &'a Ask<'a>) -> Result<Option<Plan<'a>>> {
        let task = self.task(ask)?;
        let (place, key) = match task.target()? {
            Target::Collection(place) => (place, None),
            Target::Entity(place, key) => (place, Some(key)),
            _ => return Ok(None),
        };
        let method = ask.method.as_str();
        Ok(Some(Plan {
            task,
            place,
            key,
            method,
        }))
    }
}

/// A change before its body is read.
struct Plan<'a> {
    task: Task<'a>,
    place: Place,
    key: Option<Key>,
    method: &'a str,
}

impl Plan<'_> {
    async fn change(&self, body: &Bytes) -> Result<Change> {
        let body = self.task.body(Payload::Ready(body.clone())).await?;
        let (operation, action) = match (self.method, self.key.clone()) {
            ("POST", None) => (Operation::Create, Action::Create(body)),
            ("PUT", Some(key)) => (Operation::Update, Action::Replace(key, body)),
            ("PATCH" | "MERGE", Some(key)) => (Operation::Update, Action::Merge(key, body)),
            ("DELETE", Some(key)) => (Operation::Delete, Action::Delete(key)),
            _ => {
                let message = "A request in the changeset has a method that does not fit its URL.";
                return Err(Error::new(StatusCode::METHOD_NOT_ALLOWED, message));
            }
        };
        Ok(Change {
            call: self.task.may(&self.place, operation)?,
            set: self.place.set.name(),
            action,
        })
    }
}
