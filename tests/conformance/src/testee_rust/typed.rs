//! The typed methods behind the protocol, by the generated table of [`super::methods`].
//!
//! The one rule of what goes through them: a call whose request type says exactly what the case wrote. What only an untyped
//! call can express goes through [`DashClaw::call`]: an argument of another type, a null, a name in another spelling, a number
//! that no `serde_json::Value` holds, an operation that does not exist or that has no method.

use std::pin::Pin;

use dashclaw::catalogue::Operation;
use dashclaw::json::{Json, JsonString};
use dashclaw::{CallOptions, DashClaw, Error, ErrorKind, Pages};
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::Answer;

/// One call on its way into a method.
pub(super) struct Given<'a> {
    pub(super) client: &'a DashClaw,
    pub(super) operation: &'a str,
    pub(super) arguments: &'a str,
    /// Options of this call; a method is given none.
    pub(super) options: Option<CallOptions>,
}

/// Boxed, because there is one for each operation.
pub(super) type Work<'a> = Pin<Box<dyn Future<Output = Answer> + Send + 'a>>;

impl Given<'_> {
    /// The request, if its type says what the case wrote.
    pub(super) fn request<O: Operation + DeserializeOwned + Serialize>(&self) -> Option<O> {
        let request: O = serde_json::from_str(self.arguments).ok()?;
        let again = serde_json::to_vec(&request).ok()?;
        let exact = |text: &[u8]| Json::parse_exact(text).ok().map(in_order);
        (exact(&again)? == exact(self.arguments.as_bytes())?).then_some(request)
    }
}

/// A value with the members of its objects in the order of their names.
fn in_order(value: Json) -> Json {
    match value {
        Json::Array(items) => Json::Array(items.into_iter().map(in_order).collect()),
        Json::Object(members) => {
            let mut members: Vec<(JsonString, Json)> =
                members.into_iter().map(|(name, value)| (name, in_order(value))).collect();
            members.sort_by(|(left, _), (right, _)| left.as_str().cmp(&right.as_str()));
            Json::Object(members)
        }
        other => other,
    }
}

/// What a method returned, as JSON text.
pub(super) fn text(value: &impl Serialize) -> Answer {
    serde_json::to_string(value).map_err(|error| Error::new(ErrorKind::Internal, error.to_string()))
}

/// So many items of an iterator; all unless given.
pub(super) async fn items<T: Serialize + DeserializeOwned>(
    mut pages: Pages<T>,
    take: Option<usize>,
) -> Answer {
    let mut seen = Vec::new();
    while take.is_none_or(|take| seen.len() < take) {
        let Some(item) = pages.next().await else { break };
        seen.push(item?);
    }
    text(&seen)
}

/// The tables: what the method of an operation makes of a call, and its iterator; nothing where there is none, or where its
/// request does not say what the case wrote.
macro_rules! methods {
    ($($name:ident($request:ty) $(and $iterator:ident)?,)*) => {
        pub(super) fn method(given: super::typed::Given<'_>) -> Option<super::typed::Work<'_>> {
            let client = given.client;
            Some(match given.operation {
                $(stringify!($name) => {
                    let request: $request = given.request()?;
                    match given.options {
                        None => Box::pin(async move { super::typed::text(&client.$name(request).await?) }),
                        Some(options) => Box::pin(async move {
                            super::typed::text(&client.send_with(&request, &options).await?)
                        }),
                    }
                })*
                _ => return None,
            })
        }

        pub(super) fn iterator(
            given: super::typed::Given<'_>,
            take: Option<usize>,
        ) -> Option<super::typed::Work<'_>> {
            let options = given.options.clone().unwrap_or_default();
            Some(match given.operation {
                $($(stringify!($name) => {
                    let request: $request = given.request()?;
                    let pages = given.client.$iterator(request).with_options(options);
                    Box::pin(super::typed::items(pages, take))
                })?)*
                _ => return None,
            })
        }
    };
}
pub(super) use methods;

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::super::methods::{iterator, method};
    use super::*;

    fn client() -> DashClaw {
        DashClaw::builder().base_url("http://127.0.0.1:1").api_key("key").agent_id("agent-1").build().unwrap()
    }

    fn has_method(client: &DashClaw, operation: &str, arguments: &str) -> bool {
        method(Given { client, operation, arguments, options: None }).is_some()
    }

    #[test]
    fn every_operation_goes_through_its_method_with_all_its_arguments() {
        let client = client();
        let cases = crate::operations::cases().unwrap();
        let steps = cases.iter().map(|source| &source.variants[0]["do"][0]);
        let untyped: Vec<&Value> = steps
            .filter(|step| {
                !has_method(&client, step["call"].as_str().unwrap_or_default(), &step["with"].to_string())
            })
            .collect();
        assert!(untyped.is_empty(), "{untyped:?}");
        let given = Given { client: &client, operation: "get_actions", arguments: "{}", options: None };
        assert!(iterator(given, None).is_some());
    }

    #[test]
    fn what_a_request_does_not_say_exactly_is_untyped() {
        let client = client();
        let table = [
            ("get_action", r#"{"action_id":"act_1","more":[1,null]}"#, true),
            ("update_outcome", r#"{"action_id":"act_1","cost_estimate":1}"#, true),
            ("get_action", r#"{"action_id":1}"#, false),
            ("get_action", r#"{"action_id":"act_1","more":18446744073709551617}"#, false),
            ("get_actions", r#"{"limit":null}"#, false),
            ("getAction", r#"{"action_id":"act_1"}"#, false),
        ];
        for (operation, arguments, expected) in table {
            assert_eq!(has_method(&client, operation, arguments), expected, "{operation} {arguments}");
        }
    }
}
