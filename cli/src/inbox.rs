//! The inbox in a terminal.
//!
//! Four things happen at once, each on a thread of its own, and meet in one channel: keys, the list as it changes, details that
//! were asked for, decisions under way.

mod browser;
mod draw;
mod feed;
mod keys;
mod screen;
mod state;

use std::io::{self, IsTerminal as _};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::thread;
use std::time::{Duration, Instant};

use feed::Feed;
use ratatui::crossterm::event::{self, Event};
use screen::{Screen, Signals};
use state::{Effect, Inbox, News};

use crate::failure::{Ended, HUNG_UP, INTERRUPTED};
use crate::session::Session;
use crate::settings::is_without_colour;

/// How often it looks whether the terminal is still there, and draws ages anew.
const TICK: Duration = Duration::from_millis(200);

/// What reaches the inbox.
pub(crate) enum Message {
    /// A key, pasted text, another size, and when it came: one that came before a question is no answer to it, however late it is
    /// looked at.
    Terminal(Event, Instant),
    /// From the server.
    News(News),
}

/// Shows the inbox until the user leaves.
pub(crate) fn run(session: &Session) -> Ended {
    let (sender, messages) = channel();
    let feed = Feed::start(session, sender.clone());
    let signals = Signals::listen()?;
    let mut screen = Screen::take()?;
    // The terminal library spins inside `read` once the terminal is gone, so it gets a thread of its own.
    thread::spawn(move || {
        while let Ok(event) = event::read() {
            if sender.send(Message::Terminal(event, Instant::now())).is_err() {
                break;
            }
        }
    });
    let mut inbox = Inbox::new(session.client().base_url(), !is_without_colour());
    let ended = interact(&mut inbox, &mut screen, &feed, &signals, &messages);
    Screen::give_back();
    ended
}

fn interact(
    inbox: &mut Inbox,
    screen: &mut Screen,
    feed: &Feed,
    signals: &Signals,
    messages: &Receiver<Message>,
) -> Ended {
    loop {
        if let Some(code) = signals.caught() {
            return Ok(code);
        }
        if screen.draw(inbox).is_err() || !io::stdin().is_terminal() {
            gone();
        }
        inbox.drawn(Instant::now());
        let effect = match messages.recv_timeout(TICK) {
            Ok(Message::Terminal(event, came)) => keys::press(inbox, &event, came),
            Ok(Message::News(news)) => inbox.hear(news, Instant::now())?,
            Err(RecvTimeoutError::Timeout) => Effect::Nothing,
            Err(RecvTimeoutError::Disconnected) => gone(),
        };
        match effect {
            Effect::Nothing => {}
            Effect::Leave => return Ok(0),
            Effect::Interrupt => return Ok(INTERRUPTED),
            Effect::Suspend => screen.suspend()?,
            Effect::Decide(decision) => feed.decide(decision),
            Effect::Refresh => feed.refresh(),
            Effect::Open(link) => inbox.note(browser::open(&link)),
        }
        if let Some(id) = inbox.wants_detail() {
            feed.detail(id);
        }
    }
}

/// The terminal is gone. Giving it back would write to it, fail, and panic on the way out.
fn gone() -> ! {
    std::process::exit(i32::from(HUNG_UP))
}
