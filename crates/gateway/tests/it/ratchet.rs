//! A ratchet that a test can hold up, break and look at.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use lockgate_core::audit::Actor;
use lockgate_core::clock::Timestamp;
use lockgate_core::ids::KeyId;
use lockgate_gateway::{NotNoted, Ratchet};
use lockgate_web::identity::SharedIdentities;
use tokio::sync::{Notify, watch};

use crate::clients::identities;
use crate::support::current_clients;

/// How the ratchet behaves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mood {
    /// As it should.
    Works,
    /// The database does not answer.
    Fails,
    /// It says that somebody was faster, but nothing is to be seen of that.
    Lags,
}

/// Keeps dates in the snapshot itself.
#[derive(Debug)]
pub(crate) struct TestRatchet {
    identities: SharedIdentities,
    pub(crate) mood: Mutex<Mood>,
    /// Calls that wait until they are let go, by the date they come with.
    held: Mutex<HashMap<Timestamp, Arc<Notify>>>,
    /// Who came.
    actors: watch::Sender<Vec<Actor>>,
    /// How many went on.
    turned: watch::Sender<usize>,
}

impl TestRatchet {
    pub(crate) fn new(identities: SharedIdentities) -> Self {
        Self {
            identities,
            mood: Mutex::new(Mood::Works),
            held: Mutex::default(),
            actors: watch::Sender::new(Vec::new()),
            turned: watch::Sender::new(0),
        }
    }

    /// Makes calls with this date wait; they go on when told.
    pub(crate) fn hold(&self, newest: Timestamp) -> Arc<Notify> {
        let mut held = self.held.lock().unwrap();
        Arc::clone(held.entry(newest).or_default())
    }

    /// Waits until so many calls came, and says who made them.
    pub(crate) async fn came(&self, count: usize) -> Vec<Actor> {
        let mut actors = self.actors.subscribe();
        let enough = actors.wait_for(|actors| actors.len() >= count);
        enough.await.unwrap().clone()
    }

    /// Waits until so many calls went on.
    pub(crate) async fn turned(&self, count: usize) {
        let mut turned = self.turned.subscribe();
        turned.wait_for(|turned| *turned >= count).await.unwrap();
    }

    /// Who came until now.
    pub(crate) fn actors(&self) -> Vec<Actor> {
        self.actors.borrow().clone()
    }

    fn turn(&self, key: KeyId, newest: Timestamp) -> bool {
        let mut clients = current_clients(&self.identities);
        let mut certificates = clients
            .iter_mut()
            .flat_map(|client| &mut client.certificates);
        let certificate = certificates.find(|certificate| certificate.key == key);
        let Some(certificate) = certificate.filter(|found| found.newest < newest) else {
            return false;
        };
        certificate.newest = newest;
        self.identities.replace(identities(clients));
        true
    }
}

#[async_trait]
impl Ratchet for TestRatchet {
    async fn advance(&self, actor: Actor, key: KeyId, newest: Timestamp) -> Result<bool, NotNoted> {
        self.actors.send_modify(|actors| actors.push(actor));
        let held = self.held.lock().unwrap().get(&newest).cloned();
        if let Some(held) = held {
            held.notified().await;
        }
        let answer = match *self.mood.lock().unwrap() {
            Mood::Works => Ok(self.turn(key, newest)),
            Mood::Fails => Err("the database does not answer".into()),
            Mood::Lags => Ok(false),
        };
        self.turned.send_modify(|turned| *turned += 1);
        answer
    }
}
