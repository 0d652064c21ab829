//! Content Modifier: header rows, then property rows, then the body, each seeing what the ones
//! before it did. XPath rows read the incoming body, which is parsed once.

mod stored;

use std::sync::Arc;

use lockgate_flow::expr::{Part, Template};
use lockgate_flow::plan::{
    BodySource, ContentModifier as Spec, Datatype, Row as RowSpec, ValueSource,
};
use lockgate_xml::Document;
use lockgate_xml::xpath::{XPath, XPathError};

use self::stored::StoredRow;
use super::{Next, Preparation, Step, xml};
use crate::error::StepError;
use crate::eval::{self, EvalContext};
use crate::exchange::{Body, Exchange};
use crate::pipeline::{Op, Stage};
use crate::value::Value;

/// Rows of a Content Modifier that only compute, and its body. Rows that read from the store are
/// stages of their own between such steps, so that computations stay where they hold up nobody.
#[derive(Debug)]
struct ContentModifier {
    rows: Vec<Row>,
    body: Option<NewBody>,
}

#[derive(Debug)]
struct Row {
    target: Target,
    action: Action,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Target {
    Header,
    Property,
}

#[derive(Debug)]
enum Action {
    Create {
        name: String,
        source: Source,
        datatype: Datatype,
    },
    Delete(String),
    DeleteMatching {
        include: Vec<String>,
        exclude: Vec<String>,
    },
}

/// Where the value of a row comes from.
#[derive(Debug)]
pub(super) enum Source {
    Constant(Value),
    Header(String),
    Property(String),
    XPath(XPath),
    Expression(Template),
}

#[derive(Debug)]
enum NewBody {
    Constant(Arc<str>),
    Expression(Template),
}

pub(super) fn prepare(spec: &Spec, preparation: &Preparation<'_>) -> Result<Op, Vec<String>> {
    let (mut problems, mut stages, mut rows) = (Vec::new(), Vec::new(), Vec::new());
    let headers = spec.headers.iter().map(|row| (Target::Header, row));
    let properties = spec.properties.iter().map(|row| (Target::Property, row));
    for (target, row) in headers.chain(properties) {
        if let Some(stored) = StoredRow::of(target, row) {
            if !rows.is_empty() {
                let rows = std::mem::take(&mut rows);
                stages.push(Stage::Step(Arc::new(ContentModifier { rows, body: None })));
            }
            stages.push(Stage::Wait(Box::new(stored)));
            continue;
        }
        match action(row, preparation) {
            Ok(action) => rows.push(Row { target, action }),
            Err(problem) => problems.push(problem),
        }
    }
    if !problems.is_empty() {
        return Err(problems);
    }
    let body = spec.body.as_ref().map(new_body);
    let last = ContentModifier { rows, body };
    Ok(if stages.is_empty() {
        super::step(last)
    } else {
        stages.push(Stage::Step(Arc::new(last)));
        Op::Series(stages)
    })
}

fn new_body(spec: &BodySource) -> NewBody {
    match spec {
        BodySource::Constant(text) => NewBody::Constant(text.as_str().into()),
        BodySource::Expression(template) => match template.parts.as_slice() {
            [] => NewBody::Constant("".into()),
            [Part::Literal(text)] => NewBody::Constant(text.as_str().into()),
            _ => NewBody::Expression(template.clone()),
        },
    }
}

fn action(row: &RowSpec, preparation: &Preparation<'_>) -> Result<Action, String> {
    Ok(match row {
        RowSpec::Create {
            name,
            source,
            datatype,
        } => Action::Create {
            name: name.clone(),
            source: self::source(source, preparation)
                .map_err(|problem| format!("row {name:?}: {problem}"))?,
            datatype: *datatype,
        },
        RowSpec::Delete { name } => Action::Delete(name.clone()),
        RowSpec::DeleteMatching { include, exclude } => Action::DeleteMatching {
            include: include.clone(),
            exclude: exclude.clone(),
        },
    })
}

/// Prepares the source of a value that needs nothing from the store.
pub(super) fn source(
    source: &ValueSource,
    preparation: &Preparation<'_>,
) -> Result<Source, String> {
    Ok(match source {
        ValueSource::Constant(text) => Source::Constant(Value::from(text.as_str())),
        ValueSource::Header(name) => Source::Header(name.clone()),
        ValueSource::Property(name) => Source::Property(name.clone()),
        ValueSource::XPath(text) => Source::XPath(preparation.xpath(text)?),
        ValueSource::Expression(template) => Source::Expression(template.clone()),
        ValueSource::LocalVariable { .. }
        | ValueSource::GlobalVariable { .. }
        | ValueSource::NumberRange { .. } => {
            unreachable!("invariant: rows that read from the store are stages of their own")
        }
    })
}

impl Source {
    pub(super) fn xpath(&self) -> Option<&XPath> {
        match self {
            Self::XPath(xpath) => Some(xpath),
            _ => None,
        }
    }

    /// The value, converted. `document` is the parsed body where the source is an XPath.
    pub(super) fn value(
        &self,
        datatype: Datatype,
        exchange: &Exchange,
        context: &EvalContext<'_>,
        document: Option<&Document<'_>>,
    ) -> Result<Value, StepError> {
        let found = |value: Option<&Value>| value.cloned().unwrap_or(Value::Null);
        match self {
            Self::Constant(value) => convert(value.clone(), datatype, exchange),
            Self::Header(name) => convert(found(exchange.headers.get(name)), datatype, exchange),
            Self::Property(name) => {
                convert(found(exchange.properties.get(name)), datatype, exchange)
            }
            Self::Expression(template) => {
                let datatype = match datatype {
                    Datatype::Unspecified => Datatype::Text,
                    datatype => datatype,
                };
                let value = eval::value(template, exchange, context)?;
                convert(value, datatype, exchange)
            }
            Self::XPath(xpath) => {
                let document = document.expect("invariant: rows with XPath get a document");
                selected(xpath, document, datatype, exchange).map_err(|error| xml::failed(&error))
            }
        }
    }
}

impl Row {
    fn xpath(&self) -> Option<&XPath> {
        match &self.action {
            Action::Create { source, .. } => source.xpath(),
            Action::Delete(_) | Action::DeleteMatching { .. } => None,
        }
    }

    /// Does what the row says. `document` is the parsed body where an XPath row needs it.
    fn apply(
        &self,
        exchange: &mut Exchange,
        context: &EvalContext<'_>,
        document: Option<&Document<'_>>,
    ) -> Result<(), StepError> {
        match &self.action {
            Action::Create {
                name,
                source,
                datatype,
            } => {
                let value = source.value(*datatype, exchange, context, document)?;
                self.target.set(exchange, name, value);
            }
            Action::Delete(name) => self.target.set(exchange, name, Value::Null),
            Action::DeleteMatching { include, exclude } => {
                let gone = |name: &str| matches_any(include, name) && !matches_any(exclude, name);
                match self.target {
                    Target::Header => exchange.headers.retain(|name, _| !gone(name)),
                    Target::Property => exchange.properties.retain(|name, _| !gone(name)),
                }
            }
        }
        Ok(())
    }
}

impl Target {
    fn set(self, exchange: &mut Exchange, name: &str, value: Value) {
        match self {
            Self::Header => exchange.headers.set(name, value),
            Self::Property => exchange.set_property(name, value),
        }
    }
}

/// Patterns end in `*` or match the whole name; case is ignored.
fn matches_any(patterns: &[String], name: &str) -> bool {
    patterns
        .iter()
        .any(|pattern| match pattern.strip_suffix('*') {
            Some(prefix) => {
                let start = name.as_bytes().get(..prefix.len());
                start.is_some_and(|start| start.eq_ignore_ascii_case(prefix.as_bytes()))
            }
            None => pattern.eq_ignore_ascii_case(name),
        })
}

/// What an XPath row selects, as its data type asks.
fn selected(
    xpath: &XPath,
    document: &Document<'_>,
    datatype: Datatype,
    exchange: &Exchange,
) -> Result<Value, XPathError> {
    let variables = |name: &str| xml::variable(exchange, name);
    let variables = &variables;
    Ok(match datatype {
        Datatype::Unspecified | Datatype::Text => {
            Value::from(xpath.evaluate_string(document, variables)?)
        }
        Datatype::Integer => xpath
            .evaluate_integer(document, variables)?
            .map_or(Value::Null, Value::Int),
        Datatype::Boolean => Value::Bool(xpath.evaluate_boolean(document, variables)?),
        Datatype::Node => {
            let first = xpath
                .evaluate_nodes(document, variables)?
                .into_iter()
                .next();
            first.map_or(Value::Null, |node| Value::Xml(node.into()))
        }
        Datatype::NodeList => {
            Value::Xml(xpath.evaluate_nodes(document, variables)?.concat().into())
        }
        Datatype::Bytes => Value::Bytes(xpath.evaluate_string(document, variables)?.into()),
    })
}

/// Converts a value as Java would; what does not fit is an error, `null` stays `null`.
fn convert(value: Value, datatype: Datatype, exchange: &Exchange) -> Result<Value, StepError> {
    if value.is_null() {
        return Ok(value);
    }
    let text = || exchange.value_text(&value).map(Option::unwrap_or_default);
    Ok(match (datatype, &value) {
        (Datatype::Unspecified | Datatype::Node | Datatype::NodeList, _)
        | (Datatype::Text, Value::Text(_))
        | (Datatype::Integer, Value::Int(_))
        | (Datatype::Boolean, Value::Bool(_))
        | (Datatype::Bytes, Value::Bytes(_)) => value,
        (Datatype::Text, _) => Value::from(text()?.as_ref()),
        (Datatype::Integer, _) => {
            let text = text()?;
            text.parse()
                .map(Value::Int)
                .map_err(|_| not_convertible(&text, "java.lang.Integer"))?
        }
        (Datatype::Boolean, _) => match text()? {
            text if text.eq_ignore_ascii_case("true") => Value::Bool(true),
            text if text.eq_ignore_ascii_case("false") => Value::Bool(false),
            text => return Err(not_convertible(&text, "java.lang.Boolean")),
        },
        (Datatype::Bytes, _) => {
            Value::Bytes(exchange.charset()?.encode(&text()?).into_owned().into())
        }
    })
}

fn not_convertible(text: &str, class: &str) -> StepError {
    let shown: String = text.chars().take(100).collect();
    StepError::of_class(
        "org.apache.camel.TypeConversionException",
        format!(
            "The value {shown:?} cannot be converted to {class}. Change the row's data type or its value."
        ),
    )
}

impl ContentModifier {
    /// Applies the rows. The body is parsed before the first row that needs it, so rows before it take
    /// effect even when it is no XML.
    fn apply_rows(
        &self,
        exchange: &mut Exchange,
        context: &EvalContext<'_>,
    ) -> Result<(), StepError> {
        let first = self
            .rows
            .iter()
            .position(|row| row.xpath().is_some())
            .unwrap_or(self.rows.len());
        let (plain, rest) = self.rows.split_at(first);
        for row in plain {
            row.apply(exchange, context, None)?;
        }
        if rest.is_empty() {
            return Ok(());
        }
        let body = exchange.body.clone();
        xml::with_document(&body, |document| {
            rest.iter()
                .try_for_each(|row| row.apply(exchange, context, Some(document)))
        })
    }

    fn apply_body(
        &self,
        exchange: &mut Exchange,
        context: &EvalContext<'_>,
    ) -> Result<(), StepError> {
        match &self.body {
            None => {}
            Some(NewBody::Constant(text)) => exchange.body = Body::Text(Arc::clone(text)),
            Some(NewBody::Expression(template)) => {
                exchange.body = eval::value(template, exchange, context)?.into()
            }
        }
        Ok(())
    }
}

impl Step for ContentModifier {
    fn apply(&self, exchange: &mut Exchange, context: &EvalContext<'_>) -> Result<Next, StepError> {
        self.apply_rows(exchange, context)?;
        self.apply_body(exchange, context)?;
        Ok(Next::Follow)
    }

    fn is_heavy(&self, exchange: &Exchange) -> bool {
        let mut xpaths = self.rows.iter().filter_map(Row::xpath);
        xpaths.any(|xpath| xml::is_heavy(xpath, &exchange.body))
    }

    fn is_superlinear(&self) -> bool {
        let mut xpaths = self.rows.iter().filter_map(Row::xpath);
        xpaths.any(xml::is_superlinear)
    }
}
