//! What is around every request: where it comes from, what its answer carries besides, and the access log.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Instant;

use axum::extract::{ConnectInfo, Request, State};
use axum::middleware::Next;
use axum::response::Response;
use http::Method;

use super::refusal::{Cause, refuse};
use super::{door, headers};
use crate::access;
use crate::app::App;
use crate::keys::Caller;

/// The header in which proxies say whom they were called by.
const FORWARDED: &str = "x-forwarded-for";

/// Where a request comes from; nobody knows of one that came from this process.
#[derive(Clone, Copy, Debug)]
pub(super) struct Client(pub(super) Option<IpAddr>);

/// What is known of a request once it is answered.
#[derive(Clone, Debug)]
pub(super) struct Served {
    pub(super) route: &'static str,
    pub(super) caller: Option<Arc<Caller>>,
    pub(super) is_probe: bool,
}

/// Lets in whom the door does, and answers `OPTIONS` for every path.
pub(super) async fn around(State(app): State<Arc<App>>, mut request: Request, next: Next) -> Response {
    let begun = Instant::now();
    let client = client(&request, &app);
    let (method, path) = (request.method().clone(), request.uri().path().to_owned());
    let origin = door::allowed_origin(&app.config, request.headers());
    let mut response = match door::enter(&app.config, &request) {
        Err(failure) => refuse(failure, app.config.expose_error_detail),
        Ok(()) if method == Method::OPTIONS => headers::preflight(origin),
        Ok(()) => {
            request.extensions_mut().insert(Client(client));
            next.run(request).await
        }
    };
    headers::add(&mut response, &path, origin);
    if let Some(cause) = response.extensions_mut().remove::<Cause>() {
        cause.log(response.status(), request_id(&response));
    }
    if access::is_heard() {
        log(&method, &response, client, begun);
    }
    response
}

fn log(method: &Method, response: &Response, client: Option<IpAddr>, begun: Instant) {
    let served = response.extensions().get::<Served>();
    let record = access::Record {
        method: known(method),
        route: served.map_or("unknown", |served| served.route),
        status: response.status().as_u16(),
        taken: begun.elapsed(),
        request_id: request_id(response),
        key: served.and_then(|served| served.caller.as_deref()).map(|caller| caller.principal.as_str()),
        client,
        is_probe: served.is_some_and(|served| served.is_probe),
    };
    record.log();
}

fn request_id(response: &Response) -> &str {
    let id = response.headers().get(headers::REQUEST_ID);
    id.and_then(|id| id.to_str().ok()).unwrap_or_default()
}

/// A method's name, where it is not one that a client has made up.
fn known(method: &Method) -> &str {
    let known = [
        Method::GET,
        Method::POST,
        Method::PUT,
        Method::PATCH,
        Method::DELETE,
        Method::HEAD,
        Method::OPTIONS,
    ];
    if known.contains(method) { method.as_str() } else { "other" }
}

/// The address of the client, where the request came over a socket.
fn client(request: &Request, app: &App) -> Option<IpAddr> {
    let peer = request.extensions().get::<ConnectInfo<SocketAddr>>()?.0.ip();
    // What is no text is no address, and hides everything before it.
    let lines = request.headers().get_all(FORWARDED).iter().map(|line| line.to_str().unwrap_or_default());
    Some(app.config.trusted_proxies.client(peer, lines))
}
