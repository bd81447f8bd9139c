//! Running callers side by side and what is noted about them.

use std::io::Write;
use std::time::{Duration, Instant};

use nix::sys::resource::{UsageWho, getrusage};
use nix::sys::time::TimeValLike;
use serde::Serialize;
use tokio::task::JoinSet;

use crate::Problem;

/// How long is measured: whichever limit comes first.
#[derive(Clone, Debug, clap::Args)]
pub(crate) struct Bounds {
    /// Callers side by side.
    #[arg(long, default_value_t = 1)]
    pub(crate) callers: usize,
    /// Measured calls at most, over all callers.
    #[arg(long, default_value_t = 50_000)]
    pub(crate) calls: usize,
    /// Measured seconds at most.
    #[arg(long, default_value_t = 1.0)]
    pub(crate) seconds: f64,
    /// Calls of each caller that are not measured.
    #[arg(long, default_value_t = 50)]
    pub(crate) warm_up: usize,
}

/// Somebody who makes one call after the other.
pub(crate) trait Caller: Send + 'static {
    /// One whole call, from the arguments to the checked answer.
    fn call(&mut self) -> impl Future<Output = Result<(), Problem>> + Send;
}

/// What was measured; one line of output.
#[derive(Serialize)]
struct Sample<'a> {
    name: &'a str,
    callers: usize,
    calls: usize,
    seconds: f64,
    calls_per_second: f64,
    p50_us: f64,
    p99_us: f64,
    cpu_us_per_call: f64,
}

/// Warms the callers up, measures them and prints the line.
pub(crate) async fn measure<C: Caller>(
    name: &str,
    bounds: &Bounds,
    callers: Vec<C>,
) -> Result<Vec<C>, Problem> {
    let count = callers.len();
    let (callers, _) = round(callers, bounds.warm_up, Duration::from_secs(30)).await?;
    let (begin, cpu) = (Instant::now(), cpu_micros()?);
    let limit = Duration::try_from_secs_f64(bounds.seconds)?;
    let (callers, mut latencies) = round(callers, bounds.calls / count.max(1), limit).await?;
    let (seconds, cpu) = (begin.elapsed().as_secs_f64(), cpu_micros()? - cpu);
    latencies.sort_unstable();
    let calls = float(latencies.len());
    print(&Sample {
        name,
        callers: count,
        calls: latencies.len(),
        seconds,
        calls_per_second: calls / seconds,
        p50_us: percentile(&latencies, 0.50),
        p99_us: percentile(&latencies, 0.99),
        cpu_us_per_call: cpu / calls,
    })?;
    Ok(callers)
}

/// Lets every caller make `calls` calls within `limit`; all their latencies.
async fn round<C: Caller>(
    callers: Vec<C>,
    calls: usize,
    limit: Duration,
) -> Result<(Vec<C>, Vec<Duration>), Problem> {
    let end = Instant::now() + limit;
    let mut tasks = JoinSet::new();
    for mut caller in callers {
        tasks.spawn(async move {
            let mut latencies = Vec::with_capacity(calls);
            while latencies.len() < calls && Instant::now() < end {
                let begin = Instant::now();
                caller.call().await?;
                latencies.push(begin.elapsed());
            }
            Ok::<_, Problem>((caller, latencies))
        });
    }
    let mut back = Vec::new();
    let mut all = Vec::new();
    while let Some(done) = tasks.join_next().await {
        let (caller, latencies) = done??;
        back.push(caller);
        all.extend(latencies);
    }
    Ok((back, all))
}

/// The value below which the share `part` of the sorted `latencies` lies, in microseconds.
pub(crate) fn percentile(latencies: &[Duration], part: f64) -> f64 {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "an index: positive and below the length"
    )]
    let index = (float(latencies.len().saturating_sub(1)) * part).round() as usize;
    latencies.get(index).map_or(0.0, |latency| latency.as_secs_f64() * 1e6)
}

/// Prints one JSON line.
pub(crate) fn print(line: &impl Serialize) -> Result<(), Problem> {
    let mut out = std::io::stdout().lock();
    serde_json::to_writer(&mut out, line)?;
    out.write_all(b"\n")?;
    Ok(out.flush()?)
}

/// User and system time of this process in microseconds.
fn cpu_micros() -> Result<f64, Problem> {
    let usage = getrusage(UsageWho::RUSAGE_SELF)?;
    let micros = usage.user_time().num_microseconds() + usage.system_time().num_microseconds();
    #[expect(clippy::cast_precision_loss, reason = "microseconds of one process are exact in a double")]
    Ok(micros as f64)
}

#[expect(clippy::cast_precision_loss, reason = "counts are far below 2^53")]
fn float(count: usize) -> f64 {
    count as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_are_values_that_were_measured() {
        let latencies: Vec<Duration> = (1..=101).map(Duration::from_micros).collect();
        for (part, expected) in [(0.0, 1.0), (0.5, 51.0), (0.99, 100.0), (1.0, 101.0)] {
            assert!((percentile(&latencies, part) - expected).abs() < 1e-6, "{part}");
        }
        assert!(percentile(&[], 0.5).abs() < f64::EPSILON);
    }
}
