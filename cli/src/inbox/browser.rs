//! Opens a link in the user's browser, where there is one.

use std::process::{Command, Stdio};

use crate::output::shown;
use crate::settings::variable;

/// Tries to, and says the link in any case: over ssh no browser opens.
pub(super) fn open(link: &str) -> String {
    let usable = link.starts_with("http://") || link.starts_with("https://");
    let plain =
        !link.contains(|char: char| char.is_whitespace() || char.is_control() || "&|><^\"'`".contains(char));
    let here = cfg!(any(windows, target_os = "macos"))
        || variable("DISPLAY").or_else(|| variable("WAYLAND_DISPLAY")).is_some();
    if usable && plain && here {
        // Never through a shell: the id in the link is foreign.
        let (program, arguments): (_, &[&str]) = if cfg!(target_os = "macos") {
            ("open", &[])
        } else if cfg!(windows) {
            ("powershell", &["-NoProfile", "-Command", "Start-Process"])
        } else {
            ("xdg-open", &[])
        };
        let mut command = Command::new(program);
        command.args(arguments).arg(link).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        if command.spawn().is_ok() {
            return format!("Opened {}", shown(link));
        }
    }
    format!("See {}", shown(link))
}
