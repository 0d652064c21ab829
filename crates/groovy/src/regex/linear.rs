//! Patterns that need no backtracking, on `regex-automata`.

use std::sync::OnceLock;

use regex_automata::meta;
use regex_automata::util::syntax::Config;
use regex_automata::{Anchored, Input};
use regex_syntax::hir::{Capture, Class, Hir, Look, Repetition};

use super::syntax::{Greed, Node, Place};
use super::{Groups, Mode, is_terminator};

/// Bytes that a compiled pattern may take.
const SIZE: usize = 8 << 20;

pub(super) struct Linear {
    hir: Hir,
    find: meta::Regex,
    whole: OnceLock<Option<meta::Regex>>,
    /// Whether it means the same only in texts that do not end in a line terminator.
    last_line: bool,
}

#[derive(Default)]
struct Needs {
    last_line: bool,
}

impl Linear {
    pub(super) fn new(node: &Node) -> Option<Self> {
        let mut needs = Needs::default();
        let hir = hir(node, &mut needs)?;
        Some(Self {
            find: build(&hir)?,
            hir,
            whole: OnceLock::new(),
            last_line: needs.last_line,
        })
    }

    /// Whether it means in this text what Java means.
    pub(super) fn takes(&self, text: &str) -> bool {
        !self.last_line || !text.ends_with(is_terminator)
    }

    pub(super) fn find(&self, text: &str, from: usize, mode: Mode) -> Option<Groups> {
        let regex = match mode {
            Mode::Find | Mode::Prefix => &self.find,
            Mode::Whole => self.whole.get_or_init(|| self.whole()).as_ref()?,
        };
        let anchored = match mode {
            Mode::Find => Anchored::No,
            Mode::Prefix | Mode::Whole => Anchored::Yes,
        };
        let input = Input::new(text).range(from..).anchored(anchored);
        let mut captures = regex.create_captures();
        regex.search_captures(&input, &mut captures);
        if !captures.is_match() {
            return None;
        }
        let spans = (0..captures.group_len()).map(|group| captures.get_group(group));
        Some(
            spans
                .map(|span| span.map(|span| (span.start, span.end)))
                .collect(),
        )
    }

    fn whole(&self) -> Option<meta::Regex> {
        build(&Hir::concat(vec![self.hir.clone(), Hir::look(Look::End)]))
    }
}

fn build(hir: &Hir) -> Option<meta::Regex> {
    let config = meta::Config::new()
        .nfa_size_limit(Some(SIZE))
        .hybrid_cache_capacity(2 << 20)
        .utf8_empty(true);
    meta::Builder::new()
        .configure(config)
        .syntax(Config::new().utf8(true))
        .build_from_hir(hir)
        .ok()
}

/// The same pattern there; `None` when it cannot be said.
fn hir(node: &Node, needs: &mut Needs) -> Option<Hir> {
    Some(match node {
        Node::Empty => Hir::empty(),
        Node::Set(class) => Hir::class(Class::Unicode(class.clone())),
        Node::Concat(nodes) => Hir::concat(all(nodes, needs)?),
        Node::Either(nodes) => Hir::alternation(all(nodes, needs)?),
        Node::Repeat {
            node,
            least,
            most,
            greed,
        } => {
            let greedy = match greed {
                Greed::Greedy => true,
                Greed::Lazy => false,
                Greed::Possessive => return None,
            };
            let sub = hir(node, needs)?;
            // What a group holds after empty rounds differs.
            let empty = sub.properties().minimum_len() == Some(0);
            if empty && sub.properties().explicit_captures_len() > 0 {
                return None;
            }
            Hir::repetition(Repetition {
                min: *least,
                max: *most,
                greedy,
                sub: Box::new(sub),
            })
        }
        Node::Group(number, node) => Hir::capture(Capture {
            index: u32::try_from(*number).ok()?,
            name: None,
            sub: Box::new(hir(node, needs)?),
        }),
        Node::At(Place::Start) => Hir::look(Look::Start),
        Node::At(Place::End) => Hir::look(Look::End),
        Node::At(Place::LastLine(_)) => {
            needs.last_line = true;
            Hir::look(Look::End)
        }
        Node::At(Place::Word) => Hir::look(Look::WordUnicode),
        Node::At(_) | Node::Look { .. } | Node::Atomic(_) | Node::Back(..) => return None,
    })
}

fn all(nodes: &[Node], needs: &mut Needs) -> Option<Vec<Hir>> {
    nodes.iter().map(|node| hir(node, needs)).collect()
}
