//! Entities between wire formats and the XML of a flow.

/// An entity with what was expanded or is to be inserted with it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Entity {
    pub(super) properties: Vec<(String, Property)>,
    pub(super) navigation: Vec<(String, Linked)>,
}

/// The value of a property. Literals are kept as the wire has them until they are written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Property {
    Null,
    Literal(String),
    Complex(Vec<(String, Self)>),
}

/// The other side of a navigation property.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Linked {
    One(Option<Box<Entity>>),
    Many(Vec<Entity>),
}

/// What a service answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Content {
    /// Entities, and where the next ones are.
    Feed {
        entities: Vec<Entity>,
        next: Option<String>,
    },
    Entity(Entity),
    /// What a function import returns when it is no entity.
    Value(Property),
    /// The same, several times.
    Values(Vec<Property>),
}
