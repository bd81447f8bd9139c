//! A client of the server, and the runtime that its calls run on.

use dashclaw::{DashClaw, Error, ErrorKind};
use tokio::runtime::{Builder, Handle, Runtime};

use crate::failure::Failure;
use crate::output::Output;
use crate::settings::Settings;

/// The server that this command is about.
#[derive(Debug)]
pub(crate) struct Session {
    runtime: Runtime,
    client: DashClaw,
}

impl Session {
    /// Finds out where the server is; asks at a terminal for what is missing. Nothing is sent yet.
    pub(crate) fn open(output: Output) -> Result<Self, Failure> {
        Self::of(&Settings::find(output)?)
    }

    /// The same without asking; nothing where it is not known.
    pub(crate) fn known() -> Result<Option<Self>, Failure> {
        Settings::known()?.as_ref().map(Self::of).transpose()
    }

    fn of(settings: &Settings) -> Result<Self, Failure> {
        Self::with(settings.client()?)
    }

    /// With this client.
    pub(crate) fn with(client: DashClaw) -> Result<Self, Failure> {
        let runtime = Builder::new_multi_thread().worker_threads(1).enable_all().build();
        Ok(Self { runtime: runtime.map_err(|error| format!("cannot start: {error}"))?, client })
    }

    pub(crate) fn client(&self) -> &DashClaw {
        &self.client
    }

    /// Where work goes on beside the caller's.
    pub(crate) fn runtime(&self) -> Handle {
        self.runtime.handle().clone()
    }

    /// Runs something of the client's.
    pub(crate) fn run<T>(&self, work: impl Future<Output = dashclaw::Result<T>>) -> Result<T, Failure> {
        self.runtime.block_on(work).map_err(|error| self.explained(error))
    }

    /// Runs something that fails in words of its own.
    pub(crate) fn block_on<T>(&self, work: impl Future<Output = T>) -> T {
        self.runtime.block_on(work)
    }

    /// Where people look at a record.
    pub(crate) fn link(&self, path: &str) -> String {
        format!("{}{path}", self.client.base_url())
    }

    /// What went wrong, and with which server where that may be the point.
    pub(crate) fn explained(&self, error: Error) -> Failure {
        let server = self.client.base_url().to_owned();
        let (kind, status) = (error.kind(), error.status());
        Failure::from(error).saying(|message| match (kind, status) {
            (_, Some(501)) => format!("the server at {server} does not serve this ({message})"),
            (ErrorKind::Connection | ErrorKind::Timeout, _) => {
                format!("{server} cannot be reached: {message}")
            }
            (ErrorKind::Authentication, _) => format!("{server} does not accept the API key: {message}"),
            (ErrorKind::MalformedResponse, _) => format!("{server} answers what is no answer: {message}"),
            _ => message.to_owned(),
        })
    }
}
