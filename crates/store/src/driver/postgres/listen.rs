//! Hears what other processes changed: by notification, and by asking once a second in case one
//! was lost.

use std::future::poll_fn;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::Notify;
use tokio::time::{MissedTickBehavior, interval, sleep, timeout};
use tokio_postgres::{AsyncMessage, Client, Config, NoTls};

use crate::changes::{CHANNEL, Hub, LOAD, Revisions, Topic};
use crate::error::{Error, Result};

/// How often the revisions are read, and how long after a failure a new connection is tried.
const POLL: Duration = Duration::from_secs(1);
/// An answer that takes longer means that the connection is lost.
const ANSWER: Duration = Duration::from_secs(5);

/// Runs until it is aborted. A failure is reported once, not every second until it is repaired.
pub(super) async fn run(mut config: Config, hub: Arc<Hub>) {
    config.application_name("lockgate listener");
    let mut reported = false;
    loop {
        if let Err(error) = listen(&config, &hub, &mut reported).await
            && !reported
        {
            tracing::warn!(
                error = %chain(&error),
                "not hearing of changes by other processes; connecting again"
            );
            reported = true;
        }
        sleep(POLL).await;
    }
}

/// Listens on one connection until it breaks.
async fn listen(config: &Config, hub: &Hub, reported: &mut bool) -> Result<()> {
    let (client, mut connection) = config.connect(NoTls).await?;
    let heard = Notify::new();
    let drive = async {
        loop {
            match poll_fn(|context| connection.poll_message(context)).await {
                Some(Ok(AsyncMessage::Notification(_))) => heard.notify_one(),
                Some(Ok(_)) => {}
                Some(Err(error)) => return Err(error.into()),
                None => return Err(Error::Unavailable("the connection was closed".into())),
            }
        }
    };
    let ask = async {
        client.batch_execute(&format!("LISTEN {CHANNEL}")).await?;
        let mut poll = interval(POLL);
        poll.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                _ = poll.tick() => {}
                () = heard.notified() => {}
            }
            let revisions = timeout(ANSWER, load(&client)).await;
            hub.publish(&revisions.map_err(|_| Error::Busy)??);
            *reported = false;
        }
    };
    tokio::select! {
        ended = drive => ended,
        ended = ask => ended,
    }
}

async fn load(client: &Client) -> Result<Revisions> {
    let mut revisions = Revisions::default();
    for row in client.query(LOAD, &[]).await? {
        // A topic of a newer version in another process is none of ours.
        if let Some(topic) = Topic::parse(row.try_get("topic")?) {
            revisions.set(topic, row.try_get("revision")?);
        }
    }
    Ok(revisions)
}

fn chain(error: &Error) -> String {
    let mut text = error.to_string();
    let mut source = std::error::Error::source(error);
    while let Some(cause) = source {
        text = format!("{text}: {cause}");
        source = cause.source();
    }
    text
}
