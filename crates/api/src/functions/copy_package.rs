//! Copies packages.

use async_trait::async_trait;
use lockgate_design::{CopyMode, Workspace};
use lockgate_odata::{
    Arguments, Call, Error, Function, FunctionImport, Parameter, Reply, Result, Returns,
};

use crate::failure::of_design;
use crate::roles::{CATALOG_PACKAGES_COPY, PACKAGES_EDIT};
use crate::sets::package_row;

static FUNCTION: Function = Function::new(
    "CopyIntegrationPackage",
    &[
        Parameter::text("Id"),
        Parameter::text("ImportMode").optional(),
        Parameter::text("Suffix").optional(),
    ],
    Returns::Entity("IntegrationPackages"),
);

/// `CopyIntegrationPackage`
#[derive(Debug)]
pub(super) struct CopyPackage(pub(super) Workspace);

#[async_trait]
impl FunctionImport for CopyPackage {
    fn describe(&self) -> &'static Function {
        &FUNCTION
    }

    fn needs(&self) -> &'static [&'static str] {
        &[CATALOG_PACKAGES_COPY, PACKAGES_EDIT]
    }

    /// There is no catalog beside the workspace: what is copied is a package of the workspace, so that
    /// there is nothing that it could overwrite.
    async fn call(&self, call: &Call, arguments: &Arguments) -> Result<Reply> {
        let mode = match arguments.text("ImportMode").unwrap_or_default() {
            "" => CopyMode::Refuse,
            "CREATE_COPY" => CopyMode::CreateCopy,
            "OVERWRITE" | "OVERWRITE_MERGE" => return Err(Error::not_implemented()),
            _ => return Err(Error::bad_request("There is no such ImportMode.")),
        };
        let suffix = arguments.text("Suffix").unwrap_or_default();
        let id = arguments.required("Id")?;
        let copy = self.0.copy_package(call.actor(), id, mode, suffix).await;
        Ok(Reply::created(package_row(copy.map_err(of_design)?)))
    }
}
