//! The commands, one module each.

mod approvals;
mod approve;
mod backup;
mod completions;
mod cost;
mod doctor;
mod down;
mod env;
mod export;
mod halt;
mod health;
mod keys;
mod logout;
mod policy;
mod running;
mod show;
mod up;
mod verify;
mod version;
mod watch;

use clap::Subcommand;

use crate::failure::Ended;
use crate::output::Output;

/// What the command can do.
#[derive(Debug, Subcommand)]
pub(crate) enum Task {
    Up(up::Up),
    Down(down::Down),
    Approvals(approvals::Approvals),
    Approve(approve::Approve),
    Deny(approve::Deny),
    Halt(halt::Halt),
    Show(show::Show),
    Watch(watch::Watch),
    Doctor(doctor::Doctor),
    Keys(keys::Keys),
    Cost(cost::Cost),
    Env(env::Env),
    Verify(verify::Verify),
    Policy(policy::Policy),
    Export(export::Export),
    Backup(backup::Backup),
    Health(health::Health),
    Logout(logout::Logout),
    Completions(completions::Completions),
    Version(version::Version),
}

/// Does it.
pub(crate) fn run(task: Task, output: Output) -> Ended {
    match task {
        Task::Up(up) => up.run(output),
        Task::Down(down) => down.run(output),
        Task::Approvals(_) => approvals::Approvals::run(output),
        Task::Approve(approve) => approve.run(output),
        Task::Deny(deny) => deny.run(output),
        Task::Halt(halt) => halt.run(output),
        Task::Show(show) => show.run(output),
        Task::Watch(watch) => watch.run(output),
        Task::Doctor(doctor) => doctor.run(output),
        Task::Keys(keys) => keys.run(output),
        Task::Cost(cost) => cost.run(output),
        Task::Env(env) => env.run(output),
        Task::Verify(verify) => verify.run(output),
        Task::Policy(policy) => policy.run(output),
        Task::Export(export) => export.run(output),
        Task::Backup(backup) => backup.run(output),
        Task::Health(health) => health.run(output),
        Task::Logout(_) => logout::Logout::run(output),
        Task::Completions(completions) => completions.run(output),
        Task::Version(_) => version::Version::run(output),
    }
}
