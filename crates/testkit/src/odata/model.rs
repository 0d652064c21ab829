//! The entity model of the product service, and its first rows.

use std::collections::BTreeMap;

/// One entity: property name to value in XML literal form; absent values are null.
pub type Row = BTreeMap<String, String>;

/// An entity set and the type of its entities.
#[derive(Debug)]
pub(super) struct Set {
    pub(super) name: &'static str,
    pub(super) entity: &'static str,
    /// Name and EDM type; the first is the key.
    pub(super) properties: &'static [(&'static str, &'static str)],
    pub(super) navigation: &'static [Navigation],
}

/// A navigation property that joins two sets over a property both have.
#[derive(Debug)]
pub(super) struct Navigation {
    pub(super) name: &'static str,
    pub(super) target: &'static str,
    pub(super) many: bool,
    pub(super) over: &'static str,
}

/// A function import.
#[derive(Debug)]
pub(super) struct Function {
    pub(super) name: &'static str,
    pub(super) method: &'static str,
    pub(super) returns: &'static str,
    pub(super) set: Option<&'static str>,
    pub(super) parameter: &'static str,
}

pub(super) const NAMESPACE: &str = "shop";

pub(super) const SETS: [Set; 2] = [
    Set {
        name: "Products",
        entity: "Product",
        properties: &[
            ("ProductId", "Edm.String"),
            ("Name", "Edm.String"),
            ("Category", "Edm.String"),
            ("Price", "Edm.Decimal"),
            ("CurrencyCode", "Edm.String"),
            ("Stock", "Edm.Int32"),
            ("Discontinued", "Edm.Boolean"),
            ("ListedSince", "Edm.DateTime"),
            ("SupplierId", "Edm.String"),
        ],
        navigation: &[Navigation {
            name: "Supplier",
            target: "Suppliers",
            many: false,
            over: "SupplierId",
        }],
    },
    Set {
        name: "Suppliers",
        entity: "Supplier",
        properties: &[
            ("SupplierId", "Edm.String"),
            ("Name", "Edm.String"),
            ("City", "Edm.String"),
        ],
        navigation: &[Navigation {
            name: "Products",
            target: "Products",
            many: true,
            over: "SupplierId",
        }],
    },
];

pub(super) const FUNCTIONS: [Function; 3] = [
    Function {
        name: "ProductsInCategory",
        method: "GET",
        returns: "Collection(shop.Product)",
        set: Some("Products"),
        parameter: "Category",
    },
    Function {
        name: "StockOf",
        method: "GET",
        returns: "Edm.Int32",
        set: None,
        parameter: "ProductId",
    },
    Function {
        name: "Discontinue",
        method: "POST",
        returns: "shop.Product",
        set: Some("Products"),
        parameter: "ProductId",
    },
];

const PRODUCTS: [[&str; 9]; 5] = [
    [
        "HT-1000",
        "Notebook Basic 15",
        "Notebooks",
        "956.00",
        "EUR",
        "21",
        "false",
        "2023-02-01T00:00:00",
        "S-1",
    ],
    [
        "HT-1001",
        "Notebook Basic 17",
        "Notebooks",
        "1249.00",
        "EUR",
        "8",
        "false",
        "2023-02-01T00:00:00",
        "S-1",
    ],
    [
        "HT-1080",
        "Photo Scan",
        "Scanners",
        "129.00",
        "EUR",
        "34",
        "false",
        "2024-01-31T09:30:00",
        "S-2",
    ],
    [
        "HT-1081",
        "Power Scan",
        "Scanners",
        "89.00",
        "EUR",
        "0",
        "true",
        "2021-07-15T00:00:00",
        "S-2",
    ],
    [
        "HT-1090",
        "Copperberry & Sons <Desk Lamp>",
        "Lighting",
        "24.50",
        "EUR",
        "120",
        "false",
        "",
        "",
    ],
];

const SUPPLIERS: [[&str; 3]; 2] = [
    ["S-1", "Northwater Computing", "Kiel"],
    ["S-2", "Lumen Optics", "Jena"],
];

/// The set called `name`.
pub(super) fn set(name: &str) -> Option<&'static Set> {
    SETS.iter().find(|set| set.name == name)
}

impl Set {
    pub(super) fn key(&self) -> &'static str {
        self.properties[0].0
    }

    pub(super) fn navigation(&self, name: &str) -> Option<&'static Navigation> {
        self.navigation.iter().find(|nav| nav.name == name)
    }
}

/// The rows every service starts with, by set.
pub(super) fn rows() -> BTreeMap<&'static str, Vec<Row>> {
    BTreeMap::from([
        ("Products", table(&SETS[0], &PRODUCTS)),
        ("Suppliers", table(&SETS[1], &SUPPLIERS)),
    ])
}

fn table<const N: usize>(set: &Set, values: &[[&str; N]]) -> Vec<Row> {
    let row = |values: &[&str; N]| {
        let names = set.properties.iter().map(|(name, _)| (*name).to_owned());
        names
            .zip(values.iter().map(|&value| value.to_owned()))
            .filter(|(_, value)| !value.is_empty())
            .collect()
    };
    values.iter().map(row).collect()
}

/// The `$metadata` document.
pub(super) fn metadata() -> String {
    let mut types = String::new();
    let mut sets = String::new();
    for set in &SETS {
        let mut body = format!("<Key><PropertyRef Name=\"{}\"/></Key>", set.key());
        for (name, edm) in set.properties {
            let nullable = *name != set.key();
            body += &format!("<Property Name=\"{name}\" Type=\"{edm}\" Nullable=\"{nullable}\"/>");
        }
        for nav in set.navigation {
            body += &format!(
                "<NavigationProperty Name=\"{}\" Relationship=\"{NAMESPACE}.ProductSupplier\" FromRole=\"{}\" ToRole=\"{}\"/>",
                nav.name, set.name, nav.target
            );
        }
        types += &format!("<EntityType Name=\"{}\">{body}</EntityType>", set.entity);
        sets += &format!(
            "<EntitySet Name=\"{}\" EntityType=\"{NAMESPACE}.{}\"/>",
            set.name, set.entity
        );
    }
    for function in &FUNCTIONS {
        let set = function
            .set
            .map_or_else(String::new, |set| format!(" EntitySet=\"{set}\""));
        sets += &format!(
            "<FunctionImport Name=\"{}\" ReturnType=\"{}\"{set} m:HttpMethod=\"{}\"><Parameter Name=\"{}\" Type=\"Edm.String\" Mode=\"In\"/></FunctionImport>",
            function.name, function.returns, function.method, function.parameter
        );
    }
    format!(
        "<?xml version=\"1.0\" encoding=\"utf-8\"?>\
        <edmx:Edmx Version=\"1.0\" xmlns:edmx=\"http://schemas.microsoft.com/ado/2007/06/edmx\">\
        <edmx:DataServices m:DataServiceVersion=\"2.0\" xmlns:m=\"http://schemas.microsoft.com/ado/2007/08/dataservices/metadata\">\
        <Schema Namespace=\"{NAMESPACE}\" xmlns=\"http://schemas.microsoft.com/ado/2008/09/edm\">{types}\
        <Association Name=\"ProductSupplier\">\
        <End Type=\"{NAMESPACE}.Product\" Multiplicity=\"*\" Role=\"Products\"/>\
        <End Type=\"{NAMESPACE}.Supplier\" Multiplicity=\"0..1\" Role=\"Suppliers\"/></Association>\
        <EntityContainer Name=\"Shop\" m:IsDefaultEntityContainer=\"true\">{sets}\
        <AssociationSet Name=\"ProductSuppliers\" Association=\"{NAMESPACE}.ProductSupplier\">\
        <End EntitySet=\"Products\" Role=\"Products\"/><End EntitySet=\"Suppliers\" Role=\"Suppliers\"/></AssociationSet>\
        </EntityContainer></Schema></edmx:DataServices></edmx:Edmx>"
    )
}
