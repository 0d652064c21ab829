//! The flows that a case is about, and which of them it starts.

use std::collections::BTreeMap;

use lockgate_core::role::RoleName;
use lockgate_flow::manifest::{BundleKind, Manifest};
use lockgate_flow::plan::{Authorization, HttpsSender, Plan, Trigger};
use lockgate_flow::{Bundle, Diagnostic};
use lockgate_store::artifacts::ArtifactKind;

use crate::case::{Case, Start};
use crate::verdict::Problem;

/// A flow as it lies in a folder or package.
#[derive(Clone, Debug)]
pub(crate) struct Source {
    bundle: Bundle,
    zip: Vec<u8>,
}

impl Source {
    /// A flow from its bundle, unless that cannot be packed.
    pub(crate) fn new(bundle: Bundle) -> Result<Self, String> {
        let zip = bundle.to_zip().map_err(|error| error.to_string())?;
        Ok(Self { bundle, zip })
    }
}

/// The flows of a case, read with its parameters.
#[derive(Debug)]
pub(crate) struct Flows<'s> {
    pub(crate) ready: Vec<Flow<'s>>,
    /// Script collections and value mappings that they share.
    pub(crate) shared: Vec<Shared<'s>>,
    /// Why others cannot run.
    broken: Vec<String>,
    /// The only metadata document in the flows.
    pub(crate) metadata: Option<Vec<u8>>,
}

/// An artifact that flows share.
#[derive(Debug)]
pub(crate) struct Shared<'s> {
    pub(crate) kind: ArtifactKind,
    pub(crate) manifest: &'s Manifest,
    pub(crate) zip: &'s [u8],
}

#[derive(Debug)]
pub(crate) struct Flow<'s> {
    pub(crate) plan: Plan,
    pub(crate) zip: &'s [u8],
    pub(crate) parameters: BTreeMap<String, String>,
}

/// What a case starts.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Target {
    /// Id of the flow; absent when nothing listens where the case calls.
    pub(crate) flow: Option<String>,
    /// The address below `/http`.
    pub(crate) path: String,
    /// Whether the endpoint wants a CSRF token with modifying calls.
    pub(crate) csrf: bool,
}

impl<'s> Flows<'s> {
    /// Reads the flows of a case.
    pub(crate) fn read(sources: &'s [Source], case: &Case) -> Result<Self, Vec<Problem>> {
        let wanted = &case.sheet.parameters;
        let mut unknown: Vec<&String> = wanted.keys().collect();
        let mut flows = Self {
            ready: Vec::new(),
            shared: Vec::new(),
            broken: Vec::new(),
            metadata: metadata(sources),
        };
        for source in sources {
            if let Some(kind) = shared_kind(&source.bundle) {
                flows.shared.push(Shared {
                    kind,
                    manifest: &source.bundle.manifest,
                    zip: &source.zip,
                });
                continue;
            }
            let known = lockgate_flow::read(&source.bundle, &BTreeMap::new()).parameters;
            let known = |name: &String| known.iter().any(|parameter| parameter.name == *name);
            unknown.retain(|name| !known(name));
            let own = wanted.iter().filter(|(name, _)| known(name));
            let parameters = own.map(|(name, value)| (name.clone(), value.clone()));
            let parameters: BTreeMap<_, _> = parameters.collect();
            let reading = lockgate_flow::read(&source.bundle, &parameters);
            match reading.plan {
                Some(plan) => flows.ready.push(Flow {
                    plan,
                    zip: &source.zip,
                    parameters,
                }),
                None => flows
                    .broken
                    .push(broken(&source.bundle, &reading.diagnostics)),
            }
        }
        let unknown = unknown.into_iter().map(|name| {
            let text = format!("no flow has a parameter {name:?}, which the case sets");
            Problem::new(text)
        });
        let problems: Vec<_> = unknown.collect();
        if problems.is_empty() {
            Ok(flows)
        } else {
            Err(problems)
        }
    }

    /// What the case starts.
    pub(crate) fn target(&self, case: &Case) -> Result<Target, Problem> {
        let sheet = &case.sheet;
        if let Some(id) = &sheet.flow
            && !self.ready.iter().any(|flow| flow.plan.id == *id)
        {
            return Err(self.problem(format!("there is no flow {id:?}, which the case names")));
        }
        match (sheet.start, &sheet.request.path) {
            (Start::Request, Some(path)) => Ok(self.called(path)),
            (Start::Request, None) => self.only_endpoint(case),
            (Start::Direct, path) => self.direct(path.as_deref().unwrap_or_default()),
            (Start::Timer, _) => self.timer(case),
        }
    }

    /// Every role that the flows ask for.
    pub(crate) fn roles(&self) -> Vec<RoleName> {
        let senders = self.entries(None).filter_map(|(_, trigger)| match trigger {
            Trigger::Https(sender) => Some(sender),
            _ => None,
        });
        let mut roles: Vec<RoleName> = senders
            .filter_map(|sender| match &sender.authorization {
                Authorization::Role(role) => Some(role.clone()),
                Authorization::Certificates(_) => None,
            })
            .collect();
        roles.sort();
        roles.dedup();
        roles
    }

    /// What starts the flows, or the one with the id.
    fn entries<'f>(
        &'f self,
        id: Option<&'f str>,
    ) -> impl Iterator<Item = (&'f str, &'f Trigger)> + use<'f, 's> {
        let meant = move |flow: &&Flow<'s>| id.is_none_or(|id| flow.plan.id == id);
        let entry = |flow: &'f Flow<'s>| {
            let id = flow.plan.id.as_str();
            flow.plan
                .entries
                .iter()
                .map(move |entry| (id, &entry.trigger))
        };
        self.ready.iter().filter(meant).flat_map(entry)
    }

    fn senders<'f>(
        &'f self,
        id: Option<&'f str>,
    ) -> impl Iterator<Item = (&'f str, &'f HttpsSender)> + use<'f, 's> {
        self.entries(id).filter_map(|(id, trigger)| match trigger {
            Trigger::Https(sender) => Some((id, sender)),
            _ => None,
        })
    }

    /// The flow that listens at a path; none is no mistake, as the case may be about that.
    fn called(&self, path: &str) -> Target {
        let folded = path.to_ascii_lowercase();
        let fits = |sender: &HttpsSender| {
            let own = sender.path.to_ascii_lowercase();
            let rest = folded.strip_prefix(&own);
            rest.is_some_and(|rest| rest.is_empty() || (sender.prefix && rest.starts_with('/')))
        };
        let fitting = self.senders(None).filter(|(_, sender)| fits(sender));
        let found = fitting.max_by_key(|(_, sender)| (!sender.prefix, sender.path.len()));
        Target {
            flow: found.map(|(id, _)| id.to_owned()),
            path: path.to_owned(),
            csrf: found.is_some_and(|(_, sender)| sender.csrf_protected),
        }
    }

    fn only_endpoint(&self, case: &Case) -> Result<Target, Problem> {
        let found: Vec<_> = self.senders(case.sheet.flow.as_deref()).collect();
        match found.as_slice() {
            [(id, sender)] => Ok(Target {
                flow: Some((*id).to_owned()),
                path: sender.path.clone(),
                csrf: sender.csrf_protected,
            }),
            [] => Err(self.problem(
                "no flow can be called by HTTP; say start = \"timer\" or start = \"direct\" in case.toml".to_owned(),
            )),
            several => {
                let paths: Vec<_> = several.iter().map(|(_, sender)| &*sender.path).collect();
                let paths = paths.join(", ");
                let text = format!("the flows can be called at {paths}; say which by path below [request] in case.toml");
                Err(Problem::new(text))
            }
        }
    }

    fn direct(&self, address: &str) -> Result<Target, Problem> {
        let bare = |address: &str| address.strip_prefix('/').unwrap_or(address).to_owned();
        let mut entries = self.entries(None);
        let found = entries.find(|(_, trigger)| match trigger {
            Trigger::ProcessDirect { address: own } => bare(own) == bare(address),
            _ => false,
        });
        match found {
            Some((id, _)) => Ok(Target {
                flow: Some(id.to_owned()),
                path: bare(address),
                csrf: false,
            }),
            None => Err(self.problem(format!(
                "no flow listens at the ProcessDirect address {address:?}"
            ))),
        }
    }

    fn timer(&self, case: &Case) -> Result<Target, Problem> {
        let timers = self.entries(case.sheet.flow.as_deref());
        let timers = timers.filter(|(_, trigger)| matches!(trigger, Trigger::Timer(_)));
        let mut ids: Vec<&str> = timers.map(|(id, _)| id).collect();
        ids.dedup();
        match ids.as_slice() {
            [id] => Ok(Target {
                flow: Some((*id).to_owned()),
                ..Target::default()
            }),
            [] => Err(self.problem("no flow has a timer".to_owned())),
            several => {
                let ids = several.join(", ");
                let text = format!("the flows {ids} have timers; say which by flow in case.toml");
                Err(Problem::new(text))
            }
        }
    }

    /// A problem that flows which cannot run may be the reason for.
    fn problem(&self, text: String) -> Problem {
        Problem {
            places: self.broken.clone(),
            ..Problem::new(text)
        }
    }
}

/// What flows share, if the bundle is that.
fn shared_kind(bundle: &Bundle) -> Option<ArtifactKind> {
    match bundle.manifest.kind {
        BundleKind::ScriptCollection => Some(ArtifactKind::ScriptCollection),
        BundleKind::ValueMapping => Some(ArtifactKind::ValueMapping),
        _ => None,
    }
}

/// Why a flow cannot run.
fn broken(bundle: &Bundle, diagnostics: &[Diagnostic]) -> String {
    let errors = diagnostics.iter().filter(|found| found.is_error());
    let errors: Vec<String> = errors.map(ToString::to_string).collect();
    let id = &bundle.manifest.symbolic_name;
    format!("{id} cannot run: {}", errors.join("; "))
}

/// The metadata that flows carry for their OData receivers, if there is one document of it.
fn metadata(sources: &[Source]) -> Option<Vec<u8>> {
    let documents = sources.iter().flat_map(|source| {
        let paths = source.bundle.paths().filter(|path| path.ends_with(".edmx"));
        paths.filter_map(|path| source.bundle.file(path))
    });
    let mut documents: Vec<&[u8]> = documents.collect();
    documents.dedup();
    match documents.as_slice() {
        [one] => Some(one.to_vec()),
        _ => None,
    }
}
