#![doc = include_str!("../README.md")]

mod case;
mod compare;
mod find;
mod flows;
mod mock;
pub mod report;
mod run;
mod stage;
mod suite;
mod verdict;

pub use case::Unreadable;
pub use compare::Line;
pub use find::{Found, find};
pub use suite::{Load, run};
pub use verdict::{Problem, Update, Verdict};
