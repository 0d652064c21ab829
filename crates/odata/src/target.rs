//! What a path leads to.

use std::fmt;
use std::sync::Arc;

use crate::call::Parent;
use crate::error::{Error, Result};
use crate::function::FunctionImport;
use crate::key::Key;
use crate::model::{Navigation, Property};
use crate::service::Service;
use crate::set::EntitySet;
use crate::uri::{self, Segment};

/// What a path leads to.
#[derive(Debug)]
pub(crate) enum Target {
    /// The root: which sets there are.
    Service,
    Metadata,
    Batch,
    Function(Arc<dyn FunctionImport>),
    Collection(Place),
    /// How many entities a collection has.
    Count(Place),
    Entity(Place, Key),
    /// What is behind `$value` of an entity.
    Media(Place, Key),
    Property(Place, Key, Path),
    /// One entity behind `$links` of another.
    Link(Place, Key),
}

/// A property with those around it, and whether its bare value is asked for.
#[derive(Debug)]
pub(crate) struct Path {
    pub(crate) properties: Vec<&'static Property>,
    pub(crate) raw: bool,
}

/// A set, and how one got there.
#[derive(Clone)]
pub(crate) struct Place {
    pub(crate) set: Arc<dyn EntitySet>,
    pub(crate) parent: Option<Parent>,
    /// The address of the navigation that was followed, such as `Packages('p')/Flows`.
    pub(crate) inside: Option<String>,
}

impl fmt::Debug for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Place").field(&self.set.name()).finish()
    }
}

impl Place {
    /// Where an entity with this key is, below the base.
    fn address(&self, key: &Key) -> String {
        let entity = self.set.entity();
        match &self.inside {
            // A navigation to one entity needs no key to be followed further.
            Some(inside) if key.is_empty() => inside.clone(),
            Some(inside) if entity.contained => format!("{inside}{}", uri::spell(key, entity)),
            _ => format!("{}{}", self.set.name(), uri::spell(key, entity)),
        }
    }

    /// The place behind a navigation of the entity with this key.
    fn follow(
        &self,
        key: &Key,
        navigation: &'static Navigation,
        service: &Service,
    ) -> Result<Self> {
        let set = service.set(navigation.set);
        Ok(Self {
            set: Arc::clone(set.ok_or_else(|| unknown(navigation.set))?),
            inside: Some(format!("{}/{}", self.address(key), navigation.name)),
            parent: Some(Parent {
                set: self.set.name(),
                key: key.clone(),
                navigation: navigation.name,
                parent: self.parent.clone().map(Box::new),
            }),
        })
    }
}

fn unknown(name: &str) -> Error {
    let message = format!("Could not find an entity set or function import for '{name}'.");
    Error::new(http::StatusCode::NOT_FOUND, message)
}

impl Service {
    /// What the segments of a path lead to.
    pub(crate) fn target(&self, segments: Vec<Segment>) -> Result<Target> {
        let mut segments = segments.into_iter();
        let Some(first) = segments.next() else {
            return Ok(Target::Service);
        };
        let mut walk = Walk {
            service: self,
            segments,
        };
        let target = match &*first.name {
            "$metadata" => Target::Metadata,
            "$batch" => Target::Batch,
            name => match (self.set(name), self.function(name)) {
                (Some(set), _) => {
                    let place = Place {
                        set: Arc::clone(set),
                        parent: None,
                        inside: None,
                    };
                    walk.from(place, first.key)?
                }
                (None, Some(function)) => Target::Function(Arc::clone(function)),
                (None, None) => return Err(unknown(name)),
            },
        };
        match walk.segments.next() {
            None => Ok(target),
            Some(segment) => Err(unknown(&segment.name)),
        }
    }
}

/// The parts of a key, as a URL has them.
type KeyParts = Vec<(Option<String>, crate::value::Value)>;

/// The rest of a path while it is followed.
struct Walk<'a> {
    service: &'a Service,
    segments: std::vec::IntoIter<Segment>,
}

impl Walk<'_> {
    fn from(&mut self, place: Place, key: Option<KeyParts>) -> Result<Target> {
        let mut place = place;
        let mut key = match key {
            None => return Ok(self.collection(place)),
            Some(parts) => uri::key(parts, place.set.entity())?,
        };
        loop {
            let Some(segment) = self.segments.next() else {
                return Ok(Target::Entity(place, key));
            };
            let entity = place.set.entity();
            match &*segment.name {
                "$value" => return Ok(Target::Media(place, key)),
                "$links" => return self.link(&place, &key),
                name => {
                    let Some(navigation) = entity.navigation(name) else {
                        return self.property(place, key, name);
                    };
                    place = place.follow(&key, navigation, self.service)?;
                    key = match (navigation.many, segment.key) {
                        (true, None) => return Ok(self.collection(place)),
                        (true, Some(parts)) => uri::key(parts, place.set.entity())?,
                        (false, None) => Key::default(),
                        (false, Some(_)) => {
                            let message = format!("{name} leads to one entity and takes no key.");
                            return Err(Error::bad_request(message));
                        }
                    };
                }
            }
        }
    }

    fn collection(&mut self, place: Place) -> Target {
        let next = self.segments.as_slice().first();
        if next.is_some_and(|segment| segment.name == "$count") {
            self.segments.next();
            return Target::Count(place);
        }
        Target::Collection(place)
    }

    fn link(&mut self, place: &Place, key: &Key) -> Result<Target> {
        let segment = self.segments.next();
        let segment = segment.ok_or_else(|| unknown("$links"))?;
        let navigation = place.set.entity().navigation(&segment.name);
        let navigation = navigation.ok_or_else(|| unknown(&segment.name))?;
        let target = place.follow(key, navigation, self.service)?;
        let parts = segment.key.ok_or_else(Error::not_implemented)?;
        let key = uri::key(parts, target.set.entity())?;
        Ok(Target::Link(target, key))
    }

    fn property(&mut self, place: Place, key: Key, name: &str) -> Result<Target> {
        let first = place.set.entity().property(name);
        let mut last = first.ok_or_else(|| unknown(name))?;
        let mut path = Path {
            properties: vec![last],
            raw: false,
        };
        for segment in self.segments.by_ref() {
            if segment.name == "$value" {
                path.raw = true;
                break;
            }
            last = last
                .inner(&segment.name)
                .ok_or_else(|| unknown(&segment.name))?;
            path.properties.push(last);
        }
        Ok(Target::Property(place, key, path))
    }
}
