//! What a server needs before its parts exist: folder, secrets, database, names.

use std::fs;
use std::path::Path;
use std::sync::Arc;

use anyhow::{Context as _, ensure};
use lockgate_adapters::{AdaptersConfig, EgressConfig, SharedAnchors};
use lockgate_core::clock::{SharedClock, SystemClock};
use lockgate_core::crypto::MasterKey;
use lockgate_core::random::{OsRandom, Random, SharedRandom};
use lockgate_core::secret::Secret;
use lockgate_core::tenant::Tenant;
use lockgate_store::{Store, settings};
use uuid::Uuid;

use crate::config::Config;
use crate::secrets;
use crate::server::listeners::Urls;

/// Setting that holds the zone id.
const ZONE_ID: &str = "zone-id";
/// Setting that tells whether a master key is the one the database was written under.
const MASTER_KEY_CHECK: &str = "master-key-check";

/// Everything around the parts of the product.
#[derive(Debug)]
pub(super) struct Surroundings {
    pub(super) store: Store,
    pub(super) tenant: Arc<Tenant>,
    pub(super) clock: SharedClock,
    pub(super) random: SharedRandom,
    pub(super) master_key: MasterKey,
    pub(super) operator_token: Secret<String>,
    pub(super) adapters: AdaptersConfig,
    /// Name of this worker, the same after a restart.
    pub(super) worker: String,
    /// Sentences about files that were made just now.
    pub(super) made: Vec<String>,
}

impl Surroundings {
    /// Reads or makes what is needed by a server known as `urls`.
    pub(super) async fn prepare(config: &Config, urls: &Urls) -> anyhow::Result<Self> {
        let (clock, random): (SharedClock, SharedRandom) =
            (Arc::new(SystemClock), Arc::new(OsRandom));
        secrets::data_folder(&config.data_dir)?;
        let (key_file, token_file) = (config.master_key_file(), config.operator_token_file());
        let master_key = secrets::master_key(&key_file, &*random)?;
        let operator_token = secrets::operator_token(&token_file, &*random)?;
        let mut made = Vec::new();
        if master_key.fresh {
            made.push(format!(
                "made a master key in {}: back it up, credentials cannot be read without it",
                key_file.display()
            ));
        }
        if operator_token.fresh {
            made.push(format!(
                "made an operator token in {}",
                token_file.display()
            ));
        }
        let store = Store::open(&config.store_location()?, clock.clone())
            .await
            .context("cannot open the database")?;
        if let Err(error) = check_master_key(&store, &master_key.value).await {
            if master_key.fresh {
                // The file is missing, not new: another one in its place would only mislead.
                fs::remove_file(&key_file)?;
            }
            return Err(error);
        }
        let zone_id = zone_id(&store, &*random).await?;
        let tenant = Tenant {
            name: config.tenant.name.clone(),
            zone_id,
            client_number: config.tenant.client_number,
            service_number: config.tenant.service_number,
            token_base: urls.public.clone(),
            certificate_base: urls.certificate.clone(),
            runtime_base: urls.flows.clone(),
            api_base: urls.public.clone(),
        };
        Ok(Self {
            store,
            tenant: Arc::new(tenant),
            clock,
            worker: worker_name(&config.data_dir, &*random)?,
            random,
            master_key: master_key.value,
            operator_token: operator_token.value,
            adapters: adapters(config)?,
            made,
        })
    }

    /// What accounts need of this.
    pub(super) fn of_accounts(&self) -> lockgate_accounts::Surroundings {
        lockgate_accounts::Surroundings {
            store: self.store.clone(),
            clock: self.clock.clone(),
            random: self.random.clone(),
            master: self.master_key.clone(),
        }
    }

    /// What the catalogue needs of this.
    pub(super) fn of_catalog(&self) -> lockgate_catalog::service::Surroundings {
        lockgate_catalog::service::Surroundings {
            store: self.store.clone(),
            tenant: self.tenant.clone(),
            clock: self.clock.clone(),
            random: self.random.clone(),
            master: self.master_key.clone(),
        }
    }
}

/// Refuses a master key that cannot read what the database holds.
async fn check_master_key(store: &Store, key: &MasterKey) -> anyhow::Result<()> {
    let tag = key.keyed_hash(MASTER_KEY_CHECK).tag(b"lockgate");
    let expected: String = tag.iter().map(|byte| format!("{byte:02x}")).collect();
    let kept = keep(store, MASTER_KEY_CHECK, &expected).await?;
    ensure!(
        kept == expected,
        "the master key is not the one this database was written under: its credentials could not be read. \
         Give this server the master key that belongs to the database (security.master_key_file)"
    );
    Ok(())
}

/// The zone id, chosen once for a database.
async fn zone_id(store: &Store, random: &dyn Random) -> anyhow::Result<Uuid> {
    let kept = keep(store, ZONE_ID, &random.uuid().to_string()).await?;
    kept.parse()
        .context("the zone id in the database is not a UUID")
}

/// The value of a setting, which becomes `value` if it has none.
async fn keep(store: &Store, name: &str, value: &str) -> anyhow::Result<String> {
    if let Some(kept) = settings::get(&mut store.read().await?, name).await? {
        return Ok(kept);
    }
    let mut tx = store.begin().await?;
    settings::set_if_absent(&mut tx, name, value).await?;
    let kept = settings::get(&mut tx, name).await?;
    tx.commit().await?;
    kept.context("a setting vanished while it was written")
}

/// A name for this worker that survives restarts and differs between data folders.
fn worker_name(data: &Path, random: &dyn Random) -> anyhow::Result<String> {
    let file = data.join("worker.name");
    if let Ok(name) = fs::read_to_string(&file) {
        return Ok(name.trim().to_owned());
    }
    let host = fs::read_to_string("/etc/hostname").unwrap_or_default();
    let host = if host.trim().is_empty() {
        "worker"
    } else {
        host.trim()
    };
    let name = format!("{host}-{:08x}", u32::from_be_bytes(random.bytes()));
    fs::write(&file, format!("{name}\n"))
        .with_context(|| format!("cannot write {}", file.display()))?;
    Ok(name)
}

fn adapters(config: &Config) -> anyhow::Result<AdaptersConfig> {
    let file = &config.receivers.extra_ca_file;
    let extra_ca_pem =
        match file.as_os_str().is_empty() {
            true => None,
            false => Some(fs::read_to_string(file).with_context(|| {
                format!("cannot read receivers.extra_ca_file {}", file.display())
            })?),
        };
    let hosts = config
        .receivers
        .hosts
        .iter()
        .map(|(named, real)| (named.to_lowercase(), real.clone()));
    Ok(AdaptersConfig {
        extra_ca_pem,
        anchors: SharedAnchors::default(),
        egress: EgressConfig {
            private_networks: config.receivers.private_networks,
            link_local: config.receivers.link_local,
        },
        hosts: hosts.collect(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_lost_master_key_is_reported_and_not_replaced() {
        let folder = tempfile::tempdir().unwrap();
        let mut config = Config::defaults();
        config.data_dir = folder.path().to_owned();
        let urls = Urls::for_test();
        let prepare = || Surroundings::prepare(&config, &urls);
        drop(prepare().await.unwrap());
        let (file, kept) = (config.master_key_file(), folder.path().join("kept"));
        fs::rename(&file, &kept).unwrap();
        for _ in 0..2 {
            let error = prepare().await.unwrap_err().to_string();
            assert!(error.contains("master key"), "{error}");
            assert!(!file.exists());
        }
        fs::rename(&kept, &file).unwrap();
        assert!(prepare().await.is_ok());
    }
}
