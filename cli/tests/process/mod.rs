//! A `dashclaw up` process, and a small HTTP client that keeps one connection. Everything is bounded in time.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test that cannot be set up has failed"
)]
#![allow(dead_code, clippy::allow_attributes, reason = "each test file uses a part of it")]

pub(crate) mod office;
#[cfg(unix)]
pub(crate) mod terminal;

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::path::PathBuf;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use serde_json::Value;

const PATIENCE: Duration = Duration::from_secs(20);

/// A folder of its own for a test; removed at the end.
pub(crate) struct Folder(PathBuf);

impl Folder {
    pub(crate) fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("dashclaw-up-{name}-{}", std::process::id()));
        // It may be left from a run that was killed.
        let _ = std::fs::remove_dir_all(&path);
        std::fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }

    pub(crate) fn data(&self) -> PathBuf {
        self.path("data")
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

fn command(folder: &Folder, arguments: &[&str]) -> Command {
    let mut command = up();
    command.arg("--data").arg(folder.data()).args(arguments);
    command
}

/// The command in an environment that says nothing, with a home of its own.
pub(crate) fn dashclaw(folder: &Folder, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_dashclaw"));
    for name in ["BASE_URL", "API_KEY", "AGENT_ID", "LOG"] {
        command.env_remove(format!("DASHCLAW_{name}"));
    }
    command.env_remove("NO_COLOR").env("HOME", folder.path("home")).env("TERM", "xterm").env("PAGER", "");
    command.args(arguments).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

/// The same for this server with this key.
pub(crate) fn client(folder: &Folder, address: SocketAddr, key: &str, arguments: &[&str]) -> Command {
    let mut command = dashclaw(folder, arguments);
    command.env("DASHCLAW_BASE_URL", format!("http://{address}")).env("DASHCLAW_API_KEY", key);
    command
}

/// Its exit code, standard output and standard error.
pub(crate) fn ended(command: &mut Command) -> (i32, String, String) {
    let mut child = command.spawn().unwrap();
    let [out, problem] = [
        Box::new(child.stdout.take().unwrap()) as Box<dyn Read + Send>,
        Box::new(child.stderr.take().unwrap()),
    ]
    .map(|mut stream| {
        std::thread::spawn(move || {
            let mut bytes = Vec::new();
            stream.read_to_end(&mut bytes).unwrap();
            String::from_utf8(bytes).unwrap()
        })
    });
    let status = wait(&mut child);
    (status.code().unwrap_or(-1), out.join().unwrap(), problem.join().unwrap())
}

fn up() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_dashclaw"));
    command.arg("up");
    command.env_remove("DASHCLAW_API_KEY").env_remove("DASHCLAW_RATE_LIMIT_MAX");
    command.env_remove("DASHCLAW_LOG").env_remove("DASHCLAW_LOG_FORMAT");
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

/// Runs it to its end, which must come by itself: status, standard output, standard error.
pub(crate) fn run(folder: &Folder, arguments: &[&str]) -> (ExitStatus, String, String) {
    let mut child = command(folder, arguments).spawn().unwrap();
    let status = wait(&mut child);
    let (mut out, mut problem) = (String::new(), String::new());
    child.stdout.take().unwrap().read_to_string(&mut out).unwrap();
    child.stderr.take().unwrap().read_to_string(&mut problem).unwrap();
    (status, out, problem)
}

pub(crate) fn wait(child: &mut Child) -> ExitStatus {
    let begin = Instant::now();
    loop {
        if let Some(status) = child.try_wait().unwrap() {
            return status;
        }
        if begin.elapsed() > PATIENCE {
            let _ = child.kill();
            panic!("the process does not end");
        }
        std::thread::sleep(Duration::from_millis(5));
    }
}

/// Starts it with a reader of its standard output that takes `lines` lines and goes away.
pub(crate) fn start_with_impatient_reader(
    folder: &Folder,
    arguments: &[&str],
    lines: usize,
) -> (Child, Vec<String>) {
    let mut child = command(folder, arguments).spawn().unwrap();
    let out = BufReader::with_capacity(1, child.stdout.take().unwrap());
    let read = out.lines().take(lines).map(|line| line.unwrap()).collect();
    (child, read)
}

/// A server that listens.
pub(crate) struct Server {
    child: Child,
    pub(crate) address: SocketAddr,
    /// The operator's key, where it was shown.
    pub(crate) key: Option<String>,
    /// The agent's key, where it was shown.
    pub(crate) agent_key: Option<String>,
    /// Its standard error.
    said: Arc<Mutex<String>>,
}

impl Server {
    pub(crate) fn start(folder: &Folder, arguments: &[&str]) -> Self {
        Self::spawn(&mut command(folder, arguments))
    }

    /// Starts it so that a [limit](Self::limit_files) does not kill it.
    pub(crate) fn start_limitable(folder: &Folder, arguments: &[&str]) -> Self {
        let plain = command(folder, arguments);
        let mut command = Command::new("sh");
        command
            .args(["-c", "trap '' XFSZ; exec \"$0\" \"$@\""])
            .arg(plain.get_program())
            .args(plain.get_args());
        for (name, value) in plain.get_envs() {
            match value {
                Some(value) => command.env(name, value),
                None => command.env_remove(name),
            };
        }
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        Self::spawn(&mut command)
    }

    /// Starts it with these variables.
    pub(crate) fn start_with(folder: &Folder, arguments: &[&str], variables: &[(&str, &str)]) -> Self {
        Self::spawn(command(folder, arguments).envs(variables.iter().copied()))
    }

    /// Keeps what it says on standard error.
    fn listen(&mut self) {
        let (stderr, said) = (self.child.stderr.take().unwrap(), Arc::clone(&self.said));
        std::thread::spawn(move || {
            for line in BufReader::new(stderr).lines().map_while(Result::ok) {
                said.lock().unwrap().extend([line.as_str(), "\n"]);
            }
        });
    }

    /// What it has said on standard error.
    pub(crate) fn said(&self) -> String {
        self.said.lock().unwrap().clone()
    }

    pub(crate) fn wait_until_said(&self, part: &str) {
        let begin = Instant::now();
        while !self.said().contains(part) {
            assert!(begin.elapsed() < PATIENCE, "it does not say `{part}`: {}", self.said());
            std::thread::sleep(Duration::from_millis(5));
        }
    }

    /// Keeps it from writing to files beyond this many bytes from their beginnings, from now on.
    pub(crate) fn limit_files(&self, bytes: Option<u64>) {
        let limit = bytes.map_or("unlimited".to_owned(), |bytes| bytes.to_string());
        let mut prlimit = Command::new("prlimit");
        prlimit.arg("--pid").arg(self.child.id().to_string()).arg(format!("--fsize={limit}:"));
        assert!(prlimit.status().unwrap().success());
    }

    /// The same without a folder: the arguments say where the data are.
    pub(crate) fn start_without_folder(arguments: &[&str]) -> Self {
        let mut command = up();
        Self::spawn(command.env_remove("DATABASE_URL").env_remove("DASHCLAW_LISTEN_URL").args(arguments))
    }

    fn spawn(command: &mut Command) -> Self {
        let mut child = command.args(["--port", "0"]).spawn().unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let (mut address, mut key, mut agent_key) = (None, None, None);
        for line in lines.by_ref().map(|line| line.unwrap()) {
            if let Some(at) = line.strip_prefix("DashClaw listens on http://") {
                address = Some(at.parse().unwrap());
            }
            let shown = line.find("oc_live_").map(|start| line[start..].to_owned());
            if line.starts_with("Operator's key (role admin;") {
                key = shown;
            } else if line.starts_with("Agent's key (role member;") {
                agent_key = shown;
            }
            if line.starts_with("Stop with") {
                break;
            }
        }
        // What it prints at the end must find a reader.
        std::thread::spawn(move || lines.for_each(drop));
        let Some(address) = address else {
            let mut problem = String::new();
            child.stderr.take().unwrap().read_to_string(&mut problem).unwrap();
            panic!("it does not listen: {problem}");
        };
        let mut server = Self { child, address, key, agent_key, said: Arc::default() };
        server.listen();
        server
    }

    /// Asks it to stop, and waits until it has.
    pub(crate) fn terminate(&mut self) -> ExitStatus {
        let kill = Command::new("kill").args(["-TERM", &self.child.id().to_string()]).status().unwrap();
        assert!(kill.success());
        wait(&mut self.child)
    }

    /// Waits until it has ended by itself.
    pub(crate) fn wait(&mut self) -> ExitStatus {
        wait(&mut self.child)
    }

    /// SIGKILL.
    pub(crate) fn kill(&mut self) {
        self.child.kill().unwrap();
        wait(&mut self.child);
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// One connection.
pub(crate) struct Connection {
    stream: TcpStream,
    key: String,
    buffer: Vec<u8>,
}

impl Connection {
    pub(crate) fn open(address: SocketAddr, key: &str) -> Self {
        let stream = TcpStream::connect(address).unwrap();
        stream.set_nodelay(true).unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        Self { stream, key: key.to_owned(), buffer: Vec::new() }
    }

    pub(crate) fn call(&mut self, method: &str, path: &str, body: &Value) -> (u16, Value) {
        self.try_call(method, path, body).expect("the server is gone")
    }

    /// Nothing when the connection breaks before the whole answer is there.
    pub(crate) fn try_call(&mut self, method: &str, path: &str, body: &Value) -> Option<(u16, Value)> {
        let body = if body.is_null() { String::new() } else { body.to_string() };
        self.write(method, path, &body).ok()?;
        self.answer()
    }

    pub(crate) fn send(&mut self, method: &str, path: &str, body: &str) {
        self.write(method, path, body).unwrap();
    }

    fn write(&mut self, method: &str, path: &str, body: &str) -> std::io::Result<()> {
        let request = format!(
            "{method} {path} HTTP/1.1\r\nhost: localhost\r\nx-api-key: {}\r\ncontent-length: {}\r\n\r\n{body}",
            self.key,
            body.len()
        );
        self.stream.write_all(request.as_bytes())
    }

    /// What has come since; nothing at the end of the connection.
    pub(crate) fn read_some(&mut self) -> String {
        let mut chunk = [0; 16 * 1024];
        let count = self.stream.read(&mut chunk).unwrap();
        String::from_utf8_lossy(&chunk[..count]).into_owned()
    }

    fn answer(&mut self) -> Option<(u16, Value)> {
        loop {
            if let Some(answer) = self.parse() {
                return Some(answer);
            }
            let mut chunk = [0; 8 * 1024];
            let count = self.stream.read(&mut chunk).ok().filter(|count| *count > 0)?;
            self.buffer.extend_from_slice(&chunk[..count]);
        }
    }

    fn parse(&mut self) -> Option<(u16, Value)> {
        let head_end = self.buffer.windows(4).position(|window| window == b"\r\n\r\n")? + 4;
        let head = std::str::from_utf8(&self.buffer[..head_end]).unwrap();
        let status = head.split(' ').nth(1).unwrap().parse().unwrap();
        let length = head.lines().find_map(|line| line.strip_prefix("content-length: ")).unwrap();
        let end = head_end + length.trim().parse::<usize>().unwrap();
        if self.buffer.len() < end {
            return None;
        }
        let body = serde_json::from_slice(&self.buffer[head_end..end]).unwrap_or_default();
        self.buffer.drain(..end);
        Some((status, body))
    }
}
