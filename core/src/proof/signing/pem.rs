//! Reading keys: PEM (RFC 7468) and the few DER structures around RSA and P-256 keys.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use secrecy::zeroize::Zeroizing;

const SEQUENCE: u8 = 0x30;
const BIT_STRING: u8 = 0x03;
/// A whole `NULL`.
const NULL: &[u8] = b"\x05\x00";
/// `rsaEncryption`, 1.2.840.113549.1.1.1, as a whole DER element.
const RSA_OID: &[u8] = b"\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x01\x01";
/// `id-ecPublicKey` with the curve `prime256v1`, as two whole DER elements.
const P256_OIDS: &[u8] = b"\x06\x07\x2a\x86\x48\xce\x3d\x02\x01\x06\x08\x2a\x86\x48\xce\x3d\x03\x01\x07";

/// How many characters of base64 stand on a line (RFC 7468).
const PEM_LINE: usize = 64;

/// The label and the bytes of the only block in a PEM text.
pub(super) fn decode(pem: &str) -> Option<(&str, Zeroizing<Vec<u8>>)> {
    let (label, rest) = pem.trim().strip_prefix("-----BEGIN ")?.split_once("-----")?;
    let body = rest.strip_suffix("-----")?.strip_suffix(label)?.strip_suffix("-----END ")?;
    // Of full capacity, because growing would leave parts of a private key behind.
    let mut base64 = Zeroizing::new(String::with_capacity(body.len()));
    base64.extend(body.chars().filter(|character| !character.is_ascii_whitespace()));
    Some((label, Zeroizing::new(STANDARD.decode(base64.as_bytes()).ok()?)))
}

/// A public key, in the form `ring` takes.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum PublicKey {
    /// `RSAPublicKey` of RFC 8017.
    Rsa(Vec<u8>),
    /// An uncompressed point.
    P256(Vec<u8>),
}

/// Reads `PUBLIC KEY` (SubjectPublicKeyInfo) and `RSA PUBLIC KEY` (PKCS#1).
pub(super) fn public_key(pem: &str) -> Option<PublicKey> {
    let (label, der) = decode(pem)?;
    match label {
        "RSA PUBLIC KEY" => Some(PublicKey::Rsa(der.to_vec())),
        "PUBLIC KEY" => subject_public_key(&der),
        _ => None,
    }
}

fn subject_public_key(der: &[u8]) -> Option<PublicKey> {
    let (info, b"") = element(der, SEQUENCE)? else { return None };
    let (algorithm, rest) = element(info, SEQUENCE)?;
    let (bits, b"") = element(rest, BIT_STRING)? else { return None };
    // The first byte counts unused bits, of which keys have none.
    let key = bits.strip_prefix(b"\0")?.to_vec();
    if algorithm == P256_OIDS {
        Some(PublicKey::P256(key))
    } else {
        algorithm.starts_with(RSA_OID).then_some(PublicKey::Rsa(key))
    }
}

/// An `RSAPublicKey` of RFC 8017 as SubjectPublicKeyInfo (RFC 5280) in PEM.
pub(super) fn rsa_public_key(key: &[u8]) -> String {
    let algorithm = written(SEQUENCE, &[RSA_OID, NULL].concat());
    let bits = written(BIT_STRING, &[b"\0", key].concat());
    let encoded = STANDARD.encode(written(SEQUENCE, &[algorithm, bits].concat()));
    let mut pem = "-----BEGIN PUBLIC KEY-----\n".to_owned();
    let mut rest = encoded.as_str();
    while !rest.is_empty() {
        let (line, more) = rest.split_at(rest.len().min(PEM_LINE));
        pem.push_str(line);
        pem.push('\n');
        rest = more;
    }
    pem.push_str("-----END PUBLIC KEY-----\n");
    pem
}

/// A DER element. What is longer than 65,535 bytes is no key.
fn written(tag: u8, content: &[u8]) -> Vec<u8> {
    let length = u16::try_from(content.len()).unwrap_or(u16::MAX);
    let [high, low] = length.to_be_bytes();
    let head = match length {
        0..=0x7f => vec![tag, low],
        0x80..=0xff => vec![tag, 0x81, low],
        _ => vec![tag, 0x82, high, low],
    };
    [&head, content].concat()
}

/// The content of the first DER element, which must have this tag, and what follows it.
fn element(der: &[u8], tag: u8) -> Option<(&[u8], &[u8])> {
    let (&[first, short], rest) = der.split_first_chunk()?;
    if first != tag {
        return None;
    }
    let (length, rest) = match short {
        0..=0x7f => (usize::from(short), rest),
        0x81 => {
            let (&[length], rest) = rest.split_first_chunk()?;
            (usize::from(length), rest)
        }
        0x82 => {
            let (&length, rest) = rest.split_first_chunk()?;
            (usize::from(u16::from_be_bytes(length)), rest)
        }
        _ => return None,
    };
    rest.split_at_checked(length)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_whole_blocks_are_read() {
        let good = "-----BEGIN X-----\nAAEC\n-----END X-----\n";
        assert_eq!(decode(good).unwrap().1.as_slice(), [0, 1, 2]);
        for bad in [
            "",
            "AAEC",
            "-----BEGIN X-----\nAAEC\n-----END Y-----\n",
            "-----BEGIN X-----\nAA*C\n-----END X-----\n",
            "-----BEGIN X-----\nAAEC",
            "-----BEGIN X-----\n-----END X-----\n-----BEGIN X-----\n-----END X-----\n",
        ] {
            assert!(decode(bad).is_none(), "{bad}");
        }
    }

    #[test]
    fn a_public_key_is_read_as_it_was_written() {
        for length in [3, 100, 126, 127, 200, 256, 300, 526] {
            let key = vec![7; length];
            let pem = rsa_public_key(&key);
            assert!(pem.lines().all(|line| line.len() <= PEM_LINE), "{pem}");
            assert_eq!(public_key(&pem), Some(PublicKey::Rsa(key)), "{length}");
        }
    }

    #[test]
    fn truncated_der_is_no_key() {
        let der = [&[SEQUENCE, 2][..], &[BIT_STRING, 0]].concat();
        assert_eq!(element(&der, SEQUENCE), Some((&[BIT_STRING, 0][..], &[][..])));
        assert_eq!(element(&der[..3], SEQUENCE), None);
        assert_eq!(element(&[SEQUENCE, 0x82, 1], SEQUENCE), None);
        assert_eq!(element(&[SEQUENCE, 0x80], SEQUENCE), None);
        assert_eq!(element(&[], SEQUENCE), None);
    }
}
