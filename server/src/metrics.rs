//! What is counted and timed while the instance runs, in the text format that Prometheus reads. What stands in the database or
//! in a queue is looked at when somebody asks.

use std::fmt::{self, Write as _};
use std::time::Duration;

use prometheus_client::encoding::text::{encode_eof, encode_registry};
use prometheus_client::encoding::{EncodeLabelSet, EncodeLabelValue, LabelValueEncoder};
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::ConstGauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::metrics::info::Info;
use prometheus_client::registry::Registry;

use crate::policy::Verdict;

/// What the names of all begin with.
const PREFIX: &str = "dashclaw";
/// Seconds. A decision is one row and one flush of the disk; one that asks webhooks may take some seconds.
const TIMES: [f64; 13] = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0];

/// A histogram of times, in seconds.
pub(crate) fn times() -> Histogram {
    Histogram::new(TIMES)
}

/// What is counted and timed.
#[derive(Debug)]
pub(crate) struct Metrics {
    registry: Registry,
    decisions: Family<Decided, Counter>,
    requests: Family<Answered, Histogram, fn() -> Histogram>,
}

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct Decided {
    verdict: Verdict,
}

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct Answered {
    method: &'static str,
    route: &'static str,
    status: &'static str,
}

impl EncodeLabelValue for Verdict {
    fn encode(&self, encoder: &mut LabelValueEncoder<'_>) -> fmt::Result {
        encoder.write_str(self.as_str())
    }
}

impl Metrics {
    /// `writes` are the times of the database's writes.
    pub(crate) fn new(writes: Histogram) -> Self {
        let mut registry = Registry::with_prefix(PREFIX);
        let decisions = Family::<Decided, Counter>::default();
        // A verdict that has not come up yet is 0, and not unknown.
        for verdict in Verdict::ALL {
            drop(decisions.get_or_create(&Decided { verdict }));
        }
        let requests = Family::<Answered, Histogram, fn() -> Histogram>::new_with_constructor(times);
        registry.register(
            "build",
            "The version that runs",
            Info::new([("version", env!("CARGO_PKG_VERSION"))]),
        );
        registry.register("decisions", "Decisions that were stored, by verdict", decisions.clone());
        registry.register(
            "http_request_duration_seconds",
            "From the head of a request to that of its answer, by route and class of status",
            requests.clone(),
        );
        let help = "From asking for a write to its end on disk, its wait in the queue included";
        registry.register("store_write_duration_seconds", help, writes);
        Self { registry, decisions, requests }
    }

    /// A decision is on record.
    pub(crate) fn decided(&self, verdict: Verdict) {
        self.decisions.get_or_create(&Decided { verdict }).inc();
    }

    /// The times of a route's answers of one class of status: of 2 for those from 200 to 299.
    pub(crate) fn answers(&self, method: &'static str, route: &'static str, class: usize) -> Histogram {
        let status = ["1xx", "2xx", "3xx", "4xx", "5xx"].get(class.saturating_sub(1)).copied();
        let status = status.unwrap_or("other");
        self.requests.get_or_create_owned(&Answered { method, route, status })
    }

    /// All of it, and what was looked at just now.
    pub(crate) fn text(&self, seen: &Seen) -> Result<String, fmt::Error> {
        let mut text = String::new();
        encode_registry(&mut text, &self.registry)?;
        encode_registry(&mut text, &seen.registry())?;
        encode_eof(&mut text)?;
        Ok(text)
    }
}

/// What is so now; what could not be read is left out.
#[derive(Debug, Default)]
pub(crate) struct Seen {
    /// How many actions wait for a human, and for how long the first of them has.
    pub(crate) approvals: Option<(i64, Duration)>,
    /// How many pieces of work wait for their time, and how many were given up.
    pub(crate) jobs: Option<(i64, i64)>,
    pub(crate) stream_readers: usize,
    pub(crate) writes_waiting: usize,
    /// Whether the last write that was tried worked.
    pub(crate) stores: bool,
}

impl Seen {
    fn registry(&self) -> Registry {
        let mut registry = Registry::with_prefix(PREFIX);
        let mut number = |name: &str, help: &str, value: i64| {
            registry.register(name, help, ConstGauge::new(value));
        };
        if let Some((waiting, _)) = self.approvals {
            number("approvals_pending", "Actions that wait for a human", waiting);
        }
        if let Some((waiting, dead)) = self.jobs {
            number("jobs_waiting", "Work in the background that waits or is being done", waiting);
            number("jobs_dead", "Work in the background that was given up", dead);
        }
        number("stream_readers", "Open event streams", count(self.stream_readers));
        number("store_writes_waiting", "Writes in the queue of the database", count(self.writes_waiting));
        number(
            "store_up",
            "1 unless the last write failed because nothing can be stored",
            self.stores.into(),
        );
        if let Some((_, age)) = self.approvals {
            let help = "For how long the first of them has waited; 0 when there is none";
            registry.register("approvals_oldest_age_seconds", help, ConstGauge::new(age.as_secs_f64()));
        }
        registry
    }
}

fn count(number: usize) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}
