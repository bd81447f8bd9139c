//! Names under which secrets are kept: of variables, of members of JSON, of settings.

/// Names of passwords.
pub(super) const PASSWORDS: &[&str] = &[
    "password",
    "passwd",
    "passphrase",
    "passcode",
    "pwd",
    "_pass",
    "passwort",
    "mot_de_passe",
    "contraseña",
];

/// Names of keys to interfaces.
pub(super) const KEYS: &[&str] = &[
    "api_key",
    "api-key",
    "api key",
    "apikey",
    "api_secret",
    "api-secret",
    "apisecret",
    "app_key",
    "appkey",
    "secret_key",
    "secret-key",
    "secretkey",
    "service_key",
    "subscription-key",
    "subscription_key",
    "account_key",
    "license_key",
];

/// Names of tokens.
pub(super) const TOKENS: &[&str] = &[
    "token",
    "client_secret",
    "client-secret",
    "client secret",
    "clientsecret",
    "access_secret",
    "auth_secret",
    "refresh_secret",
    "auth_key",
    "authorization",
    "_auth",
    "jsessionid",
    "phpsessid",
    "connect.sid",
];

/// Other names of secrets.
pub(super) const SECRETS: &[&str] = &[
    "secret",
    "access_key",
    "access-key",
    "accesskey",
    "private_key",
    "private-key",
    "privatekey",
    "encryption_key",
    "encryption-key",
    "encryptionkey",
    "signing_key",
    "signing-key",
    "signingkey",
    "master_key",
    "masterkey",
    "session_key",
    "sessionkey",
    "hmac_key",
    "aes_key",
    "jwt_key",
    "ssh_key",
    "deploy_key",
    "webhook_key",
    "storage_key",
    "credential",
];

/// What may follow in a name without making it the name of something else, as `token_count` is.
const ENDINGS: &[&str] = &[
    "key",
    "base",
    "value",
    "text",
    "string",
    "plain",
    "plaintext",
    "raw",
    "s",
    "prod",
    "production",
    "staging",
    "dev",
    "test",
    "live",
    "old",
    "new",
    "current",
    "previous",
    "next",
    "primary",
    "secondary",
    "main",
    "default",
    "access",
    "secret",
    "token",
    "password",
    "api",
    "app",
    "db",
    "admin",
    "user",
    "root",
    "b64",
    "base64",
    "hex",
];

/// The longest ending that is looked at, in bytes.
const MAX_ENDING: usize = 32;

/// Where a name ends that goes on after its telling part at `at`; nothing when it is the name of something else.
pub(super) fn end(text: &str, at: usize) -> Option<usize> {
    let rest = &text.as_bytes()[at..];
    let of_name = |byte: &&u8| byte.is_ascii_alphanumeric() || **byte == b'_' || **byte == b'-';
    let length = rest.iter().take(MAX_ENDING + 1).take_while(of_name).count();
    // A hyphen or a bar at the end is not part of it: `token->`.
    let ending = text[at..at + length].trim_end_matches('-');
    is_ending(ending).then_some(at + ending.len())
}

fn is_ending(ending: &str) -> bool {
    let known = |part: &str| {
        let part = part.trim_end_matches(|c: char| c.is_ascii_digit());
        part.is_empty() || ENDINGS.iter().any(|ending| part.eq_ignore_ascii_case(ending))
    };
    ending.len() <= MAX_ENDING && ending.split(['_', '-']).all(known)
}

/// The rule (its name in the table) that a member of this name falls under, when a text in it is a secret.
pub(super) fn of_member(name: &str) -> Option<&'static str> {
    let lower = name.to_ascii_lowercase();
    let kinds = [("password", PASSWORDS), ("api_key", KEYS), ("access_token", TOKENS), ("secret", SECRETS)];
    let whole = ["pass", "auth", "bearer", "jwt", "cookie", "set-cookie"];
    if whole.contains(&lower.as_str()) {
        return Some("secret");
    }
    kinds.iter().find(|(_, names)| names.iter().any(|known| ends_with(&lower, known))).map(|(rule, _)| *rule)
}

fn ends_with(name: &str, known: &str) -> bool {
    name.match_indices(known).any(|(at, _)| end(name, at + known.len()) == Some(name.len()))
}
