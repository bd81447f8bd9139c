//! A small HTTP/1.1 reader: the scripted server must see every byte, and must be able to misbehave at any of them.

use serde_json::{Map, Value};
use tokio::io::{AsyncRead, AsyncReadExt};

/// The longest head that is read.
const MAX_HEAD: usize = 64 * 1024;
/// The longest body that is read.
const MAX_BODY: usize = 16 * 1024 * 1024;

/// One request as it came.
#[derive(Clone, Debug, Default)]
pub(crate) struct Request {
    pub(crate) method: String,
    /// The path as it was sent, still percent-encoded.
    pub(crate) path: String,
    /// The decoded query; a name that comes twice is a list.
    pub(crate) query: Map<String, Value>,
    /// Lower-case names.
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
}

impl Request {
    /// Verb and path, as cases write them.
    pub(crate) fn line(&self) -> String {
        format!("{} {}", self.method, self.path)
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }
}

/// Reads requests from one connection.
#[derive(Debug)]
pub(crate) struct Reader<R> {
    input: R,
    buffer: Vec<u8>,
}

impl<R: AsyncRead + Unpin> Reader<R> {
    pub(crate) fn new(input: R) -> Self {
        Self { input, buffer: Vec::new() }
    }

    /// The head of the next request; nothing when the client is gone.
    pub(crate) async fn head(&mut self) -> Result<Option<Request>, String> {
        let end = loop {
            if let Some(end) = find(&self.buffer, b"\r\n\r\n") {
                break end;
            }
            if self.buffer.len() > MAX_HEAD {
                return Err("the head is too long".to_owned());
            }
            if !self.fill().await? {
                return if self.buffer.is_empty() {
                    Ok(None)
                } else {
                    Err("the head is cut short".to_owned())
                };
            }
        };
        let head: Vec<u8> = self.buffer.drain(..end + 4).collect();
        parse_head(&head[..end]).map(Some)
    }

    /// The body that belongs to `request`.
    pub(crate) async fn body(&mut self, request: &Request) -> Result<Vec<u8>, String> {
        if request.header("transfer-encoding").is_some_and(|value| value.eq_ignore_ascii_case("chunked")) {
            return self.chunked().await;
        }
        let length =
            request.header("content-length").map_or(Ok(0), str::parse).map_err(|_| "bad content-length")?;
        self.take(length).await
    }

    /// Waits until the client leaves; what it still sends is kept for the next request.
    pub(crate) async fn until_left(&mut self) {
        while matches!(self.fill().await, Ok(true)) {}
    }

    async fn chunked(&mut self) -> Result<Vec<u8>, String> {
        let mut body = Vec::new();
        loop {
            let line = self.line().await?;
            let size = line.split(';').next().unwrap_or_default().trim();
            let size = usize::from_str_radix(size, 16).map_err(|_| format!("bad chunk size `{line}`"))?;
            body.extend(self.take(size).await?);
            if !self.line().await?.is_empty() {
                return Err("a chunk does not end where it says".to_owned());
            }
            if size == 0 || body.len() > MAX_BODY {
                return Ok(body);
            }
        }
    }

    async fn line(&mut self) -> Result<String, String> {
        loop {
            if let Some(end) = find(&self.buffer, b"\r\n") {
                let line: Vec<u8> = self.buffer.drain(..end + 2).collect();
                return Ok(String::from_utf8_lossy(&line[..end]).into_owned());
            }
            if !self.fill().await? {
                return Err("the body is cut short".to_owned());
            }
        }
    }

    async fn take(&mut self, length: usize) -> Result<Vec<u8>, String> {
        if length > MAX_BODY {
            return Err("the body is too long".to_owned());
        }
        while self.buffer.len() < length {
            if !self.fill().await? {
                return Err("the body is cut short".to_owned());
            }
        }
        Ok(self.buffer.drain(..length).collect())
    }

    async fn fill(&mut self) -> Result<bool, String> {
        match self.input.read_buf(&mut self.buffer).await {
            Ok(read) => Ok(read > 0),
            // A TLS client that leaves without a word has left all the same.
            Err(error) if error.kind() == std::io::ErrorKind::UnexpectedEof => Ok(false),
            Err(error) => Err(error.to_string()),
        }
    }
}

fn parse_head(head: &[u8]) -> Result<Request, String> {
    let text = std::str::from_utf8(head).map_err(|_| "the head is not UTF-8")?;
    let mut lines = text.split("\r\n");
    let first = lines.next().unwrap_or_default();
    let [method, target, "HTTP/1.1"] = first.split(' ').collect::<Vec<_>>()[..] else {
        return Err(format!("not a request line: `{first}`"));
    };
    let headers = lines
        .map(|line| line.split_once(':').ok_or(format!("not a header: `{line}`")))
        .map(|pair| pair.map(|(name, value)| (name.to_ascii_lowercase(), value.trim().to_owned())))
        .collect::<Result<_, _>>()?;
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    Ok(Request {
        method: method.to_owned(),
        path: path.to_owned(),
        query: parse_query(query)?,
        headers,
        body: Vec::new(),
    })
}

fn parse_query(query: &str) -> Result<Map<String, Value>, String> {
    let mut members = Map::new();
    for pair in query.split('&').filter(|pair| !pair.is_empty()) {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        let (name, value) = (decode(name)?, Value::from(decode(value)?));
        match members.get_mut(&name) {
            None => drop(members.insert(name, value)),
            Some(Value::Array(values)) => values.push(value),
            Some(first) => *first = Value::Array(vec![first.take(), value]),
        }
    }
    Ok(members)
}

/// Form decoding: `+` is a space.
fn decode(text: &str) -> Result<String, String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let [first, tail @ ..] = rest {
        rest = tail;
        match (first, tail) {
            (b'%', [high, low, behind @ ..]) => {
                let digits = [*high, *low];
                let byte = std::str::from_utf8(&digits).ok().and_then(|hex| u8::from_str_radix(hex, 16).ok());
                bytes.push(byte.ok_or(format!("bad percent-encoding in `{text}`"))?);
                rest = behind;
            }
            (b'+', _) => bytes.push(b' '),
            (byte, _) => bytes.push(*byte),
        }
    }
    String::from_utf8(bytes).map_err(|_| format!("`{text}` does not decode to UTF-8"))
}

fn find(buffer: &[u8], needle: &[u8]) -> Option<usize> {
    buffer.windows(needle.len()).position(|window| window == needle)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    async fn read(bytes: &[u8]) -> Result<Option<Request>, String> {
        let mut reader = Reader::new(bytes);
        let Some(mut request) = reader.head().await? else { return Ok(None) };
        request.body = reader.body(&request).await?;
        Ok(Some(request))
    }

    #[tokio::test]
    async fn a_request_is_read_in_full() {
        let bytes =
            b"POST /api/a%2Fb?x=1&y=a+b%26&x=2 HTTP/1.1\r\nHost: h\r\nContent-Length: 4\r\n\r\nbodyGET";
        let request = read(bytes).await.unwrap().unwrap();
        assert_eq!(request.line(), "POST /api/a%2Fb");
        assert_eq!(Value::Object(request.query.clone()), json!({"x": ["1", "2"], "y": "a b&"}));
        assert_eq!((request.header("host"), request.body.as_slice()), (Some("h"), b"body".as_slice()));
    }

    #[tokio::test]
    async fn chunks_are_joined() {
        let bytes = b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\nA;x=y\r\n0123456789\r\n0\r\n\r\n";
        assert_eq!(read(bytes).await.unwrap().unwrap().body, b"abc0123456789");
    }

    #[tokio::test]
    async fn what_is_cut_short_is_an_error_and_nothing_is_nothing() {
        let whole = b"POST / HTTP/1.1\r\nContent-Length: 4\r\n\r\nbody";
        assert!(read(b"").await.unwrap().is_none());
        for end in 1..whole.len() {
            assert!(read(&whole[..end]).await.is_err(), "{end}");
        }
        for bad in [
            "GET /\r\n\r\n",
            "GET / HTTP/1.0\r\n\r\n",
            "GET / HTTP/1.1\r\nbad\r\n\r\n",
            "GET /?a=%zz HTTP/1.1\r\n\r\n",
        ] {
            assert!(read(bad.as_bytes()).await.is_err(), "{bad}");
        }
    }
}
