//! The HTTP face: the catalogue's paths, keys, limits, error bodies.

mod around;
mod bearer;
pub(crate) mod call;
mod dispatch;
mod door;
mod headers;
mod limits;
mod principal;
mod refusal;
pub(crate) mod route;
mod session;
mod to_the_end;
mod unserved;

use std::sync::Arc;

use axum::Router;
use axum::extract::Request;
use axum::routing::{MethodFilter, MethodRouter, on};
use dashclaw::catalogue::Method;
use tokio::sync::Semaphore;

use self::dispatch::{Dispatch, MAX_WRITING};
use self::limits::Limiter;
use self::route::{Route, router_path};
use crate::app::App;

/// Marks requests that came through [`Instance::transport`](crate::Instance::transport); no request from outside can.
#[derive(Clone, Copy, Debug)]
pub(crate) struct InProcess;

/// Everything that these routes serve.
pub(crate) fn router(app: &Arc<App>, routes: Vec<Route>) -> Router {
    let limiter = app.config.rate_limit.map(|limit| Arc::new(Limiter::new(limit)));
    let writing = Arc::new(Semaphore::new(MAX_WRITING));
    let mut served = Router::new();
    for route in routes {
        for path in route.paths() {
            let (path, names) = router_path(path);
            let (app, limiter, writing) = (Arc::clone(app), limiter.clone(), Arc::clone(&writing));
            let dispatch =
                Dispatch { app, limiter, writing, route: route.clone(), names, times: Default::default() };
            let dispatch = Arc::new(dispatch);
            let handler = move |request: Request| {
                let dispatch = Arc::clone(&dispatch);
                async move { dispatch.answer(request).await }
            };
            served = served.route(&path, method_router(route.method, handler));
        }
    }
    let expose = app.config.expose_error_detail;
    served
        .fallback(move |request: Request| async move { unserved::answer(&request, false, expose) })
        .method_not_allowed_fallback(move |request: Request| async move {
            unserved::answer(&request, true, expose)
        })
        .layer(axum::middleware::from_fn_with_state(Arc::clone(app), around::around))
}

fn method_router<H, T>(method: Method, handler: H) -> MethodRouter
where
    H: axum::handler::Handler<T, ()>,
    T: 'static,
{
    let filter = match method {
        Method::Get => MethodFilter::GET,
        Method::Post => MethodFilter::POST,
        Method::Patch => MethodFilter::PATCH,
        Method::Put => MethodFilter::PUT,
        Method::Delete => MethodFilter::DELETE,
    };
    on(filter, handler)
}
