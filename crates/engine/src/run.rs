//! Moves an exchange through a pipeline.
//!
//! The interpreter knows the shapes of [`Op`] and no concrete step. Local processes are frames on a
//! stack of its own, so that an end event can end one process or all of them.
//!
//! What an error does is decided here: the exception subprocess of the process in which it happened
//! handles it, and when that ends, everything ends, the callers included. An error that leaves a
//! local process is not offered to its callers.

#[cfg(test)]
mod tests;
mod transaction;

use std::panic::AssertUnwindSafe;
use std::sync::{Arc, OnceLock};

use futures_util::FutureExt as _;
use lockgate_core::clock::Timestamp;
use lockgate_core::limits;
use lockgate_flow::plan::{HttpSession, NodeIndex, ProcessIndex};

pub(crate) use self::transaction::{Aborted, Transaction, VariableKey, Written};
use crate::error::StepError;
use crate::eval::EvalContext;
use crate::exchange::Exchange;
use crate::journal::Trail;
use crate::names;
use crate::pipeline::{End, Loop, Node, Op, Pipeline, Stage};
use crate::runtime::{Runtime, Target};
use crate::session::SessionStore;
use crate::steps::{AsyncStep, Next, Step};
use crate::value::Value;

/// How an exchange ended.
#[derive(Clone, Debug)]
pub(crate) enum Ending {
    /// Well, or with an error that was handled.
    Completed,
    /// At an escalation.
    Escalated,
    /// With an error.
    Failed(Arc<StepError>),
    /// Not at all: the server stops.
    Abandoned,
}

/// What ties the exchanges of one chain of calls together.
#[derive(Clone, Debug)]
pub(crate) struct Chain {
    /// Shared by all messages of the chain.
    pub(crate) correlation: Arc<str>,
    /// Processes and flows entered so far.
    pub(crate) depth: usize,
    /// Whether somebody waits for an answer at the chain's beginning.
    pub(crate) synchronous: bool,
}

/// What a step may use besides the exchange.
#[derive(Debug)]
pub(crate) struct Visit<'a> {
    pub(crate) runtime: &'a Runtime,
    pub(crate) pipeline: &'a Pipeline,
    /// Id of the step's model element.
    pub(crate) step: &'a str,
    pub(crate) chain: Chain,
    /// What the message reads and writes in the store.
    pub(crate) transaction: &'a Transaction,
    sessions: Sessions<'a>,
}

/// Where receivers keep cookies: for the flow, for the exchange, or nowhere.
#[derive(Clone, Copy, Debug)]
struct Sessions<'a> {
    flow: &'a SessionStore,
    exchange: &'a OnceLock<SessionStore>,
}

impl Visit<'_> {
    /// What expressions may know.
    pub(crate) fn eval(&self) -> EvalContext<'_> {
        EvalContext {
            flow: &self.pipeline.flow,
            clock: self.runtime.clock(),
        }
    }

    /// The session that receivers of this flow share.
    pub(crate) fn session(&self) -> SessionStore {
        match self.pipeline.flow.http_session {
            HttpSession::None => SessionStore::default(),
            HttpSession::Exchange => self
                .sessions
                .exchange
                .get_or_init(SessionStore::default)
                .clone(),
            HttpSession::Flow => self.sessions.flow.clone(),
        }
    }

    /// Does a computation that belongs to a step: where long ones hold up nobody, if it is one.
    pub(crate) async fn compute<T: Send + 'static>(
        &self,
        load: Load,
        work: impl FnOnce() -> Result<T, StepError> + Send + 'static,
    ) -> Result<T, StepError> {
        if !load.is_heavy {
            return work();
        }
        let turn = self.runtime.heavy_turn(load.is_superlinear).await;
        let _turn = turn.ok_or_else(StepError::busy)?;
        let work = tokio::task::spawn_blocking(move || guarded(work));
        work.await.map_err(|_| StepError::panicked())?
    }
}

/// How long a computation takes.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Load {
    /// Too long for an async thread.
    pub(crate) is_heavy: bool,
    /// Maybe out of proportion to the message.
    pub(crate) is_superlinear: bool,
}

/// Runs `exchange` from the start of the target's process to the end.
pub(crate) async fn run(
    runtime: &Runtime,
    target: &Target,
    exchange: &mut Exchange,
    chain: &Chain,
    transaction: &Transaction,
    trail: &mut Trail,
) -> Ending {
    let session = OnceLock::new();
    let now = runtime.clock().now();
    let mut interpreter = Interpreter {
        runtime,
        pipeline: &target.deployed.pipeline,
        chain,
        sessions: Sessions {
            flow: &target.deployed.session,
            exchange: &session,
        },
        transaction,
        exchange,
        trail,
        frames: Vec::with_capacity(2),
        escalated: false,
        now,
    };
    if let Err(error) = interpreter.enter(target.process, 0) {
        return Ending::Failed(Arc::new(error));
    }
    interpreter.run().await
}

/// A process that is being executed.
#[derive(Debug)]
struct Frame {
    process: ProcessIndex,
    /// The node to execute next; none ends the process.
    at: Option<NodeIndex>,
    /// Which round of a loop this is.
    iteration: u32,
    /// The error that is being handled, when the frame is in its exception subprocess.
    handling: Option<Arc<StepError>>,
}

struct Interpreter<'a> {
    runtime: &'a Runtime,
    pipeline: &'a Pipeline,
    chain: &'a Chain,
    sessions: Sessions<'a>,
    transaction: &'a Transaction,
    exchange: &'a mut Exchange,
    trail: &'a mut Trail,
    frames: Vec<Frame>,
    /// A local process escalated, and its caller went on.
    escalated: bool,
    /// When the latest step ended, which is when the next one starts.
    now: Timestamp,
}

/// What to do after a node.
enum Move {
    To(Option<NodeIndex>),
    Enter(ProcessIndex),
    End(End),
}

/// Between two pauses, other exchanges on the same thread wait.
const STEPS_BETWEEN_PAUSES: u64 = 128;

impl<'a> Interpreter<'a> {
    async fn run(mut self) -> Ending {
        let steps = self.runtime.exchange_steps();
        for count in 1..=steps {
            if count % STEPS_BETWEEN_PAUSES == 0 {
                tokio::task::yield_now().await;
            }
            let pipeline = self.pipeline;
            let frame = self.frame();
            let process = &pipeline.processes[frame.process];
            let over = match frame.at {
                None => self.end(End::Message, None),
                Some(at) => {
                    let node = &process.nodes[at];
                    match self.visit(node).await {
                        Ok(Move::To(next)) => {
                            self.frame().at = next;
                            None
                        }
                        Ok(Move::Enter(process)) => match self.enter(process, 0) {
                            Ok(()) => None,
                            Err(error) => self.fail(error, node),
                        },
                        Ok(Move::End(end)) => self.end(end, Some(node)),
                        Err(error) => self.fail(error, node),
                    }
                }
            };
            if let Some(ending) = over {
                return match ending {
                    Ending::Completed if self.escalated => Ending::Escalated,
                    ending => ending,
                };
            }
        }
        let message = format!("The message was stopped after {steps} steps; a loop does not end.");
        Ending::Failed(Arc::new(StepError::new(message)))
    }

    fn frame(&mut self) -> &mut Frame {
        self.frames
            .last_mut()
            .expect("invariant: the main process is left by an ending")
    }

    fn enter(&mut self, process: ProcessIndex, iteration: u32) -> Result<(), StepError> {
        if self.chain.depth + self.frames.len() >= limits::CALL_DEPTH {
            return Err(StepError::new(format!(
                "Processes and flows call each other more than {} levels deep; look for a cycle.",
                limits::CALL_DEPTH
            )));
        }
        self.frames.push(Frame {
            process,
            at: self.pipeline.processes[process].start,
            iteration,
            handling: None,
        });
        Ok(())
    }

    /// Executes a node and notes that in the trail.
    async fn visit(&mut self, node: &'a Node) -> Result<Move, StepError> {
        self.trail.begin(node, self.now, self.exchange);
        let result = self.execute(node).await;
        if node.noted {
            self.trail.note(self.exchange);
        }
        if self.trail.wants_steps() {
            let started = self.now;
            self.now = self.runtime.clock().now();
            let error = result.as_ref().err();
            self.trail
                .end(node, (started, self.now), error, self.exchange);
        }
        result
    }

    async fn execute(&mut self, node: &'a Node) -> Result<Move, StepError> {
        match &node.op {
            Op::Step(step) => Ok(Move::To(match self.compute(step).await? {
                Next::Follow => node.next,
                Next::Jump(target) => target,
            })),
            Op::Wait(step) => {
                self.wait(step.as_ref(), node).await?;
                Ok(Move::To(node.next))
            }
            Op::Series(stages) => {
                for stage in stages {
                    match stage {
                        Stage::Step(step) => {
                            self.compute(step).await?;
                        }
                        Stage::Wait(step) => self.wait(step.as_ref(), node).await?,
                    }
                }
                Ok(Move::To(node.next))
            }
            Op::Call(process) => Ok(Move::Enter(*process)),
            Op::Loop(call) => {
                self.exchange.set_property(names::LOOP_INDEX, Value::Int(0));
                Ok(Move::Enter(call.process))
            }
            Op::End(end) => Ok(Move::End(end.clone())),
        }
    }

    async fn compute(&mut self, step: &Arc<dyn Step>) -> Result<Next, StepError> {
        if step.is_heavy(self.exchange) {
            return self.apply_elsewhere(step).await;
        }
        let context = EvalContext {
            flow: &self.pipeline.flow,
            clock: self.runtime.clock(),
        };
        guarded(|| step.apply(self.exchange, &context))
    }

    async fn wait(&mut self, step: &dyn AsyncStep, node: &'a Node) -> Result<(), StepError> {
        let visit = Visit {
            runtime: self.runtime,
            pipeline: self.pipeline,
            step: &node.id,
            chain: Chain {
                depth: self.chain.depth + self.frames.len(),
                ..self.chain.clone()
            },
            transaction: self.transaction,
            sessions: self.sessions,
        };
        let work = AssertUnwindSafe(step.apply(self.exchange, &visit)).catch_unwind();
        work.await.unwrap_or_else(|_| Err(StepError::panicked()))
    }

    /// Applies a step on a thread where long computations hold up nobody.
    async fn apply_elsewhere(&mut self, step: &Arc<dyn Step>) -> Result<Next, StepError> {
        let turn = self.runtime.heavy_turn(step.is_superlinear()).await;
        let _turn = turn.ok_or_else(StepError::busy)?;
        let mut exchange = std::mem::take(self.exchange);
        let step = Arc::clone(step);
        let (flow, clock) = (
            Arc::clone(&self.pipeline.flow),
            Arc::clone(self.runtime.clock()),
        );
        let work = tokio::task::spawn_blocking(move || {
            let context = EvalContext {
                flow: &flow,
                clock: &clock,
            };
            let result = guarded(|| step.apply(&mut exchange, &context));
            (exchange, result)
        });
        let (exchange, result) = work.await.map_err(|_| StepError::panicked())?;
        *self.exchange = exchange;
        result
    }

    /// Ends the innermost process; `Some` when that ends the exchange.
    fn end(&mut self, end: End, node: Option<&Node>) -> Option<Ending> {
        let in_main = self.frames.len() == 1;
        let handling = self.frame().handling.clone();
        match end {
            End::Terminate => Some(Ending::Completed),
            End::Message if in_main || handling.is_some() => Some(Ending::Completed),
            End::Escalation(category) => {
                self.trail.escalation = Some((category, id_of(node)));
                if in_main || handling.is_some() {
                    return Some(Ending::Escalated);
                }
                self.escalated = true;
                self.leave()
            }
            End::Message => self.leave(),
            End::Error => {
                let error = handling.unwrap_or_else(|| {
                    let error = Arc::new(StepError::new("The flow ended at an error end event."));
                    self.blame(&error, node);
                    error
                });
                self.leave_failed(error)
            }
        }
    }

    /// Returns from a local process to its caller, which goes on, or runs it again.
    fn leave(&mut self) -> Option<Ending> {
        let iteration = self.frames.pop().map_or(0, |frame| frame.iteration);
        let pipeline = self.pipeline;
        let frame = self.frame();
        let node = frame
            .at
            .map(|at| &pipeline.processes[frame.process].nodes[at])?;
        if let Op::Loop(call) = &node.op {
            match self.runs_again(call, iteration) {
                Ok(true) => {
                    return self
                        .enter(call.process, iteration + 1)
                        .err()
                        .and_then(|error| self.fail(error, node));
                }
                Ok(false) => {}
                Err(error) => return self.fail(error, node),
            }
        }
        self.frame().at = node.next;
        None
    }

    /// Whether a loop goes on after its round `iteration`; the condition is asked after each.
    fn runs_again(&mut self, call: &Loop, iteration: u32) -> Result<bool, StepError> {
        let context = EvalContext {
            flow: &self.pipeline.flow,
            clock: self.runtime.clock(),
        };
        if !guarded(|| call.again.holds(self.exchange, &context))? {
            return Ok(false);
        }
        let next = iteration.saturating_add(1);
        if next < call.max_iterations {
            self.exchange
                .set_property(names::LOOP_INDEX, Value::Int(i64::from(next)));
            return Ok(true);
        }
        if call.throw_on_max {
            return Err(StepError::new(format!(
                "The loop's condition still holds after its maximum of {} iterations.",
                call.max_iterations
            )));
        }
        Ok(false)
    }

    /// Handles an error of a step: by the exception subprocess of its process, if there is one and
    /// it is not the one that failed.
    fn fail(&mut self, error: StepError, node: &Node) -> Option<Ending> {
        let error = Arc::new(error);
        self.blame(&error, Some(node));
        let pipeline = self.pipeline;
        let frame = self.frame();
        let handler = pipeline.processes[frame.process].exception;
        match handler {
            Some(start) if frame.handling.is_none() => {
                frame.at = start;
                frame.handling = Some(error);
                None
            }
            _ => self.leave_failed(error),
        }
    }

    /// An unhandled error leaves the process. By default that ends everything.
    fn leave_failed(&mut self, error: Arc<StepError>) -> Option<Ending> {
        if !self.runtime.local_errors_reach_caller() || self.frames.len() == 1 {
            return Some(Ending::Failed(error));
        }
        self.frames.pop();
        let pipeline = self.pipeline;
        let frame = self.frame();
        let caller = frame
            .at
            .map(|at| &pipeline.processes[frame.process].nodes[at]);
        match caller {
            Some(node) => self.fail(error.as_ref().clone(), node),
            None => Some(Ending::Failed(error)),
        }
    }

    /// Says where it happened: to the flow in properties, to people in the log.
    fn blame(&mut self, error: &Arc<StepError>, node: Option<&Node>) {
        let step = id_of(node);
        self.exchange
            .set_property(names::EXCEPTION_CAUGHT, Value::Error(Arc::clone(error)));
        self.exchange
            .set_property(names::ERROR_STEP, Value::Text(Arc::clone(&step)));
        self.trail.error = Some((Arc::clone(error), step));
    }
}

fn id_of(node: Option<&Node>) -> Arc<str> {
    node.map_or_else(|| Arc::from(""), |node| Arc::clone(&node.id))
}

/// Runs a step's computation; a panic becomes an error of the step.
pub(crate) fn guarded<T>(work: impl FnOnce() -> Result<T, StepError>) -> Result<T, StepError> {
    std::panic::catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|_| Err(StepError::panicked()))
}
