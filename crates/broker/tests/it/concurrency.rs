//! The same id at the same time: one request creates, the others find what it made.

use lockgate_store::Location;
use lockgate_testkit::postgres;
use serde_json::json;

use crate::world::{Answer, B1, I1, World, binding, instance};

/// The statuses of requests for one id, in order: one created, every other one either repeated it
/// or was told that somebody is working on it.
fn assert_one_created(answers: &[Answer]) {
    let mut statuses: Vec<_> = answers
        .iter()
        .map(|answer| answer.status.as_u16())
        .collect();
    statuses.sort_unstable();
    let created = statuses.iter().filter(|status| **status == 201).count();
    assert_eq!(created, 1, "{statuses:?}");
    for answer in answers {
        match answer.status.as_u16() {
            200 | 201 => {}
            422 => assert_eq!(answer.body["error"], "ConcurrencyError"),
            other => panic!("{other}: {}", answer.body),
        }
    }
}

async fn race(one: &World, other: &World) {
    let request = instance(json!({}));
    let (a, b) = (one.cf(), other.cf());
    let (w, x, y, z) = tokio::join!(
        a.put(I1, &request),
        b.put(I1, &request),
        a.put(I1, &request),
        b.put(I1, &request),
    );
    assert_one_created(&[w, x, y, z]);
    assert_eq!(one.catalog.all().await.unwrap().len(), 1);

    let request = binding(json!({}));
    let (w, x, y, z) = tokio::join!(
        a.put(B1, &request),
        b.put(B1, &request),
        a.put(B1, &request),
        b.put(B1, &request),
    );
    let answers = [w, x, y, z];
    assert_one_created(&answers);
    let successful = answers.iter().filter(|answer| answer.status.is_success());
    let mut credentials: Vec<_> = successful.map(|answer| answer.body.to_string()).collect();
    credentials.dedup();
    assert_eq!(credentials.len(), 1);

    let (deleted, again) = tokio::join!(a.delete(I1), b.delete(I1));
    let mut statuses = [deleted.status.as_u16(), again.status.as_u16()];
    statuses.sort_unstable();
    assert!(
        statuses == [200, 410] || statuses == [200, 422],
        "{statuses:?}"
    );
    assert!(one.catalog.all().await.unwrap().is_empty());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn equal_requests_at_the_same_time_make_one_thing() {
    let world = World::new().await;
    race(&world, &world).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn equal_requests_to_two_servers_at_the_same_time_make_one_thing() {
    let Some(database) = postgres::Database::create().await else {
        return;
    };
    let location = Location::Postgres(database.url().to_owned());
    let mut one = World::open(&location, 1).await;
    one.add_platforms().await;
    let mut other = World::open(&location, 2).await;
    other.restart(true).await;
    race(&one, &other).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_different_requests_at_the_same_time_one_wins() {
    let world = World::new().await;
    let cf = world.cf();
    let (one, other) = (
        instance(json!({})),
        instance(json!({"space_guid": "other"})),
    );
    let (one, other) = tokio::join!(cf.put(I1, &one), cf.put(I1, &other));
    let mut statuses = [one.status.as_u16(), other.status.as_u16()];
    statuses.sort_unstable();
    assert_eq!(statuses, [201, 409]);
}
