//! Matching by trying, with a count of steps.

use super::class::Set;
use super::syntax::{Greed, Place};
use super::{Exhausted, Groups, Mode, is_terminator};

/// Choices that may be open at once.
const CHOICES: usize = 2_000_000;

#[derive(Clone, Copy, Debug)]
pub(super) enum Inst {
    Match,
    /// The end of a look-behind: matches where it began.
    MatchBehind,
    Set(usize),
    /// Characters of a set, as many as it may be.
    Run {
        set: usize,
        least: u32,
        most: u32,
        greed: Greed,
    },
    /// First this, then that.
    Split(usize, usize),
    Jump(usize),
    Save(usize),
    RoundStart(usize),
    /// Goes around again unless the round took nothing.
    RoundEnd(usize, usize),
    At(Place),
    /// What follows up to `end` is tried here, or so many characters before.
    Look {
        negative: bool,
        behind: Option<(u32, u32)>,
        end: usize,
    },
    /// What follows up to there is not tried again.
    Atomic(usize),
    Back(usize, bool),
}

pub(super) struct Program {
    pub(super) code: Vec<Inst>,
    pub(super) sets: Vec<Set>,
    pub(super) slots: usize,
    pub(super) rounds: usize,
}

/// What to do when what was tried failed.
#[derive(Clone, Copy)]
enum Choice {
    Try {
        pc: usize,
        at: usize,
    },
    /// Give back one character of a run, down to `least`.
    Less {
        pc: usize,
        at: usize,
        least: usize,
    },
    /// Take one more character of a set.
    More {
        pc: usize,
        at: usize,
        set: usize,
        left: u32,
    },
    Slot(usize, usize),
    Round(usize, usize),
}

/// No position.
const NONE: usize = usize::MAX;

struct Run<'a> {
    program: &'a Program,
    text: &'a str,
    slots: Vec<usize>,
    rounds: Vec<usize>,
    choices: Vec<Choice>,
    steps: &'a mut u64,
    last: usize,
    mode: Mode,
    /// Where look-behinds have to end, innermost last.
    targets: Vec<usize>,
    nested: u32,
}

impl Program {
    pub(super) fn find(
        &self,
        text: &str,
        from: usize,
        last: usize,
        mode: Mode,
        steps: &mut u64,
    ) -> Result<Option<Groups>, Exhausted> {
        let mut run = Run {
            program: self,
            text,
            slots: vec![NONE; self.slots],
            rounds: vec![NONE; self.rounds],
            choices: Vec::new(),
            steps,
            last,
            mode,
            targets: Vec::new(),
            nested: 0,
        };
        let mut at = from;
        loop {
            if let Some(end) = run.run(0, at)? {
                return Ok(Some(run.groups(at, end)));
            }
            if mode != Mode::Find {
                return Ok(None);
            }
            match text.get(at..).and_then(|rest| rest.chars().next()) {
                Some(c) => at += c.len_utf8(),
                None => return Ok(None),
            }
        }
    }
}

impl Run<'_> {
    fn groups(&self, start: usize, end: usize) -> Groups {
        let pairs = self.slots.chunks_exact(2).skip(1).map(|pair| match pair {
            [from, to] if *from != NONE && *to != NONE => Some((*from, *to)),
            _ => None,
        });
        std::iter::once(Some((start, end))).chain(pairs).collect()
    }

    fn char_at(&self, at: usize) -> Option<char> {
        self.text.get(at..)?.chars().next()
    }

    fn char_before(&self, at: usize) -> Option<char> {
        self.text.get(..at)?.chars().next_back()
    }

    fn in_set(&self, set: usize, at: usize) -> Option<usize> {
        let c = self.char_at(at)?;
        let set = self.program.sets.get(set)?;
        set.contains(c).then(|| at + c.len_utf8())
    }

    fn choose(&mut self, choice: Choice) -> Result<(), Exhausted> {
        if self.choices.len() >= CHOICES {
            return Err(Exhausted);
        }
        self.choices.push(choice);
        Ok(())
    }

    /// Runs from an instruction to a match; where it ends.
    fn run(&mut self, pc: usize, at: usize) -> Result<Option<usize>, Exhausted> {
        let base = self.choices.len();
        let mut here = Some((pc, at));
        loop {
            let Some((pc, at)) = here else {
                match self.undo(base) {
                    Some(next) => {
                        here = Some(next);
                        continue;
                    }
                    None => return Ok(None),
                }
            };
            *self.steps = self.steps.checked_sub(1).ok_or(Exhausted)?;
            let Some(inst) = self.program.code.get(pc).copied() else {
                return Ok(None);
            };
            match inst {
                Inst::Match if self.accepts(at) => {
                    self.keep_slots(base);
                    return Ok(Some(at));
                }
                Inst::MatchBehind if self.targets.last() == Some(&at) => {
                    self.keep_slots(base);
                    return Ok(Some(at));
                }
                Inst::Match | Inst::MatchBehind => here = None,
                other => here = self.step(other, pc, at)?,
            }
        }
    }

    /// Whether the whole pattern may end here.
    fn accepts(&self, at: usize) -> bool {
        self.nested > 0 || self.mode != Mode::Whole || at == self.text.len()
    }

    /// Forgets open choices, but not what to restore when all of it fails later.
    fn keep_slots(&mut self, base: usize) {
        if self.nested == 0 {
            self.choices.truncate(base);
            return;
        }
        let kept: Vec<Choice> = self
            .choices
            .drain(base..)
            .filter(|choice| matches!(choice, Choice::Slot(..) | Choice::Round(..)))
            .collect();
        self.choices.extend(kept);
    }

    /// The latest open choice above `base`.
    fn undo(&mut self, base: usize) -> Option<(usize, usize)> {
        while self.choices.len() > base {
            match self.choices.pop()? {
                Choice::Try { pc, at } => return Some((pc, at)),
                Choice::Less { pc, at, least } => {
                    let before = at - self.char_before(at).map_or(0, char::len_utf8);
                    if before > least {
                        let at = before;
                        self.choices.push(Choice::Less { pc, at, least });
                    }
                    return Some((pc, before));
                }
                Choice::More { pc, at, set, left } => {
                    if let Some(at) = self.in_set(set, at) {
                        if let Some(left @ 1..) = left.checked_sub(1) {
                            self.choices.push(Choice::More { pc, at, set, left });
                        }
                        return Some((pc, at));
                    }
                }
                Choice::Slot(slot, old) => {
                    if let Some(slot) = self.slots.get_mut(slot) {
                        *slot = old;
                    }
                }
                Choice::Round(round, old) => {
                    if let Some(round) = self.rounds.get_mut(round) {
                        *round = old;
                    }
                }
            }
        }
        None
    }

    /// One instruction; where to go on.
    fn step(
        &mut self,
        inst: Inst,
        pc: usize,
        at: usize,
    ) -> Result<Option<(usize, usize)>, Exhausted> {
        let next = pc + 1;
        Ok(match inst {
            Inst::Match | Inst::MatchBehind => None,
            Inst::Set(set) => self.in_set(set, at).map(|at| (next, at)),
            Inst::Run {
                set,
                least,
                most,
                greed,
            } => return self.take((set, least, most, greed), next, at),
            Inst::Split(first, second) => {
                self.choose(Choice::Try { pc: second, at })?;
                Some((first, at))
            }
            Inst::Jump(to) => Some((to, at)),
            Inst::Save(slot) => {
                if let Some(place) = self.slots.get_mut(slot) {
                    let old = std::mem::replace(place, at);
                    self.choose(Choice::Slot(slot, old))?;
                }
                Some((next, at))
            }
            Inst::RoundStart(round) => {
                if let Some(place) = self.rounds.get_mut(round) {
                    let old = std::mem::replace(place, at);
                    self.choose(Choice::Round(round, old))?;
                }
                Some((next, at))
            }
            Inst::RoundEnd(round, again) => {
                let empty = self.rounds.get(round) == Some(&at);
                Some((if empty { next } else { again }, at))
            }
            Inst::At(place) => self.holds(place, at).then_some((next, at)),
            Inst::Look {
                negative,
                behind,
                end,
            } => self.look(negative, behind, next, at)?.then_some((end, at)),
            Inst::Atomic(end) => self.nested_run(next, at)?.map(|at| (end, at)),
            Inst::Back(group, any_case) => self.back(group, any_case, at).map(|at| (next, at)),
        })
    }

    /// A run of characters of a set.
    fn take(
        &mut self,
        (set, least, most, greed): (usize, u32, u32, Greed),
        next: usize,
        mut at: usize,
    ) -> Result<Option<(usize, usize)>, Exhausted> {
        let start = at;
        for _ in 0..least {
            match self.in_set(set, at) {
                Some(to) => at = to,
                None => return Ok(None),
            }
        }
        let fewest = at;
        let mut left = most - least.min(most);
        if greed == Greed::Lazy {
            if left > 0 {
                self.choose(Choice::More {
                    pc: next,
                    at,
                    set,
                    left,
                })?;
            }
        } else {
            while left > 0
                && let Some(to) = self.in_set(set, at)
            {
                at = to;
                left -= 1;
            }
            if greed == Greed::Greedy && at > fewest {
                let least = fewest;
                self.choose(Choice::Less {
                    pc: next,
                    at,
                    least,
                })?;
            }
        }
        let taken = (at - start) as u64 / 8;
        *self.steps = self.steps.checked_sub(taken).ok_or(Exhausted)?;
        Ok(Some((next, at)))
    }

    fn nested_run(&mut self, pc: usize, at: usize) -> Result<Option<usize>, Exhausted> {
        self.nested += 1;
        let result = self.run(pc, at);
        self.nested -= 1;
        result
    }

    fn look(
        &mut self,
        negative: bool,
        behind: Option<(u32, u32)>,
        pc: usize,
        at: usize,
    ) -> Result<bool, Exhausted> {
        let base = self.choices.len();
        let matched = match behind {
            None => self.nested_run(pc, at)?.is_some(),
            Some((least, most)) => {
                self.targets.push(at);
                let matched = self.behind(pc, at, (least, most));
                self.targets.pop();
                matched?
            }
        };
        if negative && matched {
            // What its groups held is forgotten: only restoring is left above `base`.
            let _ = self.undo(base);
        }
        Ok(matched != negative)
    }

    fn behind(
        &mut self,
        pc: usize,
        at: usize,
        (least, most): (u32, u32),
    ) -> Result<bool, Exhausted> {
        let mut start = at;
        for length in 0..=most {
            if length >= least && self.nested_run(pc, start)?.is_some() {
                return Ok(true);
            }
            match self.char_before(start) {
                Some(c) => start -= c.len_utf8(),
                None => break,
            }
        }
        Ok(false)
    }

    fn back(&self, group: usize, any_case: bool, at: usize) -> Option<usize> {
        let slot = |slot: usize| self.slots.get(slot).copied().filter(|at| *at != NONE);
        let held = self.text.get(slot(group * 2)?..slot(group * 2 + 1)?)?;
        let end = at + held.len();
        let here = self.text.get(at..end)?;
        let same = here == held || (any_case && here.eq_ignore_ascii_case(held));
        same.then_some(end)
    }

    fn holds(&self, place: Place, at: usize) -> bool {
        let ends = |c: char, unix: bool| if unix { c == '\n' } else { is_terminator(c) };
        match place {
            Place::Start => at == 0,
            Place::End => at == self.text.len(),
            Place::LastMatch => at == self.last,
            Place::LastLine(unix) => match self.text.get(at..) {
                Some("") => true,
                Some("\r\n") => !unix,
                Some("\n") => unix || self.char_before(at) != Some('\r'),
                Some(rest) => {
                    let mut chars = rest.chars();
                    chars.next().is_some_and(|c| ends(c, unix)) && chars.next().is_none()
                }
                None => false,
            },
            Place::LineStart(unix) => match (self.char_before(at), self.char_at(at)) {
                (None, _) => true,
                (_, None) => false,
                (Some('\r'), Some('\n')) => false,
                (Some(c), _) => ends(c, unix),
            },
            Place::LineEnd(unix) => match (self.char_before(at), self.char_at(at)) {
                (_, None) => true,
                (Some('\r'), Some('\n')) if !unix => false,
                (_, Some(c)) => ends(c, unix),
            },
            Place::Word => self.is_word_edge(at),
            Place::NotWord => !self.is_word_edge(at),
        }
    }

    fn is_word_edge(&self, at: usize) -> bool {
        let word = |c: Option<char>| c.is_some_and(|c| c == '_' || c.is_alphanumeric());
        word(self.char_before(at)) != word(self.char_at(at))
    }
}
