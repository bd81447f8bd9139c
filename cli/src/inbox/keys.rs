//! What a key does.

use std::time::Instant;

use dashclaw::api::approvals::ApprovalDecision;
use ratatui::crossterm::event::{Event, KeyCode, KeyEvent, KeyEventKind, KeyModifiers};

use super::state::{Decision, Effect, Inbox, Mode};

/// How long a reason may be, in characters.
const LONGEST_REASON: usize = 2000;

/// Takes in what the terminal said at `now`. Pasted text is a reason, or nothing.
pub(super) fn press(inbox: &mut Inbox, event: &Event, now: Instant) -> Effect {
    match event {
        // Some terminals tell when a key is let go, too.
        Event::Key(key) if key.kind != KeyEventKind::Release => key_down(inbox, *key, now),
        Event::Paste(text) => {
            text.chars().for_each(|char| write(inbox, if char.is_control() { ' ' } else { char }));
            Effect::Nothing
        }
        _ => Effect::Nothing,
    }
}

fn key_down(inbox: &mut Inbox, key: KeyEvent, now: Instant) -> Effect {
    if key.modifiers.contains(KeyModifiers::CONTROL) {
        return match key.code {
            KeyCode::Char('c') => Effect::Interrupt,
            KeyCode::Char('z') => Effect::Suspend,
            _ => Effect::Nothing,
        };
    }
    match &inbox.mode {
        Mode::List => in_list(inbox, key.code, now),
        Mode::Reason { .. } => in_reason(inbox, key.code),
        Mode::Confirm { .. } => inbox.reply(matches!(key.code, KeyCode::Char('y' | 'Y')), now),
        Mode::Deciding { .. } => match key.code {
            KeyCode::Char('q' | 'Q') => Effect::Leave,
            _ => Effect::Nothing,
        },
    }
}

fn in_list(inbox: &mut Inbox, code: KeyCode, now: Instant) -> Effect {
    match code {
        KeyCode::Up | KeyCode::Char('k') => inbox.step(-1),
        KeyCode::Down | KeyCode::Char('j') => inbox.step(1),
        KeyCode::PageUp => inbox.step(-10),
        KeyCode::PageDown => inbox.step(10),
        KeyCode::Home => inbox.step(isize::MIN),
        KeyCode::End => inbox.step(isize::MAX),
        KeyCode::Char('a' | 'A') => {
            if let Some(action_id) = inbox.target(now) {
                inbox.ask(Decision { action_id, word: ApprovalDecision::Allow, reason: None });
            }
        }
        KeyCode::Char('d' | 'D') => {
            if let Some(id) = inbox.target(now) {
                inbox.mode = Mode::Reason { id, text: String::new() };
            }
        }
        KeyCode::Char('o' | 'O') => return inbox.link().map_or(Effect::Nothing, Effect::Open),
        KeyCode::Char('r' | 'R') => return Effect::Refresh,
        KeyCode::Char('q' | 'Q') => return Effect::Leave,
        _ => {}
    }
    Effect::Nothing
}

fn in_reason(inbox: &mut Inbox, code: KeyCode) -> Effect {
    let Mode::Reason { id, text } = &mut inbox.mode else { return Effect::Nothing };
    match code {
        KeyCode::Esc => {
            inbox.mode = Mode::List;
            inbox.note("Nothing was decided.".to_owned());
        }
        KeyCode::Backspace => drop(text.pop()),
        KeyCode::Enter if !text.trim().is_empty() => {
            let (action_id, reason) = (id.clone(), Some(text.trim().to_owned()));
            inbox.ask(Decision { action_id, word: ApprovalDecision::Deny, reason });
        }
        KeyCode::Char(char) => write(inbox, char),
        _ => {}
    }
    Effect::Nothing
}

fn write(inbox: &mut Inbox, char: char) {
    if let Mode::Reason { text, .. } = &mut inbox.mode
        && text.chars().count() < LONGEST_REASON
    {
        text.push(char);
    }
}

#[cfg(test)]
#[path = "keys_tests.rs"]
mod tests;
