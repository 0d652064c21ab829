//! Flows, statuses, run-once claims, materials.

use std::collections::BTreeMap;
use std::time::Duration;

use lockgate_store::Store;
use lockgate_store::flows::{self, FlowState, LogLevel, NewFlow, Status};
use lockgate_store::materials::{self, Kind, Material};

use crate::backend::{START, for_each_backend};

pub(crate) fn flow(id: &str) -> NewFlow {
    NewFlow {
        id: id.to_owned(),
        name: format!("Flow {id}"),
        version: "1.0.3".to_owned(),
        bundle: b"PK\x03\x04\x00\xff".to_vec(),
        parameters: BTreeMap::from([("host".to_owned(), "https://example.org".to_owned())]),
        log_level: LogLevel::Info,
        deployed_by: "ops".to_owned(),
    }
}

#[tokio::test]
async fn each_deployment_has_a_generation_of_its_own() {
    for_each_backend(async |backend| {
        let mut tx = backend.store.begin().await.unwrap();
        let first = flows::upsert(&mut tx, &flow("a")).await.unwrap();
        let other = flows::upsert(&mut tx, &flow("b")).await.unwrap();
        backend.clock.advance(Duration::from_secs(9));
        let changed = NewFlow {
            version: "2.0".to_owned(),
            ..flow("a")
        };
        let second = flows::upsert(&mut tx, &changed).await.unwrap();
        assert!(first < other && other < second, "{first} {other} {second}");

        let found = flows::find(&mut tx, "a").await.unwrap().unwrap();
        assert_eq!((found.generation, found.version.as_str()), (second, "2.0"));
        assert_eq!(found.deployed_at, START.plus(Duration::from_secs(9)));
        assert_eq!(found.bundle, changed.bundle);
        assert_eq!(found.deployed_by, changed.deployed_by);
        assert_eq!(found.parameters, changed.parameters);

        assert!(flows::delete(&mut tx, "a").await.unwrap());
        assert!(!flows::delete(&mut tx, "a").await.unwrap());
        let third = flows::upsert(&mut tx, &flow("a")).await.unwrap();
        assert!(third > second, "a generation came back after undeployment");
        let heads = flows::list(&mut tx).await.unwrap();
        let ids = |flow: &flows::FlowHead| (flow.id.clone(), flow.generation);
        assert_eq!(
            heads.iter().map(ids).collect::<Vec<_>>(),
            [("a".to_owned(), third), ("b".to_owned(), other)]
        );
        let other = flows::find(&mut tx, "b").await.unwrap().unwrap();
        assert_eq!(other.bundle, flow("b").bundle);
    })
    .await;
}

#[tokio::test]
async fn the_log_level_changes_without_a_deployment() {
    for_each_backend(async |backend| {
        let mut tx = backend.store.begin().await.unwrap();
        let generation = flows::upsert(&mut tx, &flow("a")).await.unwrap();
        backend.clock.advance(Duration::from_secs(5));
        assert!(
            flows::set_log_level(&mut tx, "a", LogLevel::Trace)
                .await
                .unwrap()
        );
        assert!(
            !flows::set_log_level(&mut tx, "x", LogLevel::Trace)
                .await
                .unwrap()
        );
        let found = flows::find(&mut tx, "a").await.unwrap().unwrap();
        assert_eq!(
            (found.log_level, found.generation),
            (LogLevel::Trace, generation)
        );
        assert_eq!(found.deployed_at, START);
        assert_eq!(found.updated_at, START.plus(Duration::from_secs(5)));
    })
    .await;
}

#[tokio::test]
async fn each_worker_has_one_status_for_a_deployed_flow() {
    for_each_backend(async |backend| {
        let mut tx = backend.store.begin().await.unwrap();
        let generation = flows::upsert(&mut tx, &flow("a")).await.unwrap();
        let mut status = Status {
            worker: "w1".to_owned(),
            flow: "a".to_owned(),
            generation,
            state: FlowState::Starting,
            detail: None,
            at: START,
        };
        flows::set_status(&mut tx, &status).await.unwrap();
        status.state = FlowState::Error;
        status.detail = Some("no credential".to_owned());
        flows::set_status(&mut tx, &status).await.unwrap();
        let other = Status {
            worker: "w2".to_owned(),
            ..status.clone()
        };
        flows::set_status(&mut tx, &other).await.unwrap();
        let statuses = flows::statuses(&mut tx, "a").await.unwrap();
        assert_eq!(statuses, [status.clone(), other.clone()]);
        flows::clear_statuses(&mut tx, "w1").await.unwrap();
        assert_eq!(flows::statuses(&mut tx, "a").await.unwrap(), [other]);

        flows::delete(&mut tx, "a").await.unwrap();
        flows::set_status(&mut tx, &status).await.unwrap();
        assert!(flows::statuses(&mut tx, "a").await.unwrap().is_empty());
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn one_of_many_workers_gets_the_single_run() {
    async fn claim(store: Store, generation: i64) -> bool {
        let mut tx = store.begin().await.unwrap();
        let claimed = flows::claim_run_once(&mut tx, "a", generation)
            .await
            .unwrap();
        tx.commit().await.unwrap();
        claimed
    }
    for_each_backend(async |backend| {
        for generation in [1, 2] {
            let workers: Vec<_> = (0..6)
                .map(|_| tokio::spawn(claim(backend.store.clone(), generation)))
                .collect();
            let mut claimed = 0;
            for worker in workers {
                claimed += u32::from(worker.await.unwrap());
            }
            assert_eq!(claimed, 1, "generation {generation}");
        }
    })
    .await;
}

#[tokio::test]
async fn materials_are_kept_by_name() {
    for_each_backend(async |backend| {
        let mut tx = backend.store.begin().await.unwrap();
        let user = Material {
            name: "mail".to_owned(),
            kind: Kind::User,
            description: String::new(),
            user: "sender".to_owned(),
            attributes: "{}".to_owned(),
            sealed_secret: vec![1, 0, 255],
            updated_at: START,
            deployed_by: "ops".to_owned(),
        };
        let client = Material {
            kind: Kind::OAuth2,
            attributes: r#"{"token_url":"https://example.org/token"}"#.to_owned(),
            ..user.clone()
        };
        materials::upsert(&mut tx, &user).await.unwrap();
        materials::upsert(&mut tx, &client).await.unwrap();
        assert_eq!(materials::list(&mut tx).await.unwrap().len(), 1);
        assert_eq!(
            materials::find(&mut tx, "mail").await.unwrap(),
            Some(client)
        );
        assert!(materials::delete(&mut tx, "mail").await.unwrap());
        assert_eq!(materials::find(&mut tx, "mail").await.unwrap(), None);
    })
    .await;
}
