//! Requests that change nothing.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use http::StatusCode;
use lockgate_core::limits;

use super::{Task, check};
use crate::answer::{self, Answer};
use crate::call::{Call, Parent};
use crate::error::{Error, Result};
use crate::key::Key;
use crate::query::{Page, Query};
use crate::render::{self, Expand};
use crate::service::Service;
use crate::set::{EntitySet, Operation};
use crate::target::{Path, Place, Target};
use crate::value::{Expanded, Row, Value};

impl Task<'_> {
    pub(super) async fn read(&self, target: Target) -> Result<Answer> {
        match target {
            Target::Collection(place) => self.list(&place).await,
            Target::Count(place) => self.count(&place).await,
            Target::Entity(place, key) => self.entity(&place, &key).await,
            Target::Property(place, key, path) => self.property(&place, &key, &path).await,
            Target::Media(place, key) => self.media(&place, &key).await,
            Target::Link(..) => Err(Error::not_implemented()),
            Target::Service | Target::Metadata | Target::Batch | Target::Function(_) => {
                Err(Error::not_found())
            }
        }
    }

    fn reading(&self, place: &Place) -> Result<Call> {
        let call = self.call(Some(place));
        check(&call.rights, &*place.set, Operation::Read)?;
        Ok(call)
    }

    async fn list(&self, place: &Place) -> Result<Answer> {
        let call = self.reading(place)?;
        let entity = place.set.entity();
        let query = self.options.query(entity)?;
        let expand = Expand::plan(&query.expand, entity, self.service)?;
        let list = place.set.list(&call, &query).await?;
        let Page {
            mut rows,
            total,
            next,
        } = query.page(list, entity);
        let mut budget = limits::ODATA_EXPANSIONS;
        self.service
            .expand(&call, &place.set, &mut rows, &expand, &mut budget)
            .await?;
        let mut view = self.view(place);
        view.select = query.select;
        view.expand = expand;
        let path = place.inside.as_deref().unwrap_or(place.set.name());
        let next = next.map(|token| {
            let query = self.options.next(token);
            format!("{}/{path}?{query}", self.ask.base)
        });
        let rendered = view.entities(&rows, total, next.as_deref(), self.format);
        Ok(answer::rendered(StatusCode::OK, rendered))
    }

    async fn count(&self, place: &Place) -> Result<Answer> {
        let call = self.reading(place)?;
        let entity = place.set.entity();
        let query = Query {
            filter: self.options.query(entity)?.filter,
            wants_total: true,
            only_count: true,
            ..Query::default()
        };
        let list = place.set.list(&call, &query).await?;
        let total = query.page(list, entity).total.unwrap_or_default();
        Ok(answer::plain(StatusCode::OK, total.to_string()))
    }

    async fn entity(&self, place: &Place, key: &Key) -> Result<Answer> {
        let call = self.reading(place)?;
        let entity = place.set.entity();
        let query = self.options.query(entity)?;
        let expand = Expand::plan(&query.expand, entity, self.service)?;
        let row = place.set.get(&call, key).await?;
        let mut rows = [row.ok_or_else(Error::not_found)?];
        let mut budget = limits::ODATA_EXPANSIONS;
        self.service
            .expand(&call, &place.set, &mut rows, &expand, &mut budget)
            .await?;
        let mut view = self.view(place);
        view.select = query.select;
        view.expand = expand;
        let rendered = view.entity(&rows[0], self.format);
        Ok(answer::rendered(StatusCode::OK, rendered))
    }

    async fn property(&self, place: &Place, key: &Key, path: &Path) -> Result<Answer> {
        let call = self.reading(place)?;
        let row = place.set.get(&call, key).await?;
        let row = row.ok_or_else(Error::not_found)?;
        let (last, around) = path
            .properties
            .split_last()
            .expect("invariant: a path to a property has one");
        let mut row = &row;
        for property in around {
            match row.get(property.name) {
                Some(Value::Complex(inner)) => row = inner,
                _ => return Err(Error::not_found()),
            }
        }
        let found = row.get(last.name);
        if path.raw {
            let text = render::text(last, &last.shown(found));
            return match text {
                Some(text) => Ok(answer::plain(StatusCode::OK, text)),
                None => Err(Error::not_found()),
            };
        }
        let rendered = self.view(place).property(last, found, self.format);
        Ok(answer::rendered(StatusCode::OK, rendered))
    }

    async fn media(&self, place: &Place, key: &Key) -> Result<Answer> {
        let call = self.call(Some(place));
        check(&call.rights, &*place.set, Operation::Media)?;
        let media = place.set.media(&call, key).await?;
        Ok(media.map_or_else(|| answer::empty(StatusCode::NO_CONTENT), answer::media))
    }
}

impl Service {
    /// Puts into `rows` of `set` what their navigations lead to, where a row does not know it already.
    /// Each question to a set takes one of `budget`.
    fn expand<'a>(
        &'a self,
        call: &'a Call,
        set: &'a Arc<dyn EntitySet>,
        rows: &'a mut [Row],
        plan: &'a Expand,
        budget: &'a mut usize,
    ) -> Pin<Box<dyn Future<Output = Result<()>> + Send + 'a>> {
        Box::pin(async move {
            for row in rows {
                for (navigation, deeper) in &plan.0 {
                    let target = self.set(navigation.set);
                    let target = target.ok_or_else(Error::not_implemented)?;
                    check(&call.rights, &**target, Operation::Read)?;
                    let below = call.below(Some(Parent {
                        set: set.name(),
                        key: render::key_of(row, set.entity()),
                        navigation: navigation.name,
                        parent: call.parent.clone().map(Box::new),
                    }));
                    if row.expanded(navigation.name).is_none() {
                        *budget = budget.checked_sub(1).ok_or_else(too_much)?;
                        let found = ask(&**target, &below, navigation.many).await?;
                        row.expand(navigation.name, found);
                    }
                    let found = match row.expanded_mut(navigation.name) {
                        Some(Expanded::Many(rows)) => rows.as_mut_slice(),
                        Some(Expanded::One(Some(row))) => std::slice::from_mut(&mut **row),
                        Some(Expanded::One(None)) | None => &mut [],
                    };
                    if !deeper.0.is_empty() {
                        self.expand(&below, target, found, deeper, budget).await?;
                    }
                }
            }
            Ok(())
        })
    }
}

/// What `set` has for the parent in `call`.
async fn ask(set: &dyn EntitySet, call: &Call, many: bool) -> Result<Expanded> {
    if many {
        let query = Query::default();
        let list = set.list(call, &query).await?;
        return Ok(Expanded::Many(query.page(list, set.entity()).rows));
    }
    match set.get(call, &Key::default()).await {
        Ok(row) => Ok(Expanded::One(row.map(Box::new))),
        Err(error) if error.status == StatusCode::NOT_FOUND => Ok(Expanded::One(None)),
        Err(error) => Err(error),
    }
}

fn too_much() -> Error {
    let limit = limits::ODATA_EXPANSIONS;
    Error::bad_request(format!(
        "$expand would ask for more than {limit} lists; ask for fewer entities with $top."
    ))
}
