//! Authorized calls to a flow with a constant body, against hyper alone.

use std::path::Path;

use anyhow::ensure;

use crate::load::Call;
use crate::report::{Row, median, spread};
use crate::scenario::Sender;
use crate::server::{Server, cli};
use crate::{Options, bare};

/// The flow that is called.
const FLOW: &str = "Hello";

/// One line of the table, and what was measured for it in each round.
struct Kind {
    name: &'static str,
    call: Call,
    /// The flow's log level while it is called; none for the yardstick.
    level: Option<&'static str>,
    aim: &'static str,
    rates: Vec<f64>,
}

/// Calls everything in turn, in each round. The yardstick comes first.
pub(crate) async fn run(
    options: &Options,
    data: &Path,
    bare: &Server,
    server: &Server,
    sender: &Sender,
) -> anyhow::Result<Vec<Row>> {
    let set_level = async |level| {
        let args = ["flow", "log-level", FLOW, level];
        cli(&options.program, data, server, &args).await
    };
    let mut kinds = kinds(bare, server, sender);
    for Kind { call, .. } in &kinds {
        let answer = call.once(&mut call.connect().await?).await?;
        ensure!(answer == bare::BODY, "{} answered {answer:?}", call.path);
    }
    for round in 0..=options.rounds {
        for kind in &mut kinds {
            if let Some(level) = kind.level {
                set_level(level).await?;
            }
            let rate = kind.call.rate(options.connections, options.round()).await?;
            // The first round warms up.
            if round > 0 {
                kind.rates.push(rate);
            }
        }
    }
    set_level("INFO").await?;
    let [yardstick, ..] = &kinds;
    Ok(kinds
        .iter()
        .map(|kind| kind.row(&yardstick.rates))
        .collect())
}

fn kinds(bare: &Server, server: &Server, sender: &Sender) -> [Kind; 5] {
    let flow = |name, authorization, level, aim| Kind {
        name,
        call: sender.flow_call(server, "/http/hello", authorization, "{}"),
        level: Some(level),
        aim,
        rates: Vec::new(),
    };
    [
        Kind {
            name: "calls/s, bare hyper",
            call: sender.flow_call(bare, "/", &sender.basic, "{}"),
            level: None,
            aim: "",
            rates: Vec::new(),
        },
        flow(
            "calls/s, flow with a constant body, Basic",
            &sender.basic,
            "INFO",
            "≥ 0.75",
        ),
        flow(
            "calls/s, flow with a constant body, Bearer",
            &sender.bearer,
            "INFO",
            "≥ 0.75",
        ),
        flow("calls/s, Basic, log level NONE", &sender.basic, "NONE", ""),
        flow(
            "calls/s, Bearer, log level NONE",
            &sender.bearer,
            "NONE",
            "",
        ),
    ]
}

impl Kind {
    /// The line, with the median of the ratios to the yardstick in the same round.
    fn row(&self, yardstick: &[f64]) -> Row {
        let ratios: Vec<f64> = std::iter::zip(&self.rates, yardstick)
            .map(|(rate, bare)| rate / bare)
            .collect();
        let ratio = self
            .level
            .map(|_| format!("{:.2} of bare hyper", median(&ratios)));
        Row {
            name: self.name,
            median: format!("{:.0}", median(&self.rates)),
            spread: spread(&self.rates, 0),
            ratio: ratio.unwrap_or_default(),
            aim: self.aim,
        }
    }
}
