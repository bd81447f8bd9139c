//! `dashclaw cost`: what agents spent.

use clap::{Args, ValueEnum};
use dashclaw::ErrorKind;
use dashclaw::api::usage::{GetSpend, Spend, SpendLens};

use crate::failure::Ended;
use crate::output::{Output, Table, shown};
use crate::session::Session;

const EXAMPLES: &str = "\
Examples:
  dashclaw cost --lens fleet
  dashclaw cost --lens fleet --period 30d --json
  dashclaw cost --period 90d

It never asks for anything. Sums are in US dollars.";

/// Says what agents, or your own coding sessions, spent.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Cost {
    /// Whose costs
    #[arg(long, value_enum, default_value_t = Lens::ClaudeCode)]
    lens: Lens,
    /// How far to look back
    #[arg(long, value_enum, default_value_t = Period::Week)]
    period: Period,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Lens {
    /// Those of the agents: language models and purchases
    Fleet,
    /// Those of your own coding sessions
    ClaudeCode,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Period {
    #[value(name = "7d")]
    Week,
    #[value(name = "30d")]
    Month,
    #[value(name = "90d")]
    Quarter,
}

impl Period {
    fn word(self) -> &'static str {
        match self {
            Self::Week => "7d",
            Self::Month => "30d",
            Self::Quarter => "90d",
        }
    }
}

impl Cost {
    pub(crate) fn run(self, output: Output) -> Ended {
        let Some(session) = Session::known()? else {
            return Err("no server is known: set DASHCLAW_BASE_URL and DASHCLAW_API_KEY".into());
        };
        let lens = match self.lens {
            Lens::Fleet => SpendLens::Fleet,
            Lens::ClaudeCode => SpendLens::ClaudeCode,
        };
        let asked =
            GetSpend { lens: Some(lens), period: Some(self.period.word().to_owned()), ..GetSpend::default() };
        let spent =
            session.run(session.client().get_spend(asked)).map_err(|problem| match problem.kind() {
                Some(ErrorKind::Authentication | ErrorKind::Permission) => problem,
                _ if problem.status() == Some(501) => problem,
                _ => problem.saying(|message| format!("{message}; is the instance running?")),
            })?;
        output.answer(&spent, || match self.lens {
            Lens::Fleet => fleet(&spent, self.period),
            Lens::ClaudeCode => sessions(&spent, self.period),
        })?;
        Ok(0)
    }
}

/// Two digits, and more where they would say nothing.
fn money(usd: f64) -> String {
    if usd > 0.0 && usd < 0.01 { format!("${usd:.4}") } else { format!("${usd:.2}") }
}

fn fleet(spent: &Spend, period: Period) -> String {
    let total = spent.fleet_total_usd.unwrap_or_default();
    let period = period.word();
    if total == 0.0 {
        return format!(
            "No agent has spent anything in {period}. Agents report tokens or costs with the end of an action."
        );
    }
    let models = spent.agent.as_ref().map_or(0.0, |agent| agent.total_cost_usd);
    let purchases = spent.x402.as_ref().map_or(0.0, |bought| bought.total_spend_usd);
    let mut table = Table::new(["FLEET", period]);
    table.row(["Agent LLM".to_owned(), money(models)]);
    table.row(["x402 purchases".to_owned(), money(purchases)]);
    table.row(["Total".to_owned(), money(total)]);
    format!("{}\n\nThe fleet has spent {} in {period}.", table.text(), money(total))
}

fn sessions(spent: &Spend, period: Period) -> String {
    let total = spent.code_total_usd.unwrap_or_default();
    let period = period.word();
    let sessions = spent.code_sessions.as_ref();
    let count = sessions.map_or(0, |sessions| sessions.session_count);
    if total == 0.0 && count == 0 {
        return format!("No coding session was recorded in {period}.");
    }
    let mut table = Table::new(["CODING SESSIONS", period]);
    table.row(["Total".to_owned(), money(total)]);
    table.row(["Sessions".to_owned(), count.to_string()]);
    table.row(["Cache saved".to_owned(), money(sessions.map_or(0.0, |all| all.total_cache_savings_usd))]);
    for project in sessions.iter().flat_map(|all| &all.by_project).filter(|project| project.cost_usd > 0.0) {
        let name = if project.project_name.is_empty() { &project.project_id } else { &project.project_name };
        table.row([format!("  {}", shown(name)), money(project.cost_usd)]);
    }
    format!("{}\n\n{count} sessions have cost {} in {period}.", table.text(), money(total))
}
