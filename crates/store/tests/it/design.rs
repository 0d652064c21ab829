//! Packages, artifacts and their versions, deployed artifacts, tasks, workers.

use std::collections::BTreeMap;
use std::time::Duration;

use lockgate_core::limits;
use lockgate_store::artifacts::{self, Artifact, ArtifactHead, ArtifactKind};
use lockgate_store::deployed_artifacts::{self, DeployedArtifact};
use lockgate_store::packages::{self, About, Package};
use lockgate_store::tasks::{self, Task};
use lockgate_store::{Error, flows, workers};
use uuid::Uuid;

use crate::backend::{START, for_each_backend};

fn package(id: &str) -> Package {
    Package {
        id: id.to_owned(),
        resource_id: format!("r{id}"),
        name: format!("Package {id}"),
        about: About {
            short_text: "short".to_owned(),
            read_only: true,
            ..About::default()
        },
        tags: BTreeMap::from([("Author".to_owned(), "A|B".to_owned())]),
        created_by: "ann".to_owned(),
        created_at: START,
        modified_by: "ann".to_owned(),
        modified_at: START,
    }
}

fn artifact(id: &str, kind: ArtifactKind) -> Artifact {
    Artifact {
        head: ArtifactHead {
            id: id.to_owned(),
            kind,
            package: "p".to_owned(),
            name: format!("Artifact {id}"),
            description: "what for".to_owned(),
            version: "1.0.0".to_owned(),
            draft: false,
            sender: "S".to_owned(),
            receiver: "R".to_owned(),
            parameters: BTreeMap::from([("Host".to_owned(), "example.org".to_owned())]),
            revision: 1,
            created_by: "ann".to_owned(),
            created_at: START,
            modified_by: "ann".to_owned(),
            modified_at: START,
        },
        archive: b"PK\x00\xff".to_vec(),
    }
}

#[tokio::test]
async fn a_package_is_kept_until_it_is_empty() {
    for_each_backend(async |backend| {
        let mut tx = backend.store.begin().await.unwrap();
        let mut kept = package("p");
        packages::insert(&mut tx, &kept).await.unwrap();
        packages::insert(&mut tx, &package("a")).await.unwrap();
        kept.name = "Renamed".to_owned();
        kept.about.version = "2.0".to_owned();
        kept.tags.clear();
        assert!(packages::update(&mut tx, &kept).await.unwrap());
        assert!(!packages::update(&mut tx, &package("x")).await.unwrap());
        let found = packages::find(&mut tx, "p").await.unwrap();
        assert_eq!(found, Some(kept));
        let all = packages::list(&mut tx).await.unwrap();
        let ids: Vec<&str> = all.iter().map(|package| package.id.as_str()).collect();
        assert_eq!(ids, ["a", "p"]);
        assert_eq!(packages::count(&mut tx).await.unwrap(), 2);
        assert!(packages::delete(&mut tx, "a").await.unwrap());
        assert!(!packages::delete(&mut tx, "a").await.unwrap());
        let flow = artifact("f", ArtifactKind::Flow);
        artifacts::insert(&mut tx, &flow).await.unwrap();
        tx.commit().await.unwrap();

        let mut tx = backend.store.begin().await.unwrap();
        let error = packages::delete(&mut tx, "p").await.unwrap_err();
        assert!(matches!(error, Error::Reference), "{error:?}");
        drop(tx);
        let mut tx = backend.store.begin().await.unwrap();
        let error = packages::insert(&mut tx, &package("p")).await.unwrap_err();
        assert!(
            matches!(&error, Error::Conflict { constraint } if constraint == "packages_id"),
            "{error:?}"
        );
    })
    .await;
}

#[tokio::test]
async fn an_artifact_is_unique_and_changed_by_who_saw_its_newest_state() {
    for_each_backend(async |backend| {
        let mut tx = backend.store.begin().await.unwrap();
        packages::insert(&mut tx, &package("p")).await.unwrap();
        let mut flow = artifact("f", ArtifactKind::Flow);
        artifacts::insert(&mut tx, &flow).await.unwrap();
        let scripts = artifact("s", ArtifactKind::ScriptCollection);
        artifacts::insert(&mut tx, &scripts).await.unwrap();
        assert_eq!(
            artifacts::find(&mut tx, "f").await.unwrap(),
            Some(flow.clone())
        );

        flow.head.name = "New".to_owned();
        flow.head.draft = true;
        flow.head.revision = 2;
        flow.archive = b"other".to_vec();
        assert!(artifacts::update(&mut tx, &flow, 1).await.unwrap());
        assert!(!artifacts::update(&mut tx, &flow, 1).await.unwrap());
        assert_eq!(
            artifacts::find(&mut tx, "f").await.unwrap(),
            Some(flow.clone())
        );
        let head = artifacts::find_head(&mut tx, "f").await.unwrap();
        assert_eq!(head, Some(flow.head.clone()));
        let flows = artifacts::list(&mut tx, ArtifactKind::Flow).await.unwrap();
        assert_eq!(flows, [flow.head.clone()]);
        let all = artifacts::in_package(&mut tx, "p").await.unwrap();
        assert_eq!(all, [flow.head, scripts.head]);
        assert_eq!(artifacts::count(&mut tx, "p").await.unwrap(), 2);
        assert_eq!(artifacts::count(&mut tx, "q").await.unwrap(), 0);
        assert!(
            artifacts::in_package(&mut tx, "q")
                .await
                .unwrap()
                .is_empty()
        );
        tx.commit().await.unwrap();

        let mut tx = backend.store.begin().await.unwrap();
        let twin = artifact("f", ArtifactKind::ValueMapping);
        let error = artifacts::insert(&mut tx, &twin).await.unwrap_err();
        assert!(
            matches!(&error, Error::Conflict { constraint } if constraint == "artifacts_id"),
            "{error:?}"
        );
        drop(tx);
        let mut tx = backend.store.begin().await.unwrap();
        let mut homeless = artifact("h", ArtifactKind::Flow);
        homeless.head.package = "nowhere".to_owned();
        let error = artifacts::insert(&mut tx, &homeless).await.unwrap_err();
        assert!(matches!(error, Error::Reference), "{error:?}");
    })
    .await;
}

#[tokio::test]
async fn the_newest_versions_are_kept_as_long_as_the_artifact() {
    for_each_backend(async |backend| {
        let mut tx = backend.store.begin().await.unwrap();
        packages::insert(&mut tx, &package("p")).await.unwrap();
        let mut flow = artifact("f", ArtifactKind::Flow);
        artifacts::insert(&mut tx, &flow).await.unwrap();
        let last = i64::try_from(limits::ARTIFACT_VERSIONS).unwrap() + 3;
        for revision in 1..=last {
            flow.head.revision = revision;
            flow.head.version = format!("1.0.{revision}");
            artifacts::save_version(&mut tx, &flow).await.unwrap();
        }
        let versions = artifacts::versions(&mut tx, "f").await.unwrap();
        assert_eq!(versions.len(), limits::ARTIFACT_VERSIONS);
        assert_eq!(
            (versions[0].revision, versions[0].version.clone()),
            (last, format!("1.0.{last}"))
        );
        assert_eq!(versions.last().unwrap().revision, 4);
        assert!(artifacts::delete(&mut tx, "f").await.unwrap());
        assert!(!artifacts::delete(&mut tx, "f").await.unwrap());
        assert!(artifacts::versions(&mut tx, "f").await.unwrap().is_empty());
    })
    .await;
}

#[tokio::test]
async fn deployed_artifacts_replace_each_other() {
    for_each_backend(async |backend| {
        let mut tx = backend.store.begin().await.unwrap();
        let mut scripts = DeployedArtifact {
            id: "s".to_owned(),
            kind: ArtifactKind::ScriptCollection,
            name: "Scripts".to_owned(),
            version: "1.0.0".to_owned(),
            deployed_by: "ann".to_owned(),
            deployed_at: START,
            problem: None,
        };
        deployed_artifacts::upsert(&mut tx, &scripts, b"one")
            .await
            .unwrap();
        scripts.version = "1.0.1".to_owned();
        scripts.problem = Some("no script".to_owned());
        deployed_artifacts::upsert(&mut tx, &scripts, b"two")
            .await
            .unwrap();
        assert_eq!(
            deployed_artifacts::list(&mut tx).await.unwrap(),
            [scripts.clone()]
        );
        let archive = deployed_artifacts::archive(&mut tx, "s").await.unwrap();
        assert_eq!(archive, Some(b"two".to_vec()));
        assert!(deployed_artifacts::delete(&mut tx, "s").await.unwrap());
        assert!(!deployed_artifacts::delete(&mut tx, "s").await.unwrap());
        assert_eq!(deployed_artifacts::find(&mut tx, "s").await.unwrap(), None);
    })
    .await;
}

#[tokio::test]
async fn tasks_are_found_until_they_are_purged() {
    for_each_backend(async |backend| {
        let mut tx = backend.store.begin().await.unwrap();
        let task = |number: u128, generation| Task {
            id: Uuid::from_u128(number),
            artifact: "f".to_owned(),
            generation,
            created_at: START.plus(Duration::from_secs(number as u64)),
        };
        for task in [task(1, Some(7)), task(2, None)] {
            tasks::insert(&mut tx, &task).await.unwrap();
        }
        let cut = START.plus(Duration::from_secs(2));
        assert_eq!(tasks::purge(&mut tx, cut).await.unwrap(), 1);
        assert_eq!(tasks::purge(&mut tx, cut).await.unwrap(), 0);
        let gone = tasks::find(&mut tx, Uuid::from_u128(1)).await.unwrap();
        let kept = tasks::find(&mut tx, Uuid::from_u128(2)).await.unwrap();
        assert_eq!((gone, kept), (None, Some(task(2, None))));
    })
    .await;
}

#[tokio::test]
async fn workers_that_are_silent_are_forgotten_with_what_they_said() {
    for_each_backend(async |backend| {
        let mut tx = backend.store.begin().await.unwrap();
        let generation = flows::upsert(&mut tx, &crate::flows::flow("a"))
            .await
            .unwrap();
        for worker in ["w1", "w2"] {
            workers::seen(&mut tx, worker).await.unwrap();
            let status = flows::Status {
                worker: worker.to_owned(),
                flow: "a".to_owned(),
                generation,
                state: flows::FlowState::Started,
                detail: None,
                at: START,
            };
            flows::set_status(&mut tx, &status).await.unwrap();
        }
        backend.clock.advance(Duration::from_secs(60));
        workers::seen(&mut tx, "w2").await.unwrap();
        let later = START.plus(Duration::from_secs(60));
        assert_eq!(workers::purge(&mut tx, later).await.unwrap(), 1);
        let seen = workers::list(&mut tx).await.unwrap();
        assert_eq!(
            seen,
            [workers::Worker {
                name: "w2".to_owned(),
                seen_at: later
            }]
        );
        let statuses = flows::all_statuses(&mut tx).await.unwrap();
        assert_eq!(statuses, flows::statuses(&mut tx, "a").await.unwrap());
        assert_eq!(statuses.len(), 1);
        flows::clear_statuses(&mut tx, "w2").await.unwrap();
        assert!(workers::list(&mut tx).await.unwrap().is_empty());
    })
    .await;
}
