//! Going through a list page by page.

use std::collections::VecDeque;
use std::marker::PhantomData;

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::value::RawValue;
use serde_json::{Value, json};

use crate::catalogue::{Operation, Row};
use crate::client::call::written;
use crate::client::modes::{Members, members, raw, to_json};
use crate::{CallOptions, DashClaw, Error, ErrorKind, Result};

/// Where the iteration is: a pure state machine. It says which page to ask for, and judges the page that came.
///
/// A page that is empty ends it. So does one that is shorter than asked for, unless the server says that there are more:
/// servers may allow smaller pages only. And so does a page that is byte for byte the one before: a server that ignores
/// `offset` must not be asked for ever.
#[derive(Debug)]
struct Cursor {
    /// How many items a page has; the server's own measure when nobody says.
    limit: Option<u64>,
    offset: u64,
    last: Option<Box<RawValue>>,
    ended: bool,
}

/// One page, as it came.
#[derive(Debug)]
struct Page {
    items: Box<RawValue>,
    /// How many there are in all, if the server says so.
    total: Option<u64>,
}

impl Cursor {
    /// Judges `page`: its items, or nothing at the end.
    fn take(&mut self, page: Page) -> Result<Vec<Box<RawValue>>> {
        let items: Vec<Box<RawValue>> = serde_json::from_str(page.items.get()).map_err(|error| {
            Error::new(ErrorKind::MalformedResponse, format!("the page is no list: {error}"))
        })?;
        if self.last.as_ref().is_some_and(|last| last.get() == page.items.get()) {
            self.ended = true;
            return Ok(Vec::new());
        }
        let count = items.len() as u64;
        self.offset += count;
        // Without a limit the first page shows the server's measure.
        let limit = *self.limit.get_or_insert(count);
        let more = page.total.is_some_and(|total| total > self.offset);
        self.ended = count == 0 || (count < limit && !more);
        self.last = Some(page.items);
        Ok(items)
    }
}

/// All that an operation lists, one item after the other. A page is asked for when it is needed and not before.
#[derive(Debug)]
pub struct Pages<T = Box<RawValue>> {
    client: DashClaw,
    row: &'static Row,
    member: &'static str,
    arguments: Result<Members>,
    options: CallOptions,
    cursor: Cursor,
    ready: VecDeque<Box<RawValue>>,
    item: PhantomData<fn() -> T>,
}

impl DashClaw {
    /// Goes through all that the operation `operation` lists. `arguments` is a JSON object; its `limit` is a page's size,
    /// its `offset` how many to skip. The typed methods, such as [`iter_actions`](Self::iter_actions), say what each item
    /// is. Nothing is sent until the first item is wanted.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidArgument`]: there is no such operation, or it lists no pages.
    pub fn pages(&self, operation: &str, arguments: &[u8], options: CallOptions) -> Result<Pages> {
        let row = self.find(operation)?;
        if row.rules.pages.is_none() {
            return Err(Error::argument("operation", format!("`{operation}` lists no pages")));
        }
        // What cannot be right is refused now.
        self.prepare(row, arguments, &options)?;
        Ok(Pages::new(self, row, members(arguments), options))
    }
}

impl<T> Pages<T> {
    pub(crate) fn of<O: Operation>(client: &DashClaw, request: &O) -> Self {
        let arguments = written(request).and_then(|arguments| members(&arguments));
        Self::new(client, const { &O::ROW }, arguments, CallOptions::default())
    }

    fn new(client: &DashClaw, row: &'static Row, arguments: Result<Members>, options: CallOptions) -> Self {
        let number = |name: &str| {
            let given = arguments.as_ref().ok().and_then(|arguments| arguments.get(name));
            let default = || row.field(name).and_then(|field| field.default);
            given.map(|given| given.get()).or_else(default)?.parse::<f64>().ok()
        };
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "a page's size and place are small; casting saturates"
        )]
        let whole = |name: &str| number(name).map(|number| number as u64);
        let cursor =
            Cursor { limit: whole("limit"), offset: whole("offset").unwrap_or(0), last: None, ended: false };
        Self {
            client: client.clone(),
            row,
            member: row.rules.pages.unwrap_or_default(),
            arguments,
            options,
            cursor,
            ready: VecDeque::new(),
            item: PhantomData,
        }
    }

    /// Options of every page's request: another time-out, a token that stops the iteration.
    #[must_use]
    pub fn with_options(mut self, options: CallOptions) -> Self {
        self.options = options;
        self
    }

    /// The items of the next page; nothing at the end. An error ends the iteration.
    pub async fn next_page(&mut self) -> Result<Option<Vec<Box<RawValue>>>> {
        if !self.ready.is_empty() {
            return Ok(Some(self.ready.drain(..).collect()));
        }
        while !self.cursor.ended {
            let items = match self.fetch().await {
                Ok(page) => self.cursor.take(page),
                Err(error) => Err(error),
            };
            match items {
                Ok(items) if items.is_empty() => {}
                Ok(items) => return Ok(Some(items)),
                Err(error) => {
                    self.cursor.ended = true;
                    return Err(error);
                }
            }
        }
        Ok(None)
    }

    async fn fetch(&self) -> Result<Page> {
        let mut arguments = self.arguments.clone()?;
        // The first page is asked for as the caller asked for it.
        if self.cursor.last.is_some() {
            arguments.insert("offset".to_owned(), raw(json!(self.cursor.offset).to_string())?);
        }
        let response = self.client.call_row(self.row, &to_json(&arguments)?, &self.options).await?;
        let mut answer: Members = response.json()?;
        let total = answer.get("total").and_then(|total| serde_json::from_str::<Value>(total.get()).ok());
        let items = answer.remove(self.member).ok_or_else(|| {
            let message = format!("the answer holds no `{}`", self.member);
            Error::new(ErrorKind::MalformedResponse, message)
        })?;
        Ok(Page { items, total: total.and_then(|total| total.as_u64()) })
    }
}

impl<T: DeserializeOwned> Pages<T> {
    /// The next item; nothing at the end. An error ends the iteration.
    pub async fn next(&mut self) -> Option<Result<T>> {
        if self.ready.is_empty() {
            match self.next_page().await {
                Ok(Some(items)) => self.ready.extend(items),
                Ok(None) => return None,
                Err(error) => return Some(Err(error)),
            }
        }
        let item = self.ready.pop_front()?;
        let read = serde_json::from_str(item.get()).map_err(|error| {
            self.cursor.ended = true;
            self.ready.clear();
            Error::new(
                ErrorKind::MalformedResponse,
                format!("an item does not have the documented form: {error}"),
            )
        });
        Some(read)
    }

    /// The same as a stream.
    pub fn into_stream(self) -> impl futures_util::Stream<Item = Result<T>> + Send {
        futures_util::stream::unfold(self, async |mut pages| Some((pages.next().await?, pages)))
    }
}

/// A page as JSON text: an array.
pub(crate) fn page_text(items: &impl Serialize) -> Result<Vec<u8>> {
    serde_json::to_vec(items).map_err(|error| Error::new(ErrorKind::Internal, error.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::client::stub::{Stub, refusal};

    fn cursor(limit: Option<u64>) -> Cursor {
        Cursor { limit, offset: 0, last: None, ended: false }
    }

    fn page(items: &str, total: Option<u64>) -> Page {
        Page { items: raw(items.to_owned()).unwrap(), total }
    }

    /// How many items each page brought, and whether it was the last.
    fn run(limit: Option<u64>, pages: &[(&str, Option<u64>)]) -> Vec<(usize, bool)> {
        let mut cursor = cursor(limit);
        let take = |(items, total): &(&str, Option<u64>)| {
            let count = cursor.take(page(items, *total)).unwrap().len();
            (count, cursor.ended)
        };
        pages.iter().map(take).collect()
    }

    #[test]
    fn a_short_or_empty_page_is_the_last() {
        assert_eq!(run(Some(2), &[("[1,2]", None), ("[3]", None)]), [(2, false), (1, true)]);
        assert_eq!(run(Some(2), &[("[1,2]", None), ("[]", None)]), [(2, false), (0, true)]);
        assert_eq!(run(None, &[("[1,2]", None), ("[3]", None)]), [(2, false), (1, true)]);
        assert_eq!(run(None, &[("[]", Some(9))]), [(0, true)]);
    }

    #[test]
    fn a_server_may_allow_smaller_pages_only() {
        let pages = [("[1,2]", Some(3)), ("[3]", Some(3))];
        assert_eq!(run(Some(500), &pages), [(2, false), (1, true)]);
        // A total that counts the page is not believed when the page is full.
        assert_eq!(run(Some(2), &[("[1,2]", Some(2))]), [(2, false)]);
    }

    #[test]
    fn the_same_page_again_is_the_end() {
        assert_eq!(run(Some(2), &[("[1,2]", Some(9)), ("[1,2]", Some(9))]), [(2, false), (0, true)]);
    }

    #[tokio::test]
    async fn pages_are_asked_for_when_they_are_needed() {
        let list =
            |ids: &[u32]| json!({"actions": ids.iter().map(|id| json!({"n": id})).collect::<Vec<_>>()});
        let stub = Stub::new(&[
            ("GET /api/actions", 200, list(&[1, 2])),
            ("GET /api/actions", 200, list(&[3, 4])),
            ("GET /api/actions", 200, list(&[5])),
        ]);
        let arguments = br#"{"limit":2,"status":"failed"}"#;
        let mut pages = stub.client().pages("get_actions", arguments, CallOptions::default()).unwrap();
        assert!(stub.asked().is_empty());
        let mut seen = Vec::new();
        while let Some(item) = pages.next().await {
            seen.push(item.unwrap().get().to_owned());
            assert_eq!(stub.asked().len(), seen.len().div_ceil(2));
        }
        assert_eq!(seen, [1, 2, 3, 4, 5].map(|n| json!({ "n": n }).to_string()));
        let offsets = ["limit=2", "limit=2&offset=2", "limit=2&offset=4"];
        for (target, offset) in stub.targets().iter().zip(offsets) {
            assert!(target.contains(offset) && target.contains("status=failed"), "{target}");
        }
        assert!(pages.next().await.is_none());
    }

    #[tokio::test]
    async fn an_error_ends_it_and_what_lists_no_pages_is_refused() {
        let stub = Stub::new(&[("GET /api/actions", 403, refusal("no"))]);
        let mut pages = stub.client().iter_actions(crate::api::actions::GetActions::default());
        assert_eq!(pages.next().await.unwrap().unwrap_err().kind(), ErrorKind::Permission);
        assert!(pages.next().await.is_none());
        for (operation, arguments) in
            [("guard", "{}"), ("get_actoins", "{}"), ("get_actions", r#"{"limit":"x"}"#)]
        {
            let error =
                stub.client().pages(operation, arguments.as_bytes(), CallOptions::default()).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::InvalidArgument, "{operation}");
        }
    }
}
