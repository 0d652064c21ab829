//! Makes what runs on this worker equal to what is deployed in the store.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;
use std::sync::atomic::Ordering;

use arc_swap::ArcSwap;
use lockgate_core::clock::Timestamp;
use lockgate_flow::plan::{HttpsSender, Plan, Trigger};
use lockgate_flow::{Bundle, Diagnostic};
use lockgate_store::Tx;
use lockgate_store::flows::{self, Flow, FlowHead, FlowState, Logging, Status};
use tokio_util::sync::CancellationToken;

use super::{Routes, Runtime, Target, timer};
use crate::endpoints::{Endpoint, Endpoints};
use crate::pipeline::Pipeline;
use crate::prepare::{Registry, prepare};
use crate::session::SessionStore;

/// A flow that was read and prepared. Exchanges hold on to the one they began with.
#[derive(Debug)]
pub(crate) struct Deployed {
    pub(crate) pipeline: Arc<Pipeline>,
    pub(crate) generation: i64,
    logging: ArcSwap<Logging>,
    /// Cookies that all exchanges of the flow share.
    pub(crate) session: SessionStore,
}

impl Deployed {
    pub(crate) fn new(pipeline: Pipeline, generation: i64, logging: impl Into<Logging>) -> Self {
        Self {
            pipeline: Arc::new(pipeline),
            generation,
            logging: ArcSwap::from_pointee(logging.into()),
            session: SessionStore::default(),
        }
    }

    /// What the message log keeps.
    pub(crate) fn logging(&self) -> Logging {
        **self.logging.load()
    }

    fn set_logging(&self, logging: Logging) {
        if self.logging() != logging {
            self.logging.store(Arc::new(logging));
        }
    }
}

/// The flows this worker knows of, by id.
#[derive(Debug, Default)]
pub(super) struct Deployments(BTreeMap<String, Deployment>);

/// What this worker made of one deployed flow.
#[derive(Debug)]
struct Deployment {
    generation: i64,
    read: Result<Arc<Deployed>, Unreadable>,
    /// Why it does not run although it could be prepared: an address is taken.
    conflict: Option<String>,
    /// Ends the timers; present while they run.
    timers: Option<CancellationToken>,
    /// What the store was told last, with the reason.
    told: Option<(FlowState, Option<String>)>,
}

/// A flow that cannot run.
#[derive(Debug)]
struct Unreadable {
    problem: String,
    /// What it would listen on; callers are told that it does not run.
    plan: Option<Box<Plan>>,
}

impl Deployment {
    /// The flow, if it takes messages.
    fn started(&self) -> Option<&Arc<Deployed>> {
        self.read.as_ref().ok().filter(|_| self.conflict.is_none())
    }

    fn state(&self) -> (FlowState, Option<String>) {
        match (&self.read, &self.conflict) {
            (Err(unreadable), _) => (FlowState::Error, Some(unreadable.problem.clone())),
            (Ok(_), Some(conflict)) => (FlowState::Error, Some(conflict.clone())),
            (Ok(_), None) => (FlowState::Started, None),
        }
    }

    fn stop_timers(&mut self) {
        if let Some(timers) = self.timers.take() {
            timers.cancel();
        }
    }
}

/// Most characters of what the store is told about a flow.
const DETAIL_CHARS: usize = 10_000;

impl Runtime {
    /// Reads what is deployed from the store and starts, replaces and stops flows accordingly.
    /// Flows whose generation did not change go on undisturbed; exchanges in flight end on the
    /// pipeline they began with.
    ///
    /// # Errors
    /// Those of the store; then everything stays as it was. A flow that cannot run is no error
    /// here: its status says what is wrong.
    pub async fn reconcile(&self) -> lockgate_store::Result<()> {
        let mut deployments = self.0.deployments.lock().await;
        if let Some(shared) = self.shared().reload(&self.0.store).await? {
            self.0.shared.store(Arc::new(shared));
        }
        let (heads, changed) = self.desired(&deployments).await?;
        let read = self.read_flows(changed).await;
        deployments.0.retain(|id, deployment| {
            let kept = heads.iter().any(|head| head.id == *id);
            if !kept {
                deployment.stop_timers();
            }
            kept
        });
        for (id, deployment) in read {
            if let Some(mut replaced) = deployments.0.insert(id, deployment) {
                replaced.stop_timers();
            }
        }
        for head in &heads {
            if let Some(Ok(deployed)) = deployments
                .0
                .get(&head.id)
                .map(|deployment| &deployment.read)
            {
                deployed.set_logging(head.logging());
            }
        }
        self.0.routes.store(Arc::new(deployments.routes()));
        for deployment in deployments.0.values_mut() {
            self.switch_timers(deployment);
        }
        self.0.loaded.store(true, Ordering::Release);
        self.tell(&mut deployments).await
    }

    /// Runs timers of flows that run, and no others.
    fn switch_timers(&self, deployment: &mut Deployment) {
        match (deployment.started(), &deployment.timers) {
            (Some(deployed), None) if !self.is_stopping() => {
                let timers = CancellationToken::new();
                self.start_timers(deployed, &timers);
                deployment.timers = Some(timers);
            }
            (None, Some(_)) => deployment.stop_timers(),
            _ => {}
        }
    }

    /// Ends all timers; runs that are under way go on.
    pub(super) async fn stop_timers(&self) {
        for deployment in self.0.deployments.lock().await.0.values_mut() {
            deployment.stop_timers();
        }
    }

    /// The desired flows, and those of them that are not here in this generation.
    async fn desired(
        &self,
        known: &Deployments,
    ) -> lockgate_store::Result<(Vec<FlowHead>, Vec<Flow>)> {
        let mut tx = self.store().read().await?;
        let heads = flows::list(&mut tx).await?;
        let mut changed = Vec::new();
        for head in &heads {
            let current = known
                .0
                .get(&head.id)
                .map(|deployment| deployment.generation);
            if current != Some(head.generation) {
                changed.extend(flows::find(&mut tx, &head.id).await?);
            }
        }
        Ok((heads, changed))
    }

    /// Reads and prepares flows, away from the threads that serve messages.
    async fn read_flows(&self, changed: Vec<Flow>) -> Vec<(String, Deployment)> {
        if changed.is_empty() {
            return Vec::new();
        }
        let registry = self.0.registry.clone();
        let now = self.clock().now();
        let work = tokio::task::spawn_blocking(move || {
            let deployment = |flow: Flow| {
                let deployment = Deployment {
                    generation: flow.generation,
                    read: read(&flow, &registry, now),
                    conflict: None,
                    timers: None,
                    told: None,
                };
                (flow.id, deployment)
            };
            changed.into_iter().map(deployment).collect()
        });
        work.await.unwrap_or_else(|error| {
            tracing::error!(%error, "reading the deployed flows failed because of a defect");
            Vec::new()
        })
    }

    /// Tells the store what became of the flows, where that is news.
    async fn tell(&self, deployments: &mut Deployments) -> lockgate_store::Result<()> {
        let is_news =
            |deployment: &Deployment| deployment.told.as_ref() != Some(&deployment.state());
        if !deployments.0.values().any(is_news) {
            return Ok(());
        }
        let mut tx = self.store().begin().await?;
        for (id, deployment) in deployments
            .0
            .iter()
            .filter(|(_, deployment)| is_news(deployment))
        {
            let (state, detail) = deployment.state();
            self.set_status(&mut tx, id, deployment.generation, state, detail)
                .await?;
        }
        tx.commit().await?;
        for deployment in deployments.0.values_mut() {
            deployment.told = Some(deployment.state());
        }
        Ok(())
    }

    async fn set_status(
        &self,
        tx: &mut Tx,
        flow: &str,
        generation: i64,
        state: FlowState,
        detail: Option<String>,
    ) -> lockgate_store::Result<()> {
        let status = Status {
            worker: self.0.worker.as_ref().to_owned(),
            flow: flow.to_owned(),
            generation,
            state,
            detail: detail.map(|detail| detail.chars().take(DETAIL_CHARS).collect()),
            at: self.clock().now(),
        };
        flows::set_status(tx, &status).await
    }

    /// Puts a flow whose timer will never fire again into error.
    pub(super) async fn report_expiry(&self, deployed: &Deployed, timer: &str) {
        let told = async {
            let mut tx = self.store().begin().await?;
            let detail = format!("The schedule of {timer} has expired: it never fires again.");
            let (flow, generation) = (&deployed.pipeline.id, deployed.generation);
            self.set_status(&mut tx, flow, generation, FlowState::Error, Some(detail))
                .await?;
            tx.commit().await
        };
        if let Err(error) = told.await {
            tracing::warn!(%error, timer, "the expiry of a timer could not be noted");
        }
    }
}

impl Deployments {
    /// A flow that takes messages.
    pub(super) fn started(&self, flow: &str) -> Option<&Arc<Deployed>> {
        self.0.get(flow).and_then(Deployment::started)
    }

    /// Gives addresses to flows, those deployed first before the others: all workers agree on that
    /// order. A flow that wants an address which is taken does not run.
    fn routes(&mut self) -> Routes {
        let mut routes = Routes::default();
        let mut endpoints = Endpoints::default();
        let mut ordered: Vec<_> = self.0.values_mut().collect();
        ordered.sort_by_key(|deployment| deployment.generation);
        for deployment in ordered {
            let claims = match &deployment.read {
                Ok(deployed) => Claims::of_pipeline(deployed),
                Err(unreadable) => Claims::of_plan(unreadable.plan.as_deref()),
            };
            deployment.conflict = claims.conflict(&endpoints, &routes.direct);
            claims.enter(
                deployment.conflict.is_none(),
                &mut endpoints,
                &mut routes.direct,
            );
        }
        routes.endpoints = Arc::new(endpoints);
        routes
    }
}

/// The addresses that one flow wants.
struct Claims {
    flow: Arc<str>,
    https: Vec<(HttpsSender, Option<Target>)>,
    direct: Vec<(String, Target)>,
}

impl Claims {
    fn of_pipeline(deployed: &Arc<Deployed>) -> Self {
        let mut claims = Self {
            flow: Arc::clone(&deployed.pipeline.id),
            https: Vec::new(),
            direct: Vec::new(),
        };
        for (process, trigger) in &deployed.pipeline.entries {
            let target = Target {
                deployed: Arc::clone(deployed),
                process: *process,
            };
            match trigger {
                Trigger::Https(sender) => claims.https.push((sender.clone(), Some(target))),
                Trigger::ProcessDirect { address } => claims.direct.push((address.clone(), target)),
                Trigger::Timer(_) | Trigger::Never => {}
            }
        }
        claims
    }

    fn of_plan(plan: Option<&Plan>) -> Self {
        let entries = plan.map(|plan| plan.entries.as_slice()).unwrap_or_default();
        let https = entries.iter().filter_map(|entry| match &entry.trigger {
            Trigger::Https(sender) => Some((sender.clone(), None)),
            Trigger::ProcessDirect { .. } | Trigger::Timer(_) | Trigger::Never => None,
        });
        Self {
            flow: plan.map_or("", |plan| plan.id.as_str()).into(),
            https: https.collect(),
            direct: Vec::new(),
        }
    }

    /// The first address that is taken, by another flow or by this one already.
    fn conflict(&self, endpoints: &Endpoints, direct: &HashMap<String, Target>) -> Option<String> {
        let mut own = Endpoints::default();
        for (sender, _) in &self.https {
            let endpoint = Arc::new(Endpoint::new(Arc::clone(&self.flow), sender, None));
            let free = endpoints
                .check(&endpoint)
                .and_then(|()| own.insert(endpoint));
            if let Err(taken) = free {
                return Some(taken.to_string());
            }
        }
        let mut seen = HashSet::new();
        self.direct.iter().find_map(|(address, _)| {
            let owner = direct.get(address).map(|target| &target.deployed.pipeline.id);
            let owner = owner.or_else(|| (!seen.insert(address)).then_some(&self.flow))?;
            Some(format!(
                "the ProcessDirect address {address} is already served by flow {owner}; undeploy that flow or change the address"
            ))
        })
    }

    /// Enters the addresses. Those of a flow that does not run are entered where they are free, so
    /// that callers are told so.
    fn enter(self, runs: bool, endpoints: &mut Endpoints, direct: &mut HashMap<String, Target>) {
        for (sender, target) in self.https {
            let endpoint = Endpoint::new(Arc::clone(&self.flow), &sender, target.filter(|_| runs));
            if let Err(taken) = endpoints.insert(Arc::new(endpoint)) {
                tracing::debug!(%taken, flow = %self.flow, "a flow that does not run is not even told so");
            }
        }
        if runs {
            direct.extend(self.direct);
        }
    }
}

/// Reads and prepares a flow.
fn read(flow: &Flow, registry: &Registry, now: Timestamp) -> Result<Arc<Deployed>, Unreadable> {
    let unreadable = |problem: String, plan: Option<Plan>| Unreadable {
        problem,
        plan: plan.map(Box::new),
    };
    let bundle =
        Bundle::from_zip(&flow.bundle).map_err(|problems| unreadable(lines(&problems), None))?;
    let reading = lockgate_flow::read(&bundle, &flow.parameters);
    let errors: Vec<_> = reading
        .diagnostics
        .into_iter()
        .filter(Diagnostic::is_error)
        .collect();
    let plan = reading
        .plan
        .ok_or_else(|| unreadable(lines(&errors), None))?;
    let pipeline = match prepare(&plan, registry) {
        Ok(pipeline) => pipeline,
        Err(problems) => return Err(unreadable(lines(&problems), Some(plan))),
    };
    if let Err(problem) = timer::check(&pipeline, now) {
        return Err(unreadable(problem, Some(plan)));
    }
    Ok(Arc::new(Deployed::new(
        pipeline,
        flow.generation,
        flow.log_level,
    )))
}

fn lines(problems: &[impl ToString]) -> String {
    let lines: Vec<_> = problems.iter().map(ToString::to_string).collect();
    lines.join("\n")
}
