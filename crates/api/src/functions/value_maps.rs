//! Changes entries of value mappings.

use async_trait::async_trait;
use lockgate_design::{Pair, Workspace};
use lockgate_odata::{
    Arguments, Call, Function, FunctionImport, Parameter, Reply, Result, Returns,
};

use crate::failure::of_design;
use crate::roles::PACKAGES_CONFIGURE;

static UPSERT: Function = Function::new(
    "UpsertValMaps",
    &[
        Parameter::text("Id"),
        Parameter::text("Version"),
        Parameter::text("SrcAgency"),
        Parameter::text("SrcId"),
        Parameter::text("TgtAgency"),
        Parameter::text("TgtId"),
        Parameter::text("ValMapId").optional(),
        Parameter::text("SrcValue"),
        Parameter::text("TgtValue"),
        Parameter::boolean("IsConfigured"),
    ],
    Returns::Entity("ValMaps"),
);

static SET_DEFAULT: Function = Function::new(
    "UpdateDefaultValMap",
    &[
        Parameter::text("Id"),
        Parameter::text("Version"),
        Parameter::text("SrcAgency"),
        Parameter::text("SrcId"),
        Parameter::text("TgtAgency"),
        Parameter::text("TgtId"),
        Parameter::text("ValMapId"),
        Parameter::boolean("IsConfigured"),
    ],
    Returns::Entity("DefaultValMaps"),
);

static DELETE: Function = Function::new(
    "DeleteValMaps",
    &[
        Parameter::text("Id"),
        Parameter::text("Version"),
        Parameter::text("SrcAgency"),
        Parameter::text("SrcId"),
        Parameter::text("TgtAgency"),
        Parameter::text("TgtId"),
    ],
    Returns::Nothing,
);

/// What is done to the entries between two places.
#[derive(Clone, Copy, Debug)]
pub(super) enum Action {
    /// `UpsertValMaps`
    Upsert,
    /// `UpdateDefaultValMap`
    SetDefault,
    /// `DeleteValMaps`
    Delete,
}

/// A function that changes entries.
#[derive(Debug)]
pub(super) struct ChangeValues {
    pub(super) action: Action,
    pub(super) workspace: Workspace,
}

#[async_trait]
impl FunctionImport for ChangeValues {
    fn describe(&self) -> &'static Function {
        match self.action {
            Action::Upsert => &UPSERT,
            Action::SetDefault => &SET_DEFAULT,
            Action::Delete => &DELETE,
        }
    }

    fn needs(&self) -> &'static [&'static str] {
        &[PACKAGES_CONFIGURE]
    }

    async fn call(&self, call: &Call, arguments: &Arguments) -> Result<Reply> {
        let text = |name| arguments.required(name);
        let owned = |name| text(name).map(str::to_owned);
        let which = (text("Id")?, text("Version")?);
        let pair = Pair {
            source: (owned("SrcAgency")?, owned("SrcId")?),
            target: (owned("TgtAgency")?, owned("TgtId")?),
        };
        let actor = call.actor();
        let changed = match self.action {
            Action::Upsert => {
                let entry = arguments.text("ValMapId").filter(|id| !id.is_empty());
                let values = (text("SrcValue")?, text("TgtValue")?);
                let upserted = self
                    .workspace
                    .upsert_value_map(actor, which, pair, entry, values);
                upserted.await
            }
            Action::SetDefault => {
                let entry = text("ValMapId")?;
                let set = self
                    .workspace
                    .set_default_value_map(actor, which, pair, entry);
                set.await
            }
            Action::Delete => self.workspace.delete_value_maps(actor, which, pair).await,
        };
        changed.map_err(of_design)?;
        Ok(Reply::accepted())
    }
}
