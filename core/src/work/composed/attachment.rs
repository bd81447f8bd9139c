//! `get_attachment`: bytes in, JSON out.

use http::HeaderMap;
use http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};

use super::{Steps, answer};
use crate::catalogue::Bytes64;
use crate::client::modes::{Members, raw, raw_text};
use crate::{Error, ErrorKind, Response, Result};

/// What bytes are when nobody says what they are (RFC 2046).
const UNKNOWN: &str = "application/octet-stream";

pub(super) async fn get(steps: Steps<'_>) -> Result<Response> {
    let response = steps.send().await?;
    let name = filename(&response.headers).or_else(|| steps.text("attachment_id")).unwrap_or_default();
    let media_type = header(&response.headers, CONTENT_TYPE).unwrap_or(UNKNOWN);
    let data = serde_json::to_string(&Bytes64(response.body.to_vec()))
        .map_err(|error| Error::new(ErrorKind::Internal, error.to_string()))?;
    let told = answer(&Members::from([
        ("data".to_owned(), raw(data)?),
        ("filename".to_owned(), raw_text(&name)?),
        ("mime_type".to_owned(), raw_text(media_type)?),
    ]))?;
    Ok(Response { body: told.body, ..response })
}

fn header(headers: &HeaderMap, name: http::HeaderName) -> Option<&str> {
    headers.get(name)?.to_str().ok().map(str::trim).filter(|text| !text.is_empty())
}

/// The name in `Content-Disposition` (RFC 6266): `filename*` before `filename`. A path in it is not followed: only its last
/// part counts.
fn filename(headers: &HeaderMap) -> Option<String> {
    let value = headers.get(CONTENT_DISPOSITION)?.as_bytes();
    let value = String::from_utf8_lossy(value);
    let parameters = parameters(&value);
    let named =
        |name: &str| parameters.iter().find(|(known, _)| known == name).map(|(_, value)| value.clone());
    let name = named("filename*").and_then(|value| extended(&value)).or_else(|| named("filename"))?;
    let last = name.rsplit(['/', '\\']).next().unwrap_or_default();
    let is_name = !last.is_empty() && last != "." && last != "..";
    is_name.then(|| last.to_owned())
}

/// The parameters behind the first `;`: names in lower case, values without quotes.
fn parameters(text: &str) -> Vec<(String, String)> {
    let mut parameters = Vec::new();
    let mut rest = text.split_once(';').map_or("", |(_, rest)| rest);
    while let Some((name, after)) = rest.split_once('=') {
        let (value, behind) = if let Some(quoted) = after.trim_start().strip_prefix('"') {
            unquoted(quoted)
        } else {
            let (value, behind) = after.split_once(';').unwrap_or((after, ""));
            (value.trim().to_owned(), behind)
        };
        parameters.push((name.trim_matches([' ', '\t', ';']).to_ascii_lowercase(), value));
        rest = behind;
    }
    parameters
}

/// The text up to the closing quote, and what follows.
fn unquoted(text: &str) -> (String, &str) {
    let mut value = String::new();
    let mut chars = text.char_indices();
    while let Some((at, char)) = chars.next() {
        match char {
            '"' => return (value, &text[at + 1..]),
            '\\' => value.extend(chars.next().map(|(_, char)| char)),
            char => value.push(char),
        }
    }
    (value, "")
}

/// A value of RFC 8187: `UTF-8''percent%20encoded`.
fn extended(value: &str) -> Option<String> {
    let (charset, rest) = value.split_once('\'')?;
    let (_, encoded) = rest.split_once('\'')?;
    let pair = format!("v={}", encoded.replace('+', "%2B"));
    let (_, decoded) = url::form_urlencoded::parse(pair.as_bytes()).next()?;
    charset.eq_ignore_ascii_case("utf-8").then(|| decoded.into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_name_is_read_as_the_standards_say() {
        let cases = [
            (r#"attachment; filename="report.pdf""#, Some("report.pdf")),
            ("attachment; filename=report.pdf; size=3", Some("report.pdf")),
            (r#"attachment; filename="a\"b; c.txt"; x=y"#, Some("a\"b; c.txt")),
            (r#"attachment; filename="plain.txt"; filename*=UTF-8''na%C3%AFve%2B+.txt"#, Some("naïve++.txt")),
            (r#"attachment; FILENAME="../../etc/passwd""#, Some("passwd")),
            (r#"attachment; filename="C:\\temp\\a.txt""#, Some("a.txt")),
            (r#"attachment; filename="..""#, None),
            (r#"attachment; filename="""#, None),
            ("attachment", None),
            ("attachment; filename*=latin1''x", None),
        ];
        for (value, expected) in cases {
            let headers = HeaderMap::from_iter([(CONTENT_DISPOSITION, value.parse().unwrap())]);
            assert_eq!(filename(&headers).as_deref(), expected, "{value}");
        }
        assert_eq!(filename(&HeaderMap::new()), None);
    }
}
