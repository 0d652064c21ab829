//! Evaluates expressions on the document's tree.

use roxmltree::{Attribute, Document, Node};

use super::super::Variables;
use super::super::value::{self, Item, Sequence};
use super::compare::Atom;
use super::{Axis, Expr, Namespace, Path, Start, Step, Test};

/// A node of any kind.
#[derive(Clone, Copy)]
enum Selected<'d> {
    Node(Node<'d, 'd>),
    /// An attribute of an element, with its index.
    Attribute(Node<'d, 'd>, usize, Attribute<'d, 'd>),
}

impl<'d> Selected<'d> {
    /// Sorts in document order: an element before its attributes, these before its children.
    fn order(&self) -> (u32, usize) {
        match self {
            Selected::Node(node) => (node.id().get(), 0),
            Selected::Attribute(owner, index, _) => (owner.id().get(), index + 1),
        }
    }

    fn string_value(&self) -> String {
        match self {
            Selected::Node(node) => value::string_value(*node),
            Selected::Attribute(_, _, attribute) => attribute.value().to_owned(),
        }
    }

    fn local_name(&self) -> &'d str {
        match self {
            Selected::Node(node) => match node.pi() {
                Some(instruction) => instruction.target,
                None => node.tag_name().name(),
            },
            Selected::Attribute(_, _, attribute) => attribute.name(),
        }
    }

    fn into_item(self) -> Item<'d> {
        match self {
            Selected::Node(node) => Item::Node(node),
            Selected::Attribute(_, _, attribute) => Item::Attribute(attribute.value().to_owned()),
        }
    }
}

/// What an expression is evaluated in.
#[derive(Clone, Copy)]
struct Context<'d, 'v> {
    item: Selected<'d>,
    position: usize,
    size: usize,
    variables: Variables<'v>,
}

impl Expr {
    /// Evaluates on a document, its root being the context.
    pub(in super::super) fn evaluate<'d>(
        &self,
        tree: &'d Document<'d>,
        variables: Variables<'_>,
    ) -> Result<Sequence<'d>, String> {
        let context = Context {
            item: Selected::Node(tree.root()),
            position: 1,
            size: 1,
            variables,
        };
        let item = match self {
            Expr::Union(paths) => {
                let selected = union(paths, &context)?;
                return Ok(Sequence(
                    selected.into_iter().map(Selected::into_item).collect(),
                ));
            }
            Expr::Variable(name) => {
                return Ok(Sequence(
                    variables(name).map(Item::Text).into_iter().collect(),
                ));
            }
            Expr::Number(value, text) => Item::Number {
                text: text.clone(),
                truth: *value != 0.0,
            },
            Expr::Count(_) | Expr::Last => Item::double(self.number(&context)?),
            Expr::LocalName => Item::Text(context.item.local_name().to_owned()),
            Expr::Text(text) => Item::Text(text.clone()),
            _ => Item::Boolean(self.truth(&context)?),
        };
        Ok(Sequence(vec![item]))
    }

    /// The effective boolean value.
    fn truth(&self, context: &Context<'_, '_>) -> Result<bool, String> {
        Ok(match self {
            Expr::Or(parts) => {
                for part in parts {
                    if part.truth(context)? {
                        return Ok(true);
                    }
                }
                false
            }
            Expr::And(parts) => {
                for part in parts {
                    if !part.truth(context)? {
                        return Ok(false);
                    }
                }
                true
            }
            Expr::Compare(comparison, left, right) => {
                comparison.any(&left.atoms(context)?, &right.atoms(context)?)?
            }
            Expr::Union(paths) => !union(paths, context)?.is_empty(),
            Expr::Not(inner) => !inner.truth(context)?,
            Expr::Boolean(inner) => inner.truth(context)?,
            Expr::LocalName => !context.item.local_name().is_empty(),
            Expr::Text(text) => !text.is_empty(),
            Expr::Variable(name) => (context.variables)(name).is_some_and(|text| !text.is_empty()),
            Expr::Number(..) | Expr::Count(_) | Expr::Last => self.number(context)? != 0.0,
        })
    }

    /// The value of a numeric expression.
    fn number(&self, context: &Context<'_, '_>) -> Result<f64, String> {
        Ok(match self {
            Expr::Count(paths) => float(union(paths, context)?.len()),
            Expr::Last => float(context.size),
            Expr::Number(value, _) => *value,
            _ => f64::NAN,
        })
    }

    /// The atomised value, for comparisons.
    fn atoms(&self, context: &Context<'_, '_>) -> Result<Vec<Atom>, String> {
        Ok(match self {
            Expr::Union(paths) => union(paths, context)?
                .into_iter()
                .map(|selected| Atom::Text(selected.string_value()))
                .collect(),
            Expr::Variable(name) => (context.variables)(name)
                .map(Atom::Text)
                .into_iter()
                .collect(),
            Expr::Text(text) => vec![Atom::Text(text.clone())],
            Expr::LocalName => vec![Atom::Text(context.item.local_name().to_owned())],
            _ => vec![Atom::Number(self.number(context)?)],
        })
    }

    /// Whether the expression, as a predicate, selects the context item.
    fn selects(&self, context: &Context<'_, '_>) -> Result<bool, String> {
        if self.is_numeric() {
            Ok(self.number(context)? == float(context.position))
        } else {
            self.truth(context)
        }
    }
}

#[expect(
    clippy::cast_precision_loss,
    reason = "documents have fewer than 2^53 nodes"
)]
fn float(count: usize) -> f64 {
    count as f64
}

/// All nodes that any of the paths selects, in document order.
fn union<'d>(paths: &[Path], context: &Context<'d, '_>) -> Result<Vec<Selected<'d>>, String> {
    if let [path] = paths {
        return path.select(context);
    }
    let mut all = Vec::new();
    for path in paths {
        all.extend(path.select(context)?);
    }
    sort(&mut all);
    Ok(all)
}

/// Brings nodes into document order, each once.
fn sort(selected: &mut Vec<Selected<'_>>) {
    if !selected.is_sorted_by(|a, b| a.order() < b.order()) {
        selected.sort_unstable_by_key(Selected::order);
        selected.dedup_by_key(|selected| selected.order());
    }
}

/// Keeps the nodes for which all predicates hold, one predicate after the other.
fn filter(
    selected: &mut Vec<Selected<'_>>,
    predicates: &[Expr],
    variables: Variables<'_>,
) -> Result<(), String> {
    for predicate in predicates {
        let size = selected.len();
        let mut kept = Vec::new();
        for (index, item) in selected.iter().enumerate() {
            let context = Context {
                item: *item,
                position: index + 1,
                size,
                variables,
            };
            if predicate.selects(&context)? {
                kept.push(*item);
            }
        }
        *selected = kept;
    }
    Ok(())
}

impl Path {
    fn select<'d>(&self, context: &Context<'d, '_>) -> Result<Vec<Selected<'d>>, String> {
        let mut selected = match &self.start {
            Start::Context => vec![context.item],
            Start::Root => {
                let (Selected::Node(node) | Selected::Attribute(node, ..)) = context.item;
                vec![Selected::Node(node.document().root())]
            }
            Start::Group(paths, predicates) => {
                let mut selected = union(paths, context)?;
                filter(&mut selected, predicates, context.variables)?;
                selected
            }
        };
        for step in &self.steps {
            selected = step.select(&selected, context.variables)?;
        }
        Ok(selected)
    }
}

impl Step {
    /// What the step selects from all of these nodes, in document order.
    fn select<'d>(
        &self,
        from: &[Selected<'d>],
        variables: Variables<'_>,
    ) -> Result<Vec<Selected<'d>>, String> {
        let mut selected = Vec::new();
        let mut found = Vec::new();
        let mut covered = 0;
        for context in from {
            self.walk(*context, &mut covered, &mut found);
            filter(&mut found, &self.predicates, variables)?;
            selected.append(&mut found);
        }
        sort(&mut selected);
        Ok(selected)
    }

    /// Walks the axis from one node. Where the axis reaches down, nodes with an id below `covered`
    /// lie in a subtree that was walked already and add nothing.
    fn walk<'d>(&self, from: Selected<'d>, covered: &mut u32, found: &mut Vec<Selected<'d>>) {
        let node = match from {
            Selected::Node(node) => node,
            Selected::Attribute(owner, ..) => {
                // The full engine takes `@a//.` to be empty, so it is here as well.
                return match self.axis {
                    Axis::Parent => self.keep(owner, found),
                    Axis::Itself if self.test == Test::AnyNode => {
                        found.push(from);
                    }
                    _ => {}
                };
            }
        };
        match self.axis {
            Axis::Child => node.children().for_each(|child| self.keep(child, found)),
            Axis::Itself => self.keep(node, found),
            Axis::Parent => node
                .parent()
                .into_iter()
                .for_each(|parent| self.keep(parent, found)),
            Axis::Attribute => found.extend(
                node.attributes()
                    .enumerate()
                    .filter(|(_, attribute)| {
                        self.test
                            .accepts_name(attribute.namespace(), attribute.name())
                    })
                    .map(|(index, attribute)| Selected::Attribute(node, index, attribute)),
            ),
            Axis::Descendant | Axis::DescendantOrSelf => {
                if node.id().get() < *covered {
                    return;
                }
                let skip = usize::from(self.axis == Axis::Descendant);
                for below in node.descendants().skip(skip) {
                    *covered = below.id().get() + 1;
                    self.keep(below, found);
                }
            }
        }
    }

    /// Adds a node if it passes the test.
    fn keep<'d>(&self, node: Node<'d, 'd>, found: &mut Vec<Selected<'d>>) {
        let accepted = match &self.test {
            Test::AnyNode => true,
            Test::Text => node.is_text(),
            Test::Name { .. } => {
                let name = node.tag_name();
                node.is_element() && self.test.accepts_name(name.namespace(), name.name())
            }
        };
        if accepted {
            found.push(Selected::Node(node));
        }
    }
}

impl Test {
    fn accepts_name(&self, uri: Option<&str>, name: &str) -> bool {
        let Test::Name { namespace, local } = self else {
            return true;
        };
        local.as_ref().is_none_or(|local| local == name)
            && match namespace {
                Namespace::Any => true,
                Namespace::None => uri.is_none_or(str::is_empty),
                Namespace::Uri(wanted) => uri == Some(wanted),
            }
    }
}
