//! Sends webhook checks: no redirects, no proxy, no private addresses, bounded in time and size.

use std::time::Duration;

use futures_util::future::join_all;
use reqwest::redirect::Policy;
use reqwest::{Client, Response};
use secrecy::SecretString;

use super::address::{PublicResolver, check_url};
use super::message::{Delivery, Preliminary, delivery_id};
use super::reply::Answer;
use crate::policy::rules::WebhookCheck;

const MAX_REPLY: usize = 64 * 1024;

/// Why a webhook client cannot be made.
#[derive(Debug, thiserror::Error)]
pub enum WebhookError {
    /// The TLS settings were refused.
    #[error("cannot set up TLS for webhooks")]
    Tls(#[from] rustls::Error),
    /// The HTTP client was refused.
    #[error("cannot set up the HTTP client for webhooks")]
    Http(#[from] reqwest::Error),
}

/// Asks webhooks. Make one and keep it.
#[derive(Clone, Debug)]
pub struct WebhookClient {
    http: Client,
    secret: Option<SecretString>,
    allow_private: bool,
}

impl WebhookClient {
    /// A client that signs with `secret` (`GUARD_WEBHOOK_SECRET`) when there is one. `allow_private` admits http and
    /// private addresses.
    pub fn new(secret: Option<SecretString>, allow_private: bool) -> Result<Self, WebhookError> {
        let http = Client::builder()
            .tls_backend_preconfigured(crate::tls::client_config()?)
            .dns_resolver(PublicResolver { allow_private })
            .redirect(Policy::none())
            .no_proxy()
            .user_agent("DashClaw-Guard")
            .build()?;
        Ok(Self { http, secret, allow_private })
    }

    async fn ask(&self, check: &WebhookCheck, preliminary: &Preliminary<'_>) -> Answer {
        match self.reply(check, preliminary).await {
            Ok(body) => Answer::read(&body),
            Err(why) => Answer::Unfinished(why),
        }
    }

    async fn reply(&self, check: &WebhookCheck, preliminary: &Preliminary<'_>) -> Result<Vec<u8>, String> {
        check_url(&check.url, self.allow_private).map_err(|problem| format!("its URL {problem}"))?;
        let id = delivery_id().map_err(|_| "no randomness for its id".to_owned())?;
        let Delivery { body, headers } = Delivery::new(preliminary, id, self.secret.as_ref());
        let mut request =
            self.http.post(check.url.clone()).header("content-type", "application/json").body(body);
        for (name, value) in headers {
            request = request.header(name, value);
        }
        // The error's own text carries the URL, which may hold a token.
        let response = request.send().await.map_err(|_| "it could not be reached".to_owned())?;
        if !response.status().is_success() {
            return Err(format!("status {}", response.status().as_u16()));
        }
        read_bounded(response).await
    }
}

impl WebhookClient {
    /// Reads a document from another server under the same rules: no redirects, no private addresses, bounded in size.
    pub(crate) async fn get(&self, url: url::Url) -> Result<Vec<u8>, String> {
        check_url(&url, self.allow_private).map_err(|problem| format!("its URL {problem}"))?;
        let response = self.http.get(url).send().await.map_err(|_| "it could not be reached".to_owned())?;
        if !response.status().is_success() {
            return Err(format!("status {}", response.status().as_u16()));
        }
        read_bounded(response).await
    }
}

async fn read_bounded(mut response: Response) -> Result<Vec<u8>, String> {
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(|_| "its answer broke off".to_owned())? {
        body.extend_from_slice(&chunk);
        if body.len() > MAX_REPLY {
            return Err("its answer is too large".into());
        }
    }
    Ok(body)
}

/// Asks all checks at once, each within its own timeout and all within the deadline; answers in the order of `checks`.
pub async fn ask_all(
    client: &WebhookClient,
    checks: &[&WebhookCheck],
    preliminary: &Preliminary<'_>,
    deadline: Duration,
) -> Vec<Answer> {
    let asked = checks.iter().map(|check| async {
        let limit = check.timeout.min(deadline);
        match tokio::time::timeout(limit, client.ask(check, preliminary)).await {
            Ok(answer) => answer,
            Err(_) => Answer::Unfinished(format!("no answer in {} ms", limit.as_millis())),
        }
    });
    join_all(asked).await
}

#[cfg(test)]
#[path = "client_tests.rs"]
mod tests;
