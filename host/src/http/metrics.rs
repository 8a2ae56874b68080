//! `/metrics`: what `stats.rs` counts, as Prometheus (OpenMetrics text) reads it.

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
use crate::stats::{Stats, Times};

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
        let mut out = Out(encoder);
        let Stats {
            decisions,
            judging,
            plugins,
            pool,
            outputs,
            audit,
        } = &self.stats;
        let verdicts = [
            ("allow", decisions.allow),
            ("hold", decisions.hold),
            ("block", decisions.block),
        ];
        out.counters(
            "decisions",
            "Final decisions by verdict",
            verdicts.map(|(verdict, count)| (vec![("verdict", verdict)], count)),
        )?;
        out.counter(
            "approved",
            "Holds that a person approved",
            decisions.approved,
        )?;
        out.counter("asked", "Questions put to people", decisions.asked)?;
        let unrecorded = "Answers that became BLOCK because they could not be recorded";
        out.counter("unrecorded", unrecorded, decisions.unrecorded)?;
        out.times("judging", "Judging, without people and the record", judging)?;
        let calls = plugins.iter().flat_map(|(plugin, calls)| {
            let of = |call, outcomes: &std::collections::BTreeMap<&'static str, u64>| {
                let each = outcomes.iter().map(|(outcome, count)| {
                    let labels = vec![
                        ("plugin", plugin.as_str()),
                        ("call", call),
                        ("outcome", *outcome),
                    ];
                    (labels, *count)
                });
                each.collect::<Vec<(Labels<'_>, u64)>>()
            };
            [of("score", &calls.score), of("observe", &calls.observe)].concat()
        });
        out.counters("plugin_calls", "Calls of plugins by outcome", calls)?;
        let away = self.quarantined.iter();
        out.gauges(
            "plugin_quarantined",
            "Plugins that failed too often and are not asked",
            away.map(|plugin| (vec![("plugin", plugin.as_str())], 1)),
        )?;
        out.gauge("pool_places", "Places for instances", pool.places)?;
        out.gauge("pool_taken", "Places taken", pool.taken)?;
        out.gauge("pool_waiting", "Calls waiting for a place", pool.waiting)?;
        let refused = "Calls that found the queue full or waited in vain";
        out.counter("pool_refused", refused, pool.refused)?;
        out.times(
            "pool_wait",
            "Waits for a place, of those that waited",
            &pool.waited,
        )?;
        out.counter("outputs", "Outputs taken in", outputs.taken)?;
        let late = "Outputs that a decision had to wait for";
        out.counter("outputs_late", late, outputs.late)?;
        let lag = "From an output's arrival until every plugin had read it";
        out.times("output_lag", lag, &outputs.lag)?;
        out.counter("audit_lines", "Lines of the audit log", audit.lines)?;
        out.gauge(
            "audit_queue",
            "Lines waiting for the write under way",
            audit.queue,
        )?;
        let write = "Writes of the audit log, until durable";
        out.times("audit_write", write, &audit.write)?;
        let states = self.approvals.iter();
        out.gauges(
            "approvals",
            "Approvals in the file by state",
            states.map(|(state, count)| (vec![("state", state.as_str())], *count)),
        )?;
        let messages = self.undelivered.iter().flat_map(|of| {
            let labels = |state| vec![("endpoint", of.endpoint.as_str()), ("state", state)];
            [
                (labels("waiting"), of.waiting),
                (labels("given_up"), of.given_up),
            ]
        });
        out.gauges(
            "webhook_messages",
            "Messages that an endpoint has not got",
            messages,
        )
    }
}

/// Writes one family after another.
struct Out<'a>(DescriptorEncoder<'a>);

impl Out<'_> {
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
