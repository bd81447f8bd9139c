//! How the inbox looks.

use dashclaw::api::actions::Action;
use dashclaw::api::approvals::ApprovalDecision;
use dashclaw::clock;
use ratatui::Frame;
use ratatui::layout::{Constraint, Layout, Rect};
use ratatui::style::{Color, Modifier, Style};
use ratatui::text::{Line, Span};
use ratatui::widgets::{Block, Cell, Paragraph, Row, Table, TableState, Wrap};
use serde_json::Value;

use super::state::{Inbox, Mode};
use crate::output::{Colour, shown};

const KEYS: &str = "up/down move  a approve  d deny  o open  r refresh  q quit";
/// The members of an action that no person decides by.
const UNSAID: [&str; 4] = ["org_id", "id", "updated_at", "created_at"];

/// Draws it.
pub(super) fn draw(inbox: &Inbox, frame: &mut Frame<'_>) {
    let area = frame.area();
    if area.width < 30 || area.height < 6 {
        return frame.render_widget(Paragraph::new("Too small."), area);
    }
    let question = question(inbox);
    let asked = u16::try_from(question.len()).unwrap_or(2).max(1);
    let about = if area.height < 16 { 0 } else { area.height / 2 - 2 };
    let rows =
        [Constraint::Min(3), Constraint::Length(about), Constraint::Length(asked), Constraint::Length(1)];
    let [top, middle, below, foot] = Layout::vertical(rows).areas(area);
    list(inbox, frame, top);
    if about > 0 {
        detail(inbox, frame, middle);
    }
    frame.render_widget(Paragraph::new(question), below);
    frame.render_widget(Paragraph::new(KEYS).style(dim(inbox)), foot);
}

fn list(inbox: &Inbox, frame: &mut Frame<'_>, area: Rect) {
    let live = match (inbox.is_read, inbox.is_live) {
        (false, false) => "reading",
        (_, true) => "live",
        (true, false) => "not live",
    };
    let title = format!(" {} waiting, {live}: {} ", inbox.items.len(), shown(&inbox.server));
    let block = Block::bordered().title(title);
    if inbox.items.is_empty() {
        let text = if inbox.is_read { "Nothing waits." } else { "" };
        return frame.render_widget(Paragraph::new(text).block(block), area);
    }
    let rows = inbox.items.iter().map(|item| row(inbox, item));
    let widths = [
        Constraint::Length(4),
        Constraint::Length(14),
        Constraint::Length(16),
        Constraint::Length(5),
        Constraint::Min(8),
    ];
    let heading = Row::new(["Risk", "Type", "Agent", "Since", "Goal"]).style(dim(inbox));
    let table = Table::new(rows, widths)
        .header(heading)
        .row_highlight_style(Style::new().add_modifier(Modifier::REVERSED))
        .highlight_symbol("> ")
        .block(block);
    let mut state = TableState::default();
    state.select(inbox.place());
    frame.render_stateful_widget(table, area, &mut state);
}

fn row<'a>(inbox: &Inbox, item: &Action) -> Row<'a> {
    let risk = Cell::new(item.risk_score.to_string()).style(colour(inbox, Colour::of_risk(item.risk_score)));
    Row::new([
        risk,
        Cell::new(shown(&item.action_type)),
        Cell::new(shown(&item.agent_id)),
        Cell::new(age(&item.timestamp_start)),
        Cell::new(shown(&item.declared_goal)),
    ])
}

/// How long it waits.
fn age(since: &str) -> String {
    let Some(since) = clock::parse_iso(since) else { return String::new() };
    let seconds = (clock::unix_millis() - since).max(0) / 1000;
    match seconds {
        ..60 => format!("{seconds}s"),
        60..3600 => format!("{}m", seconds / 60),
        3600..86_400 => format!("{}h", seconds / 3600),
        _ => format!("{}d", seconds / 86_400),
    }
}

/// What exactly is approved.
fn detail(inbox: &Inbox, frame: &mut Frame<'_>, area: Rect) {
    let block = Block::bordered().title(" What is asked for ");
    let lines = inbox.chosen().map(|action| about(inbox, action)).unwrap_or_default();
    frame.render_widget(Paragraph::new(lines).wrap(Wrap { trim: false }).block(block), area);
}

fn about<'a>(inbox: &Inbox, action: &Action) -> Vec<Line<'a>> {
    let mut lines = Vec::new();
    let mut add = |name: &str, value: &str| {
        if !value.is_empty() && value != "[]" {
            let name = Span::styled(format!("{}: ", shown(name)), dim(inbox));
            lines.push(Line::from(vec![name, Span::raw(shown(value))]));
        }
    };
    let name = action.agent_name.as_ref().map_or(String::new(), |name| format!(" ({name})"));
    add("Action", action.action_id.as_str());
    add("Goal", &action.declared_goal);
    add("Agent", &format!("{}{name}", action.agent_id));
    add("Since", &format!("{} (UTC)", action.timestamp_start));
    add("Systems", &action.systems_touched);
    if action.reversible == 0 {
        add("Undo", "it cannot be undone");
    }
    add("Input", action.input_summary.as_deref().unwrap_or_default());
    add("Why", action.reasoning.as_deref().unwrap_or_default());
    add("Scope", action.authorization_scope.as_deref().unwrap_or_default());
    add("Trigger", action.trigger.as_deref().unwrap_or_default());
    // Whatever else the server tells about it.
    for (name, value) in action.extra.iter().filter(|(name, _)| !UNSAID.contains(&name.as_str())) {
        match value {
            Value::Null => {}
            Value::String(text) => add(name, text),
            other => add(name, &other.to_string()),
        }
    }
    lines
}

/// The line or two below: a question, or what happened last.
fn question<'a>(inbox: &Inbox) -> Vec<Line<'a>> {
    match &inbox.mode {
        Mode::List => vec![Line::from(inbox.note.clone())],
        Mode::Deciding { id } => vec![Line::from(format!("Deciding {} …", shown(id)))],
        Mode::Reason { id, text } => vec![
            Line::from(format!(
                "Why is {} denied? The agent is told. (Enter goes on, Esc leaves)",
                shown(id)
            )),
            Line::from(format!("> {}", shown(&last(text)))),
        ],
        Mode::Confirm { decision, .. } => {
            let (word, colour_of_it) = match decision.word {
                ApprovalDecision::Deny => ("DENY", Colour::Red),
                _ => ("APPROVE", Colour::Green),
            };
            let id = Span::raw(format!(" {}?", shown(&decision.action_id)));
            let word = Span::styled(word, colour(inbox, colour_of_it).add_modifier(Modifier::BOLD));
            vec![Line::from(vec![word, id]), Line::from("y yes, any other key no")]
        }
    }
}

/// The end of a text that is being written, where the next letter goes.
fn last(text: &str) -> String {
    let count = text.chars().count();
    text.chars().skip(count.saturating_sub(60)).collect()
}

fn dim(inbox: &Inbox) -> Style {
    if inbox.colour { Style::new().fg(Color::DarkGray) } else { Style::new() }
}

fn colour(inbox: &Inbox, of: Colour) -> Style {
    if !inbox.colour {
        return Style::new();
    }
    Style::new().fg(match of {
        Colour::Red => Color::Red,
        Colour::Yellow => Color::Yellow,
        Colour::Green => Color::Green,
        Colour::Bold => Color::Reset,
    })
}
