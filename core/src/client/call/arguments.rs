//! The arguments of a call, checked against the row. Values stay the bytes that the caller wrote.

use std::borrow::Cow;

use crate::api::is_argument;
use crate::catalogue::suggest::{hint, misspelt};
use crate::catalogue::{Field, IdKind, Kind, Place, Row, Seconds, snake_case};
use crate::client::options::CALL_OPTIONS;
use crate::json::{Members, NOT_FINITE, NoObject, Text, has_lone_surrogate};
use crate::{Error, Result};

/// The members of the argument object; null members are left out.
pub(crate) struct Arguments<'a> {
    row: &'static Row,
    /// One place for each field of the row.
    known: Vec<Option<&'a str>>,
    /// Those that an open row does not know, in the order of their names.
    pub(crate) extra: Vec<(Cow<'a, str>, &'a str)>,
    /// The members of an object that stand in the body in its place, null ones too.
    pub(crate) inlined: Vec<(Cow<'a, str>, &'a str)>,
}

impl<'a> Arguments<'a> {
    /// Reads the JSON object `json` as arguments of `row`, and refuses what cannot be right.
    pub(crate) fn read(row: &'static Row, json: &'a [u8]) -> Result<Self> {
        let known = vec![None; row.fields.len()];
        let mut arguments = Self { row, known, extra: Vec::new(), inlined: Vec::new() };
        let mut spread = Vec::new();
        let json = std::str::from_utf8(json).map_err(|error| unreadable(error.valid_up_to()))?;
        for (name, value) in members(json)? {
            match row.position(&name) {
                Some(place) if row.fields[place].spread && value.starts_with('{') => spread.push(value),
                Some(place) if row.fields[place].inline => arguments.inline(place, value)?,
                place => arguments.take(place, name, value)?,
            }
        }
        for object in spread {
            for (name, value) in members(object)? {
                arguments.take_missing(name, value)?;
            }
        }
        arguments.refuse_twice_given()?;
        arguments.require()?;
        Ok(arguments)
    }

    /// Takes an object for its members.
    fn inline(&mut self, place: usize, value: &'a str) -> Result<()> {
        if value == "null" {
            return Ok(());
        }
        let field = &self.row.fields[place];
        check(field, value)?;
        if has_lone_surrogate(value) {
            return Err(unpaired(field.name));
        }
        self.inlined = members(value)?;
        Ok(())
    }

    /// Whether a member of an object that is sent in pieces has this name.
    pub(crate) fn is_inlined(&self, name: &str) -> bool {
        self.inlined.iter().any(|(inlined, _)| inlined == name)
    }

    /// An object that is sent in pieces goes out as it is, so nothing else may have the name of one of its members.
    fn refuse_twice_given(&self) -> Result<()> {
        let in_body = |field: &Field| field.place == Place::Body && self.is_inlined(field.on_wire());
        let twice = self.fields().find(|(field, given)| given.is_some() && in_body(field));
        let extra = self.extra.iter().find(|(name, _)| self.is_inlined(name));
        match twice.map(|(field, _)| field.name).or(extra.map(|(name, _)| &**name)) {
            Some(name) => {
                Err(Error::argument(name, "is given twice, the second time inside another argument"))
            }
            None => Ok(()),
        }
    }

    /// Takes an argument unless it was given by name.
    fn take_missing(&mut self, name: Cow<'a, str>, value: &'a str) -> Result<()> {
        let place = self.row.position(&name);
        let given = match place {
            Some(place) => self.known[place].is_some(),
            None => self.extra.iter().any(|(extra, _)| *extra == name),
        };
        if given { Ok(()) } else { self.take(place, name, value) }
    }

    /// Takes an argument that has this place among the row's fields.
    fn take(&mut self, place: Option<usize>, name: Cow<'a, str>, value: &'a str) -> Result<()> {
        let row = self.row;
        let is_constant = place.is_some_and(|place| row.fields[place].constant);
        match place.filter(|_| !is_constant) {
            Some(place) if value == "null" => {
                // A change may empty a field; elsewhere null is as good as nothing.
                if row.fields[place].can_be_emptied(row.method) {
                    self.known[place] = Some(value);
                }
            }
            _ if has_lone_surrogate(value) => return Err(unpaired(&name)),
            Some(place) => {
                let field = &row.fields[place];
                check(field, value)?;
                // The exact spelling wins over the other one, wherever it stands.
                if self.known[place].is_none() || name == field.name {
                    self.known[place] = Some(value);
                }
            }
            None if row.rules.open && !is_constant => {
                if let Some(known) = misspelling(row, &name) {
                    return Err(unknown(row, &name, &format!("; did you mean `{known}`?")));
                }
                self.extra.push((name, value));
            }
            None => {
                let hint = hint(&name, row.arguments().map(|field| field.name));
                return Err(unknown(row, &name, &hint));
            }
        }
        Ok(())
    }

    fn require(&self) -> Result<()> {
        let missing = self.fields().find(|(field, value)| {
            field.required
                && !field.constant
                && field.fill.is_none()
                && value.is_none_or(|value| value == "\"\"")
        });
        match missing {
            Some((field, _)) => Err(Error::argument(field.name, format!("is required: {}", expected(field)))),
            None => Ok(()),
        }
    }

    /// The fields of the row, each with the JSON text that was given for it.
    pub(crate) fn fields(&self) -> impl Iterator<Item = (&'static Field, Option<&'a str>)> {
        self.row.fields.iter().zip(self.known.iter().copied())
    }

    /// How many were given.
    pub(crate) fn count(&self) -> usize {
        self.known.iter().flatten().count() + self.extra.len() + self.inlined.len()
    }

    /// The JSON text of a known argument.
    pub(crate) fn value(&self, name: &str) -> Option<&'a str> {
        self.fields().find_map(|(field, given)| given.filter(|_| field.name == name))
    }

    /// A known argument that is a string.
    pub(crate) fn text(&self, name: &str) -> Option<String> {
        serde_json::from_str(self.value(name)?).ok()
    }
}

/// The members of a JSON object in the order of their names; of two with one name the later one.
fn members(json: &str) -> Result<Vec<(Cow<'_, str>, &str)>> {
    let Members { list: mut members, .. } =
        Members::read(json, usize::MAX).map_err(|no_object| no_arguments(json, no_object))?;
    members.sort_by(|(left, _), (right, _)| left.cmp(right));
    members.dedup_by(|later, earlier| {
        let same = later.0 == earlier.0;
        if same {
            earlier.1 = later.1;
        }
        same
    });
    Ok(members)
}

fn unknown(row: &Row, name: &str, hint: &str) -> Error {
    Error::argument(name, format!("is not an argument of {}{hint}", row.name))
}

/// The field that an argument of an open row was meant for, or the option of the call: some languages write both as
/// keywords. What some other operation calls an argument is a word of its own.
fn misspelling(row: &Row, name: &str) -> Option<&'static str> {
    if is_argument(name) {
        return None;
    }
    let snake = snake_case(name);
    let options = CALL_OPTIONS.iter().map(|row| row.name).filter(|option| *option != name);
    let options: Vec<&str> = options.collect();
    let arguments = || row.arguments().map(|field| field.name).chain(options.iter().copied());
    misspelt(name, arguments()).or_else(|| misspelt(snake.trim_start_matches('_'), arguments()))
}

fn unpaired(name: &str) -> Error {
    Error::argument(name, "holds an unpaired surrogate, which is not text")
}

/// The number that some languages write where JSON has none is told by its argument.
fn no_arguments(json: &str, NoObject { offset, member }: NoObject) -> Error {
    let rest = &json.as_bytes()[offset..];
    match member {
        Some(name) if rest.starts_with(b"NaN") || rest.starts_with(b"Infinity") => {
            Error::argument(name, NOT_FINITE)
        }
        _ => unreadable(offset),
    }
}

fn unreadable(offset: usize) -> Error {
    Error::argument("arguments", format!("are not a JSON object (at byte {offset})"))
}

/// Whether `json` is of the field's type. Limits of length are the server's: they may change without the SDK.
fn check(field: &Field, json: &str) -> Result<()> {
    let wrong = || Error::argument(field.name, format!("must be {}", expected(field)));
    let first = json.as_bytes().first().copied().unwrap_or_default();
    let fits = match field.kind {
        Kind::Text | Kind::Choice(_) | Kind::Id(_) => first == b'"',
        Kind::Integer => is_whole(json) || (field.flag && matches!(json, "true" | "false")),
        Kind::Number => is_number(first) && json.parse().is_ok_and(f64::is_finite),
        Kind::Seconds => Seconds::read(json).is_some(),
        Kind::Boolean => matches!(json, "true" | "false"),
        Kind::Object => first == b'{',
        Kind::Texts => serde_json::from_str::<Vec<Text<'_>>>(json).is_ok(),
        Kind::List => first == b'[',
        Kind::ObjectOrText => matches!(first, b'{' | b'"'),
        Kind::ObjectOrList => matches!(first, b'{' | b'['),
        Kind::Any => true,
    };
    if !fits {
        return Err(wrong());
    }
    match field.kind {
        Kind::Id(kind) => check_id(field, kind, json),
        Kind::Choice(words) if field.strict => {
            let word: String = serde_json::from_str(json).map_err(|_| wrong())?;
            if words.contains(&word.as_str()) { Ok(()) } else { Err(wrong()) }
        }
        _ if field.place == Place::Query && matches!(first, b'{' | b'[') => Err(wrong()),
        _ => Ok(()),
    }
}

fn check_id(field: &Field, kind: IdKind, json: &str) -> Result<()> {
    let id: String =
        serde_json::from_str(json).map_err(|_| Error::argument(field.name, "must be valid Unicode"))?;
    match IdKind::of(&id) {
        Some(other) if other != kind => Err(Error::argument(
            field.name,
            format!(
                "must be the id of {}{}; `{id}` is the id of {}",
                kind.noun(),
                if kind == IdKind::Action { ", as create_action returns it" } else { "" },
                other.noun()
            ),
        )),
        _ => Ok(()),
    }
}

fn is_number(first: u8) -> bool {
    first == b'-' || first.is_ascii_digit()
}

/// 90 and 90.0 are whole numbers; 90.5 is not.
#[expect(clippy::float_cmp, reason = "a whole number equals its own truncation exactly")]
fn is_whole(json: &str) -> bool {
    is_number(json.as_bytes().first().copied().unwrap_or_default())
        && json.parse::<f64>().is_ok_and(|number| number.is_finite() && number.trunc() == number)
}

/// What a field takes, for people.
pub(crate) fn expected(field: &Field) -> String {
    match field.kind {
        Kind::Text => "a string".to_owned(),
        Kind::Id(kind) => format!("the id of {} (a string)", kind.noun()),
        Kind::Choice(words) => format!("one of {}", words.join(", ")),
        Kind::Integer if field.flag => "0, 1, false or true".to_owned(),
        Kind::Integer => "a whole number".to_owned(),
        Kind::Number => "a number".to_owned(),
        Kind::Seconds => "a number of seconds, 0 or more".to_owned(),
        Kind::Boolean => "true or false".to_owned(),
        Kind::Object => "an object".to_owned(),
        Kind::Texts => "a list of strings".to_owned(),
        Kind::List => "a list".to_owned(),
        Kind::ObjectOrText => "an object or JSON text".to_owned(),
        Kind::ObjectOrList => "an object or a list".to_owned(),
        Kind::Any => "a JSON value".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::find;

    fn refusal(operation: &str, json: &str) -> String {
        Arguments::read(find(operation).unwrap(), json.as_bytes()).err().expect("a refusal").to_string()
    }

    #[test]
    fn a_refusal_names_the_argument_and_what_was_expected() {
        let cases = [
            ("guard", r"{}", "`action_type` is required: a string"),
            ("guard", r#"{"action_type":""}"#, "`action_type` is required: a string"),
            ("guard", r#"{"action_type":7}"#, "`action_type` must be a string"),
            ("guard", r#"{"action_type":"a","risk_score":"high"}"#, "`risk_score` must be a whole number"),
            ("guard", r#"{"action_type":"a","risk_score":1.5}"#, "`risk_score` must be a whole number"),
            (
                "create_action",
                r#"{"cost_estimate":-Infinity}"#,
                "`cost_estimate` must be finite: NaN and infinities have no JSON form",
            ),
            (
                "create_action",
                r#"{"limits":{"a":[NaN]}}"#,
                "`limits` must be finite: NaN and infinities have no JSON form",
            ),
            ("create_action", r#"{"cost_estimate":1e400}"#, "`cost_estimate` must be a number"),
            ("guard", r#"{"action_type":"a","reversible":1}"#, "`reversible` must be true or false"),
            (
                "guard",
                r#"{"action_type":"a","systems_touched":["a",1]}"#,
                "`systems_touched` must be a list of strings",
            ),
            (
                "get_guard_decisions",
                r#"{"limt":1}"#,
                "`limt` is not an argument of get_guard_decisions; did you mean `limit`?",
            ),
        ];
        for (operation, json, expected) in cases {
            assert_eq!(refusal(operation, json), expected);
        }
    }

    #[test]
    fn a_misspelt_field_is_not_sent_where_others_are_free() {
        let cases = [
            ("guard", "risk_scor", "risk_score"),
            ("guard", "riskScor", "risk_score"),
            ("guard", "Risk-Score", "risk_score"),
            ("guard", "RISK_SCORE", "risk_score"),
            ("guard", "RiskScor", "risk_score"),
            ("guard", "writepaths", "write_paths"),
            ("guard", "time_out", "timeout"),
            ("guard", "maxRetries", "max_retries"),
            ("create_action", "declared_gaol", "declared_goal"),
            ("update_outcome", "output_sumary", "output_summary"),
        ];
        for (operation, name, known) in cases {
            let json = format!(r#"{{"action_id":"act_1","action_type":"a","declared_goal":"g","{name}":1}}"#);
            let expected = format!("`{name}` is not an argument of {operation}; did you mean `{known}`?");
            assert_eq!(refusal(operation, &json), expected);
        }
        for name in ["context", "colour", "extra_field", "mode", "tools", "step", "ticket", "timeout"] {
            let json = format!(r#"{{"action_type":"a","{name}":1}}"#);
            let arguments = Arguments::read(find("guard").unwrap(), json.as_bytes()).unwrap();
            assert_eq!(arguments.extra.len(), 1, "{name}");
        }
        assert_eq!(
            refusal("guard", r#"{"action_type":"a","writePaths":"/etc"}"#),
            "`write_paths` must be a list of strings"
        );
    }

    #[test]
    fn an_argument_may_have_two_names_and_a_constant_is_none_even_where_others_are_free() {
        let by_either = [r#"{"body":"b","message_type":"status"}"#, r#"{"body":"b","type":"status"}"#];
        for json in by_either {
            let arguments = Arguments::read(find("send_message").unwrap(), json.as_bytes()).unwrap();
            assert_eq!(arguments.value("message_type"), Some("\"status\""), "{json}");
        }
        let result = br#"{"work_order_id":"wo_1","result":{"status":"failed","error":{"code":"c"}}}"#;
        let arguments = Arguments::read(find("complete_work_order").unwrap(), result).unwrap();
        assert_eq!(arguments.value("status"), Some("\"failed\""));
        assert_eq!(
            refusal("get_inbox", r#"{"colour":"red","direction":"sent"}"#),
            "`direction` is not an argument of get_inbox"
        );
    }

    #[test]
    fn an_object_in_the_place_of_an_argument_is_spread_and_names_win() {
        let json =
            br#"{"action_id":"a","tokens_in":1,"status":{"status":"failed","tokens_in":2,"colour":"red"}}"#;
        let arguments = Arguments::read(find("update_outcome").unwrap(), json).unwrap();
        assert_eq!(arguments.value("status"), Some("\"failed\""));
        assert_eq!(arguments.value("tokens_in"), Some("1"));
        assert_eq!(arguments.extra[0].0, "colour");
        assert_eq!(
            refusal("update_outcome", r#"{"action_id":"a","status":{"status":7}}"#),
            "`status` must be one of running, completed, failed, cancelled, pending, pending_approval, blocked, expired"
        );
    }

    #[test]
    fn what_stands_in_a_payload_is_given_nowhere_else() {
        let twice = "is given twice, the second time inside another argument";
        let cases = [
            (r#"{"capability_id":"c","payload":[1]}"#, "`payload` must be an object".to_owned()),
            (r#"{"capability_id":"c","reason":"a","payload":{"reason":"b"}}"#, format!("`reason` {twice}")),
            (
                r#"{"capability_id":"c","agentId":"a","payload":{"agent_id":"b"}}"#,
                format!("`agent_id` {twice}"),
            ),
            (
                r#"{"capability_id":"c","payload":{"a":["\ud800"]}}"#,
                "`payload` holds an unpaired surrogate, which is not text".to_owned(),
            ),
        ];
        for (json, expected) in cases {
            assert_eq!(refusal("invoke_capability", json), expected);
        }
    }

    #[test]
    fn a_constant_is_not_given_by_its_name_on_the_wire_either() {
        for json in [r#"{"mood":"m","type":"observation"}"#, r#"{"mood":"m","kind":"observation"}"#] {
            assert!(refusal("log_mood", json).ends_with("is not an argument of log_mood"), "{json}");
        }
        let json = br#"{"summary":"s","type":"meeting"}"#;
        let arguments = Arguments::read(find("record_interaction").unwrap(), json).unwrap();
        assert_eq!(arguments.value("interaction_type"), Some("\"meeting\""));
        assert!(arguments.extra.is_empty());
    }

    #[test]
    fn both_spellings_are_taken_and_null_is_absent() {
        let json = br#"{"actionType":"deploy","sourceOfTruth":{"a":1},"agent_name":null,"risk_score":90.0,"colour":"red"}"#;
        let arguments = Arguments::read(find("guard").unwrap(), json).unwrap();
        assert_eq!(arguments.value("action_type"), Some("\"deploy\""));
        assert_eq!(arguments.value("source_of_truth"), Some(r#"{"a":1}"#));
        assert_eq!(arguments.value("agent_name"), None);
        assert_eq!(arguments.extra.len(), 1);
    }

    #[test]
    fn null_in_a_change_empties_what_the_caller_gives_and_not_what_the_client_fills_in() {
        let json = br#"{"message_ids":["m"],"agent_id":null}"#;
        let arguments = Arguments::read(find("mark_read").unwrap(), json).unwrap();
        assert_eq!(arguments.value("agent_id"), None);
        let json = br#"{"session_id":"s","summary":null,"status":"running"}"#;
        let arguments = Arguments::read(find("update_session").unwrap(), json).unwrap();
        assert_eq!(arguments.value("summary"), Some("null"));
    }
}
