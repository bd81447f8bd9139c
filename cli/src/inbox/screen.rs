//! The terminal: taken, given back in every way out.

use std::io::{self, IsTerminal as _};
use std::mem::ManuallyDrop;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use ratatui::DefaultTerminal;
use ratatui::crossterm::cursor::Show;
use ratatui::crossterm::event::{DisableBracketedPaste, EnableBracketedPaste};
use ratatui::crossterm::execute;

use super::draw::draw;
use super::state::Inbox;
use crate::failure::Failure;

/// The screen of the inbox. What the library does when its terminal is dropped fails where that is gone, and tells so on a standard
/// error that is gone, too, which is a panic.
#[derive(Debug)]
pub(super) struct Screen(ManuallyDrop<DefaultTerminal>);

impl Screen {
    /// Takes the terminal. A panic gives it back.
    pub(super) fn take() -> Result<Self, Failure> {
        let screen = Self::begin()?;
        // The library's own hook, which is in place now, leaves bracketed paste on.
        let hook = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |panic| {
            let _ = execute!(io::stdout(), DisableBracketedPaste);
            hook(panic);
        }));
        Ok(screen)
    }

    fn begin() -> Result<Self, Failure> {
        let terminal = ratatui::try_init()?;
        execute!(io::stdout(), EnableBracketedPaste)?;
        Ok(Self(ManuallyDrop::new(terminal)))
    }

    pub(super) fn draw(&mut self, inbox: &Inbox) -> io::Result<()> {
        self.0.draw(|frame| draw(inbox, frame)).map(drop)
    }

    /// Gives the terminal back. One that is gone is left alone: writing to it fails.
    pub(super) fn give_back() {
        if io::stdin().is_terminal() {
            let _ = execute!(io::stdout(), DisableBracketedPaste, Show);
            let _ = ratatui::try_restore();
        }
    }

    /// Ctrl-Z: gives the terminal back, stops, and takes it again when the shell lets the process go on.
    #[cfg(unix)]
    pub(super) fn suspend(&mut self) -> Result<(), Failure> {
        Self::give_back();
        signal_hook::low_level::emulate_default_handler(signal_hook::consts::SIGTSTP)?;
        *self = Self::begin()?;
        Ok(())
    }

    /// There is no such thing.
    #[cfg(not(unix))]
    #[expect(clippy::unused_self, clippy::unnecessary_wraps, reason = "as on other systems")]
    pub(super) fn suspend(&mut self) -> Result<(), Failure> {
        Ok(())
    }
}

/// Signals that end the inbox, once the terminal is given back.
#[derive(Debug)]
pub(super) struct Signals(Arc<AtomicUsize>);

impl Signals {
    #[cfg(unix)]
    pub(super) fn listen() -> Result<Self, Failure> {
        use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
        let caught = Arc::new(AtomicUsize::new(0));
        for signal in [SIGHUP, SIGINT, SIGTERM] {
            let number = usize::try_from(signal).unwrap_or_default();
            signal_hook::flag::register_usize(signal, Arc::clone(&caught), number)?;
        }
        Ok(Self(caught))
    }

    #[cfg(not(unix))]
    #[expect(clippy::unnecessary_wraps, reason = "as on other systems")]
    pub(super) fn listen() -> Result<Self, Failure> {
        Ok(Self(Arc::default()))
    }

    /// The exit code of the one that was caught.
    pub(super) fn caught(&self) -> Option<u8> {
        let signal = self.0.load(Ordering::Relaxed);
        (signal != 0).then(|| u8::try_from(128 + signal).unwrap_or(u8::MAX))
    }
}
