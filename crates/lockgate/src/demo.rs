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
        format!("{}/oauth/token", stage.server.urls.plain),
    );
    line("");
    line(paint(
        HEADING,
        "Try it in another terminal: the server stays up until Ctrl-C.",
    ));
    for text in [
        format!("LOGIN='{}'", sender.login()),
        "# a CSRF token, and the session it belongs to".to_owned(),
        format!(
            "CSRF=$(curl -su \"$LOGIN\" -I -H 'X-CSRF-Token: Fetch' -c jar {url} | tr -d '\\r' | \
             awk 'tolower($1) == \"x-csrf-token:\" {{print $2}}')"
        ),
        "# the call".to_owned(),
        format!(
            "curl -u \"$LOGIN\" -b jar -H \"X-CSRF-Token: $CSRF\" -d '{}' {url}",
            acts::ORDER
        ),
        "# a token, to be sent as Authorization: Bearer".to_owned(),
        format!("curl -u \"$LOGIN\" -d grant_type=client_credentials {token_url}"),
        "# what the operator sees".to_owned(),
        format!(
            "export LOCKGATE_SERVER={} LOCKGATE_TOKEN_FILE={}",
            stage.server.urls.plain,
            stage.token_file()
        ),
        format!("{} messages", program()),
        format!("{} refusals", program()),
    ] {
        line(if text.starts_with('#') {
            paint(DIM, text)
        } else {
            text
        });
    }
}

fn program() -> String {
    std::env::current_exe()
        .map_or_else(|_| "lockgate".to_owned(), |path| path.display().to_string())
}
