//! The first run: asks at the terminal where the server is and for the key, which is not shown.

use std::io::{self, Read as _, Write as _};

use ratatui::crossterm::terminal::{disable_raw_mode, enable_raw_mode};
use secrecy::{ExposeSecret as _, SecretString};

use super::{Partial, Settings, file};
use crate::failure::{Failure, INTERRUPTED};
use crate::output::Output;

const INTERRUPT: u8 = 3;
const END: u8 = 4;

/// Asks for what is missing, and whether to save it. Questions go to standard error: standard output is the answer's.
pub(super) fn ask(known: &Partial, output: Output) -> Result<Settings, Failure> {
    write("DashClaw does not know your server yet.\n")?;
    let base_url = match &known.base_url {
        Some(url) => url.clone(),
        None => {
            line("URL of the instance, such as http://127.0.0.1:8787: ")?.trim_end_matches('/').to_owned()
        }
    };
    if base_url.is_empty() {
        return Err(Failure::new("no URL was given"));
    }
    let api_key = match &known.api_key {
        Some(key) => key.clone(),
        None => hidden("API key: ")?,
    };
    if api_key.expose_secret().is_empty() {
        return Err(Failure::new("no API key was given"));
    }
    let asked =
        Partial { base_url: Some(base_url), api_key: Some(api_key), agent_id: known.agent_id.clone() };
    let settings = asked.whole().ok_or("something is missing")?;
    // What cannot be used is not saved.
    settings.client()?;
    let answer = line("Save them for the next time? [Y/n] ")?.to_lowercase();
    if !matches!(&*answer, "n" | "no") {
        match file::save(&settings.base_url, &settings.api_key) {
            Ok(path) => output.aside(&format!("saved in {}", path.display())),
            Err(problem) => output.aside(&format!("not saved: {problem}")),
        }
    }
    Ok(settings)
}

fn write(text: &str) -> Result<(), Failure> {
    let mut terminal = io::stderr().lock();
    terminal.write_all(text.as_bytes())?;
    Ok(terminal.flush()?)
}

/// One line, as the terminal shows it while it is typed.
pub(super) fn line(question: &str) -> Result<String, Failure> {
    write(question)?;
    let mut text = String::new();
    match io::stdin().read_line(&mut text) {
        Ok(0) => Err(unanswered()),
        Ok(_) => Ok(text.trim().to_owned()),
        Err(error) => Err(format!("the terminal cannot be read: {error}").into()),
    }
}

fn unanswered() -> Failure {
    Failure::new("the input ended before the question was answered")
}

/// A secret, a `*` for each character.
fn hidden(question: &str) -> Result<SecretString, Failure> {
    write(question)?;
    let raw = Raw::begin()?;
    let read = secret();
    drop(raw);
    write("\n")?;
    read
}

fn secret() -> Result<SecretString, Failure> {
    // Read byte by byte, and never through the terminal library, which spins when the terminal goes away.
    let mut typed = Vec::new();
    let mut input = io::stdin().lock();
    loop {
        let mut byte = [0];
        match input.read(&mut byte) {
            Ok(0) => return Err(unanswered()),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(format!("the terminal cannot be read: {error}").into()),
            Ok(_) => {}
        }
        match byte[0] {
            INTERRUPT => return Err(Failure::Stopped(INTERRUPTED)),
            b'\r' | b'\n' | END => break,
            8 | 127 if typed.pop().is_some() => write("\u{8} \u{8}")?,
            // There is nothing left to take back.
            127 => {}
            // What cannot be part of a key: codes of other keys, and text that is no ASCII, which the client refuses.
            byte @ 0x20.. => {
                typed.push(byte);
                write("*")?;
            }
            _ => {}
        }
    }
    let text = String::from_utf8(typed).map_err(|_| "the key is not UTF-8")?;
    Ok(SecretString::from(text))
}

/// The terminal without its own echo and signals, until this is dropped or the process is told to end.
struct Raw;

impl Raw {
    fn begin() -> Result<Self, Failure> {
        give_back_on_signals()?;
        enable_raw_mode()?;
        Ok(Self)
    }
}

impl Drop for Raw {
    fn drop(&mut self) {
        let _ = disable_raw_mode();
    }
}

/// A signal would end the process and leave the terminal as it is.
#[cfg(unix)]
fn give_back_on_signals() -> Result<(), Failure> {
    use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
    let mut signals = signal_hook::iterator::Signals::new([SIGHUP, SIGINT, SIGTERM])?;
    std::thread::spawn(move || {
        if let Some(signal) = signals.forever().next() {
            let _ = disable_raw_mode();
            std::process::exit(128 + signal);
        }
    });
    Ok(())
}

#[cfg(not(unix))]
fn give_back_on_signals() -> Result<(), Failure> {
    Ok(())
}
