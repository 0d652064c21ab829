//! Puts the parts of the product together.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context as _, ensure};
use lockgate_accounts::{AccountService, HashSettings};
use lockgate_adapters::AdaptersConfig;
use lockgate_broker::Broker;
use lockgate_catalog::Catalog;
use lockgate_cloudfoundry::CloudFoundry;
use lockgate_core::certificate::Thumbprint;
use lockgate_core::secret::Secret;
use lockgate_design::Workspace;
use lockgate_engine::journal::ContentLimits;
use lockgate_engine::prepare;
use lockgate_engine::runtime::{self, Runtime, ScriptLimits};
use lockgate_gateway::{Gateway, UserNameFormat};
use lockgate_odata::Front;
use lockgate_operations::Operations;
use lockgate_pki::pem;
use lockgate_store::Store;
use lockgate_store::changes::Topic;
use lockgate_token::KeyRing;
use lockgate_token::trusted::{IssuerKeys, TrustedIssuer};
use lockgate_web::forwarded::{self, Proxies, Proxy};
use lockgate_web::health::Readiness;
use lockgate_web::identity::SharedIdentities;
use lockgate_web::operator::OperatorToken;
use lockgate_web::surface::{Api, Guard, Surface};
use lockgate_web::tls::{Ask, ServerTls, SharedCertificate};
use lockgate_web::trust::SharedTrust;
use prometheus_client::registry::Registry;
use tokio::task::JoinSet;

use super::auditor::Auditor;
use super::dispatcher::Dispatcher;
use super::heartbeat;
use super::janitor::{self, Retention};
use super::listeners::Tls;
use super::metrics::RuntimeMetrics;
use super::renewals::Renewals;
use super::surroundings::Surroundings;
use crate::config::{self, Config, UserName};
use crate::feeds::{self, IdentityFeed};

/// What the listener for client certificates has beside flows and OData: what clients do with tokens.
/// Operators and browsers have no business there.
const BY_CERTIFICATE: [&str; 6] = [
    "/oauth/token",
    "/oauth/token/",
    "/oauth/revoke",
    "/introspect",
    "/check_token",
    "/token_keys",
];

/// The label of the keyed hash that makes CSRF tokens of the OData API.
const CSRF_HASH_LABEL: &str = "odata-csrf";

/// How often signing keys are looked after.
const KEY_TENDING: Duration = Duration::from_secs(60);

/// The parts of the product, put together.
pub(super) struct Parts {
    store: Store,
    pub(super) accounts: AccountService,
    pub(super) identities: SharedIdentities,
    pub(super) feed: IdentityFeed,
    pub(super) keys: KeyRing,
    pub(super) runtime: Runtime,
    pub(super) auditor: Auditor,
    catalog: Catalog,
    operations: Operations,
    /// Whose client certificates are accepted.
    trust: SharedTrust,
    gateway: Gateway,
    /// The token server, which clients with a certificate use as well.
    tokens: Surface,
    /// Everything else.
    surfaces: Vec<Surface>,
}

impl Parts {
    /// Every surface.
    #[cfg(test)]
    pub(super) fn surfaces(&self) -> impl Iterator<Item = &Surface> {
        std::iter::once(&self.tokens).chain(&self.surfaces)
    }

    pub(super) async fn assemble(config: &Config, around: &Surroundings) -> anyhow::Result<Self> {
        let Surroundings {
            store,
            tenant,
            clock,
            random,
            master_key,
            ..
        } = around;
        let keys = KeyRing::new(
            store.clone(),
            master_key.vault(),
            clock.clone(),
            random.clone(),
            tokens(config)?.phases,
        );
        let feed = IdentityFeed::new(
            store.clone(),
            clock.clone(),
            tenant.clone(),
            master_key,
            keys.clone(),
        );
        let identities = feed.first().await?;
        let runtime = start_runtime(config, around).await?;
        let mut metrics = lockgate_web::metrics::registry();
        metrics.register_collector(Box::new(RuntimeMetrics(runtime.clone())));
        let auditor = Auditor::start(store.clone(), clock.clone(), random.clone());
        metrics.register_collector(auditor.metrics());
        let services = Services::new(config, around, &identities, &keys, &mut metrics)?;
        let health = lockgate_web::health::surface(readiness(store, &runtime), Arc::new(metrics));
        let gateway = gateway(config, around, &identities, &runtime, &services.catalog);
        Ok(Self {
            store: store.clone(),
            tokens: lockgate_token::surface(services.tokens.clone()),
            surfaces: services.surfaces(around, &identities, health),
            accounts: services.accounts,
            catalog: services.catalog,
            operations: services.operations,
            identities,
            feed,
            keys,
            runtime,
            auditor,
            trust: feeds::trust(store).await?,
            gateway,
        })
    }

    /// Tasks that live as long as the server.
    pub(super) fn background(&self, config: &Config, around: &Surroundings) -> JoinSet<()> {
        let mut tasks = JoinSet::new();
        let (feed, identities) = (self.feed.clone(), self.identities.clone());
        tasks.spawn(feeds::follow(
            self.store.follow(),
            &IdentityFeed::TOPICS,
            move || {
                let (feed, identities) = (feed.clone(), identities.clone());
                async move { feed.refresh(&identities).await }
            },
        ));
        let (runtime, vault) = (self.runtime.clone(), around.master_key.vault());
        let (store, anchors) = (self.store.clone(), around.adapters.anchors.clone());
        tasks.spawn(feeds::follow(
            self.store.follow(),
            &[Topic::Flows, Topic::Materials],
            move || {
                let (runtime, vault) = (runtime.clone(), vault.clone());
                let (store, anchors) = (store.clone(), anchors.clone());
                async move {
                    runtime.reload_materials(&vault).await?;
                    feeds::refresh_anchors(&store, &anchors).await?;
                    Ok(runtime.reconcile().await?)
                }
            },
        ));
        let runtime = self.runtime.clone();
        tasks.spawn(feeds::follow(
            self.store.follow(),
            &[Topic::Resends, Topic::Flows],
            move || {
                let runtime = runtime.clone();
                async move { Ok(runtime.resend_kept().await?) }
            },
        ));
        let (store, trust) = (self.store.clone(), self.trust.clone());
        tasks.spawn(feeds::follow(
            self.store.follow(),
            &[Topic::Trust],
            move || {
                let (store, trust) = (store.clone(), trust.clone());
                async move { feeds::refresh_trust(&store, &trust).await }
            },
        ));
        let keys = self.keys.clone();
        tasks.spawn(async move {
            loop {
                if let Err(error) = keys.tend().await {
                    tracing::error!(%error, "signing keys could not be looked after");
                }
                tokio::time::sleep(KEY_TENDING).await;
            }
        });
        let (store, runtime) = (self.store.clone(), self.runtime.clone());
        tasks.spawn(heartbeat::run(store, runtime, around.worker.clone()));
        tasks.spawn(janitor::run(
            self.store.clone(),
            around.clock.clone(),
            Retention {
                messages: config.messages.retention_days,
                traces: config.messages.trace_retention.unsigned_abs(),
                contents: config.messages.contents_retention_days,
                audit: config.audit.retention_days,
            },
        ));
        tasks
    }

    /// How HTTPS is served, when there is a certificate.
    pub(super) fn tls(
        &self,
        config: &Config,
        around: &Surroundings,
    ) -> anyhow::Result<Option<Tls>> {
        let Some((certificate, key)) = config.tls_files()? else {
            return Ok(None);
        };
        let certificate = SharedCertificate::load(&certificate, &key)?;
        let ask = Ask::Optional {
            trust: self.trust.clone(),
            clock: around.clock.clone(),
        };
        Ok(Some(Tls {
            server: ServerTls::new(&certificate, Ask::Never)?,
            client: ServerTls::new(&certificate, ask)?,
            certificate,
        }))
    }

    pub(super) fn dispatcher(
        &self,
        config: &Config,
        around: &Surroundings,
    ) -> anyhow::Result<Arc<Dispatcher>> {
        let guard = Guard {
            operator: OperatorToken::new(&around.operator_token),
            random: around.random.clone(),
            identities: self.identities.clone(),
            clock: around.clock.clone(),
            audit: self.auditor.sink(),
        };
        let odata = self.odata(around);
        let all = self.surfaces.iter().cloned();
        let all = all.chain([self.tokens.clone(), odata.surface()]);
        let by_certificate = [self.tokens.clone().only(&BY_CERTIFICATE), odata.surface()];
        let proxies = config.proxies.iter().map(proxy);
        let proxies = proxies.collect::<anyhow::Result<Vec<_>>>()?;
        Ok(Arc::new(Dispatcher {
            gateway: self.gateway.clone(),
            api: Api::new(all, guard.clone()),
            by_certificate: Api::new(by_certificate, guard),
            odata,
            proxies: Proxies::new(proxies, self.trust.clone(), around.clock.clone())?,
        }))
    }
}

impl Parts {
    /// The OData API.
    fn odata(&self, around: &Surroundings) -> Front {
        let resources = lockgate_api::Resources {
            operations: self.operations.clone(),
            workspace: Workspace::new(
                around.store.clone(),
                around.clock.clone(),
                around.random.clone(),
            ),
        };
        let surroundings = lockgate_odata::Surroundings {
            identities: self.identities.clone(),
            accounts: self.accounts.clone(),
            operator: OperatorToken::new(&around.operator_token),
            ratchet: Arc::new(Renewals::new(&self.catalog, &around.store)),
            csrf: around.master_key.keyed_hash(CSRF_HASH_LABEL),
            clock: around.clock.clone(),
            random: around.random.clone(),
            contained: lockgate_api::roles::contained,
        };
        Front::new(lockgate_api::service(&resources), surroundings)
    }
}

/// The services of the control plane.
struct Services {
    accounts: AccountService,
    catalog: Catalog,
    operations: Operations,
    tokens: lockgate_token::Service,
}

impl Services {
    fn new(
        config: &Config,
        around: &Surroundings,
        identities: &SharedIdentities,
        keys: &KeyRing,
        metrics: &mut Registry,
    ) -> anyhow::Result<Self> {
        let catalog = Catalog::new(around.of_catalog(), config.security.reveal_keys);
        let accounts = AccountService::new(around.of_accounts(), HashSettings::default());
        let tokens = lockgate_token::Service::new(
            identities.clone(),
            keys.clone(),
            tokens(config)?,
            Renewals::new(&catalog, &around.store).of_tokens(),
            accounts.clone(),
            lockgate_token::metrics::Metrics::registered(metrics),
        );
        let operations = Operations::new(
            around.store.clone(),
            around.tenant.clone(),
            around.clock.clone(),
            around.random.clone(),
            around.master_key.vault(),
        );
        Ok(Self {
            accounts,
            catalog,
            operations,
            tokens,
        })
    }

    /// Every surface but the token server's.
    fn surfaces(
        &self,
        around: &Surroundings,
        identities: &SharedIdentities,
        health: Surface,
    ) -> Vec<Surface> {
        let (store, clock) = (around.store.clone(), around.clock.clone());
        vec![
            lockgate_accounts::surface(self.accounts.clone()),
            lockgate_broker::surface(Broker::new(self.catalog.clone(), store, clock)),
            lockgate_catalog::surface(self.catalog.clone()),
            lockgate_cloudfoundry::surface(CloudFoundry {
                catalog: self.catalog.clone(),
                accounts: self.accounts.clone(),
                identities: identities.clone(),
            }),
            lockgate_operations::surface(self.operations.clone()),
            health,
        ]
    }
}

/// What the token server may do.
fn tokens(config: &Config) -> anyhow::Result<lockgate_token::Config> {
    Ok(lockgate_token::Config {
        query_credentials: config.security.query_credentials,
        bind_to_certificate: config.token.bind_to_certificate,
        trusted_issuers: config
            .token
            .trusted_issuers
            .iter()
            .map(trusted_issuer)
            .collect::<anyhow::Result<_>>()?,
        ..lockgate_token::Config::default()
    })
}

/// A proxy, with its proofs read from their files.
fn proxy(proxy: &config::Proxy) -> anyhow::Result<Proxy> {
    let read = |file: &Path, key: &str| match file.as_os_str().is_empty() {
        true => Ok(None),
        false => std::fs::read_to_string(file).map(Some).with_context(|| {
            let (file, name) = (file.display(), &proxy.name);
            format!("cannot read {file} (proxies, {key} of {name})")
        }),
    };
    let certificate = read(&proxy.certificate, "certificate")?;
    let certificate = certificate.map(|text| pem::read_one(&text)).transpose();
    let certificate = certificate.with_context(|| format!("in {}", proxy.certificate.display()))?;
    let secret = read(&proxy.secret_file, "secret_file")?;
    let addresses = proxy.addresses.iter().map(|address| address.parse());
    let header = match proxy.header.is_empty() {
        true => forwarded::CLIENT_CERTIFICATE,
        false => proxy.header.parse()?,
    };
    Ok(Proxy {
        name: proxy.name.clone(),
        addresses: addresses.collect::<Result<_, _>>()?,
        certificate: certificate.map(|der| Thumbprint::of(&der)),
        secret: secret.map(|secret| Secret::new(secret.trim().to_owned())),
        header,
    })
}

fn trusted_issuer(issuer: &config::TrustedIssuer) -> anyhow::Result<TrustedIssuer> {
    let file = issuer.keys_file.display();
    let keys = std::fs::read_to_string(&issuer.keys_file)
        .with_context(|| format!("cannot read {file} (token.trusted_issuers, keys_file)"))?;
    let roles = issuer.roles.iter().map(|(group, roles)| {
        let roles: Result<_, _> = roles.iter().map(|role| role.parse()).collect();
        let roles = roles.with_context(|| format!("token.trusted_issuers, roles of {group:?}"))?;
        Ok((group.clone(), roles))
    });
    let issuer = TrustedIssuer {
        issuer: issuer.issuer.clone(),
        keys: IssuerKeys::from_jwks(&keys).with_context(|| format!("in {file}"))?,
        origin: issuer.origin.clone(),
        user_claim: issuer.user_claim.clone(),
        roles_claim: issuer.roles_claim.clone(),
        roles: roles.collect::<anyhow::Result<_>>()?,
    };
    let problems = issuer.problems();
    ensure!(problems.is_empty(), "{}", problems.join("; "));
    Ok(issuer)
}

/// The runtime, serving what is deployed.
async fn start_runtime(config: &Config, around: &Surroundings) -> anyhow::Result<Runtime> {
    let parts = runtime::Parts {
        store: around.store.clone(),
        clock: around.clock.clone(),
        random: around.random.clone(),
        registry: receivers(&around.adapters)?,
        vault: around.master_key.vault(),
    };
    let settings = runtime::Settings {
        content: ContentLimits {
            trace_bytes: config.messages.trace_bytes,
            kept_bytes: config.messages.kept_bytes,
        },
        scripts: ScriptLimits {
            steps: config.scripts.steps,
            memory: config.scripts.memory_bytes,
            sleep: Duration::from_secs(config.scripts.sleep_seconds),
            ..ScriptLimits::default()
        },
        ..runtime::Settings::of_worker(&around.worker)
    };
    let runtime = Runtime::start(parts, settings).await?;
    runtime.reload_materials(&around.master_key.vault()).await?;
    feeds::refresh_anchors(&around.store, &around.adapters.anchors).await?;
    runtime.reconcile().await?;
    Ok(runtime)
}

fn gateway(
    config: &Config,
    around: &Surroundings,
    identities: &SharedIdentities,
    runtime: &Runtime,
    catalog: &Catalog,
) -> Gateway {
    let resources = lockgate_gateway::Resources {
        identities: identities.clone(),
        ratchet: Arc::new(Renewals::new(catalog, &around.store)),
        runtime: runtime.clone(),
        csrf: around
            .master_key
            .keyed_hash(lockgate_gateway::csrf::CSRF_HASH_LABEL),
        clock: around.clock.clone(),
        random: around.random.clone(),
    };
    let user_name = match config.gateway.user_name {
        UserName::ClientId => UserNameFormat::ClientId,
        UserName::OauthClientPrefix => UserNameFormat::OAuthClientPrefix,
        UserName::Omit => UserNameFormat::Omit,
    };
    let settings = lockgate_gateway::Settings {
        user_name,
        certificate_is_transport_only: config.gateway.certificate_is_transport_only,
        ..lockgate_gateway::Settings::default()
    };
    Gateway::new(resources, settings)
}

/// Every receiver that flows can call.
pub(crate) fn receivers(config: &AdaptersConfig) -> anyhow::Result<prepare::Registry> {
    let kinds = lockgate_adapters::registry(config)?;
    Ok(kinds
        .into_iter()
        .fold(prepare::Registry::default(), |registry, (kind, factory)| {
            registry.with(kind, factory)
        }))
}

fn readiness(store: &Store, runtime: &Runtime) -> Readiness {
    let (store, runtime) = (store.clone(), runtime.clone());
    Readiness::new(move || {
        let (store, runtime) = (store.clone(), runtime.clone());
        async move {
            store
                .ping()
                .await
                .map_err(|error| format!("the database does not answer: {error}"))?;
            if runtime.is_ready() {
                Ok(())
            } else {
                Err("flows are not loaded, or the message log is not written".to_owned())
            }
        }
    })
}
