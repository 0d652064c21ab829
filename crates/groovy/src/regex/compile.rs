//! From the tree of a pattern to instructions.

use std::collections::HashMap;

use super::backtrack::{Inst, Program};
use super::class::Set;
use super::syntax::{Fault, Greed, Node, Parsed};

/// Instructions of one pattern.
const SIZE: usize = 100_000;

#[derive(Default)]
struct Compiler {
    code: Vec<Inst>,
    sets: Vec<Set>,
    /// Where a set is that was seen before.
    known: HashMap<Vec<(char, char)>, usize, foldhash::fast::FixedState>,
    rounds: usize,
}

/// Compiles a pattern.
pub(super) fn program(parsed: &Parsed) -> Result<Program, Fault> {
    let mut compiler = Compiler::default();
    compiler.node(&parsed.node)?;
    compiler.code.push(Inst::Match);
    Ok(Program {
        code: compiler.code,
        sets: compiler.sets,
        slots: (parsed.groups + 1) * 2,
        rounds: compiler.rounds,
    })
}

impl Compiler {
    fn push(&mut self, inst: Inst) -> Result<usize, Fault> {
        if self.code.len() >= SIZE {
            return Err(Fault {
                what: "Pattern too large".to_owned(),
                at: None,
            });
        }
        self.code.push(inst);
        Ok(self.code.len() - 1)
    }

    fn set(&mut self, node: &Node) -> Option<usize> {
        let Node::Set(class) = node else { return None };
        let ranges: Vec<_> = class
            .iter()
            .map(|range| (range.start(), range.end()))
            .collect();
        let sets = &mut self.sets;
        let known = self.known.entry(ranges).or_insert_with(|| {
            sets.push(Set::new(class));
            sets.len() - 1
        });
        Some(*known)
    }

    fn patch(&mut self, at: usize, inst: Inst) {
        if let Some(place) = self.code.get_mut(at) {
            *place = inst;
        }
    }

    fn node(&mut self, node: &Node) -> Result<(), Fault> {
        match node {
            Node::Empty => {}
            Node::Set(_) => {
                let set = self.set(node).unwrap_or(0);
                self.push(Inst::Set(set))?;
            }
            Node::Concat(nodes) => nodes.iter().try_for_each(|node| self.node(node))?,
            Node::Either(nodes) => self.either(nodes)?,
            Node::Repeat {
                node,
                least,
                most,
                greed,
            } => self.repeat(node, *least, *most, *greed)?,
            Node::Group(number, node) => {
                self.push(Inst::Save(number * 2))?;
                self.node(node)?;
                self.push(Inst::Save(number * 2 + 1))?;
            }
            Node::At(place) => {
                self.push(Inst::At(*place))?;
            }
            Node::Look {
                ahead,
                negative,
                node,
            } => self.look(*ahead, *negative, node)?,
            Node::Atomic(node) => self.atomic(node)?,
            Node::Back(group, any_case) => {
                self.push(Inst::Back(*group, *any_case))?;
            }
        }
        Ok(())
    }

    fn either(&mut self, nodes: &[Node]) -> Result<(), Fault> {
        let mut ends = Vec::new();
        for (index, node) in nodes.iter().enumerate() {
            if index + 1 == nodes.len() {
                self.node(node)?;
                break;
            }
            let split = self.push(Inst::Match)?;
            self.node(node)?;
            ends.push(self.push(Inst::Match)?);
            let next = self.code.len();
            self.patch(split, Inst::Split(split + 1, next));
        }
        let end = self.code.len();
        for jump in ends {
            self.patch(jump, Inst::Jump(end));
        }
        Ok(())
    }

    fn repeat(
        &mut self,
        node: &Node,
        least: u32,
        most: Option<u32>,
        greed: Greed,
    ) -> Result<(), Fault> {
        if let Some(set) = self.set(node) {
            self.push(Inst::Run {
                set,
                least,
                most: most.unwrap_or(u32::MAX),
                greed,
            })?;
            return Ok(());
        }
        if greed == Greed::Possessive {
            let greedy = Node::Repeat {
                node: Box::new(node.clone()),
                least,
                most,
                greed: Greed::Greedy,
            };
            return self.atomic(&greedy);
        }
        for _ in 0..least {
            self.node(node)?;
        }
        let lazy = greed == Greed::Lazy;
        match most {
            None => self.endless(node, lazy),
            Some(most) => {
                let mut splits = Vec::new();
                for _ in least..most {
                    splits.push(self.push(Inst::Match)?);
                    self.node(node)?;
                }
                let end = self.code.len();
                for split in splits {
                    self.patch(split, fork(split + 1, end, lazy));
                }
                Ok(())
            }
        }
    }

    /// `x*`, ending when a round takes nothing.
    fn endless(&mut self, node: &Node, lazy: bool) -> Result<(), Fault> {
        let round = self.rounds;
        self.rounds += 1;
        let split = self.push(Inst::Match)?;
        self.push(Inst::RoundStart(round))?;
        self.node(node)?;
        self.push(Inst::RoundEnd(round, split))?;
        let end = self.code.len();
        self.patch(split, fork(split + 1, end, lazy));
        Ok(())
    }

    fn atomic(&mut self, node: &Node) -> Result<(), Fault> {
        let start = self.push(Inst::Match)?;
        self.node(node)?;
        self.push(Inst::Match)?;
        let end = self.code.len();
        self.patch(start, Inst::Atomic(end));
        Ok(())
    }

    fn look(&mut self, ahead: bool, negative: bool, node: &Node) -> Result<(), Fault> {
        let behind = if ahead {
            None
        } else {
            let (least, most) = width(node);
            let Some(most) = most else {
                return Err(Fault {
                    what: "Look-behind group does not have an obvious maximum length".to_owned(),
                    at: Some(0),
                });
            };
            Some((least, most))
        };
        let start = self.push(Inst::Match)?;
        self.node(node)?;
        self.push(if ahead {
            Inst::Match
        } else {
            Inst::MatchBehind
        })?;
        let end = self.code.len();
        self.patch(
            start,
            Inst::Look {
                negative,
                behind,
                end,
            },
        );
        Ok(())
    }
}

fn fork(inside: usize, behind: usize, lazy: bool) -> Inst {
    if lazy {
        Inst::Split(behind, inside)
    } else {
        Inst::Split(inside, behind)
    }
}

/// How many characters a match has: at least, and at most.
fn width(node: &Node) -> (u32, Option<u32>) {
    match node {
        Node::Empty | Node::At(_) | Node::Look { .. } => (0, Some(0)),
        Node::Set(_) => (1, Some(1)),
        Node::Concat(nodes) => nodes.iter().map(width).fold((0, Some(0)), |sum, one| {
            let most = sum.1.zip(one.1).map(|(a, b)| a.saturating_add(b));
            (sum.0.saturating_add(one.0), most)
        }),
        Node::Either(nodes) => {
            let widths: Vec<_> = nodes.iter().map(width).collect();
            let least = widths.iter().map(|width| width.0).min().unwrap_or(0);
            let most = widths
                .iter()
                .map(|width| width.1)
                .collect::<Option<Vec<_>>>();
            (least, most.map(|most| most.into_iter().max().unwrap_or(0)))
        }
        Node::Repeat {
            node, least, most, ..
        } => {
            let one = width(node);
            let most = one.1.zip(*most).map(|(a, b)| a.saturating_mul(b));
            (one.0.saturating_mul(*least), most)
        }
        Node::Group(_, node) | Node::Atomic(node) => width(node),
        Node::Back(..) => (0, None),
    }
}
