//! Makes a plan runnable: compiles every expression, opens every channel, reports every problem.

use std::collections::HashMap;
use std::sync::Arc;

use lockgate_flow::plan::{
    AllowedHeaders, Authorization, Plan, Process as ProcessSpec, ReceiverKind, Trigger,
};
use lockgate_store::messages::{Model, ModelNode};

use crate::access::Listed;
use crate::eval::pattern::{self, Case};
use crate::pipeline::{HeaderFilter, Node, Op, Pipeline, Process};
use crate::receiver::{FlowInfo, ReceiverFactory};
use crate::steps::{self, Preparation};

/// Which receivers this server has. ProcessDirect is the engine's own and needs no entry.
#[derive(Clone, Debug, Default)]
pub struct Registry(HashMap<ReceiverKind, Arc<dyn ReceiverFactory>>);

impl Registry {
    /// Adds a kind of receiver.
    #[must_use]
    pub fn with(mut self, kind: ReceiverKind, factory: Arc<dyn ReceiverFactory>) -> Self {
        self.0.insert(kind, factory);
        self
    }

    pub(crate) fn get(&self, kind: ReceiverKind) -> Option<&dyn ReceiverFactory> {
        self.0.get(&kind).map(AsRef::as_ref)
    }
}

/// Something that keeps a plan from being run.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{element}: {message}")]
pub struct Problem {
    /// Id of the model element, or what it concerns when it is no element.
    pub element: String,
    /// What is wrong, in a sentence.
    pub message: String,
}

/// Prepares a plan.
///
/// # Errors
/// Every problem, in the order of the plan.
pub fn prepare(plan: &Plan, registry: &Registry) -> Result<Pipeline, Vec<Problem>> {
    let flow = FlowInfo {
        id: plan.id.clone(),
        http_session: plan.settings.http_session,
    };
    let preparation = Preparation {
        namespaces: plan
            .settings
            .namespaces
            .iter()
            .map(|(prefix, uri)| (prefix.as_str(), uri.as_str()))
            .collect(),
        registry,
        scripts: &plan.scripts,
    };
    let mut problems = Vec::new();
    let allowed_headers = header_filter(&plan.settings.allowed_headers).unwrap_or_else(|message| {
        let element = "allowed headers".to_owned();
        problems.push(Problem { element, message });
        HeaderFilter::None
    });
    problems.extend(unreadable_names(plan));
    let mut model = Vec::new();
    let processes = plan
        .processes
        .iter()
        .map(|spec| process(spec, &preparation, &mut model, &mut problems))
        .collect();
    if !problems.is_empty() {
        return Err(problems);
    }
    Ok(Pipeline {
        id: plan.id.as_str().into(),
        name: plan.name.as_str().into(),
        return_exception_to_sender: plan.settings.return_exception_to_sender,
        allowed_headers,
        model: Arc::new(Model::new(&plan.id, model)),
        processes,
        entries: plan
            .entries
            .iter()
            .map(|entry| (entry.process, entry.trigger.clone()))
            .collect(),
        flow: Arc::new(flow),
    })
}

/// The names of certificates that no certificate can be compared with.
fn unreadable_names(plan: &Plan) -> Vec<Problem> {
    let mut problems = Vec::new();
    for entry in &plan.entries {
        let Trigger::Https(sender) = &entry.trigger else {
            continue;
        };
        let Authorization::Certificates(pairs) = &sender.authorization else {
            continue;
        };
        let unreadable = pairs.iter().filter_map(|pair| Listed::read(pair).err());
        problems.extend(unreadable.map(|error| Problem {
            element: format!("client certificates of {}", sender.path),
            message: error.to_string(),
        }));
    }
    problems
}

fn header_filter(spec: &AllowedHeaders) -> Result<HeaderFilter, String> {
    Ok(match spec {
        AllowedHeaders::None => HeaderFilter::None,
        AllowedHeaders::All => HeaderFilter::All,
        AllowedHeaders::Matching(java) => {
            HeaderFilter::Matching(pattern::whole(java, Case::Ignored)?)
        }
    })
}

fn process(
    spec: &ProcessSpec,
    preparation: &Preparation<'_>,
    model: &mut Vec<ModelNode>,
    problems: &mut Vec<Problem>,
) -> Process {
    let mut nodes = Vec::with_capacity(spec.nodes.len());
    // What follows in the same model element comes behind the others, so that indices hold.
    let mut appended = Vec::new();
    for node in &spec.nodes {
        let id: Arc<str> = node.id.as_str().into();
        let prepared = match steps::prepare(&node.spec, preparation) {
            Ok(prepared) => prepared,
            Err(found) => {
                let problem = |message| Problem {
                    element: node.id.clone(),
                    message,
                };
                problems.extend(found.into_iter().map(problem));
                continue;
            }
        };
        let position = u32::try_from(model.len()).unwrap_or(u32::MAX);
        model.push(ModelNode {
            id: node.id.clone(),
            name: node.name.clone(),
            kind: steps::kind(&node.spec).to_owned(),
        });
        let next = match prepared.then {
            None => node.next,
            Some(end) => {
                let at = spec.nodes.len() + appended.len();
                appended.push(Node {
                    id: Arc::clone(&id),
                    position,
                    op: Op::End(end),
                    next: None,
                    noted: false,
                });
                Some(at)
            }
        };
        nodes.push(Node {
            id,
            position,
            op: prepared.op,
            next,
            noted: steps::is_noted(&node.spec),
        });
    }
    nodes.extend(appended);
    Process {
        id: spec.id.as_str().into(),
        nodes,
        start: spec.start,
        exception: spec.exception.as_ref().map(|scope| scope.start),
        transactional: spec.transactional,
    }
}

#[cfg(test)]
mod tests {
    use lockgate_flow::plan::{DnPair, Entry, HttpsSender};

    use super::*;
    use crate::testing;

    #[test]
    fn a_name_of_a_certificate_that_cannot_be_read_is_a_problem_that_quotes_it() {
        let pair = |subject: &str, issuer: &str| DnPair {
            subject: subject.to_owned(),
            issuer: issuer.to_owned(),
        };
        let prepared = |pairs| {
            let mut plan = testing::plan(vec![testing::process(vec![testing::end()], None)]);
            plan.entries = vec![Entry {
                process: 0,
                trigger: Trigger::Https(HttpsSender {
                    path: "/a".to_owned(),
                    prefix: false,
                    authorization: Authorization::Certificates(pairs),
                    csrf_protected: false,
                    max_body: 1,
                }),
            }];
            let problems = prepare(&plan, &Registry::default())
                .err()
                .unwrap_or_default();
            problems.iter().map(Problem::to_string).collect::<Vec<_>>()
        };
        let good = pair("CN=a, O=b", "O=b,CN=c");
        assert_eq!(prepared(vec![good.clone()]), [] as [&str; 0]);
        let problems = prepared(vec![
            pair("Acme", "CN=c"),
            good,
            pair("CN=a", "CN=c,nonsense"),
        ]);
        assert_eq!(problems.len(), 2, "{problems:?}");
        for (problem, expected) in problems
            .iter()
            .zip(["subject DN \"Acme\"", "issuer DN \"CN=c,nonsense\""])
        {
            let expected = format!("client certificates of /a: the {expected} cannot be read: ");
            assert!(problem.starts_with(&expected), "{problem}");
        }
    }
}
