//! Every transcript of the command line, replayed in memory as far as it needs no token server.

use std::collections::BTreeMap;

use lockgate_testkit::transcript::{Transcript, Values};

use crate::world::{API, As, World};

/// The commands that have to work, each with its transcripts.
const COMMANDS: [&str; 25] = [
    "api",
    "auth",
    "create-org",
    "create-service",
    "create-service-key",
    "create-space",
    "curl",
    "delete-service",
    "delete-service-key",
    "login",
    "logout",
    "marketplace",
    "oauth-token",
    "orgs",
    "rename-service",
    "service",
    "service-guid",
    "service-key",
    "service-key-guid",
    "service-keys",
    "service-params",
    "services",
    "spaces",
    "target",
    "update-service",
];

fn transcripts() -> BTreeMap<String, Transcript> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/transcripts");
    let files = std::fs::read_dir(folder)
        .unwrap()
        .map(|file| file.unwrap().path());
    let texts = files.filter(|file| file.extension().is_some_and(|kind| kind == "txt"));
    let read = |file: std::path::PathBuf| {
        let name = file.file_stem().unwrap().to_string_lossy().into_owned();
        let text = std::fs::read_to_string(&file).unwrap();
        (name.clone(), Transcript::parse(&name, &text))
    };
    texts.map(read).collect()
}

#[test]
fn every_command_has_a_transcript() {
    let found: Vec<String> = transcripts().into_keys().collect();
    assert_eq!(found, COMMANDS);
}

#[tokio::test]
async fn the_command_line_finds_what_it_reads() {
    let mut replayed = 0;
    for transcript in transcripts().into_values() {
        if transcript.given.iter().any(|given| given == "token server") {
            continue;
        }
        let world = World::new().await;
        let mut values = given(&world, &transcript).await;
        let send = async |sent| world.send(sent).await;
        transcript.replay(&mut values, send).await;
        replayed += 1;
    }
    assert_eq!(replayed, 21);
}

/// What `transcript` starts from.
async fn given(world: &World, transcript: &Transcript) -> Values {
    let mut values = Values::from([
        ("api".to_owned(), API.to_owned()),
        ("login".to_owned(), lockgate_testkit::tenant().token_base),
        ("org".to_owned(), world.org.to_string()),
        ("space".to_owned(), world.space.to_string()),
    ]);
    for line in &transcript.given {
        let (what, name) = line.split_once(' ').unwrap();
        match what {
            "as" => {
                let mut everybody = As::ALL.into_iter();
                let who = everybody.find(|who| who.name() == name).unwrap();
                values.insert("token".to_owned(), world.token(who));
                values.insert("username".to_owned(), name.to_owned());
            }
            "instance" => {
                let guid = world.instance(name).await;
                values.insert("instance".to_owned(), guid);
            }
            "key" => {
                let guid = world.key(&values["instance"], name).await;
                values.insert("key".to_owned(), guid);
            }
            _ => panic!("nobody knows how to give {line:?}"),
        }
    }
    values
}
