//! What entities look like: static descriptions, from which `$metadata` and every answer are made.

use std::borrow::Cow;

use crate::value::Value;

/// The type of the entities of a set.
///
/// ```
/// use lockgate_odata::{EntityType, Navigation, Property};
///
/// static FLOW: EntityType = EntityType::new(
///     "Flow",
///     &[
///         Property::text("Id").key(),
///         Property::text("Name").required().length(150),
///         Property::text("Content").or_null(),
///         Property::time("DeployedOn").iso(),
///     ],
/// )
/// .navigations(&[Navigation::many("Configurations", "Configurations")])
/// .media();
/// # assert_eq!(FLOW.key_names().collect::<Vec<_>>(), ["Id"]);
/// ```
#[derive(Debug)]
pub struct EntityType {
    /// Its name, without the namespace.
    pub name: &'static str,
    /// Its own properties, in the order of answers.
    pub properties: &'static [Property],
    /// Where one gets from an entity, in the order of answers.
    pub navigations: &'static [Navigation],
    /// Whether `<entity>/$value` is something.
    pub media: bool,
    /// The type whose properties and navigations it has as well, before its own.
    pub base: Option<&'static EntityType>,
    /// Whether its key says nothing without the entity that leads to it.
    pub contained: bool,
}

impl EntityType {
    /// A type with these properties.
    #[must_use]
    pub const fn new(name: &'static str, properties: &'static [Property]) -> Self {
        Self {
            name,
            properties,
            navigations: &[],
            media: false,
            base: None,
            contained: false,
        }
    }

    /// The same with these navigations.
    #[must_use]
    pub const fn navigations(mut self, navigations: &'static [Navigation]) -> Self {
        self.navigations = navigations;
        self
    }

    /// The same with a media resource behind every entity.
    #[must_use]
    pub const fn media(mut self) -> Self {
        self.media = true;
        self
    }

    /// The same, with entities that are found only by the navigation of another one: their key, such
    /// as the name of a resource, says nothing without it.
    #[must_use]
    pub const fn contained(mut self) -> Self {
        self.contained = true;
        self
    }

    /// The same as an extension of `base`.
    #[must_use]
    pub const fn extends(mut self, base: &'static EntityType) -> Self {
        self.base = Some(base);
        self
    }

    /// Its properties with those of its base types, the most general first.
    pub fn all_properties(&'static self) -> impl Iterator<Item = &'static Property> {
        self.lineage().into_iter().flat_map(|one| one.properties)
    }

    /// Its navigations with those of its base types.
    pub fn all_navigations(&'static self) -> impl Iterator<Item = &'static Navigation> {
        self.lineage().into_iter().flat_map(|one| one.navigations)
    }

    /// The names of its key properties.
    pub fn key_names(&'static self) -> impl Iterator<Item = &'static str> {
        self.key_properties().map(|property| property.name)
    }

    pub(crate) fn key_properties(&'static self) -> impl Iterator<Item = &'static Property> {
        self.all_properties().filter(|property| property.is_key)
    }

    pub(crate) fn property(&'static self, name: &str) -> Option<&'static Property> {
        self.all_properties().find(|property| property.name == name)
    }

    pub(crate) fn navigation(&'static self, name: &str) -> Option<&'static Navigation> {
        self.all_navigations()
            .find(|navigation| navigation.name == name)
    }

    /// Whether the type or one of its base types has a media resource.
    pub(crate) fn has_media(&'static self) -> bool {
        self.lineage().iter().any(|one| one.media)
    }

    fn lineage(&'static self) -> Vec<&'static Self> {
        let mut lineage: Vec<_> = std::iter::successors(Some(self), |one| one.base).collect();
        lineage.reverse();
        lineage
    }
}

/// A group of properties that is a property itself, such as `IntegrationArtifact` of a message.
#[derive(Debug)]
pub struct ComplexType {
    /// Its name, without the namespace.
    pub name: &'static str,
    /// Its properties.
    pub properties: &'static [Property],
}

/// A property of an entity.
///
/// What a row does not have is `""` for texts, `false` for booleans and `null` for the rest, because
/// clients stumble over null. [`Property::or_null`] is for the few texts where they expect it.
#[derive(Clone, Copy, Debug)]
pub struct Property {
    /// Its name.
    pub name: &'static str,
    /// Its type.
    pub edm: Edm,
    /// How JSON shows a time.
    pub dates: DateForm,
    /// Whether it is part of the key.
    pub is_key: bool,
    /// Whether `$metadata` says that it always has a value.
    pub is_required: bool,
    /// Whether it is `null` in answers when the row does not have it.
    pub absent_is_null: bool,
    /// The most characters that it has, for `$metadata`.
    pub max_length: Option<u32>,
}

impl Property {
    /// A property of any type.
    #[must_use]
    pub const fn new(name: &'static str, edm: Edm) -> Self {
        Self {
            name,
            edm,
            dates: DateForm::Milliseconds,
            is_key: false,
            is_required: false,
            absent_is_null: false,
            max_length: None,
        }
    }

    /// `Edm.String`.
    #[must_use]
    pub const fn text(name: &'static str) -> Self {
        Self::new(name, Edm::String)
    }

    /// `Edm.Boolean`.
    #[must_use]
    pub const fn boolean(name: &'static str) -> Self {
        Self::new(name, Edm::Boolean)
    }

    /// `Edm.Int32`.
    #[must_use]
    pub const fn int32(name: &'static str) -> Self {
        Self::new(name, Edm::Int32)
    }

    /// `Edm.Int64`, a string in JSON.
    #[must_use]
    pub const fn int64(name: &'static str) -> Self {
        Self::new(name, Edm::Int64)
    }

    /// `Edm.Binary`, Base64 in answers.
    #[must_use]
    pub const fn binary(name: &'static str) -> Self {
        Self::new(name, Edm::Binary)
    }

    /// `Edm.DateTime`, `/Date(…)/` in JSON.
    #[must_use]
    pub const fn time(name: &'static str) -> Self {
        Self::new(name, Edm::DateTime)
    }

    /// `Edm.DateTimeOffset`, `/Date(…)/` in JSON.
    #[must_use]
    pub const fn time_offset(name: &'static str) -> Self {
        Self::new(name, Edm::DateTimeOffset)
    }

    /// An `Edm.String` that holds a time as milliseconds since 1970; rows give a time.
    #[must_use]
    pub const fn time_text(name: &'static str) -> Self {
        Self::new(name, Edm::String)
    }

    /// A group of properties; rows give a row.
    #[must_use]
    pub const fn complex(name: &'static str, of: &'static ComplexType) -> Self {
        Self::new(name, Edm::Complex(of))
    }

    /// A property of the complex type that it is of.
    pub(crate) fn inner(&self, name: &str) -> Option<&'static Self> {
        match self.edm {
            Edm::Complex(of) => of.properties.iter().find(|inner| inner.name == name),
            _ => None,
        }
    }

    /// What answers show for what a row has. Clients stumble over null where they do not expect it.
    pub(crate) fn shown<'a>(&self, found: Option<&'a Value>) -> Cow<'a, Value> {
        match (self.edm, found) {
            (Edm::String, Some(Value::Time(time))) => {
                Cow::Owned(Value::Text(time.millis().to_string()))
            }
            (_, Some(value)) if !value.is_null() => Cow::Borrowed(value),
            (Edm::String, _) if !self.absent_is_null => Cow::Owned(Value::Text(String::new())),
            (Edm::Boolean, _) if !self.absent_is_null => Cow::Owned(Value::Bool(false)),
            _ => Cow::Owned(Value::Null),
        }
    }

    /// The same as part of the key.
    #[must_use]
    pub const fn key(mut self) -> Self {
        self.is_key = true;
        self.is_required = true;
        self
    }

    /// The same, said never to be null in `$metadata`.
    #[must_use]
    pub const fn required(mut self) -> Self {
        self.is_required = true;
        self
    }

    /// The same, `null` when the row does not have it.
    #[must_use]
    pub const fn or_null(mut self) -> Self {
        self.absent_is_null = true;
        self
    }

    /// The same, with at most so many characters.
    #[must_use]
    pub const fn length(mut self, characters: u32) -> Self {
        self.max_length = Some(characters);
        self
    }

    /// The same, with a time shown as `2026-09-24T09:55:21.348` in JSON too.
    #[must_use]
    pub const fn iso(mut self) -> Self {
        self.dates = DateForm::Iso;
        self
    }
}

/// How JSON shows an `Edm.DateTime` or `Edm.DateTimeOffset`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DateForm {
    /// `/Date(1790000000123)/`
    Milliseconds,
    /// `2026-09-24T09:55:21.348`: in UTC, without a zone, always three digits.
    Iso,
}

/// The type of a property or a parameter.
#[derive(Clone, Copy, Debug)]
pub enum Edm {
    /// Text.
    String,
    /// `true` or `false`.
    Boolean,
    /// 32 bits.
    Int32,
    /// 64 bits.
    Int64,
    /// Floating point.
    Double,
    /// Bytes.
    Binary,
    /// A time in UTC.
    DateTime,
    /// A time with its offset, which is always UTC here.
    DateTimeOffset,
    /// A group of properties.
    Complex(&'static ComplexType),
}

impl Edm {
    /// Its name; that of a complex type is without the namespace.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::String => "Edm.String",
            Self::Boolean => "Edm.Boolean",
            Self::Int32 => "Edm.Int32",
            Self::Int64 => "Edm.Int64",
            Self::Double => "Edm.Double",
            Self::Binary => "Edm.Binary",
            Self::DateTime => "Edm.DateTime",
            Self::DateTimeOffset => "Edm.DateTimeOffset",
            Self::Complex(of) => of.name,
        }
    }
}

/// A way from an entity to others.
#[derive(Clone, Copy, Debug)]
pub struct Navigation {
    /// Its name, as URLs have it.
    pub name: &'static str,
    /// The set that it leads to. That set answers, with the entity as [`crate::Call::parent`].
    pub set: &'static str,
    /// Whether it leads to a list.
    pub many: bool,
}

impl Navigation {
    /// A way to a list.
    #[must_use]
    pub const fn many(name: &'static str, set: &'static str) -> Self {
        Self {
            name,
            set,
            many: true,
        }
    }

    /// A way to one entity, or none. The set's `get` is asked with an empty key.
    #[must_use]
    pub const fn one(name: &'static str, set: &'static str) -> Self {
        Self {
            name,
            set,
            many: false,
        }
    }
}
