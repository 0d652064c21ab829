//! What the runtime counts, read when metrics are asked for.

use lockgate_engine::runtime::Runtime;
use prometheus_client::collector::Collector;
use prometheus_client::encoding::{DescriptorEncoder, EncodeMetric as _};
use prometheus_client::metrics::MetricType;
use prometheus_client::metrics::counter::ConstCounter;
use prometheus_client::metrics::gauge::ConstGauge;

/// Shows a runtime's figures without keeping them twice.
#[derive(Debug)]
pub(super) struct RuntimeMetrics(pub(super) Runtime);

impl Collector for RuntimeMetrics {
    fn encode(&self, mut encoder: DescriptorEncoder<'_>) -> Result<(), std::fmt::Error> {
        let journal = self.0.journal();
        let gauges = [
            (
                "messages_running",
                "Messages that run now",
                self.0.running(),
            ),
            (
                "message_records_waiting",
                "Message records waiting to be written",
                journal.pending(),
            ),
            (
                "endpoints",
                "Addresses served",
                self.0.endpoints().iter().count(),
            ),
        ];
        for (name, help, value) in gauges {
            let gauge = ConstGauge::new(i64::try_from(value).unwrap_or(i64::MAX));
            gauge.encode(encoder.encode_descriptor(name, help, None, MetricType::Gauge)?)?;
        }
        let counters = [
            (
                "message_records_written",
                "Message records written",
                journal.written(),
            ),
            (
                "refusals_dropped",
                "Refusals that were not recorded",
                journal.refusals_dropped(),
            ),
        ];
        for (name, help, value) in counters {
            let counter = ConstCounter::new(value);
            counter.encode(encoder.encode_descriptor(name, help, None, MetricType::Counter)?)?;
        }
        Ok(())
    }
}
