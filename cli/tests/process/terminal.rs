//! The command in a pseudo-terminal, and the screen that a user sees.

use std::io::{Read, Write};
use std::num::NonZeroU16;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use portable_pty::{Child, CommandBuilder, MasterPty, PtySize, native_pty_system};

const PATIENCE: Duration = Duration::from_secs(20);

/// What the terminal shows, and everything that was written to it.
struct Seen {
    screen: vt100::Parser,
    raw: Vec<u8>,
}

/// A program in a pseudo-terminal.
pub(crate) struct Terminal {
    master: Option<Box<dyn MasterPty + Send>>,
    keyboard: Option<Box<dyn Write + Send>>,
    child: Box<dyn Child + Send + Sync>,
    seen: Arc<Mutex<Seen>>,
    /// Reads what the program writes. It holds the terminal open, too.
    watching: Option<JoinHandle<()>>,
    closing: Arc<AtomicBool>,
}

impl Terminal {
    /// `variables` is the whole environment but for the path.
    pub(crate) fn start(program: &str, arguments: &[&str], variables: &[(&str, &str)]) -> Self {
        let pair = native_pty_system().openpty(size(24, 100)).unwrap();
        let mut command = CommandBuilder::new(program);
        command.args(arguments);
        command.env_clear();
        // Unless told it is the home folder, which need not be there.
        command.cwd(std::env::temp_dir());
        command.env("PATH", std::env::var_os("PATH").unwrap_or_default());
        command.env("TERM", "xterm-256color");
        for (name, value) in variables {
            command.env(name, value);
        }
        let child = pair.slave.spawn_command(command).unwrap();
        drop(pair.slave);
        let seen = Arc::new(Mutex::new(Seen {
            screen: vt100::Parser::new(side(24), side(100), 0),
            raw: Vec::new(),
        }));
        let mut reader = pair.master.try_clone_reader().unwrap();
        let (watched, closing) = (Arc::clone(&seen), Arc::new(AtomicBool::new(false)));
        let closed = Arc::clone(&closing);
        let watching = std::thread::spawn(move || {
            let mut chunk = [0; 8192];
            while let Ok(count @ 1..) = reader.read(&mut chunk)
                && !closed.load(Ordering::SeqCst)
            {
                let mut seen = watched.lock().unwrap();
                seen.screen.process(&chunk[..count]);
                seen.raw.extend_from_slice(&chunk[..count]);
            }
        });
        let keyboard = pair.master.take_writer().unwrap();
        let watching = Some(watching);
        Self { master: Some(pair.master), keyboard: Some(keyboard), child, seen, watching, closing }
    }

    /// What is on the screen.
    pub(crate) fn screen(&self) -> String {
        self.seen.lock().unwrap().screen.screen().contents()
    }

    /// Everything that was written.
    pub(crate) fn raw(&self) -> Vec<u8> {
        self.seen.lock().unwrap().raw.clone()
    }

    /// The text of the row that is shown in reverse.
    pub(crate) fn selected(&self) -> String {
        let seen = self.seen.lock().unwrap();
        let screen = seen.screen.screen();
        let (rows, columns) = screen.size();
        let (rows, columns) = (rows.get(), columns.get());
        let inverse = |row| screen.cell(row, 3).is_some_and(vt100::Cell::inverse);
        let row = (0..rows).find(|row| inverse(*row));
        row.and_then(|row| screen.rows(0, columns).nth(usize::from(row))).unwrap_or_default()
    }

    pub(crate) fn type_keys(&mut self, keys: &str) {
        let keyboard = self.keyboard.as_mut().unwrap();
        keyboard.write_all(keys.as_bytes()).unwrap();
        keyboard.flush().unwrap();
    }

    pub(crate) fn resize(&mut self, rows: u16, columns: u16) {
        self.seen.lock().unwrap().screen.screen_mut().set_size(side(rows), side(columns));
        self.master.as_ref().unwrap().resize(size(rows, columns)).unwrap();
    }

    /// Waits until the screen is as `wanted`.
    pub(crate) fn until(&self, what: &str, wanted: impl Fn(&Self) -> bool) {
        let begin = Instant::now();
        while !wanted(self) {
            assert!(begin.elapsed() < PATIENCE, "never {what}:\n{}", self.screen());
            std::thread::sleep(Duration::from_millis(10));
        }
    }

    pub(crate) fn until_shown(&self, text: &str) {
        self.until(&format!("`{text}`"), |terminal| terminal.screen().contains(text));
    }

    /// The window is closed.
    pub(crate) fn close(&mut self) {
        self.closing.store(true, Ordering::SeqCst);
        // What is drawn for the new size wakes the reader.
        self.master.as_ref().unwrap().resize(size(25, 101)).unwrap();
        self.watching.take().unwrap().join().unwrap();
        self.keyboard = None;
        self.master = None;
    }

    pub(crate) fn process_id(&self) -> u32 {
        self.child.process_id().unwrap()
    }

    /// Its exit code, once it has ended.
    pub(crate) fn ended(&mut self) -> u32 {
        let begin = Instant::now();
        loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                return status.exit_code();
            }
            assert!(begin.elapsed() < PATIENCE, "it does not end:\n{}", self.screen());
            std::thread::sleep(Duration::from_millis(10));
        }
    }

    /// Whether the terminal was given back: its cursor shown, its screen left, pasted text no longer marked.
    pub(crate) fn is_given_back(&self) -> bool {
        let raw = String::from_utf8_lossy(&self.raw()).into_owned();
        let last = |on: &str, off: &str| raw.rfind(off) > raw.rfind(on);
        last("\u{1b}[?25l", "\u{1b}[?25h")
            && last("\u{1b}[?1049h", "\u{1b}[?1049l")
            && last("\u{1b}[?2004h", "\u{1b}[?2004l")
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn side(cells: u16) -> NonZeroU16 {
    NonZeroU16::new(cells).unwrap()
}

fn size(rows: u16, cols: u16) -> PtySize {
    PtySize { rows, cols, pixel_width: 0, pixel_height: 0 }
}
