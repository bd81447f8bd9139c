//! What the inbox knows. Pure: keys and news in, what is to be done out.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use dashclaw::api::actions::Action;
use dashclaw::api::approvals::ApprovalDecision;

use crate::decision::{self, Decided};
use crate::failure::Failure;
use crate::output::shown;

/// How long a question stands before it is answered: a key that was on its way before it could be read is no answer.
const READING: Duration = Duration::from_millis(300);
/// How long no decision begins after the selection has moved by itself.
const SURPRISE: Duration = Duration::from_secs(1);

/// What the server told.
#[derive(Debug)]
pub(crate) enum News {
    /// Everything that waits, newest first.
    List(Vec<Action>),
    /// One action with all its members.
    Detail(Box<Action>),
    /// What became of a decision.
    Decided(Decision, Result<Decided, Failure>),
    /// The list cannot be read now; it is tried again, unless it never was read.
    Lost(Failure),
    /// The list cannot be read, and trying again is of no use.
    Refused(Failure),
}

/// A decision that the user made.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Decision {
    pub(crate) action_id: String,
    pub(crate) word: ApprovalDecision,
    pub(crate) reason: Option<String>,
}

/// What is to be done.
#[derive(Debug, PartialEq)]
pub(crate) enum Effect {
    Nothing,
    Leave,
    Interrupt,
    Suspend,
    Decide(Decision),
    Refresh,
    Open(String),
}

/// What the keys mean now.
#[derive(Debug, PartialEq)]
pub(crate) enum Mode {
    /// Moving in the list.
    List,
    /// Saying why an action is denied.
    Reason { id: String, text: String },
    /// Asked whether that is what is wanted.
    Confirm { decision: Decision, since: Option<Instant> },
    /// The server has it.
    Deciding { id: String },
}

/// The inbox.
#[derive(Debug)]
pub(crate) struct Inbox {
    pub(super) items: Vec<Action>,
    /// Which action is selected, whatever its place.
    pub(super) selected: Option<String>,
    pub(super) mode: Mode,
    pub(super) note: String,
    pub(super) is_live: bool,
    pub(super) is_read: bool,
    pub(super) colour: bool,
    pub(super) server: String,
    details: BTreeMap<String, Option<Box<Action>>>,
    /// When the selection moved by itself.
    surprised: Option<Instant>,
}

impl Inbox {
    pub(super) fn new(server: &str, colour: bool) -> Self {
        Self {
            items: Vec::new(),
            selected: None,
            mode: Mode::List,
            note: String::new(),
            is_live: false,
            is_read: false,
            colour,
            server: server.to_owned(),
            details: BTreeMap::new(),
            surprised: None,
        }
    }

    /// Takes in what the server told.
    ///
    /// # Errors
    /// Going on is of no use.
    pub(super) fn hear(&mut self, news: News, now: Instant) -> Result<Effect, Failure> {
        match news {
            News::List(items) => self.update(items, now),
            News::Detail(action) => {
                self.details.insert(action.action_id.to_string(), Some(action));
            }
            News::Decided(decision, result) => self.decided(&decision, result),
            News::Lost(failure) if self.is_read => {
                self.is_live = false;
                self.note(format!("Not live: {}", shown(&failure.to_string())));
            }
            News::Lost(failure) | News::Refused(failure) => return Err(failure),
        }
        Ok(Effect::Nothing)
    }

    /// Takes a new list over. The selection stays with its action, and a question about one that is gone is withdrawn.
    fn update(&mut self, items: Vec<Action>, now: Instant) {
        let place = self.place().unwrap_or_default();
        if !self.is_live && self.is_read {
            self.note("Live again.".to_owned());
        }
        (self.items, self.is_live) = (items, true);
        let first = !std::mem::replace(&mut self.is_read, true);
        self.details.retain(|id, _| self.items.iter().any(|item| item.action_id.as_str() == id));
        if self.place().is_none() {
            if let Some(gone) = self.selected.take() {
                self.surprised = Some(now);
                if self.mode != (Mode::Deciding { id: gone.clone() }) && !self.note.contains(&shown(&gone)) {
                    self.note(format!("{} no longer waits.", shown(&gone)));
                }
            } else if !first {
                self.surprised = Some(now);
            }
            let last = self.items.len().saturating_sub(1);
            self.selected = self.items.get(place.min(last)).map(|item| item.action_id.to_string());
        }
        let asked = match &self.mode {
            Mode::Reason { id, .. } => Some(id),
            Mode::Confirm { decision, .. } => Some(&decision.action_id),
            Mode::List | Mode::Deciding { .. } => None,
        };
        if asked.is_some_and(|id| self.items.iter().all(|item| item.action_id.as_str() != id)) {
            self.mode = Mode::List;
        }
    }

    fn decided(&mut self, decision: &Decision, result: Result<Decided, Failure>) {
        self.mode = Mode::List;
        let note = match result {
            Ok(Decided::Taken(action)) => format!("{}.", decision::told(&action)),
            Ok(Decided::Lost(action)) => {
                format!("The answer was lost; the record says: {}.", decision::told(&action))
            }
            Ok(Decided::Late(action)) => format!("Too late: {}.", decision::told(&action)),
            Err(failure) => {
                format!("{} was not decided: {}", shown(&decision.action_id), shown(&failure.to_string()))
            }
        };
        self.note(note);
    }

    pub(super) fn note(&mut self, note: String) {
        self.note = note;
    }

    /// The place of the selection.
    pub(super) fn place(&self) -> Option<usize> {
        let selected = self.selected.as_deref()?;
        self.items.iter().position(|item| item.action_id.as_str() == selected)
    }

    /// The selected action, with all its members as soon as they are there.
    pub(super) fn chosen(&self) -> Option<&Action> {
        let listed = self.items.get(self.place()?)?;
        let detail = self.details.get(listed.action_id.as_str()).and_then(Option::as_deref);
        Some(detail.unwrap_or(listed))
    }

    /// The selected action, when nobody has asked for its members yet.
    pub(super) fn wants_detail(&mut self) -> Option<String> {
        let id = self.selected.clone()?;
        if self.details.contains_key(&id) {
            return None;
        }
        self.details.insert(id.clone(), None);
        Some(id)
    }

    pub(super) fn step(&mut self, by: isize) {
        let Some(place) = self.place() else { return };
        let next = place.saturating_add_signed(by).min(self.items.len().saturating_sub(1));
        self.selected = self.items.get(next).map(|item| item.action_id.to_string());
        self.surprised = None;
        self.note.clear();
    }

    /// The selected action, unless the selection has just moved by itself.
    pub(super) fn target(&mut self, now: Instant) -> Option<String> {
        if self.surprised.is_some_and(|moved| now.duration_since(moved) < SURPRISE) {
            self.note("The selection has just moved: look again.".to_owned());
            return None;
        }
        self.place()?;
        self.selected.clone()
    }

    /// Asks whether that is what is wanted. The question stands from when it is first [seen](Self::drawn).
    pub(super) fn ask(&mut self, decision: Decision) {
        self.note.clear();
        self.mode = Mode::Confirm { decision, since: None };
    }

    /// The screen shows all this since now.
    pub(super) fn drawn(&mut self, now: Instant) {
        if let Mode::Confirm { since, .. } = &mut self.mode {
            since.get_or_insert(now);
        }
    }

    /// The answer to the question: only `yes` decides, and only when the question could be read.
    pub(super) fn reply(&mut self, yes: bool, now: Instant) -> Effect {
        let Mode::Confirm { decision, since } = &self.mode else { return Effect::Nothing };
        if since.is_none_or(|since| now.duration_since(since) < READING) {
            return Effect::Nothing;
        }
        let decision = decision.clone();
        if !yes {
            self.mode = Mode::List;
            self.note("Nothing was decided.".to_owned());
            return Effect::Nothing;
        }
        self.mode = Mode::Deciding { id: decision.action_id.clone() };
        Effect::Decide(decision)
    }

    /// Where the selected action is looked at in a browser.
    pub(super) fn link(&self) -> Option<String> {
        Some(format!("{}/replay/{}", self.server, self.selected.as_deref()?))
    }
}
