//! Content Modifiers.

use super::fields::Fields;
use crate::diagnostic::Code;
use crate::params::{Context, unescape};
use crate::plan::{BodySource, ContentModifier, Datatype, Row, ValueSource};
use crate::rows;

/// Between the fields of a row in old exports.
const FIELD_SEPARATOR: &str = ":;";
/// Between a field's name and its value in old exports.
const VALUE_SEPARATOR: &str = ":=:";

pub(super) fn content_modifier(fields: &mut Fields<'_, '_>) -> ContentModifier {
    ContentModifier {
        headers: table(fields, "headerTable", "HEADER_"),
        properties: table(fields, "propertyTable", "property_"),
        body: body(fields),
    }
}

fn body(fields: &mut Fields<'_, '_>) -> Option<BodySource> {
    let content = fields.text("wrapContent");
    if content.is_empty() {
        return None;
    }
    match fields.word("bodyType", "expression").as_str() {
        "constant" => Some(BodySource::Constant(content)),
        "expression" => fields
            .template("wrapContent", &content)
            .map(BodySource::Expression),
        _ => {
            fields.setting("bodyType", "must be constant or expression");
            None
        }
    }
}

/// The rows of a table; old exports have one property per row instead.
fn table(fields: &mut Fields<'_, '_>, key: &str, legacy_prefix: &str) -> Vec<Row> {
    let rows = if fields.has(key) {
        fields.rows(key)
    } else {
        legacy_rows(fields, legacy_prefix)
    };
    rows.iter()
        .filter_map(|cells| row(fields, key, cells))
        .collect()
}

fn legacy_rows(fields: &Fields<'_, '_>, prefix: &str) -> Vec<rows::Row> {
    let mut numbered: Vec<(u32, &str)> = fields
        .settings()
        .filter_map(|(key, text)| Some((key.strip_prefix(prefix)?.parse().ok()?, text)))
        .collect();
    numbered.sort_unstable();
    let parameters = fields.lowering.parameters;
    numbered
        .into_iter()
        .map(|(_, text)| {
            let pairs = text.split(FIELD_SEPARATOR);
            let pairs = pairs.filter_map(|field| field.split_once(VALUE_SEPARATOR));
            rows::Row::from_fields(pairs.map(|(name, value)| {
                let value = unescape(value);
                (
                    name.to_owned(),
                    parameters.resolve(&value, Context::Escaped),
                )
            }))
        })
        .collect()
}

fn row(fields: &mut Fields<'_, '_>, key: &str, cells: &rows::Row) -> Option<Row> {
    let name = cells.get("Name");
    match cells.get("Action").trim() {
        "Delete" => Some(deletion(name)),
        "Create" | "" => create(fields, key, name, cells),
        _ => {
            fields.setting(key, "has a row whose action is neither Create nor Delete");
            None
        }
    }
}

/// Reads `$name=x`, `$include=a,b` and `$include=a,$exclude=b`.
fn deletion(target: &str) -> Row {
    let Some(patterns) = target.strip_prefix("$include=") else {
        return Row::Delete {
            name: target.strip_prefix("$name=").unwrap_or(target).to_owned(),
        };
    };
    let (include, exclude) = patterns.split_once(",$exclude=").unwrap_or((patterns, ""));
    let list = |patterns: &str| {
        let patterns = patterns.split(',').map(str::trim);
        patterns
            .filter(|p| !p.is_empty())
            .map(str::to_owned)
            .collect()
    };
    Row::DeleteMatching {
        include: list(include),
        exclude: list(exclude),
    }
}

fn create(fields: &mut Fields<'_, '_>, key: &str, name: &str, cells: &rows::Row) -> Option<Row> {
    if name.trim().is_empty() {
        fields.setting(key, "has a row without a name");
        return None;
    }
    if name.contains("${") {
        let message = format!("{key}: a row's name must not be an expression: '{name}'");
        fields.error(key, Code::UnsupportedFeature, message);
        return None;
    }
    let default = Some(cells.get("Default")).filter(|text| !text.is_empty());
    let (source, datatype) = source(
        fields,
        key,
        &Cells {
            name,
            kind: cells.get("Type"),
            value: cells.get("Value"),
            default,
            datatype: cells.get("Datatype"),
        },
    )?;
    Some(Row::Create {
        name: name.to_owned(),
        source,
        datatype,
    })
}

/// What a row says about its value.
pub(super) struct Cells<'c> {
    pub(super) name: &'c str,
    pub(super) kind: &'c str,
    pub(super) value: &'c str,
    pub(super) default: Option<&'c str>,
    pub(super) datatype: &'c str,
}

/// Where a row's value comes from, and what it becomes.
pub(super) fn source(
    fields: &mut Fields<'_, '_>,
    key: &str,
    cells: &Cells<'_>,
) -> Option<(ValueSource, Datatype)> {
    let value = cells.value;
    let default = cells.default.map(str::to_owned);
    let mut datatype = datatype(cells.datatype.trim());
    let source = match cells.kind.trim() {
        "constant" | "external parameter" => ValueSource::Constant(value.to_owned()),
        "header" => ValueSource::Header(value.to_owned()),
        "property" => ValueSource::Property(value.to_owned()),
        "expression" => ValueSource::Expression(fields.template(key, value)?),
        "xpath" => {
            if datatype == Datatype::Unspecified {
                datatype = Datatype::Text;
            }
            ValueSource::XPath(fields.xpath(key, value.trim())?)
        }
        "persisted variables" => ValueSource::LocalVariable {
            name: fields.template(key, value)?,
            default,
        },
        "global persisted variables" => ValueSource::GlobalVariable {
            name: fields.template(key, value)?,
            default,
        },
        "numberRange" => number_range(fields, key, value)?,
        kind => {
            let problem = format!("has a row '{}' of the unknown type '{kind}'", cells.name);
            fields.setting(key, &problem);
            return None;
        }
    };
    Some((source, datatype))
}

/// Reads `Range` and `Range:${correlation}`.
fn number_range(fields: &mut Fields<'_, '_>, key: &str, value: &str) -> Option<ValueSource> {
    let (name, correlation) = match value.split_once(':') {
        Some((name, correlation)) => (name, Some(fields.template(key, correlation)?)),
        None => (value, None),
    };
    Some(ValueSource::NumberRange {
        name: name.trim().to_owned(),
        correlation,
    })
}

/// Java's names; what is misspelt means text.
fn datatype(name: &str) -> Datatype {
    match name {
        "" | "java.lang.Object" => Datatype::Unspecified,
        "java.lang.Integer" | "java.lang.Long" => Datatype::Integer,
        "java.lang.Boolean" => Datatype::Boolean,
        "org.w3c.dom.Node" | "org.w3c.dom.Document" => Datatype::Node,
        "org.w3c.dom.NodeList" => Datatype::NodeList,
        "byte[]" => Datatype::Bytes,
        _ => Datatype::Text,
    }
}
