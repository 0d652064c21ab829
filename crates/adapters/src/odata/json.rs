//! OData V2's verbose JSON: reads answers, writes entities.

use serde_json::{Map, Value};

use super::edm::Edm;
use super::entity::{Content, Entity, Linked, Property};
use super::literal;

/// Reads a feed, an entity, or what the function import `function` returned. `kind` is the type of
/// the entities.
pub(super) fn read(
    body: &[u8],
    edm: &Edm,
    kind: &str,
    function: Option<&str>,
) -> Result<Content, String> {
    let mut document: Value = serde_json::from_slice(body).map_err(|error| error.to_string())?;
    let mut data = match document.get_mut("d") {
        Some(data) => data.take(),
        None => return Err("the member \"d\" is missing".to_owned()),
    };
    // A function's result may stand in a member named like the function.
    if let Some(inner) = function.and_then(|name| data.get_mut(name)) {
        data = inner.take();
    }
    let is_entity = edm.has_type(kind);
    Ok(match data {
        Value::Array(items) => many(items, edm, kind, None, is_entity),
        Value::Object(mut object) => match object.remove("results") {
            Some(Value::Array(items)) => {
                let next = object.remove("__next");
                let next = next.and_then(|next| next.as_str().map(str::to_owned));
                many(items, edm, kind, next, is_entity)
            }
            _ if is_entity => Content::Entity(entity(object, edm, kind)),
            _ => Content::Value(property(Value::Object(object))),
        },
        other => Content::Value(property(other)),
    })
}

fn many(
    items: Vec<Value>,
    edm: &Edm,
    kind: &str,
    next: Option<String>,
    are_entities: bool,
) -> Content {
    if are_entities {
        let entities = entities(items, edm, kind);
        Content::Feed { entities, next }
    } else {
        Content::Values(items.into_iter().map(property).collect())
    }
}

fn entities(items: Vec<Value>, edm: &Edm, kind: &str) -> Vec<Entity> {
    let objects = items.into_iter().filter_map(|item| match item {
        Value::Object(object) => Some(object),
        _ => None,
    });
    objects.map(|object| entity(object, edm, kind)).collect()
}

fn entity(object: Map<String, Value>, edm: &Edm, kind: &str) -> Entity {
    let mut read = Entity::default();
    for (name, value) in object {
        if name.starts_with("__") || value.get("__deferred").is_some() {
            continue;
        }
        match edm.navigation(kind, &name) {
            Some(target) => {
                let linked = linked(value, edm, target.entity, target.many);
                read.navigation.push((name, linked));
            }
            None => read.properties.push((name, property(value))),
        }
    }
    read
}

fn linked(value: Value, edm: &Edm, kind: &str, many: bool) -> Linked {
    match value {
        Value::Array(items) => Linked::Many(entities(items, edm, kind)),
        Value::Object(mut object) => match object.remove("results") {
            Some(Value::Array(items)) => Linked::Many(entities(items, edm, kind)),
            _ => Linked::One(Some(Box::new(entity(object, edm, kind)))),
        },
        _ if many => Linked::Many(Vec::new()),
        _ => Linked::One(None),
    }
}

fn property(value: Value) -> Property {
    match value {
        Value::Null => Property::Null,
        Value::String(text) => Property::Literal(text),
        Value::Object(object) => {
            let members = object
                .into_iter()
                .filter(|(name, _)| !name.starts_with("__"));
            Property::Complex(
                members
                    .map(|(name, value)| (name, property(value)))
                    .collect(),
            )
        }
        other => Property::Literal(other.to_string()),
    }
}

/// Writes an entity.
pub(super) fn write(edm: &Edm, kind: &str, entity: &Entity) -> String {
    object(edm, kind, entity).to_string()
}

fn object(edm: &Edm, kind: &str, entity: &Entity) -> Value {
    let mut object = members(edm, kind, &entity.properties);
    for (name, linked) in &entity.navigation {
        let target = edm
            .navigation(kind, name)
            .map_or("", |target| target.entity);
        let value = match linked {
            Linked::Many(entities) => Value::Array(
                entities
                    .iter()
                    .map(|e| self::object(edm, target, e))
                    .collect(),
            ),
            Linked::One(Some(entity)) => self::object(edm, target, entity),
            Linked::One(None) => continue,
        };
        object.insert(name.clone(), value);
    }
    Value::Object(object)
}

fn members(edm: &Edm, kind: &str, properties: &[(String, Property)]) -> Map<String, Value> {
    let member = |(name, property): &(String, Property)| {
        let edm_type = edm.property(kind, name);
        let value = match property {
            Property::Null => Value::Null,
            Property::Literal(text) => literal::to_json(edm_type, text),
            Property::Complex(inner) => {
                Value::Object(members(edm, edm_type.unwrap_or_default(), inner))
            }
        };
        (name.clone(), value)
    };
    properties.iter().map(member).collect()
}
