//! Timers: the start events that nobody calls.
//!
//! Among all workers one runs a timer. For a schedule that is whoever holds the timer's lease; for
//! a timer that runs once per deployment it is whoever claims that run in the store, which also
//! makes a restart do nothing.

use std::ops::ControlFlow;
use std::sync::Arc;
use std::time::Duration;

use futures_util::future::{BoxFuture, OptionFuture};
use lockgate_core::clock::Timestamp;
use lockgate_flow::plan::Trigger;
use lockgate_flow::schedule::Schedule;
use lockgate_store::flows;
use lockgate_store::leases::{self, Fence};
use tokio::time::{Instant, sleep, sleep_until};
use tokio_util::sync::CancellationToken;

use super::accept::Origin;
use super::schedule::CronSchedule;
use super::{Deployed, Runtime, Target, Timers};
use crate::entry::Refused;
use crate::exchange::Exchange;
use crate::pipeline::Pipeline;

/// How long a lease lasts without being renewed.
const LEASE: Duration = Duration::from_secs(30);
/// How often it is renewed, or asked for by those who do not have it.
const RENEW: Duration = Duration::from_secs(10);
/// How soon a failed or refused attempt is repeated at first.
const RETRY: Duration = Duration::from_millis(200);
/// The longest sleep before the clock is looked at again: it may be set while we sleep.
const GLANCE: Duration = Duration::from_secs(1);

/// The right to start an exchange without a caller: a claimed run, or a held lease.
struct Turn(());

/// A timer with a schedule.
struct Cron {
    runtime: Runtime,
    target: Target,
    schedule: CronSchedule,
    throw_on_expiry: bool,
    lease: String,
}

/// What is wrong with the timers of a flow, before it starts: schedules that cannot be read, and
/// expired ones that are to raise an error.
pub(super) fn check(pipeline: &Pipeline, now: Timestamp) -> Result<(), String> {
    for (_, trigger) in &pipeline.entries {
        if let Trigger::Timer(Schedule::Cron {
            expression,
            zone,
            throw_on_expiry,
        }) = trigger
        {
            let schedule = CronSchedule::new(expression, zone)?;
            if *throw_on_expiry && schedule.next(now).is_none() {
                return Err(expired(expression));
            }
        }
    }
    Ok(())
}

fn expired(expression: &str) -> String {
    format!("The timer's schedule {expression:?} has expired: it never fires again.")
}

impl Runtime {
    /// Starts the timers of a flow. They end when `stop` is cancelled.
    pub(super) fn start_timers(&self, deployed: &Arc<Deployed>, stop: &CancellationToken) {
        let mut once = Vec::new();
        for (index, (process, trigger)) in deployed.pipeline.entries.iter().enumerate() {
            let target = Target {
                deployed: Arc::clone(deployed),
                process: *process,
            };
            let Trigger::Timer(schedule) = trigger else {
                continue;
            };
            match (&self.0.timers, schedule) {
                (Timers::OnceOf(flow), _) if **flow == *deployed.pipeline.id => once.push(target),
                (Timers::OnceOf(_) | Timers::Never, _) => {}
                (Timers::Scheduled, Schedule::RunOnce) => once.push(target),
                (
                    Timers::Scheduled,
                    Schedule::Cron {
                        expression,
                        zone,
                        throw_on_expiry,
                    },
                ) => {
                    // Checked before the flow was started.
                    let Ok(schedule) = CronSchedule::new(expression, zone) else {
                        continue;
                    };
                    let cron = Cron {
                        runtime: self.clone(),
                        target,
                        schedule,
                        throw_on_expiry: *throw_on_expiry,
                        lease: format!("timer/{}/{index}", deployed.pipeline.id),
                    };
                    self.0.tasks.spawn(cron.run(stop.clone()));
                }
            }
        }
        if !once.is_empty() {
            let (runtime, deployed, stop) = (self.clone(), Arc::clone(deployed), stop.clone());
            self.0
                .tasks
                .spawn(async move { runtime.run_once(&deployed, once, &stop).await });
        }
    }

    /// Runs what runs once per deployment, if no worker has done so yet.
    async fn run_once(&self, deployed: &Deployed, targets: Vec<Target>, stop: &CancellationToken) {
        let Some(Some(turn)) = stop.run_until_cancelled(self.claim(deployed)).await else {
            return;
        };
        let runs = targets.into_iter().map(|target| self.fire(&turn, target));
        for refused in futures_util::future::join_all(runs)
            .await
            .into_iter()
            .filter_map(Result::err)
        {
            let flow = &deployed.pipeline.id;
            tracing::error!(%flow, %refused, "a timer that runs once could not run; deploy the flow again");
        }
    }

    /// Claims the only run of a deployment. Waits for the store, and until a message could run.
    async fn claim(&self, deployed: &Deployed) -> Option<Turn> {
        let mut wait = RETRY;
        loop {
            if self.admit().await.is_ok() {
                match self.try_claim(deployed).await {
                    Ok(claimed) => return claimed.then_some(Turn(())),
                    Err(error) => tracing::warn!(%error, "a timer waits for the store"),
                }
            }
            sleep(wait).await;
            wait = (wait * 2).min(RENEW);
        }
    }

    async fn try_claim(&self, deployed: &Deployed) -> lockgate_store::Result<bool> {
        let mut tx = self.store().begin().await?;
        let claimed =
            flows::claim_run_once(&mut tx, &deployed.pipeline.id, deployed.generation).await?;
        tx.commit().await?;
        Ok(claimed)
    }

    /// Runs a timer's process once, as a message of its own.
    async fn fire(&self, _turn: &Turn, target: Target) -> Result<(), Refused> {
        let (_place, slot) = self.admit().await?;
        let execution = self.execution(target, Exchange::default(), Origin::default(), slot);
        self.execute(execution).await;
        Ok(())
    }

    async fn wait_until(&self, at: Option<Timestamp>) {
        let Some(at) = at else {
            return std::future::pending().await;
        };
        loop {
            let left = at.since(self.clock().now());
            if left.is_zero() {
                return;
            }
            sleep(left.min(GLANCE)).await;
        }
    }
}

impl Cron {
    /// Asks for the lease until it is held, fires while it is held, and begins again when it is lost.
    async fn run(self, stop: CancellationToken) {
        while let Some(fence) = stop.run_until_cancelled(self.acquire()).await {
            if self.lead(fence, &stop).await.is_break() {
                return;
            }
            tracing::warn!(lease = %self.lease, "a timer's lease was lost; its run was cancelled");
        }
    }

    /// Fires whenever the schedule says so, unless the previous run is still active. Continues when
    /// the lease is lost, and a run that is active then is dropped and recorded as abandoned. Breaks
    /// when the timer is stopped; a run that is active then goes on to its end.
    async fn lead(&self, fence: Fence, stop: &CancellationToken) -> ControlFlow<()> {
        let turn = Turn(());
        let mut running: Option<BoxFuture<'_, Result<(), Refused>>> = None;
        let mut next = self.next().await;
        let mut renewed = Instant::now();
        loop {
            tokio::select! {
                () = stop.cancelled() => {
                    self.release(fence).await;
                    if let Some(run) = running {
                        self.report(run.await);
                    }
                    return ControlFlow::Break(());
                }
                () = self.runtime.wait_until(next) => {
                    if running.is_none() {
                        running = Some(Box::pin(self.runtime.fire(&turn, self.target.clone())));
                    }
                    next = self.next().await;
                }
                Some(result) = OptionFuture::from(running.as_mut()) => {
                    running = None;
                    self.report(result);
                }
                () = sleep_until(renewed + RENEW) => match self.renew(fence).await {
                    Ok(true) => renewed = Instant::now(),
                    // While the lease lasts nobody else gets it, and the store may come back.
                    Err(_) if renewed.elapsed() + RENEW < LEASE => sleep(RETRY).await,
                    Ok(false) | Err(_) => return ControlFlow::Continue(()),
                },
            }
        }
    }

    /// When to fire next. Says so once when the schedule has expired.
    async fn next(&self) -> Option<Timestamp> {
        let next = self.schedule.next(self.runtime.clock().now());
        if next.is_none() && self.throw_on_expiry {
            self.runtime
                .report_expiry(&self.target.deployed, &self.lease)
                .await;
        }
        next
    }

    fn report(&self, result: Result<(), Refused>) {
        if let Err(refused) = result {
            tracing::warn!(lease = %self.lease, %refused, "a run of a timer was left out");
        }
    }

    async fn acquire(&self) -> Fence {
        let mut wait = RETRY;
        loop {
            match self.try_acquire().await {
                Ok(Some(fence)) => return fence,
                Ok(None) => {}
                Err(error) => {
                    tracing::warn!(%error, lease = %self.lease, "a timer waits for the store")
                }
            }
            sleep(wait).await;
            wait = (wait * 2).min(RENEW);
        }
    }

    async fn try_acquire(&self) -> lockgate_store::Result<Option<Fence>> {
        let mut tx = self.runtime.store().begin().await?;
        let fence = leases::acquire(&mut tx, &self.lease, &self.runtime.0.worker, LEASE).await?;
        tx.commit().await?;
        Ok(fence)
    }

    async fn renew(&self, fence: Fence) -> lockgate_store::Result<bool> {
        let mut tx = self.runtime.store().begin().await?;
        let kept =
            leases::renew(&mut tx, &self.lease, &self.runtime.0.worker, fence, LEASE).await?;
        tx.commit().await?;
        Ok(kept)
    }

    async fn release(&self, fence: Fence) {
        let released = async {
            let mut tx = self.runtime.store().begin().await?;
            leases::release(&mut tx, &self.lease, &self.runtime.0.worker, fence).await?;
            tx.commit().await
        };
        if let Err(error) = released.await {
            tracing::warn!(%error, lease = %self.lease, "a timer's lease was not given back; it ends by itself");
        }
    }
}
