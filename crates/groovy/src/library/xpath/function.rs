//! The functions of XPath 1.0.

use crate::library::dom::arena::Kind;
use crate::thrown::Result;
use crate::vm::Vm;

use super::evaluate::{Context, Evaluation, Found, truth};
use super::parse::Expression;

/// A number of things.
#[expect(
    clippy::cast_precision_loss,
    reason = "there are fewer than 2^52 of anything"
)]
pub(super) fn float(count: usize) -> f64 {
    count as f64
}

/// Calls a function.
pub(super) fn call(
    evaluation: &Evaluation<'_>,
    vm: &mut Vm,
    name: &str,
    given: &[Expression],
    context: &Context,
) -> Result<Found> {
    let mut args = Vec::new();
    for expression in given {
        args.push(evaluation.evaluate(vm, expression, context)?);
    }
    let here = Found::Nodes(vec![context.node]);
    if let Some(found) = of_nodes(evaluation, name, &args, context, &here) {
        return Ok(found);
    }
    let first = args.first().unwrap_or(&here);
    let text = |at: usize| {
        args.get(at)
            .map(|arg| evaluation.text(arg))
            .unwrap_or_default()
    };
    let number = |at: usize| args.get(at).map_or(f64::NAN, |arg| evaluation.number(arg));
    Ok(match (name, args.len()) {
        ("string", 0 | 1) => Found::Text(evaluation.text(first)),
        ("number", 0 | 1) => Found::Number(evaluation.number(first)),
        ("boolean", 1) => Found::Bool(truth(first)),
        ("not", 1) => Found::Bool(!truth(first)),
        ("true", 0) => Found::Bool(true),
        ("false", 0) => Found::Bool(false),
        ("floor", 1) => Found::Number(number(0).floor()),
        ("ceiling", 1) => Found::Number(number(0).ceil()),
        ("round", 1) => Found::Number((number(0) + 0.5).floor()),
        ("concat", 2..) => Found::Text((0..args.len()).map(text).collect()),
        ("starts-with", 2) => Found::Bool(text(0).starts_with(&text(1))),
        ("contains", 2) => Found::Bool(text(0).contains(&text(1))),
        ("substring-before", 2) => Found::Text(
            text(0)
                .split_once(&text(1))
                .map_or("", |(before, _)| before)
                .to_owned(),
        ),
        ("substring-after", 2) => Found::Text(
            text(0)
                .split_once(&text(1))
                .map_or("", |(_, after)| after)
                .to_owned(),
        ),
        ("substring", 2) => Found::Text(substring(&text(0), number(1), f64::INFINITY)),
        ("substring", 3) => Found::Text(substring(&text(0), number(1), number(2))),
        ("string-length", 0 | 1) => Found::Number(float(evaluation.text(first).chars().count())),
        ("normalize-space", 0 | 1) => {
            let text = evaluation.text(first);
            let words: Vec<&str> = text.split_ascii_whitespace().collect();
            Found::Text(words.join(" "))
        }
        ("translate", 3) => {
            let (from, to): (Vec<char>, Vec<char>) =
                (text(1).chars().collect(), text(2).chars().collect());
            let map = |c: char| match from.iter().position(|known| *known == c) {
                None => Some(c),
                Some(at) => to.get(at).copied(),
            };
            Found::Text(text(0).chars().filter_map(map).collect())
        }
        _ => {
            return Err(super::wrong(format!(
                "javax.xml.transform.TransformerException: Could not find function: {name}"
            )));
        }
    })
}

/// Functions of nodes and of the place they are evaluated at.
fn of_nodes(
    evaluation: &Evaluation<'_>,
    name: &str,
    args: &[Found],
    context: &Context,
    here: &Found,
) -> Option<Found> {
    let nodes = match args.first().unwrap_or(here) {
        Found::Nodes(nodes) => Some(nodes),
        _ => None,
    };
    let dom = evaluation.dom;
    Some(match (name, args.len(), nodes) {
        ("last", 0, _) => Found::Number(float(context.size)),
        ("position", 0, _) => Found::Number(float(context.position)),
        ("count", 1, Some(nodes)) => Found::Number(float(nodes.len())),
        ("sum", 1, Some(nodes)) => Found::Number(
            nodes
                .iter()
                .map(|id| evaluation.number(&Found::Text(dom.text(*id))))
                .sum(),
        ),
        ("local-name" | "name" | "namespace-uri", 0 | 1, Some(nodes)) => {
            let named = |kind| matches!(kind, Kind::Element | Kind::Attribute | Kind::Instruction);
            let id = nodes.first().copied().filter(|id| named(dom.kind(*id)));
            Found::Text(
                id.map(|id| {
                    dom.read(id, |data| match name {
                        "local-name" => data.local().to_owned(),
                        "name" => data.name.to_string(),
                        _ => data.uri.as_deref().unwrap_or_default().to_owned(),
                    })
                })
                .unwrap_or_default(),
            )
        }
        _ => return None,
    })
}

/// The characters from a place on, which is rounded as XPath rounds.
fn substring(text: &str, from: f64, length: f64) -> String {
    let round = |number: f64| (number + 0.5).floor();
    let (from, end) = (round(from), round(from) + round(length));
    let place = |(at, _): &(usize, char)| float(at + 1) >= from && float(at + 1) < end;
    text.chars()
        .enumerate()
        .filter(place)
        .map(|(_, c)| c)
        .collect()
}
