//! ProcessDirect: calls another flow of this server.

use async_trait::async_trait;
use lockgate_flow::expr::Template;
use lockgate_flow::plan::Channel;

use super::AsyncStep;
use crate::error::StepError;
use crate::eval;
use crate::exchange::Exchange;
use crate::run::Visit;

#[derive(Debug)]
struct ProcessDirect {
    address: Template,
}

pub(super) fn prepare(channel: &Channel) -> Result<Box<dyn AsyncStep>, Vec<String>> {
    let problem = |what: String| {
        vec![format!(
            "channel {:?}, setting \"address\": {what}",
            channel.name
        )]
    };
    let address = channel
        .properties
        .get("address")
        .ok_or_else(|| problem("it is missing".to_owned()))?;
    let address = Template::parse(address).map_err(|error| problem(error.to_string()))?;
    Ok(Box::new(ProcessDirect { address }))
}

#[async_trait]
impl AsyncStep for ProcessDirect {
    async fn apply(&self, exchange: &mut Exchange, visit: &Visit<'_>) -> Result<(), StepError> {
        let context = visit.eval();
        let address = eval::text(&self.address, exchange, &context)?;
        visit.call_flow(&address, exchange).await
    }
}
