use std::time::Duration;

use dashclaw::api::actions::{Action, ActionStatus};

use super::*;
use crate::decision::Decided;
use crate::inbox::state::News;

fn action(id: &str) -> Action {
    Action { action_id: id.into(), status: ActionStatus::PendingApproval, ..Action::default() }
}

/// An inbox with a clock of its own.
struct Desk {
    inbox: Inbox,
    now: Instant,
}

impl Desk {
    fn with(ids: &[&str]) -> Self {
        let mut desk = Self { inbox: Inbox::new("http://h", false), now: Instant::now() };
        desk.list(ids);
        desk
    }

    fn list(&mut self, ids: &[&str]) {
        self.hear(News::List(ids.iter().map(|id| action(id)).collect()));
    }

    fn hear(&mut self, news: News) {
        self.inbox.hear(news, self.now).unwrap();
    }

    fn press(&mut self, code: KeyCode) -> Effect {
        press(&mut self.inbox, &Event::Key(code.into()), self.now)
    }

    fn keys(&mut self, keys: &str) -> Vec<Effect> {
        let pressed = keys.chars().map(|char| self.press(KeyCode::Char(char)));
        pressed.filter(|effect| *effect != Effect::Nothing).collect()
    }

    fn later(&mut self, millis: u64) -> &mut Self {
        self.inbox.drawn(self.now);
        self.now += Duration::from_millis(millis);
        self
    }
}

fn allow(id: &str) -> Effect {
    Effect::Decide(Decision { action_id: id.into(), word: ApprovalDecision::Allow, reason: None })
}

#[test]
fn approving_takes_two_keys_and_a_look() {
    let mut desk = Desk::with(&["act_1", "act_2"]);
    assert_eq!(desk.keys("ay"), []);
    assert_eq!(desk.later(299).keys("y"), []);
    assert_eq!(desk.later(1).keys("y"), [allow("act_1")]);
    // Nothing more while the server has it.
    assert_eq!(desk.later(1000).keys("ayayd"), []);
}

#[test]
fn enter_pasted_text_and_any_other_key_decide_nothing() {
    let mut desk = Desk::with(&["act_1"]);
    for other in [KeyCode::Enter, KeyCode::Esc, KeyCode::Char('a'), KeyCode::Char(' ')] {
        desk.keys("a");
        assert_eq!(desk.later(400).press(other), Effect::Nothing);
        assert_eq!(desk.inbox.mode, Mode::List);
        assert_eq!(desk.keys("y"), []);
    }
    let paste = |desk: &mut Desk, text: &str| press(&mut desk.inbox, &Event::Paste(text.into()), desk.now);
    assert_eq!(paste(&mut desk, "ay\ry"), Effect::Nothing);
    desk.keys("a");
    desk.later(400);
    assert_eq!(paste(&mut desk, "y"), Effect::Nothing);
    assert_eq!(desk.press(KeyCode::Enter), Effect::Nothing);
}

#[test]
fn a_denial_has_a_reason() {
    let mut desk = Desk::with(&["act_1"]);
    desk.keys("d");
    assert_eq!(desk.press(KeyCode::Enter), Effect::Nothing);
    assert!(matches!(desk.inbox.mode, Mode::Reason { .. }));
    desk.keys("noyx");
    desk.press(KeyCode::Backspace);
    press(&mut desk.inbox, &Event::Paste(" way\r\u{1b}".into()), desk.now);
    desk.press(KeyCode::Enter);
    assert_eq!(desk.keys("y"), []);
    let reason = Some("noy way".to_owned());
    let deny = Decision { action_id: "act_1".into(), word: ApprovalDecision::Deny, reason };
    assert_eq!(desk.later(300).keys("y"), [Effect::Decide(deny)]);
}

#[test]
fn the_selection_belongs_to_an_action() {
    let mut desk = Desk::with(&["act_1", "act_2", "act_3"]);
    desk.press(KeyCode::Down);
    desk.list(&["act_9", "act_3", "act_2", "act_1"]);
    desk.keys("a");
    assert_eq!(desk.later(400).keys("y"), [allow("act_2")]);
}

#[test]
fn a_question_about_an_action_that_is_gone_is_withdrawn() {
    for keys in ["a", "dwhy"] {
        let mut desk = Desk::with(&["act_1", "act_2"]);
        desk.keys(keys);
        desk.list(&["act_2"]);
        assert_eq!((&desk.inbox.mode, &*desk.inbox.note), (&Mode::List, "act_1 no longer waits."));
        // The neighbour is selected, but nothing is decided about it by a key that was meant for the other.
        assert_eq!(desk.later(400).keys("y"), []);
        desk.keys("a");
        assert_eq!(desk.inbox.mode, Mode::List);
        desk.later(1000).keys("a");
        assert_eq!(desk.later(400).keys("y"), [allow("act_2")]);
    }
}

#[test]
fn moving_says_that_the_user_has_looked() {
    let mut desk = Desk::with(&["act_1", "act_2", "act_3"]);
    desk.list(&["act_2", "act_3"]);
    desk.press(KeyCode::Down);
    desk.keys("a");
    assert_eq!(desk.later(300).keys("y"), [allow("act_3")]);
}

#[test]
fn what_became_of_a_decision_is_told() {
    let mut desk = Desk::with(&["act_1"]);
    desk.keys("a");
    let effects = desk.later(300).keys("y");
    let [Effect::Decide(decision)] = &effects[..] else { panic!("{effects:?}") };
    let other = Action {
        decision: Some(ApprovalDecision::Deny),
        decision_by: Some("key_2".into()),
        ..action("act_1")
    };
    desk.hear(News::Decided(decision.clone(), Ok(Decided::Late(Box::new(other)))));
    assert_eq!(desk.inbox.note, "Too late: act_1 was denied by key_2.");
    assert_eq!(desk.inbox.mode, Mode::List);
    desk.list(&[]);
    assert_eq!(desk.inbox.note, "Too late: act_1 was denied by key_2.");
    assert_eq!(desk.later(2000).keys("adoy"), []);
}

#[test]
fn keys_with_control_are_the_terminals() {
    let mut desk = Desk::with(&["act_1"]);
    let control = |char| Event::Key(KeyEvent::new(KeyCode::Char(char), KeyModifiers::CONTROL));
    for (char, effect) in [('c', Effect::Interrupt), ('z', Effect::Suspend), ('a', Effect::Nothing)] {
        assert_eq!(press(&mut desk.inbox, &control(char), desk.now), effect);
    }
    assert_eq!(desk.keys("o"), [Effect::Open("http://h/replay/act_1".into())]);
    assert_eq!(desk.keys("rq"), [Effect::Refresh, Effect::Leave]);
}

#[test]
fn a_key_that_came_before_the_question_was_seen_is_no_answer() {
    let mut desk = Desk::with(&["act_1"]);
    desk.keys("a");
    // The screen was slow, and so was whoever looks at the keys.
    let came = desk.now + Duration::from_millis(400);
    desk.inbox.drawn(desk.now + Duration::from_secs(2));
    let yes = Event::Key(KeyCode::Char('y').into());
    assert_eq!(press(&mut desk.inbox, &yes, came), Effect::Nothing);
    assert!(matches!(desk.inbox.mode, Mode::Confirm { .. }));
}
