//! `/metrics`: what `stats.rs` counts, as Prometheus (OpenMetrics text) reads it.

use std::collections::BTreeMap;
use std::fmt;
use std::time::Duration;

use axum::Router;
use axum::extract::State;
use axum::http::header;
use axum::response::IntoResponse;
use axum::routing::get;
use prometheus_client::collector::Collector;
use prometheus_client::encoding::{DescriptorEncoder, MetricEncoder, NoLabelSet, text};
use prometheus_client::metrics::MetricType;
use prometheus_client::registry::{Registry, Unit};

use super::refusals::Refusals;
use super::{Identity, Problem, Server};
use crate::approvals::{State as Progress, Undelivered};
use crate::gate::Gate;
use crate::keys::Right;
use crate::stats::{Audit, Calls, Decisions, Outputs, Pool, Stats, Times};

pub(super) fn routes() -> Router<Server> {
    Router::new().route("/metrics", get(metrics))
}

/// Counters and times, in OpenMetrics text
#[utoipa::path(
    get, path = "/metrics", tag = "health",
    responses((status = 200, description = "OpenMetrics text", body = String, content_type = "application/openmetrics-text"), Refusals),
)]
pub(super) async fn metrics(
    State(server): State<Server>,
    identity: Identity,
) -> Result<impl IntoResponse, Problem> {
    identity.needs(Right::Read)?;
    let look = |gate: &Gate| {
        let approvals = gate.approvals();
        let told = (approvals.tally(), approvals.undelivered());
        (gate.stats(), gate.quarantined(), told)
    };
    let (stats, wards, (tally, undelivered)) = server.with_gate(look).await?;
    let mut registry = Registry::with_prefix("coldnotch");
    registry.register_collector(Box::new(Seen {
        stats,
        quarantined: wards.into_iter().map(|ward| ward.plugin).collect(),
        approvals: tally?,
        undelivered: undelivered?,
    }));
    let mut told = String::new();
    text::encode(&mut told, &registry).map_err(|_| Problem::internal())?;
    let kind = "application/openmetrics-text; version=1.0.0; charset=utf-8";
    Ok(([(header::CONTENT_TYPE, kind)], told))
}

/// Everything at one moment.
#[derive(Debug)]
struct Seen {
    stats: Stats,
    quarantined: Vec<String>,
    approvals: Vec<(Progress, u64)>,
    undelivered: Vec<Undelivered>,
}

type Labels<'a> = Vec<(&'a str, &'a str)>;

impl Collector for Seen {
    fn encode(&self, encoder: DescriptorEncoder) -> Result<(), fmt::Error> {
        let Stats {
            decisions,
            judging,
            plugins,
            pool,
            outputs,
            audit,
        } = &self.stats;
        let mut out = Out(encoder);
        out.decisions(decisions, judging)?;
        out.plugins(plugins, &self.quarantined)?;
        out.pool(pool)?;
        out.outputs(outputs)?;
        out.audit(audit)?;
        out.people(&self.approvals, &self.undelivered)
    }
}

/// Writes one family after another.
struct Out<'a>(DescriptorEncoder<'a>);

impl Out<'_> {
    fn decisions(&mut self, decisions: &Decisions, judging: &Times) -> fmt::Result {
        let verdicts = [
            ("allow", decisions.allow),
            ("hold", decisions.hold),
            ("block", decisions.block),
        ];
        self.counters(
            "decisions",
            "Final decisions by verdict",
            verdicts.map(|(verdict, count)| (vec![("verdict", verdict)], count)),
        )?;
        let approved = "Holds that a person approved";
        self.counter("approved", approved, decisions.approved)?;
        self.counter("asked", "Questions put to people", decisions.asked)?;
        let unrecorded = "Answers that became BLOCK because they could not be recorded";
        self.counter("unrecorded", unrecorded, decisions.unrecorded)?;
        self.times("judging", "Judging, without people and the record", judging)
    }

    fn plugins(&mut self, plugins: &BTreeMap<String, Calls>, away: &[String]) -> fmt::Result {
        let calls = plugins.iter().flat_map(|(plugin, calls)| {
            let of = [("score", &calls.score), ("observe", &calls.observe)];
            of.into_iter().flat_map(move |(call, outcomes)| {
                outcomes.iter().map(move |(outcome, count)| {
                    let plugin = ("plugin", plugin.as_str());
                    let labels = vec![plugin, ("call", call), ("outcome", *outcome)];
                    (labels, *count)
                })
            })
        });
        self.counters("plugin_calls", "Calls of plugins by outcome", calls)?;
        self.gauges(
            "plugin_quarantined",
            "Plugins that failed too often and are not asked",
            away.iter()
                .map(|plugin| (vec![("plugin", plugin.as_str())], 1)),
        )
    }

    fn pool(&mut self, pool: &Pool) -> fmt::Result {
        self.gauge("pool_places", "Places for instances", pool.places)?;
        self.gauge("pool_taken", "Places taken", pool.taken)?;
        self.gauge("pool_waiting", "Calls waiting for a place", pool.waiting)?;
        let refused = "Calls that found the queue full or waited in vain";
        self.counter("pool_refused", refused, pool.refused)?;
        let waited = "Waits for a place, of those that waited";
        self.times("pool_wait", waited, &pool.waited)
    }

    fn outputs(&mut self, outputs: &Outputs) -> fmt::Result {
        self.counter("outputs", "Outputs taken in", outputs.taken)?;
        let late = "Outputs that a decision had to wait for";
        self.counter("outputs_late", late, outputs.late)?;
        let lag = "From an output's arrival until every plugin had read it";
        self.times("output_lag", lag, &outputs.lag)
    }

    fn audit(&mut self, audit: &Audit) -> fmt::Result {
        self.counter("audit_lines", "Lines of the audit log", audit.lines)?;
        let queue = "Lines waiting for the write under way";
        self.gauge("audit_queue", queue, audit.queue)?;
        let write = "Writes of the audit log, until durable";
        self.times("audit_write", write, &audit.write)
    }

    /// What waits for people, and for those who are told of it.
    fn people(
        &mut self,
        approvals: &[(Progress, u64)],
        undelivered: &[Undelivered],
    ) -> fmt::Result {
        let states = approvals.iter();
        self.gauges(
            "approvals",
            "Approvals in the file by state",
            states.map(|(state, count)| (vec![("state", state.as_str())], *count)),
        )?;
        let messages = undelivered.iter().flat_map(|of| {
            let labels = |state| vec![("endpoint", of.endpoint.as_str()), ("state", state)];
            [
                (labels("waiting"), of.waiting),
                (labels("given_up"), of.given_up),
            ]
        });
        self.gauges(
            "webhook_messages",
            "Messages that an endpoint has not got",
            messages,
        )
    }

    fn counter(&mut self, name: &str, help: &str, count: u64) -> fmt::Result {
        let mut family = self
            .0
            .encode_descriptor(name, help, None, MetricType::Counter)?;
        family.encode_counter::<NoLabelSet, _, u64>(&count, None)
    }

    fn gauge(&mut self, name: &str, help: &str, value: u64) -> fmt::Result {
        let mut family = self
            .0
            .encode_descriptor(name, help, None, MetricType::Gauge)?;
        family.encode_gauge(&i64::try_from(value).unwrap_or(i64::MAX))
    }

    fn counters<'a>(
        &mut self,
        name: &str,
        help: &str,
        each: impl IntoIterator<Item = (Labels<'a>, u64)>,
    ) -> fmt::Result {
        let mut family = self
            .0
            .encode_descriptor(name, help, None, MetricType::Counter)?;
        for (labels, count) in each {
            let mut one: MetricEncoder<'_> = family.encode_family(&labels)?;
            one.encode_counter::<NoLabelSet, _, u64>(&count, None)?;
        }
        Ok(())
    }

    fn gauges<'a>(
        &mut self,
        name: &str,
        help: &str,
        each: impl IntoIterator<Item = (Labels<'a>, u64)>,
    ) -> fmt::Result {
        let mut family = self
            .0
            .encode_descriptor(name, help, None, MetricType::Gauge)?;
        for (labels, value) in each {
            let mut one: MetricEncoder<'_> = family.encode_family(&labels)?;
            one.encode_gauge(&i64::try_from(value).unwrap_or(i64::MAX))?;
        }
        Ok(())
    }

    /// In seconds, a bucket for each doubling from half a microsecond on.
    fn times(&mut self, name: &str, help: &str, times: &Times) -> fmt::Result {
        let mut buckets = Vec::new();
        let mut before = 0;
        for (place, (end, below)) in times.cumulative().enumerate() {
            if place % 4 == 3 {
                buckets.push((end.as_secs_f64(), below - before));
                before = below;
            }
        }
        let count = times.count();
        buckets.push((f64::MAX, count.saturating_sub(before)));
        let unit = Unit::Seconds;
        let mut family =
            self.0
                .encode_descriptor(name, help, Some(&unit), MetricType::Histogram)?;
        let sum: Duration = times.sum;
        family.encode_histogram::<NoLabelSet>(sum.as_secs_f64(), count, &buckets, None)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::Histogram;

    #[test]
    fn a_histogram_ends_with_all_and_is_in_seconds() {
        let histogram = Histogram::default();
        for micros in [1, 10, 100, 70_000_000] {
            histogram.record(Duration::from_micros(micros));
        }
        let stats = Stats {
            judging: histogram.read(),
            ..Stats::default()
        };
        let mut registry = Registry::with_prefix("coldnotch");
        registry.register_collector(Box::new(Seen {
            stats,
            quarantined: vec!["refunds".to_owned()],
            approvals: vec![(Progress::Pending, 3)],
            undelivered: vec![Undelivered {
                endpoint: "ops".to_owned(),
                waiting: 2,
                given_up: 1,
            }],
        }));
        let mut told = String::new();
        text::encode(&mut told, &registry).unwrap();
        for line in [
            "coldnotch_judging_seconds_bucket{le=\"0.000001024\"} 1",
            "coldnotch_judging_seconds_bucket{le=\"+Inf\"} 4",
            "coldnotch_judging_seconds_count 4",
            "coldnotch_plugin_quarantined{plugin=\"refunds\"} 1",
            "coldnotch_approvals{state=\"pending\"} 3",
            "coldnotch_webhook_messages{endpoint=\"ops\",state=\"given_up\"} 1",
            "coldnotch_decisions_total{verdict=\"allow\"} 0",
        ] {
            assert!(told.contains(line), "{line}\n{told}");
        }
    }
}
