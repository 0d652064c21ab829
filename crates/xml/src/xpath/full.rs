//! The complete engine: `xee-xpath`, fenced in.
//!
//! Its programs and trees stay on the thread that made them, so a compiled expression here holds the
//! text and each thread compiles it when it first needs it. The engine does not limit its own work:
//! what it is given is limited, and a panic inside it becomes an error.

mod predicates;

use std::cell::{OnceCell, RefCell};
use std::collections::HashMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::rc::Rc;
use std::sync::Arc;

use lockgate_core::limits;
use roxmltree::NodeId;
use xee_xpath::context::{StaticContextBuilder, Variables as Bindings};
use xee_xpath::error::Error;
use xee_xpath::query::SequenceQuery;
use xee_xpath::{Atomic, Documents, Item as XeeItem, Queries, Query};
use xot::Xot;
use xot::xmlname::OwnedName;

use super::lexer::{self, Token};
use super::value::{Item, Sequence};
use super::{Namespaces, Variables, XPathError, shorten};
use crate::document::Document;
use crate::serialise::declared_prefixes;

/// Compiled expressions that a thread keeps.
const CACHED: usize = 1_000;
/// Prefixes that are declared without being mapped.
const PREDECLARED: [&str; 8] = ["*", "xml", "xs", "fn", "math", "map", "array", "err"];
/// Functions that build trees from text without limits, or look beyond the document.
const UNAVAILABLE: [&str; 12] = [
    "function-lookup",
    "parse-xml",
    "parse-xml-fragment",
    "parse-json",
    "json-doc",
    "doc",
    "doc-available",
    "collection",
    "uri-collection",
    "unparsed-text",
    "environment-variable",
    "available-environment-variables",
];

thread_local! {
    static COMPILED: RefCell<HashMap<Arc<Key>, Rc<SequenceQuery>>> = RefCell::default();
}

/// What determines a compiled program.
#[derive(Debug, PartialEq, Eq, Hash)]
struct Key {
    /// The expression as written, for messages.
    text: String,
    /// What the engine is given.
    program: String,
    namespaces: Vec<(String, String)>,
    variables: Vec<String>,
}

/// An expression for the full engine.
#[derive(Debug)]
pub(super) struct Expression {
    key: Arc<Key>,
}

impl Expression {
    /// Checks an expression and compiles it on this thread.
    pub(super) fn compile(text: &str, namespaces: &Namespaces) -> Result<Self, XPathError> {
        let variables = check(text, text, namespaces)?;
        let program = predicates::guard(text, namespaces);
        check(&program, text, namespaces)?;
        let key = Arc::new(Key {
            text: text.to_owned(),
            program,
            namespaces: namespaces.0.to_vec(),
            variables,
        });
        key.query()?;
        Ok(Self { key })
    }

    pub(super) fn evaluate<'d>(
        &self,
        document: &'d Document<'_>,
        variables: Variables<'_>,
    ) -> Result<Sequence<'d>, XPathError> {
        let bytes = document.text().len();
        if bytes > limits::XPATH_FULL_BYTES {
            return Err(XPathError::DocumentTooLarge {
                expression: shorten(&self.key.text),
                bytes,
                limit: limits::XPATH_FULL_BYTES,
            });
        }
        let query = self.key.query()?;
        let mut bindings = Bindings::new();
        for name in &self.key.variables {
            let value = variables(name).map(|text| Atomic::Untyped(text.into()));
            bindings.insert(OwnedName::name(name), value.into_iter().collect());
        }
        let tree = document.full.get(document.tree());
        let result = fenced(|| {
            tree.borrow_mut()
                .evaluate(&query, bindings, document.tree())
        });
        result.map_err(|problem| XPathError::Evaluation {
            expression: shorten(&self.key.text),
            problem,
        })
    }
}

impl Key {
    /// The program of this thread.
    fn query(self: &Arc<Self>) -> Result<Rc<SequenceQuery>, XPathError> {
        if let Some(query) = COMPILED.with_borrow(|compiled| compiled.get(self).cloned()) {
            return Ok(query);
        }
        let query = fenced(|| self.compile()).map_err(|problem| XPathError::Syntax {
            expression: shorten(&self.text),
            problem,
        })?;
        let query = Rc::new(query);
        COMPILED.with_borrow_mut(|compiled| {
            if compiled.len() >= CACHED {
                compiled.clear();
            }
            compiled.insert(Arc::clone(self), Rc::clone(&query));
        });
        Ok(query)
    }

    fn compile(&self) -> Result<SequenceQuery, String> {
        let mut context = StaticContextBuilder::default();
        for (prefix, uri) in self
            .namespaces
            .iter()
            .filter(|(prefix, _)| !prefix.is_empty())
        {
            context.add_namespace(prefix, uri);
        }
        context.variable_names(self.variables.iter().map(|name| OwnedName::name(name)));
        Queries::default()
            .sequence_with_context(&self.program, context.build())
            .map_err(|error| describe(&error))
    }
}

/// Runs the engine; a panic inside it is an error like any other.
fn fenced<T>(run: impl FnOnce() -> Result<T, String>) -> Result<T, String> {
    catch_unwind(AssertUnwindSafe(run))
        .unwrap_or_else(|_| Err("the XPath engine cannot handle this expression".to_owned()))
}

fn describe(error: &Error) -> String {
    let place = error.span.map_or_else(String::new, |span| {
        format!(
            " (characters {} to {})",
            span.range().start,
            span.range().end
        )
    });
    let code = error.error.code();
    format!(
        "{code}: {}{place}",
        error.error.message().trim_end_matches('.')
    )
}

/// Refuses what must not reach the engine; the names of the variables otherwise. Messages show the
/// expression as `written`.
fn check(text: &str, written: &str, namespaces: &Namespaces) -> Result<Vec<String>, XPathError> {
    let expression = || shorten(written);
    let tokens = lexer::tokens(text).ok_or_else(|| XPathError::Syntax {
        expression: expression(),
        problem: "a string or comment is not closed".into(),
    })?;
    let too_complex = |limit, value| XPathError::TooComplex {
        expression: expression(),
        limit,
        value,
    };
    if tokens.len() > limits::XPATH_TOKENS {
        return Err(too_complex("tokens", limits::XPATH_TOKENS));
    }
    let mut variables = Vec::new();
    let mut depth = 0_usize;
    for (index, (_, token)) in tokens.iter().enumerate() {
        match token {
            Token::Symbol("(" | "[" | "{") => {
                depth += 1;
                if depth > limits::XPATH_DEPTH {
                    return Err(too_complex("levels of brackets", limits::XPATH_DEPTH));
                }
            }
            Token::Symbol(")" | "]" | "}") => depth = depth.saturating_sub(1),
            Token::Variable(name) => variables.push((*name).to_owned()),
            Token::Name { prefix, local } => {
                let next = tokens.get(index + 1);
                let call = matches!(next, Some((_, Token::Symbol("(" | "#"))));
                if call && UNAVAILABLE.contains(local) {
                    return Err(XPathError::Unavailable {
                        expression: expression(),
                        function: (*local).to_owned(),
                    });
                }
                let declared =
                    prefix.is_none_or(|p| PREDECLARED.contains(&p) || namespaces.uri(p).is_some());
                if !declared {
                    return Err(XPathError::UndeclaredPrefix {
                        expression: expression(),
                        prefix: prefix.unwrap_or_default().to_owned(),
                    });
                }
            }
            _ => {}
        }
    }
    variables.sort_unstable();
    variables.dedup();
    Ok(variables)
}

/// The full engine's tree of a document, built when first needed.
#[derive(Default)]
pub(crate) struct FullTree(OnceCell<RefCell<Tree>>);

impl FullTree {
    fn get(&self, document: &roxmltree::Document<'_>) -> &RefCell<Tree> {
        self.0.get_or_init(|| RefCell::new(Tree::build(document)))
    }
}

/// A copy of a document for the engine. Copied from our tree, so both have the same nodes.
struct Tree {
    documents: Documents,
    root: xot::Node,
    ids: HashMap<xot::Node, NodeId>,
}

impl Tree {
    fn build(document: &roxmltree::Document<'_>) -> Self {
        let mut documents = Documents::new();
        let xot = documents.xot_mut();
        let root = xot.new_document();
        let mut ids = HashMap::from([(root, document.root().id())]);
        let mut nodes = vec![root];
        for node in document.root().descendants().skip(1) {
            let copy = copy_node(xot, node);
            let parent = node.parent().map_or(0, |parent| parent.id().get_usize());
            xot.append(nodes[parent], copy)
                .expect("invariant: a well-formed document stays well-formed when copied");
            ids.insert(copy, node.id());
            nodes.push(copy);
        }
        Self {
            documents,
            root,
            ids,
        }
    }

    fn evaluate<'d>(
        &mut self,
        query: &SequenceQuery,
        bindings: Bindings,
        document: &'d roxmltree::Document<'_>,
    ) -> Result<Sequence<'d>, String> {
        let root = XeeItem::Node(self.root);
        let sequence = query
            .execute_build_context(&mut self.documents, |context| {
                context.context_item(root);
                context.variables(bindings);
            })
            .map_err(|error| describe(&error))?;
        let items: Result<Vec<_>, String> = sequence
            .iter()
            .map(|item| self.item(&item, document))
            .collect();
        items.map(Sequence)
    }

    /// An item of ours for one of the engine's.
    fn item<'d>(
        &self,
        item: &XeeItem,
        document: &'d roxmltree::Document<'_>,
    ) -> Result<Item<'d>, String> {
        let xot = self.documents.xot();
        let text = || {
            item.string_value(xot)
                .map_err(|error| error.message().to_owned())
        };
        Ok(match item {
            XeeItem::Node(node) => match self.ids.get(node).and_then(|id| document.get_node(*id)) {
                Some(node) => Item::Node(node),
                None => Item::Attribute(text()?),
            },
            XeeItem::Atomic(Atomic::Boolean(value)) => Item::Boolean(*value),
            XeeItem::Atomic(Atomic::Double(number)) => Item::double(number.into_inner()),
            XeeItem::Atomic(Atomic::Float(number)) => Item::double(f64::from(number.into_inner())),
            XeeItem::Atomic(Atomic::Integer(..) | Atomic::Decimal(_)) => {
                let text = text()?;
                let truth = text != "0";
                Item::Number { text, truth }
            }
            _ => Item::Text(text()?),
        })
    }
}

fn copy_node(xot: &mut Xot, node: roxmltree::Node<'_, '_>) -> xot::Node {
    if node.is_text() {
        return xot.new_text(node.text().unwrap_or_default());
    }
    if let Some(instruction) = node.pi() {
        let target = xot.add_name(instruction.target);
        return xot.new_processing_instruction(target, instruction.value);
    }
    if node.is_comment() {
        return xot.new_comment(node.text().unwrap_or_default());
    }
    let name = add_name(xot, node.tag_name().namespace(), node.tag_name().name());
    let element = xot.new_element(name);
    let source = &node.document().input_text()[node.range()];
    for prefix in declared_prefixes(source) {
        let uri = node.lookup_namespace_uri(Some(prefix).filter(|prefix| !prefix.is_empty()));
        let prefix = xot.add_prefix(prefix);
        let uri = xot.add_namespace(uri.unwrap_or_default());
        xot.set_namespace(element, prefix, uri);
    }
    for attribute in node.attributes() {
        let name = add_name(xot, attribute.namespace(), attribute.name());
        xot.set_attribute(element, name, attribute.value());
    }
    element
}

fn add_name(xot: &mut Xot, uri: Option<&str>, local: &str) -> xot::NameId {
    let namespace = xot.add_namespace(uri.unwrap_or_default());
    xot.add_name_ns(local, namespace)
}
