//! Evaluation of XPath expressions.

use crate::library::dom::arena::{DOCUMENT, Dom, Id, Kind};
use crate::text::Str;
use crate::thrown::Result;
use crate::vm::Vm;

use super::function;
use super::parse::{Axis, Expression, From, Path, Step, Test};

/// What an expression gives.
#[derive(Clone, Debug)]
pub(super) enum Found {
    /// Nodes in document order.
    Nodes(Vec<Id>),
    Text(String),
    Number(f64),
    Bool(bool),
}

/// Where an expression is evaluated.
#[derive(Clone, Copy, Debug)]
pub(super) struct Context {
    pub(super) node: Id,
    pub(super) position: usize,
    pub(super) size: usize,
}

/// An evaluation over a document.
pub(super) struct Evaluation<'d> {
    pub(super) dom: &'d Dom,
    namespaces: &'d [(String, Str)],
    /// The place of each node in document order.
    order: Vec<usize>,
}

impl<'d> Evaluation<'d> {
    pub(super) fn new(dom: &'d Dom, namespaces: &'d [(String, Str)]) -> Self {
        let mut order = Vec::new();
        let mut waiting = vec![DOCUMENT];
        let mut next = 0;
        let mut place = |id: Id| {
            if order.len() <= id {
                order.resize(id + 1, usize::MAX);
            }
            if let Some(place) = order.get_mut(id) {
                *place = next;
            }
            next += 1;
        };
        while let Some(id) = waiting.pop() {
            place(id);
            if let Some(data) = dom.node(id) {
                data.attributes.iter().for_each(|one| place(*one));
                waiting.extend(data.children.iter().rev());
            }
        }
        Self {
            dom,
            namespaces,
            order,
        }
    }

    fn sort(&self, nodes: &mut Vec<Id>) {
        nodes.sort_by_key(|id| (self.order.get(*id).copied().unwrap_or(usize::MAX), *id));
        nodes.dedup();
    }

    pub(super) fn evaluate(
        &self,
        vm: &mut Vm,
        expression: &Expression,
        context: &Context,
    ) -> Result<Found> {
        vm.step(1)?;
        match expression {
            Expression::Text(text) => Ok(Found::Text(text.clone())),
            Expression::Number(number) => Ok(Found::Number(*number)),
            Expression::Negative(inner) => {
                let inner = self.evaluate(vm, inner, context)?;
                Ok(Found::Number(-self.number(&inner)))
            }
            Expression::Binary(operator, left, right) => {
                self.binary(vm, operator, (left, right), context)
            }
            Expression::Call(name, given) => function::call(self, vm, name, given, context),
            Expression::Path(path) => self.path(vm, path, context).map(Found::Nodes),
        }
    }

    fn binary(
        &self,
        vm: &mut Vm,
        operator: &str,
        (left, right): (&Expression, &Expression),
        context: &Context,
    ) -> Result<Found> {
        let left = self.evaluate(vm, left, context)?;
        match (operator, truth(&left)) {
            ("or", true) => return Ok(Found::Bool(true)),
            ("and", false) => return Ok(Found::Bool(false)),
            _ => {}
        }
        let right = self.evaluate(vm, right, context)?;
        if let ("|", Found::Nodes(a), Found::Nodes(b)) = (operator, &left, &right) {
            let mut nodes = [a.as_slice(), b.as_slice()].concat();
            self.sort(&mut nodes);
            return Ok(Found::Nodes(nodes));
        }
        let (a, b) = (self.number(&left), self.number(&right));
        Ok(match operator {
            "or" | "and" => Found::Bool(truth(&right)),
            "+" => Found::Number(a + b),
            "-" => Found::Number(a - b),
            "*" => Found::Number(a * b),
            "div" => Found::Number(a / b),
            "mod" => Found::Number(a % b),
            "|" => {
                return Err(super::wrong(
                    "javax.xml.transform.TransformerException: Can not convert to a NodeList!",
                ));
            }
            comparison => Found::Bool(self.compare(vm, comparison, &left, &right)?),
        })
    }

    /// A comparison: of sets of nodes it holds when it does for some of them.
    fn compare(&self, vm: &mut Vm, operator: &str, left: &Found, right: &Found) -> Result<bool> {
        match (left, right) {
            (Found::Nodes(nodes), Found::Bool(_)) => {
                let left = Found::Bool(!nodes.is_empty());
                Ok(self.compare_one(operator, &left, right))
            }
            (Found::Bool(_), Found::Nodes(nodes)) => {
                let right = Found::Bool(!nodes.is_empty());
                Ok(self.compare_one(operator, left, &right))
            }
            (Found::Nodes(nodes), _) => {
                for node in nodes {
                    vm.step(1)?;
                    let left = Found::Text(self.dom.text(*node));
                    if self.compare(vm, operator, &left, right)? {
                        return Ok(true);
                    }
                }
                Ok(false)
            }
            (_, Found::Nodes(nodes)) => {
                for node in nodes {
                    vm.step(1)?;
                    let right = Found::Text(self.dom.text(*node));
                    if self.compare_one(operator, left, &right) {
                        return Ok(true);
                    }
                }
                Ok(false)
            }
            _ => Ok(self.compare_one(operator, left, right)),
        }
    }

    #[expect(clippy::float_cmp, reason = "XPath compares numbers exactly")]
    fn compare_one(&self, operator: &str, left: &Found, right: &Found) -> bool {
        let (a, b) = (self.number(left), self.number(right));
        match operator {
            "<" => a < b,
            "<=" => a <= b,
            ">" => a > b,
            ">=" => a >= b,
            equality => {
                let equal = match (left, right) {
                    (Found::Bool(_), _) | (_, Found::Bool(_)) => truth(left) == truth(right),
                    (Found::Number(_), _) | (_, Found::Number(_)) => a == b,
                    _ => self.text(left) == self.text(right),
                };
                equal == (equality == "=")
            }
        }
    }

    fn path(&self, vm: &mut Vm, path: &Path, context: &Context) -> Result<Vec<Id>> {
        let mut nodes = match &path.from {
            From::Context => vec![context.node],
            From::Root => {
                let mut top = context.node;
                while let Some(above) = self.parent(top) {
                    top = above;
                }
                vec![top]
            }
            From::Expression(inner, predicates) => match self.evaluate(vm, inner, context)? {
                Found::Nodes(nodes) => self.filter(vm, nodes, predicates)?,
                other => {
                    let kind = kind(&other);
                    return Err(super::wrong(format!(
                        "javax.xml.transform.TransformerException: Can not convert {kind} to a \
                         NodeList!"
                    )));
                }
            },
        };
        for step in &path.steps {
            let mut next = Vec::new();
            for node in nodes {
                next.extend(self.step(vm, step, node)?);
            }
            vm.reserve(next.len().saturating_mul(size_of::<Id>()))?;
            self.sort(&mut next);
            nodes = next;
        }
        Ok(nodes)
    }

    fn step(&self, vm: &mut Vm, step: &Step, node: Id) -> Result<Vec<Id>> {
        let mut nodes = self.axis(step.axis, node);
        vm.step(nodes.len() as u64 + 1)?;
        nodes.retain(|id| self.test(step, *id));
        self.filter(vm, nodes, &step.predicates)
    }

    fn filter(&self, vm: &mut Vm, nodes: Vec<Id>, predicates: &[Expression]) -> Result<Vec<Id>> {
        let mut nodes = nodes;
        for predicate in predicates {
            let size = nodes.len();
            let mut kept = Vec::new();
            for (at, node) in nodes.into_iter().enumerate() {
                let context = Context {
                    node,
                    position: at + 1,
                    size,
                };
                let holds = match self.evaluate(vm, predicate, &context)? {
                    #[expect(clippy::float_cmp, reason = "XPath compares numbers exactly")]
                    Found::Number(number) => number == function::float(at + 1),
                    other => truth(&other),
                };
                if holds {
                    kept.push(node);
                }
            }
            nodes = kept;
        }
        Ok(nodes)
    }

    fn parent(&self, id: Id) -> Option<Id> {
        self.dom.read(id, |data| data.parent)
    }

    /// The nodes along an axis, nearest first.
    fn axis(&self, axis: Axis, id: Id) -> Vec<Id> {
        match axis {
            Axis::Own => vec![id],
            Axis::Child => self.dom.children(id),
            Axis::Attribute => self.dom.read(id, |data| data.attributes.clone()),
            Axis::Parent => self.parent(id).into_iter().collect(),
            Axis::Ancestor => self.above(id),
            Axis::AncestorOrSelf => [vec![id], self.above(id)].concat(),
            Axis::Descendant => self.below(id),
            Axis::DescendantOrSelf => [vec![id], self.below(id)].concat(),
            Axis::FollowingSibling => self.siblings(id).1,
            Axis::PrecedingSibling => self.siblings(id).0,
            Axis::Following => self.beside(id, |siblings| siblings.1),
            Axis::Preceding => {
                let mut nodes = self.beside(id, |siblings| siblings.0);
                self.sort(&mut nodes);
                nodes.reverse();
                nodes
            }
        }
    }

    fn above(&self, id: Id) -> Vec<Id> {
        std::iter::successors(self.parent(id), |above| self.parent(*above)).collect()
    }

    fn below(&self, id: Id) -> Vec<Id> {
        let mut found = Vec::new();
        let mut waiting = self.dom.children(id);
        waiting.reverse();
        while let Some(id) = waiting.pop() {
            found.push(id);
            if let Some(data) = self.dom.node(id) {
                waiting.extend(data.children.iter().rev());
            }
        }
        found
    }

    /// The siblings before a node, nearest first, and those behind it.
    fn siblings(&self, id: Id) -> (Vec<Id>, Vec<Id>) {
        let all = self
            .dom
            .parent(id)
            .map(|above| self.dom.children(above))
            .unwrap_or_default();
        let at = all.iter().position(|one| *one == id).unwrap_or(all.len());
        let mut before: Vec<Id> = all.iter().take(at).copied().collect();
        before.reverse();
        (before, all.into_iter().skip(at + 1).collect())
    }

    /// Siblings of a node and of those above it, with all below them.
    fn beside(&self, id: Id, side: impl Fn((Vec<Id>, Vec<Id>)) -> Vec<Id>) -> Vec<Id> {
        let mut found = Vec::new();
        for at in [vec![id], self.above(id)].concat() {
            for sibling in side(self.siblings(at)) {
                found.push(sibling);
                found.extend(self.below(sibling));
            }
        }
        found
    }

    fn test(&self, step: &Step, id: Id) -> bool {
        let Some(data) = self.dom.node(id) else {
            return false;
        };
        match &step.test {
            Test::Node => true,
            Test::Text => matches!(data.kind, Kind::Text | Kind::CData),
            Test::Comment => data.kind == Kind::Comment,
            Test::Instruction(target) => {
                data.kind == Kind::Instruction
                    && target.as_ref().is_none_or(|target| *target == *data.name)
            }
            Test::Name(prefix, local) => {
                let wanted = match step.axis {
                    Axis::Attribute => Kind::Attribute,
                    _ => Kind::Element,
                };
                if data.kind != wanted || data.uri.as_deref() == Some(crate::xml::names::XMLNS) {
                    return false;
                }
                let own = if data.aware {
                    data.local()
                } else {
                    data.name.as_str()
                };
                let uri = data.uri.as_deref().unwrap_or_default();
                let same_uri = match prefix {
                    None => local == "*" || uri.is_empty(),
                    Some(prefix) => {
                        let bound = self.namespaces.iter().find(|(known, _)| known == prefix);
                        bound.is_some_and(|(_, bound)| bound.as_str() == uri)
                    }
                };
                same_uri && (local == "*" || local == own)
            }
        }
    }

    /// `string(…)`
    pub(super) fn text(&self, found: &Found) -> String {
        match found {
            Found::Text(text) => text.clone(),
            Found::Bool(yes) => yes.to_string(),
            Found::Number(number) => shown(*number),
            Found::Nodes(nodes) => nodes
                .first()
                .map(|id| self.dom.text(*id))
                .unwrap_or_default(),
        }
    }

    /// `number(…)`
    pub(super) fn number(&self, found: &Found) -> f64 {
        match found {
            Found::Number(number) => *number,
            Found::Bool(yes) => f64::from(u8::from(*yes)),
            other => {
                let text = self.text(other);
                let text = text.trim_matches([' ', '\t', '\n', '\r']);
                let plain = text
                    .bytes()
                    .all(|b| b.is_ascii_digit() || matches!(b, b'.' | b'-'));
                if plain {
                    text.parse().unwrap_or(f64::NAN)
                } else {
                    f64::NAN
                }
            }
        }
    }
}

/// `boolean(…)`
pub(super) fn truth(found: &Found) -> bool {
    match found {
        Found::Bool(yes) => *yes,
        Found::Number(number) => *number != 0.0 && !number.is_nan(),
        Found::Text(text) => !text.is_empty(),
        Found::Nodes(nodes) => !nodes.is_empty(),
    }
}

/// The kind of a result, as messages name it.
pub(super) fn kind(found: &Found) -> &'static str {
    match found {
        Found::Nodes(_) => "#NODESET",
        Found::Text(_) => "#STRING",
        Found::Number(_) => "#NUMBER",
        Found::Bool(_) => "#BOOLEAN",
    }
}

/// A number as XPath shows it.
fn shown(number: f64) -> String {
    if number.is_infinite() {
        return if number > 0.0 {
            "Infinity"
        } else {
            "-Infinity"
        }
        .to_owned();
    }
    if number == 0.0 {
        "0".to_owned()
    } else {
        number.to_string()
    }
}
