//! The entity data model of a service: what its `$metadata` says about names and types.

use std::collections::HashMap;

use http::Method;
use lockgate_xml::{Source, XmlError};
use roxmltree::Node;

/// Types that inherit from each other, at most.
const BASES_MAX: usize = 32;
const SERVICE_METADATA: &str = "http://schemas.microsoft.com/ado/2007/08/dataservices/metadata";

/// Entity sets, types and function imports of a service. Types are named with their namespace.
#[derive(Debug, Default)]
pub(super) struct Edm {
    sets: HashMap<String, String>,
    types: HashMap<String, Structure>,
    functions: HashMap<String, Function>,
    /// By association and role.
    ends: HashMap<(String, String), End>,
    /// The set at the end of an association, by association and role.
    end_sets: HashMap<(String, String), String>,
}

/// An entity type or a complex type.
#[derive(Debug, Default)]
struct Structure {
    base: Option<String>,
    properties: HashMap<String, String>,
    /// Navigation property to association and role.
    navigation: HashMap<String, (String, String)>,
}

#[derive(Debug)]
struct End {
    entity: String,
    many: bool,
}

/// A function import.
#[derive(Clone, Debug)]
pub(super) struct Function {
    pub(super) method: Method,
    pub(super) returns: Option<String>,
    pub(super) set: Option<String>,
}

/// Where a navigation property leads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Navigation<'a> {
    pub(super) entity: &'a str,
    pub(super) set: Option<&'a str>,
    pub(super) many: bool,
}

/// What a resource path leads to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Resource<'a> {
    /// Name of the entity set: the outer element in a flow.
    pub(super) set: &'a str,
    /// Qualified name of the entity type.
    pub(super) entity: &'a str,
}

impl Edm {
    /// Reads a `$metadata` document.
    pub(super) fn parse(document: &[u8]) -> Result<Self, XmlError> {
        let source = Source::from_bytes(document)?;
        let document = source.document()?;
        let mut edm = Self::default();
        let schemas = |node: &Node<'_, '_>| node.tag_name().name() == "Schema";
        for schema in document.tree().descendants().filter(schemas) {
            edm.read_schema(schema);
        }
        Ok(edm)
    }

    fn read_schema(&mut self, schema: Node<'_, '_>) {
        let names = Names {
            namespace: schema.attribute("Namespace").unwrap_or_default(),
            alias: schema.attribute("Alias"),
        };
        for node in schema.children().filter(Node::is_element) {
            let name = names.own(node);
            match node.tag_name().name() {
                "EntityType" | "ComplexType" => {
                    self.types.insert(name, read_structure(node, &names));
                }
                "Association" => {
                    for end in named(node, "End") {
                        let role = attribute(end, "Role");
                        let many = end.attribute("Multiplicity") == Some("*");
                        let entity = names.qualified(&attribute(end, "Type"));
                        self.ends.insert((name.clone(), role), End { entity, many });
                    }
                }
                "EntityContainer" => self.read_container(node, &names),
                _ => {}
            }
        }
    }

    fn read_container(&mut self, container: Node<'_, '_>, names: &Names<'_>) {
        for set in named(container, "EntitySet") {
            let entity = names.qualified(&attribute(set, "EntityType"));
            self.sets.insert(attribute(set, "Name"), entity);
        }
        for association in named(container, "AssociationSet") {
            let name = names.qualified(&attribute(association, "Association"));
            for end in named(association, "End") {
                let key = (name.clone(), attribute(end, "Role"));
                self.end_sets.insert(key, attribute(end, "EntitySet"));
            }
        }
        for function in named(container, "FunctionImport") {
            let method = function.attribute((SERVICE_METADATA, "HttpMethod"));
            let method = method.and_then(|method| method.parse().ok());
            let returns = function.attribute("ReturnType");
            let read = Function {
                method: method.unwrap_or(Method::GET),
                returns: returns.map(|name| names.qualified(name)),
                set: function.attribute("EntitySet").map(str::to_owned),
            };
            self.functions.insert(attribute(function, "Name"), read);
        }
    }

    /// The function import called `name`.
    pub(super) fn function(&self, name: &str) -> Option<&Function> {
        self.functions.get(name)
    }

    /// Whether `name` is a structured type of this service.
    pub(super) fn has_type(&self, name: &str) -> bool {
        self.types.contains_key(name)
    }

    /// The EDM type of a property.
    pub(super) fn property(&self, structure: &str, name: &str) -> Option<&str> {
        self.lineage(structure)
            .find_map(|structure| structure.properties.get(name))
            .map(String::as_str)
    }

    /// Where a navigation property leads.
    pub(super) fn navigation(&self, entity: &str, name: &str) -> Option<Navigation<'_>> {
        let key = (self.lineage(entity)).find_map(|structure| structure.navigation.get(name))?;
        let end = self.ends.get(key)?;
        let set = self.end_sets.get(key).or_else(|| {
            let of_type = self.sets.iter().find(|(_, entity)| **entity == end.entity);
            of_type.map(|(set, _)| set)
        });
        Some(Navigation {
            entity: &end.entity,
            set: set.map(String::as_str),
            many: end.many,
        })
    }

    /// What `Set`, `Set(key)` or `Set(key)/Navigation…` leads to.
    pub(super) fn resource(&self, path: &str) -> Option<Resource<'_>> {
        let mut segments = segments(path).into_iter();
        let (set, entity) = self.sets.get_key_value(segments.next()?)?;
        let mut resource = Resource { set, entity };
        for segment in segments {
            let navigation = self.navigation(resource.entity, segment)?;
            resource = Resource {
                set: navigation.set?,
                entity: navigation.entity,
            };
        }
        Some(resource)
    }

    /// The structure called `name` and those it inherits from.
    fn lineage(&self, name: &str) -> impl Iterator<Item = &Structure> {
        let base = |structure: &&Structure| self.types.get(structure.base.as_deref()?);
        std::iter::successors(self.types.get(name), base).take(BASES_MAX)
    }
}

/// The name without its namespace.
pub(super) fn simple_name(qualified: &str) -> &str {
    qualified.rsplit('.').next().unwrap_or(qualified)
}

/// The item type of `Collection(T)`.
pub(super) fn collection_of(name: &str) -> Option<&str> {
    name.strip_prefix("Collection(")?.strip_suffix(')')
}

/// The names in a resource path, without keys. Slashes in quoted keys separate nothing.
pub(super) fn segments(path: &str) -> Vec<&str> {
    let mut segments = Vec::new();
    let (mut start, mut quoted) = (0, false);
    for (at, c) in path.char_indices() {
        match c {
            '\'' => quoted = !quoted,
            '/' if !quoted => {
                segments.push(&path[start..at]);
                start = at + 1;
            }
            _ => {}
        }
    }
    segments.push(&path[start..]);
    let name = |segment: &'_ str| segment.find('(').unwrap_or(segment.len());
    segments
        .into_iter()
        .filter(|segment| !segment.is_empty())
        .map(|segment| &segment[..name(segment)])
        .collect()
}

/// Resolves names inside one schema.
struct Names<'a> {
    namespace: &'a str,
    alias: Option<&'a str>,
}

impl Names<'_> {
    fn own(&self, node: Node<'_, '_>) -> String {
        format!("{}.{}", self.namespace, attribute(node, "Name"))
    }

    /// Replaces the schema's alias by its namespace, inside `Collection(…)` too.
    fn qualified(&self, name: &str) -> String {
        if let Some(item) = collection_of(name) {
            return format!("Collection({})", self.qualified(item));
        }
        match name.rsplit_once('.') {
            Some((prefix, simple)) if Some(prefix) == self.alias => {
                format!("{}.{simple}", self.namespace)
            }
            _ => name.to_owned(),
        }
    }
}

fn read_structure(node: Node<'_, '_>, names: &Names<'_>) -> Structure {
    let mut structure = Structure {
        base: node.attribute("BaseType").map(|base| names.qualified(base)),
        ..Structure::default()
    };
    for property in named(node, "Property") {
        let edm = names.qualified(&attribute(property, "Type"));
        structure
            .properties
            .insert(attribute(property, "Name"), edm);
    }
    for property in named(node, "NavigationProperty") {
        let association = names.qualified(&attribute(property, "Relationship"));
        let end = (association, attribute(property, "ToRole"));
        structure
            .navigation
            .insert(attribute(property, "Name"), end);
    }
    structure
}

fn named<'a, 'i>(parent: Node<'a, 'i>, name: &'static str) -> impl Iterator<Item = Node<'a, 'i>> {
    parent
        .children()
        .filter(move |node| node.tag_name().name() == name)
}

fn attribute(node: Node<'_, '_>, name: &str) -> String {
    node.attribute(name).unwrap_or_default().to_owned()
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    /// A model with an alias, inheritance, a complex type and navigation in both directions.
    pub(in crate::odata) const METADATA: &str = r#"<?xml version="1.0"?>
        <edmx:Edmx Version="1.0" xmlns:edmx="http://schemas.microsoft.com/ado/2007/06/edmx">
        <edmx:DataServices xmlns:m="http://schemas.microsoft.com/ado/2007/08/dataservices/metadata">
        <Schema Namespace="com.shop" Alias="Self" xmlns="http://schemas.microsoft.com/ado/2008/09/edm">
        <EntityType Name="Document" Abstract="true"><Key><PropertyRef Name="Id"/></Key>
          <Property Name="Id" Type="Edm.String"/><Property Name="CreatedAt" Type="Edm.DateTime"/></EntityType>
        <EntityType Name="OrderType" BaseType="Self.Document">
          <Property Name="Total" Type="Edm.Decimal"/><Property Name="Lines" Type="Edm.Int32"/>
          <Property Name="Paid" Type="Edm.Boolean"/><Property Name="ShipTo" Type="Self.Address"/>
          <Property Name="ChangedAt" Type="Edm.DateTimeOffset"/><Property Name="At" Type="Edm.Time"/>
          <NavigationProperty Name="to_Item" Relationship="Self.OrderItems" FromRole="Order" ToRole="Item"/>
          <NavigationProperty Name="to_Buyer" Relationship="com.shop.OrderBuyer" FromRole="Order" ToRole="Buyer"/>
        </EntityType>
        <EntityType Name="ItemType"><Property Name="No" Type="Edm.Int32"/><Property Name="Text" Type="Edm.String"/></EntityType>
        <EntityType Name="BuyerType"><Property Name="Name" Type="Edm.String"/></EntityType>
        <ComplexType Name="Address"><Property Name="City" Type="Edm.String"/><Property Name="Since" Type="Edm.DateTime"/></ComplexType>
        <Association Name="OrderItems"><End Type="Self.OrderType" Multiplicity="1" Role="Order"/>
          <End Type="Self.ItemType" Multiplicity="*" Role="Item"/></Association>
        <Association Name="OrderBuyer"><End Type="Self.OrderType" Multiplicity="*" Role="Order"/>
          <End Type="Self.BuyerType" Multiplicity="0..1" Role="Buyer"/></Association>
        <EntityContainer Name="C">
          <EntitySet Name="Orders" EntityType="Self.OrderType"/><EntitySet Name="Items" EntityType="com.shop.ItemType"/>
          <EntitySet Name="Buyers" EntityType="com.shop.BuyerType"/>
          <AssociationSet Name="OI" Association="Self.OrderItems"><End EntitySet="Orders" Role="Order"/><End EntitySet="Items" Role="Item"/></AssociationSet>
          <FunctionImport Name="Cancel" ReturnType="Self.OrderType" EntitySet="Orders" m:HttpMethod="POST"/>
          <FunctionImport Name="Cities" ReturnType="Collection(Self.Address)"/>
        </EntityContainer></Schema></edmx:DataServices></edmx:Edmx>"#;

    pub(in crate::odata) fn edm() -> Edm {
        Edm::parse(METADATA.as_bytes()).unwrap()
    }

    #[test]
    fn names_are_resolved_through_aliases_and_base_types() {
        let edm = edm();
        assert_eq!(
            edm.property("com.shop.OrderType", "Total"),
            Some("Edm.Decimal")
        );
        assert_eq!(
            edm.property("com.shop.OrderType", "CreatedAt"),
            Some("Edm.DateTime")
        );
        assert_eq!(
            edm.property("com.shop.OrderType", "ShipTo"),
            Some("com.shop.Address")
        );
        assert!(edm.has_type("com.shop.Address"));
        assert_eq!(edm.property("com.shop.OrderType", "Nothing"), None);
    }

    #[test]
    fn paths_lead_to_sets_and_types() {
        let edm = edm();
        let orders = Resource {
            set: "Orders",
            entity: "com.shop.OrderType",
        };
        let cases = [
            ("Orders", Some(orders)),
            ("/Orders", Some(orders)),
            ("Orders('a/b')", Some(orders)),
            ("Orders(Id='it''s/x')", Some(orders)),
            (
                "Orders('1')/to_Item",
                Some(Resource {
                    set: "Items",
                    entity: "com.shop.ItemType",
                }),
            ),
            (
                "Orders('1')/to_Buyer",
                Some(Resource {
                    set: "Buyers",
                    entity: "com.shop.BuyerType",
                }),
            ),
            ("Orders('1')/Total", None),
            ("Nothing", None),
            ("", None),
        ];
        for (path, expected) in cases {
            assert_eq!(edm.resource(path), expected, "{path}");
        }
        assert!(
            edm.navigation("com.shop.OrderType", "to_Item")
                .unwrap()
                .many
        );
        assert!(
            !edm.navigation("com.shop.OrderType", "to_Buyer")
                .unwrap()
                .many
        );
    }

    #[test]
    fn functions_say_how_they_are_called() {
        let edm = edm();
        let cancel = edm.function("Cancel").unwrap();
        assert_eq!(cancel.method, Method::POST);
        assert_eq!(cancel.returns.as_deref(), Some("com.shop.OrderType"));
        let cities = edm.function("Cities").unwrap();
        assert_eq!(cities.method, Method::GET);
        let item = collection_of(cities.returns.as_deref().unwrap());
        assert_eq!(item.map(simple_name), Some("Address"));
    }

    #[test]
    fn types_that_inherit_from_themselves_end() {
        let looped = METADATA.replace(
            "Name=\"Document\"",
            "Name=\"Document\" BaseType=\"Self.Document\"",
        );
        let edm = Edm::parse(looped.as_bytes()).unwrap();
        assert_eq!(edm.property("com.shop.OrderType", "Nothing"), None);
    }
}
