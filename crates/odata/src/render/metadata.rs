//! `$metadata`: every type, set and function, from their descriptions.

use std::collections::BTreeMap;

use super::{NAMESPACE, Rendered, XML};
use crate::function::{Function, Returns};
use crate::model::{ComplexType, Edm, EntityType, Navigation, Property};
use crate::service::Service;

/// The metadata document of `service`.
pub(crate) fn metadata(service: &Service) -> Rendered {
    let text = [
        r#"<?xml version="1.0" encoding="utf-8"?>"#,
        r#"<edmx:Edmx Version="1.0" xmlns:edmx="http://schemas.microsoft.com/ado/2007/06/edmx">"#,
        r#"<edmx:DataServices m:DataServiceVersion="2.0" xmlns:m="http://schemas.microsoft.com/ado/2007/08/dataservices/metadata">"#,
        r#"<Schema Namespace="com.sap.hci.api" xmlns="http://schemas.microsoft.com/ado/2008/09/edm">"#,
        &types(service),
        &container(service),
        "</Schema></edmx:DataServices></edmx:Edmx>",
    ]
    .concat();
    Rendered {
        content_type: XML,
        text,
    }
}

/// A navigation whose target is served.
struct Link {
    from: &'static EntityType,
    to: &'static EntityType,
    navigation: &'static Navigation,
}

impl Link {
    /// The navigations that `entity` itself declares.
    fn of(entity: &'static EntityType, service: &Service) -> Vec<Self> {
        let served = entity.navigations.iter().filter_map(|navigation| {
            let to = service.set(navigation.set)?.entity();
            Some(Self {
                from: entity,
                to,
                navigation,
            })
        });
        served.collect()
    }

    fn name(&self) -> String {
        format!("{}_{}", self.from.name, self.navigation.name)
    }

    fn association(&self) -> String {
        let (from, to) = (self.from.name, self.to.name);
        let many = if self.navigation.many { "*" } else { "0..1" };
        format!(
            r#"<Association Name="{}"><End Type="{NAMESPACE}.{from}" Multiplicity="1" Role="From"/><End Type="{NAMESPACE}.{to}" Multiplicity="{many}" Role="To"/></Association>"#,
            self.name()
        )
    }

    fn property(&self) -> String {
        format!(
            r#"<NavigationProperty Name="{}" Relationship="{NAMESPACE}.{}" FromRole="From" ToRole="To"/>"#,
            self.navigation.name,
            self.name()
        )
    }
}

/// Entity types with those that they extend, complex types, and associations.
fn types(service: &Service) -> String {
    let mut entities: BTreeMap<&str, &'static EntityType> = BTreeMap::new();
    let mut complexes: BTreeMap<&str, &'static ComplexType> = BTreeMap::new();
    for set in service.sets() {
        for entity in std::iter::successors(Some(set.entity()), |one| one.base) {
            entities.insert(entity.name, entity);
            for property in entity.properties {
                collect_complex(property, &mut complexes);
            }
        }
    }
    let links = entities
        .values()
        .flat_map(|entity| Link::of(entity, service));
    let associations: String = links.map(|link| link.association()).collect();
    let entities = entities.values().map(|entity| entity_type(entity, service));
    let complexes = complexes.values().map(|of| {
        let properties: String = of.properties.iter().map(property).collect();
        format!(
            r#"<ComplexType Name="{}">{properties}</ComplexType>"#,
            of.name
        )
    });
    entities.chain(complexes).chain([associations]).collect()
}

fn collect_complex(
    property: &Property,
    complexes: &mut BTreeMap<&'static str, &'static ComplexType>,
) {
    if let Edm::Complex(of) = property.edm
        && complexes.insert(of.name, of).is_none()
    {
        for inner in of.properties {
            collect_complex(inner, complexes);
        }
    }
}

fn entity_type(entity: &'static EntityType, service: &Service) -> String {
    let base = entity.base.map_or_else(String::new, |base| {
        format!(r#" BaseType="{NAMESPACE}.{}""#, base.name)
    });
    let stream = if entity.media {
        r#" m:HasStream="true""#
    } else {
        ""
    };
    let keys = entity.properties.iter().filter(|one| one.is_key);
    let keys: String = keys
        .map(|key| format!(r#"<PropertyRef Name="{}"/>"#, key.name))
        .collect();
    let keys = match keys.is_empty() {
        true => keys,
        false => format!("<Key>{keys}</Key>"),
    };
    let properties: String = entity.properties.iter().map(property).collect();
    let links = Link::of(entity, service);
    let navigations: String = links.iter().map(Link::property).collect();
    format!(
        r#"<EntityType Name="{}"{base}{stream}>{keys}{properties}{navigations}</EntityType>"#,
        entity.name
    )
}

fn property(property: &Property) -> String {
    let length = property
        .max_length
        .map_or_else(String::new, |length| format!(r#" MaxLength="{length}""#));
    let nullable = if property.is_required {
        r#" Nullable="false""#
    } else {
        ""
    };
    format!(
        r#"<Property Name="{}" Type="{}"{nullable}{length}/>"#,
        property.name,
        type_name(property.edm)
    )
}

fn type_name(edm: Edm) -> String {
    match edm {
        Edm::Complex(of) => format!("{NAMESPACE}.{}", of.name),
        other => other.name().to_owned(),
    }
}

fn container(service: &Service) -> String {
    let mut out = String::from(
        r#"<EntityContainer Name="DefaultContainer" m:IsDefaultEntityContainer="true">"#,
    );
    for set in service.sets() {
        let (name, entity) = (set.name(), set.entity().name);
        out.push_str(&format!(
            r#"<EntitySet Name="{name}" EntityType="{NAMESPACE}.{entity}"/>"#
        ));
    }
    for set in service.sets() {
        let lineage = std::iter::successors(Some(set.entity()), |one| one.base);
        for link in lineage.flat_map(|entity| Link::of(entity, service)) {
            out.push_str(&format!(
                r#"<AssociationSet Name="{0}_{1}_Set" Association="{NAMESPACE}.{2}"><End EntitySet="{0}" Role="From"/><End EntitySet="{3}" Role="To"/></AssociationSet>"#,
                set.name(),
                link.navigation.name,
                link.name(),
                link.navigation.set
            ));
        }
    }
    for one in service.functions() {
        out.push_str(&function(one.describe(), service));
    }
    out.push_str("</EntityContainer>");
    out
}

fn function(function: &Function, service: &Service) -> String {
    let returns = match function.returns {
        Returns::Nothing => String::new(),
        Returns::Value(edm) => format!(r#" ReturnType="{}""#, type_name(edm)),
        Returns::Entity(name) => service.set(name).map_or_else(String::new, |set| {
            let entity = set.entity().name;
            format!(r#" ReturnType="{NAMESPACE}.{entity}" EntitySet="{name}""#)
        }),
    };
    let parameters = function.parameters.iter().map(|one| {
        let nullable = if one.is_required {
            r#" Nullable="false""#
        } else {
            ""
        };
        let kind = type_name(one.edm);
        format!(
            r#"<Parameter Name="{}" Type="{kind}" Mode="In"{nullable}/>"#,
            one.name
        )
    });
    let parameters: String = parameters.collect();
    format!(
        r#"<FunctionImport Name="{}"{returns} m:HttpMethod="{}">{parameters}</FunctionImport>"#,
        function.name, function.method
    )
}
