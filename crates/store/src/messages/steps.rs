//! The steps of a message, a few bytes each.
//!
//! What a step is called does not change from message to message, so it is kept once, in the model of
//! the flow. A message keeps which node each step was and how long it took; only steps that have more
//! to tell, such as an error, tell it in words.

use std::sync::Arc;

use lockgate_core::clock::Timestamp;
use lockgate_core::crypto::sha256;
use serde::{Deserialize, Serialize};

use crate::value::{Json, Value};

/// A node of a flow, as people know it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ModelNode {
    /// Id of the model element.
    pub id: String,
    /// Its name.
    pub name: String,
    /// What kind of step it is.
    pub kind: String,
}

/// What the steps of a flow are called.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Model {
    pub(super) id: String,
    pub(super) flow: String,
    /// The nodes; steps refer to them by position.
    pub nodes: Vec<ModelNode>,
}

impl Model {
    /// The model of a flow.
    #[must_use]
    pub fn new(flow: &str, nodes: Vec<ModelNode>) -> Self {
        let named = serde_json::to_vec(&(flow, &nodes)).unwrap_or_default();
        let digest = sha256(&named);
        let id = digest[..8].iter().map(|byte| format!("{byte:02x}"));
        Self {
            id: id.collect(),
            flow: flow.to_owned(),
            nodes,
        }
    }

    /// What a step is called. A step of a model that is gone has no name.
    #[must_use]
    pub fn node(&self, step: &Step) -> ModelNode {
        let found = usize::try_from(step.node).ok();
        let found = found.and_then(|node| self.nodes.get(node).cloned());
        found.unwrap_or_else(|| ModelNode {
            id: String::new(),
            name: String::new(),
            kind: String::new(),
        })
    }
}

/// One executed step of a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// Position in the order of execution. The first of a message that kept only its last steps is
    /// greater than 0.
    pub seq: u32,
    /// Which node of the model it was.
    pub node: u32,
    /// When it started.
    pub started_at: Timestamp,
    /// When it ended.
    pub ended_at: Timestamp,
    /// What went wrong.
    pub error: Option<String>,
    /// What else it told, at the levels Debug and Trace.
    pub properties: Vec<(String, String)>,
}

/// What a step tells in words: its position, error, and properties.
type Note = (u32, Option<String>, Vec<(String, String)>);

/// The format of what [`encode`] writes; its first byte.
const FORMAT: u8 = 1;

/// The steps as two columns: bytes, and notes in words.
pub(super) fn encode(steps: &[Step], began: Timestamp) -> (Value, Value) {
    let Some(first) = steps.first() else {
        return (Value::Null, Value::Null);
    };
    let mut bytes = Vec::with_capacity(8 + 5 * steps.len());
    bytes.push(FORMAT);
    put(&mut bytes, u64::from(first.seq));
    let mut before = began;
    for step in steps {
        put(&mut bytes, u64::from(step.node));
        put_signed(
            &mut bytes,
            step.started_at.micros().wrapping_sub(before.micros()),
        );
        let took = step
            .ended_at
            .micros()
            .wrapping_sub(step.started_at.micros());
        put_signed(&mut bytes, took);
        before = step.ended_at;
    }
    let notes: Vec<Note> = steps
        .iter()
        .filter(|step| step.error.is_some() || !step.properties.is_empty())
        .map(|step| (step.seq, step.error.clone(), step.properties.clone()))
        .collect();
    let notes = Some(Json(&notes)).filter(|_| !notes.is_empty());
    (Value::Blob(bytes), notes.into())
}

/// The steps of a message that began at `began`; those that cannot be read end the list.
pub(super) fn decode(
    bytes: Option<&[u8]>,
    notes: Option<Json<Vec<Note>>>,
    began: Timestamp,
) -> Vec<Step> {
    let Some((&FORMAT, mut bytes)) = bytes.and_then(<[u8]>::split_first) else {
        return Vec::new();
    };
    let bytes = &mut bytes;
    let mut steps = Vec::new();
    let Some(mut seq) = take(bytes).and_then(|seq| u32::try_from(seq).ok()) else {
        return steps;
    };
    let mut before = began;
    while !bytes.is_empty() {
        let (Some(node), Some(gap), Some(took)) =
            (take(bytes), take_signed(bytes), take_signed(bytes))
        else {
            break;
        };
        let started_at = Timestamp::from_micros(before.micros().wrapping_add(gap));
        let ended_at = Timestamp::from_micros(started_at.micros().wrapping_add(took));
        steps.push(Step {
            seq,
            node: u32::try_from(node).unwrap_or(u32::MAX),
            started_at,
            ended_at,
            error: None,
            properties: Vec::new(),
        });
        before = ended_at;
        seq = seq.wrapping_add(1);
    }
    for (seq, error, properties) in notes.map(|Json(notes)| notes).unwrap_or_default() {
        if let Some(step) = steps.iter_mut().find(|step| step.seq == seq) {
            (step.error, step.properties) = (error, properties);
        }
    }
    steps
}

/// Seven bits a byte, the lowest first; the highest bit says that more follow.
fn put(bytes: &mut Vec<u8>, mut number: u64) {
    while number >= 0x80 {
        bytes.push((number & 0x7f) as u8 | 0x80);
        number >>= 7;
    }
    bytes.push((number & 0x7f) as u8);
}

/// Small numbers of either sign stay small.
fn put_signed(bytes: &mut Vec<u8>, number: i64) {
    put(bytes, ((number << 1) ^ (number >> 63)).cast_unsigned());
}

fn take(bytes: &mut &[u8]) -> Option<u64> {
    let mut number = 0_u64;
    for shift in (0..64).step_by(7) {
        let (&byte, rest) = bytes.split_first()?;
        *bytes = rest;
        number |= u64::from(byte & 0x7f) << shift;
        if byte & 0x80 == 0 {
            return Some(number);
        }
    }
    None
}

fn take_signed(bytes: &mut &[u8]) -> Option<i64> {
    let number = take(bytes)?;
    Some((number >> 1).cast_signed() ^ -((number & 1).cast_signed()))
}

/// A model that nobody knows any more.
pub(super) fn unknown() -> Arc<Model> {
    Arc::new(Model {
        id: String::new(),
        flow: String::new(),
        nodes: Vec::new(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(micros: i64) -> Timestamp {
        Timestamp::from_micros(micros)
    }

    fn step(seq: u32, node: u32, started: i64, ended: i64) -> Step {
        Step {
            seq,
            node,
            started_at: at(started),
            ended_at: at(ended),
            error: None,
            properties: Vec::new(),
        }
    }

    fn columns(steps: &[Step]) -> (Vec<u8>, Option<Json<Vec<Note>>>) {
        match encode(steps, at(1_000)) {
            (Value::Blob(bytes), Value::Text(notes)) => {
                (bytes, Some(Json(serde_json::from_str(&notes).unwrap())))
            }
            (Value::Blob(bytes), Value::Null) => (bytes, None),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn steps_are_read_as_they_were_written() {
        let mut steps = vec![
            step(7, 0, 1_000, 1_004),
            step(8, 300, 1_010, 90_000_000),
            // The clock was set back.
            step(9, u32::MAX, 500, 400),
        ];
        steps[1].error = Some("it broke".to_owned());
        steps[2].properties = vec![("a".to_owned(), "b".to_owned()); 2];
        let (bytes, notes) = columns(&steps);
        assert_eq!(decode(Some(&bytes), notes, at(1_000)), steps);
        assert_eq!(decode(None, None, at(0)), []);
    }

    #[test]
    fn a_quick_step_takes_three_bytes() {
        let steps: Vec<Step> = (0..50).map(|n| step(n, n, 1_000, 1_000)).collect();
        let (bytes, notes) = columns(&steps);
        assert_eq!(bytes.len(), 2 + 3 * 50);
        assert!(notes.is_none());
    }

    #[test]
    fn damaged_bytes_give_fewer_steps_and_no_panic() {
        let (bytes, _) = columns(&[step(0, 1, 1_000, 2_000), step(1, 2, 2_000, 3_000)]);
        for end in 0..bytes.len() {
            assert!(decode(Some(&bytes[..end]), None, at(1_000)).len() < 2);
        }
        for odd in [&[9, 9][..], &[FORMAT, 255, 255], &[FORMAT; 99], &[0xff; 40]] {
            decode(Some(odd), None, at(i64::MAX));
        }
    }

    #[test]
    fn a_model_is_named_after_what_it_holds() {
        let node = |id: &str| ModelNode {
            id: id.to_owned(),
            name: "n".to_owned(),
            kind: "k".to_owned(),
        };
        let model = Model::new("f", vec![node("a")]);
        assert_eq!(model, Model::new("f", vec![node("a")]));
        assert_ne!(model.id, Model::new("f", vec![node("b")]).id);
        assert_ne!(model.id, Model::new("g", vec![node("a")]).id);
        assert_eq!(model.node(&step(0, 0, 0, 0)).id, "a");
        assert_eq!(model.node(&step(0, 1, 0, 0)).id, "");
    }
}
