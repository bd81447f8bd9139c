//! The record of a traced call.

use std::sync::Arc;

use dashclaw::bridge::Trace;
use napi_derive::napi;

/// What a call does, for the spans of OpenTelemetry.
#[napi]
pub struct NativeTrace(pub(crate) Arc<Trace>);

#[napi]
impl NativeTrace {
    /// `headers` are those of the program's propagator: pairs of a name and a value.
    #[napi(constructor, catch_unwind)]
    pub fn new(operation: String, headers: Vec<Vec<String>>) -> Self {
        let pairs = headers.into_iter().filter_map(|pair| <[String; 2]>::try_from(pair).ok());
        let headers: Vec<_> = pairs.map(|[name, value]| (name, value)).collect();
        Self(Trace::new(&operation, &headers))
    }

    /// The spans as a JSON array.
    #[napi(catch_unwind)]
    pub fn to_json(&self) -> String {
        self.0.to_json()
    }
}
