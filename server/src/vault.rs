//! The key that secrets are sealed with, kept apart from the database: in the environment, in a file beside it, or in memory where
//! everything is.

use std::fmt;
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ring::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use secrecy::{ExposeSecret as _, SecretString};

use crate::failure::{Answer, Failure, Kind};

/// The file with the key, beside the database.
const FILE: &str = "secrets.key";
const KEY_LEN: usize = 32;

/// Where the key is.
#[derive(Clone, Debug)]
pub(crate) enum KeySource {
    /// In the environment.
    Given(SecretString),
    /// In a file in this folder, which is made when a first secret is sealed.
    Folder(PathBuf),
    /// Nowhere: it is made at the start, and gone with everything else.
    Memory,
    /// There is none, as where several hosts would each have their own.
    Missing,
}

/// Seals secrets and opens them: AES-256-GCM, bound to the organisation and the id, so that none can be put in another's place.
pub(crate) struct Vault {
    source: KeySource,
    key: OnceLock<LessSafeKey>,
}

impl Vault {
    pub(crate) fn new(source: KeySource) -> Self {
        Self { source, key: OnceLock::new() }
    }

    /// Whether there is a key, or can be one.
    pub(crate) fn check(&self) -> Answer<()> {
        match self.source {
            KeySource::Missing => Err(missing()),
            _ => Ok(()),
        }
    }

    /// Seals a value: a nonce and what comes of AES-256-GCM, in base64.
    pub(crate) fn seal(&self, org_id: &str, id: &str, value: &str) -> Answer<String> {
        let mut nonce = [0; NONCE_LEN];
        getrandom::fill(&mut nonce)
            .map_err(|error| Failure::internal(format!("no random numbers: {error}")))?;
        let mut sealed = value.as_bytes().to_vec();
        let key = self.key(true)?;
        key.seal_in_place_append_tag(Nonce::assume_unique_for_key(nonce), bound_to(org_id, id), &mut sealed)
            .map_err(|_| Failure::internal("a secret could not be sealed"))?;
        Ok(STANDARD.encode([&nonce[..], &sealed].concat()))
    }

    /// The value that was sealed; nothing when it was by another key, or for another place.
    pub(crate) fn open(&self, org_id: &str, id: &str, sealed: &str) -> Option<String> {
        let key = self.key(false).ok()?;
        let sealed = STANDARD.decode(sealed).ok()?;
        let (nonce, sealed) = sealed.split_at_checked(NONCE_LEN)?;
        let nonce = Nonce::try_assume_unique_for_key(nonce).ok()?;
        let mut opened = sealed.to_vec();
        let value = key.open_in_place(nonce, bound_to(org_id, id), &mut opened).ok()?;
        String::from_utf8(value.to_vec()).ok()
    }

    /// The key; with `make` a file with a new one is made where there is none.
    fn key(&self, make: bool) -> Answer<&LessSafeKey> {
        if let Some(key) = self.key.get() {
            return Ok(key);
        }
        let bytes = match &self.source {
            KeySource::Given(text) => read(text.expose_secret())?,
            KeySource::Folder(folder) => in_file(&folder.join(FILE), make)?,
            KeySource::Memory => fresh()?,
            KeySource::Missing => return Err(missing()),
        };
        let key =
            UnboundKey::new(&AES_256_GCM, &bytes).map_err(|_| Failure::internal("no key of 32 bytes"))?;
        Ok(self.key.get_or_init(|| LessSafeKey::new(key)))
    }
}

fn bound_to(org_id: &str, id: &str) -> Aad<Vec<u8>> {
    Aad::from(format!("{org_id}:{id}").into_bytes())
}

fn missing() -> Failure {
    let error = "There is no key to encrypt secrets with: set DASHCLAW_SECRETS_KEY, the same on every host";
    Failure::new(Kind::Unavailable, error).code("SECRETS_KEY_MISSING")
}

/// A key as people write it: 32 bytes in base64.
fn read(text: &str) -> Answer<[u8; KEY_LEN]> {
    let bytes = STANDARD.decode(text.trim()).ok().and_then(|bytes| bytes.try_into().ok());
    bytes.ok_or_else(|| {
        let error = "The key that secrets are encrypted with must be 32 bytes in base64";
        Failure::new(Kind::Unavailable, error).code("SECRETS_KEY_MISSING")
    })
}

fn fresh() -> Answer<[u8; KEY_LEN]> {
    let mut key = [0; KEY_LEN];
    getrandom::fill(&mut key).map_err(|error| Failure::internal(format!("no random numbers: {error}")))?;
    Ok(key)
}

/// The key in a file, which only its owner may read.
fn in_file(file: &Path, make: bool) -> Answer<[u8; KEY_LEN]> {
    let failed = |error: std::io::Error| Failure::internal(format!("the file {}: {error}", file.display()));
    match fs::read_to_string(file) {
        Ok(text) => return read(&text),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound && make => {}
        Err(error) => return Err(failed(error)),
    }
    let key = fresh()?;
    let mut options = fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    match options.open(file) {
        Ok(mut new) => {
            new.write_all(STANDARD.encode(key).as_bytes()).and_then(|()| new.sync_all()).map_err(failed)?;
            Ok(key)
        }
        // Another thread was first.
        Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => in_file(file, false),
        Err(error) => Err(failed(error)),
    }
}

impl fmt::Debug for Vault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Vault").field("source", &self.source).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_opens_in_its_place_and_nowhere_else() {
        let vault = Vault::new(KeySource::Memory);
        let sealed = vault.seal("o", "sec_1", "s3cret").unwrap();
        assert_eq!(vault.open("o", "sec_1", &sealed).as_deref(), Some("s3cret"));
        assert_ne!(vault.seal("o", "sec_1", "s3cret").unwrap(), sealed);
        for (org_id, id) in [("p", "sec_1"), ("o", "sec_2"), ("o:sec_1", "")] {
            assert_eq!(vault.open(org_id, id, &sealed), None);
        }
        let bytes = STANDARD.decode(&sealed).unwrap();
        assert!(!bytes.windows(6).any(|part| part == b"s3cret"));
        for place in 0..bytes.len() {
            let mut changed = bytes.clone();
            changed[place] ^= 1;
            assert_eq!(vault.open("o", "sec_1", &STANDARD.encode(changed)), None, "{place}");
        }
        for broken in ["", "AAAA", "no base64", &sealed[..8]] {
            assert_eq!(vault.open("o", "sec_1", broken), None, "{broken}");
        }
        assert_eq!(Vault::new(KeySource::Memory).open("o", "sec_1", &sealed), None);
    }

    #[test]
    fn a_key_in_a_file_is_kept_and_its_owners() {
        let folder = std::env::temp_dir().join(format!("dashclaw-vault-{}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        let source = KeySource::Folder(folder.clone());
        assert!(
            Vault::new(source.clone()).open("o", "i", &STANDARD.encode([0; 40])).is_none()
                && !folder.join(FILE).exists()
        );
        // Several make it at once.
        let sealed: Vec<_> = std::thread::scope(|scope| {
            let sealing = || Vault::new(source.clone()).seal("o", "i", "v").unwrap();
            let all: Vec<_> = (0..8).map(|_| scope.spawn(sealing)).collect();
            all.into_iter().map(|one| one.join().unwrap()).collect()
        });
        for one in sealed {
            assert_eq!(Vault::new(source.clone()).open("o", "i", &one).as_deref(), Some("v"));
        }
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            assert_eq!(fs::metadata(folder.join(FILE)).unwrap().permissions().mode() & 0o777, 0o600);
        }
        fs::write(folder.join(FILE), "short").unwrap();
        assert!(Vault::new(source).seal("o", "i", "v").is_err());
        fs::remove_dir_all(folder).unwrap();
    }

    #[test]
    fn without_a_key_nothing_is_sealed() {
        assert!(Vault::new(KeySource::Missing).seal("o", "i", "v").is_err());
        for text in ["", "x", &STANDARD.encode([0; 31])] {
            assert!(Vault::new(KeySource::Given(text.into())).seal("o", "i", "v").is_err(), "{text}");
        }
        let given = || Vault::new(KeySource::Given(STANDARD.encode([7; 32]).into()));
        let sealed = given().seal("o", "i", "v").unwrap();
        assert_eq!(given().open("o", "i", &sealed).as_deref(), Some("v"));
    }
}
