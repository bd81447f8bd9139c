//! stub
use crate::{Output, Result, model::Api};
pub(crate) fn output(_: &Api) -> Result<Output> { Ok(Output{path:"docs/openapi.json".into(), text:String::new()}) }
