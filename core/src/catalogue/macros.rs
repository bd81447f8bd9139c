//! The forms in which a domain of the API is declared.

/// Declares the operations of one domain: for each a documented request struct, its [`Row`](crate::catalogue::Row) and
/// the typed method of [`DashClaw`](crate::DashClaw).
///
/// ```text
/// operations! { "actions":
///     /// Reads one action.
///     get_action = Get "/api/actions/{action_id}" => ActionDetail [positional(&["action_id"])]
///     GetAction {
///         /// Which action.
///         action_id: ActionId,
///     }
/// }
/// ```
///
/// In the square brackets stand methods of [`Rules`](crate::catalogue::Rules); behind a field's type, those of
/// [`Field`](crate::catalogue::Field). `GetAction from action_id: ActionId { … }` makes the request of the id alone, so that
/// the typed method takes the id, too. Where an operation lists pages, `=> ActionList, each Action as iter_actions [pages("actions")]`
/// names the method that goes through all items. Behind `get_action by hand` no typed method is made: there is one already.
#[doc(hidden)]
#[macro_export]
macro_rules! operations {
    (@method by hand, $($method:tt)*) => {};
    (@method, $($method:tt)*) => { $($method)* };
    (@name) => { None };
    (@name $iterator:ident) => { Some(stringify!($iterator)) };
    ($domain:literal: $(
        $(#[doc = $doc:literal])*
        $name:ident $($by:ident $hand:ident)? = $method:ident $path:literal => $response:ty $(, each $item:ty as $iterator:ident)? [$($rule:ident($($rule_arg:expr),*)),* $(,)?]
        $request:ident $(from $key:ident: $key_type:ty)? {
            $(
                $(#[doc = $field_doc:literal])*
                $field:ident: $type:ty $([$($field_rule:ident($($field_arg:expr),*)),* $(,)?])?,
            )*
        }
    )*) => {
        $(
            #[doc = concat!("`", stringify!($method), " ", $path, "`: the arguments of [`DashClaw::", stringify!($name), "`](crate::DashClaw::", stringify!($name), ").")]
            ///
            $(#[doc = $doc])*
            #[derive(Clone, Debug, Default, serde::Serialize)]
            #[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(default))]
            pub struct $request {
                $(
                    $(#[doc = $field_doc])*
                    #[serde(skip_serializing_if = "crate::catalogue::Argument::is_absent")]
                    pub $field: $type,
                )*
                /// Fields that this version does not know.
                #[serde(flatten)]
                #[cfg_attr(feature = "schema", schemars(skip))]
                pub extra: $crate::catalogue::Extra,
            }

            /// What is missing has its default; what this version does not know is kept. Derived code would be many times
            /// as long, and every build would pay for it.
            impl<'de> serde::Deserialize<'de> for $request {
                fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> std::result::Result<Self, D::Error> {
                    let members = &mut $crate::catalogue::Extra::deserialize(deserializer)?;
                    Ok(Self {
                        $($field: $crate::catalogue::take(members, stringify!($field))?,)*
                        extra: std::mem::take(members),
                    })
                }
            }

            $(
                /// The request that gives this id and nothing else.
                impl<T: Into<$key_type>> From<T> for $request {
                    fn from(id: T) -> Self {
                        Self { $key: id.into(), ..Self::default() }
                    }
                }
            )?

            impl $crate::catalogue::Operation for $request {
                type Response = $response;

                const ROW: $crate::catalogue::Row = $crate::catalogue::Row {
                    name: stringify!($name),
                    domain: $domain,
                    method: $crate::catalogue::Method::$method,
                    path: $path,
                    fields: &[$(
                        $crate::catalogue::Field::new(
                            stringify!($field),
                            <$type as $crate::catalogue::Argument>::KIND,
                            <$type as $crate::catalogue::Argument>::REQUIRED,
                            $crate::catalogue::Method::$method,
                            $path,
                        )
                        .doc(concat!($($field_doc, "\n"),*))
                        $($(.$field_rule($($field_arg),*))*)?
                    ),*],
                    rules: $crate::catalogue::Rules::of($crate::catalogue::Method::$method)$(.$rule($($rule_arg),*))*,
                    iterator: $crate::operations!(@name $($iterator)?),
                    #[cfg(feature = "schema")]
                    doc: concat!($($doc, "\n"),*),
                    #[cfg(feature = "schema")]
                    module: module_path!(),
                    #[cfg(feature = "schema")]
                    request_schema: |generator| generator.subschema_for::<$request>(),
                    #[cfg(feature = "schema")]
                    response_schema: |generator| generator.subschema_for::<$response>(),
                }
                .checked();
            }
        )*

        /// The rows of this domain.
        pub static OPERATIONS: &[&$crate::catalogue::Row] =
            &[$(&<$request as $crate::catalogue::Operation>::ROW),*];

        impl $crate::DashClaw {
            $(
                $crate::operations! { @method $($by $hand)?,
                    $(#[doc = $doc])*
                    #[doc = concat!("\n`", stringify!($method), " ", $path, "`")]
                    pub async fn $name(&self, request: impl Into<$request>) -> $crate::Result<$response> {
                        self.send(&request.into()).await
                    }
                }

                $(
                    #[doc = concat!("Goes through all that [`", stringify!($name), "`](Self::", stringify!($name), ") lists, page by page: `limit` is a page's size.")]
                    pub fn $iterator(&self, request: impl Into<$request>) -> $crate::Pages<$item> {
                        $crate::Pages::of(self, &request.into())
                    }
                )?
            )*
        }
    };
}

/// Declares a record of the wire: an ordinary struct whose unknown members are kept in `extra`.
///
/// A member that is missing and one that is `null` are the same: nothing, 0, an empty text. `#[required]` stands before one
/// without which the record is malformed, `#[read = "lenient::truth"]` before one that is read in another way, both before one
/// that is both. A whole number that its member cannot hold is the nearest that it can.
#[doc(hidden)]
#[macro_export]
macro_rules! record {
    ($(
        $(#[doc = $doc:literal])*
        pub struct $name:ident { $($members:tt)* }
    )*) => {
        $($crate::record!(@members { $(#[doc = $doc])* } $name {} $($members)*);)*
    };
    // One member after the other, each with the attributes that say how it is read.
    (@members $docs:tt $name:ident { $($done:tt)* }
        $(#[doc = $doc:literal])* #[required] #[read = $read:literal] $(#[serde($($serde:tt)*)])? $member:ident: $type:ty, $($rest:tt)*) => {
        $crate::record!(@members $docs $name { $($done)*
            { $(#[doc = $doc])* #[serde(deserialize_with = $read)] $(#[serde($($serde)*)])? } $member: $type,
        } $($rest)*);
    };
    (@members $docs:tt $name:ident { $($done:tt)* }
        $(#[doc = $doc:literal])* #[required] $(#[serde($($serde:tt)*)])? $member:ident: $type:ty, $($rest:tt)*) => {
        $crate::record!(@members $docs $name { $($done)*
            {
                $(#[doc = $doc])*
                #[serde(deserialize_with = "crate::catalogue::lenient::required")]
                $(#[serde($($serde)*)])?
            } $member: $type,
        } $($rest)*);
    };
    (@members $docs:tt $name:ident { $($done:tt)* }
        $(#[doc = $doc:literal])* #[read = $read:literal] $(#[serde($($serde:tt)*)])? $member:ident: $type:ty, $($rest:tt)*) => {
        $crate::record!(@members $docs $name { $($done)*
            { $(#[doc = $doc])* #[serde(default, deserialize_with = $read)] $(#[serde($($serde)*)])? } $member: $type,
        } $($rest)*);
    };
    (@members $docs:tt $name:ident { $($done:tt)* }
        $(#[doc = $doc:literal])* $(#[serde($($serde:tt)*)])? $member:ident: $type:ty, $($rest:tt)*) => {
        $crate::record!(@members $docs $name { $($done)*
            {
                $(#[doc = $doc])*
                #[serde(default, deserialize_with = "crate::catalogue::lenient::or_default")]
                $(#[serde($($serde)*)])?
            } $member: $type,
        } $($rest)*);
    };
    (@members { $($docs:tt)* } $name:ident { $({ $($attributes:tt)* } $member:ident: $type:ty,)* }) => {
        $($docs)*
        #[derive(Clone, Debug, Default, PartialEq, serde::Serialize, serde::Deserialize)]
        #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
        #[cfg_attr(feature = "schema", schemars(extend("x-members" = [$(stringify!($member)),*])))]
        pub struct $name {
            $($($attributes)* pub $member: $type,)*
            /// Members that this version does not know.
            #[serde(flatten)]
            #[cfg_attr(feature = "schema", schemars(skip))]
            pub extra: $crate::catalogue::Extra,
        }

        impl $crate::catalogue::Argument for $name {
            const KIND: $crate::catalogue::Kind = $crate::catalogue::Kind::Object;
        }
    };
}

#[cfg(test)]
#[expect(unreachable_pub, reason = "the macro declares what other crates see")]
mod tests {
    use serde_json::{Value, json};

    use crate::catalogue::lenient;

    record! {
        /// One member of each kind.
        pub struct Sample {
            /// Must be there.
            #[required]
            id: String,
            /// A text.
            text: String,
            /// A list.
            list: Vec<Value>,
            /// A number under another name.
            #[serde(rename = "lastNumber")]
            number: i64,
            /// A number that must be there.
            #[required]
            count: i64,
            /// A flag.
            #[read = "lenient::truth"]
            flag: bool,
            /// May be left out.
            #[serde(skip_serializing_if = "Option::is_none")]
            option: Option<i64>,
            /// May be null.
            #[read = "lenient::present"]
            #[serde(skip_serializing_if = "Option::is_none")]
            nullable: Option<Option<i64>>,
            /// Records within.
            within: Vec<Sample>,
        }
    }

    #[test]
    fn a_whole_number_that_does_not_fit_is_the_nearest_that_does() {
        let table = [
            ("99999999999999999999", i64::MAX),
            ("-1e300", i64::MIN),
            ("9223372036854775808", i64::MAX),
            ("2.5", 2),
        ];
        for (json, nearest) in table {
            let inner = format!(
                r#""id":"a","lastNumber":{json},"count":{json},"option":{json},"nullable":{json},"other":{json}"#
            );
            let text = format!(r#"{{{inner},"within":[{{{inner}}}]}}"#);
            let sample: Sample = serde_json::from_str(&text).unwrap();
            for sample in [&sample, &sample.within[0]] {
                assert_eq!([sample.number, sample.count], [nearest; 2], "{json}");
                assert_eq!((sample.option, sample.nullable), (Some(nearest), Some(Some(nearest))), "{json}");
                assert_eq!(sample.extra["other"], serde_json::from_str::<Value>(json).unwrap());
            }
        }
    }

    #[test]
    fn a_missing_member_and_null_are_the_same() {
        let nothing: Sample = serde_json::from_value(json!({ "id": "a", "count": 7 })).unwrap();
        let nulls = json!({
            "id": "a", "count": 7, "text": null, "list": null, "lastNumber": null, "flag": null, "option": null, "within": null
        });
        assert_eq!(serde_json::from_value::<Sample>(nulls).unwrap(), nothing);
        let written = json!({
            "id": "a", "count": 7, "text": "", "list": [], "lastNumber": 0, "flag": false, "within": []
        });
        assert_eq!(serde_json::to_value(&nothing).unwrap(), written);
        let malformed = [
            json!({ "count": 7 }),
            json!({ "id": null, "count": 7 }),
            json!({ "id": "a" }),
            json!({ "id": "a", "count": null }),
            json!({ "id": "a", "count": "7" }),
            json!({ "id": "a", "count": 7, "text": 7 }),
        ];
        for malformed in malformed {
            assert!(serde_json::from_value::<Sample>(malformed.clone()).is_err(), "{malformed}");
        }
    }
}
