//! `lockgate demo`: the whole path on a private server, told step by step.

mod acts;
mod sender;
mod stage;
mod story;

use std::process::ExitCode;

use crate::cli::output::{DIM, HEADING, line, paint};

use self::stage::Stage;
use self::story::Story;

/// Tells the story; with `once` ends with it, otherwise stays up until interrupted.
pub(crate) async fn run(once: bool) -> anyhow::Result<ExitCode> {
    line(paint(
        HEADING,
        "Lockgate demo: an authorized HTTP client calls an integration flow",
    ));
    line(paint(
        DIM,
        "Everything runs in this process, on 127.0.0.1 and a temporary folder.",
    ));
    let mut story = Story::default();
    let stage = Stage::set(once).await?;
    let sender = acts::all(&mut story, &stage).await?;
    let well = story.ends_well();
    if !once {
        invite(&stage, &sender);
        tokio::signal::ctrl_c().await?;
    }
    stage.clear().await;
    Ok(if well {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

/// Lines to paste into another terminal.
fn invite(stage: &Stage, sender: &sender::Sender) {
    let (url, token_url) = (
        stage.endpoint(),
        format!("{}/oauth/token", stage.server.url),
    );
    let login = sender.login();
    line("");
    line(paint(HEADING, "Try it: the server stays up until Ctrl-C."));
    for text in [
        "# a CSRF token, and the session it belongs to".to_owned(),
        format!(
            "curl -su '{login}' -I -H 'X-CSRF-Token: Fetch' -c jar {url} | grep -i x-csrf-token"
        ),
        "# the call, with the token from above".to_owned(),
        format!(
            "curl -su '{login}' -b jar -H 'X-CSRF-Token: PASTE-IT-HERE' -d '{}' {url}",
            acts::ORDER
        ),
        "# a Bearer token instead of a password".to_owned(),
        format!("curl -su '{login}' -d grant_type=client_credentials {token_url}"),
        "# what the operator sees".to_owned(),
        format!("{} messages", stage.command_line()),
        format!("{} refusals", stage.command_line()),
    ] {
        line(if text.starts_with('#') {
            paint(DIM, text)
        } else {
            format!("  {text}")
        });
    }
}
