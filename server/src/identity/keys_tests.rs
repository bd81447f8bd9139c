use base64::engine::general_purpose::STANDARD;
use ring::rand::SystemRandom;
use ring::signature::{
    ECDSA_P256_SHA256_FIXED_SIGNING, ECDSA_P384_SHA384_FIXED_SIGNING, EcdsaKeyPair, EcdsaSigningAlgorithm,
    Ed25519KeyPair, KeyPair as _, RSA_PKCS1_SHA256, RSA_PKCS1_SHA384, RSA_PKCS1_SHA512, RsaEncoding,
    RsaKeyPair,
};
use serde_json::json;

use super::*;

/// How a key signs.
type Signer = Box<dyn Fn(&[u8]) -> Vec<u8>>;

fn encode(bytes: impl AsRef<[u8]>) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

fn ed25519() -> (Value, Signer) {
    let key =
        Ed25519KeyPair::from_pkcs8(Ed25519KeyPair::generate_pkcs8(&SystemRandom::new()).unwrap().as_ref());
    let key = key.unwrap();
    let jwk = json!({ "kty": "OKP", "crv": "Ed25519", "x": encode(key.public_key()), "kid": "ed" });
    (jwk, Box::new(move |signed| key.sign(signed).as_ref().to_vec()))
}

fn curve(name: &str, scheme: &'static EcdsaSigningAlgorithm, size: usize) -> (Value, Signer) {
    let random = SystemRandom::new();
    let pkcs8 = EcdsaKeyPair::generate_pkcs8(scheme, &random).unwrap();
    let key = EcdsaKeyPair::from_pkcs8(scheme, pkcs8.as_ref(), &random).unwrap();
    let point = key.public_key().as_ref()[1..].to_vec();
    let (x, y) = point.split_at(size);
    let jwk = json!({ "kty": "EC", "crv": name, "x": encode(x), "y": encode(y), "kid": name });
    (jwk, Box::new(move |signed| key.sign(&random, signed).unwrap().as_ref().to_vec()))
}

fn p521() -> (Value, Signer) {
    use p521::ecdsa::signature::Signer as _;
    let mut scalar = [0x42; 66];
    scalar[0] = 0;
    let key = p521::ecdsa::SigningKey::from_slice(&scalar).unwrap();
    let point = key.verifying_key().to_sec1_point(false);
    let (x, y) = point.as_bytes()[1..].split_at(66);
    let jwk = json!({ "kty": "EC", "crv": "P-521", "x": encode(x), "y": encode(y), "kid": "P-521" });
    let sign = move |signed: &[u8]| {
        let signature: P521Signature = key.sign(signed);
        signature.to_bytes().to_vec()
    };
    (jwk, Box::new(sign))
}

fn rsa(encoding: &'static dyn RsaEncoding) -> (Value, Signer) {
    let vectors: Value =
        serde_json::from_str(include_str!("../../../tests/vectors/rsa-action-signatures.json")).unwrap();
    let pem = vectors["test_private_keys"]["agent_a_pkcs8_pem"].as_str().unwrap();
    let lines: String = pem.lines().filter(|line| !line.starts_with('-')).collect();
    let key = RsaKeyPair::from_pkcs8(&STANDARD.decode(lines).unwrap()).unwrap();
    let public = ring::rsa::PublicKeyComponents::<Vec<u8>>::from(key.public());
    // Some issuers write a zero in front.
    let n = [&[0], public.n.as_slice()].concat();
    let jwk = json!({ "kty": "RSA", "n": encode(n), "e": encode(public.e), "kid": "rsa" });
    let sign = move |signed: &[u8]| {
        let mut signature = vec![0; key.public().modulus_len()];
        key.sign(encoding, &SystemRandom::new(), signed, &mut signature).unwrap();
        signature
    };
    (jwk, Box::new(sign))
}

/// A token as the key signs it, with any header.
fn written(header: &Value, sign: &Signer) -> String {
    let signed = format!("{}.{}", encode(header.to_string()), encode(r#"{"sub":"agent"}"#));
    let signature = encode(sign(signed.as_bytes()));
    format!("{signed}.{signature}")
}

fn holds(keys: &[Value], token: &str) -> bool {
    let keys = KeySet::parse(json!({ "keys": keys }).to_string().as_bytes()).unwrap();
    keys.verifies(&Token::parse(token).unwrap())
}

fn each() -> Vec<(&'static str, Value, Signer)> {
    let named = |name, (jwk, sign): (Value, Signer)| (name, jwk, sign);
    vec![
        named("EdDSA", ed25519()),
        named("ES256", curve("P-256", &ECDSA_P256_SHA256_FIXED_SIGNING, 32)),
        named("ES384", curve("P-384", &ECDSA_P384_SHA384_FIXED_SIGNING, 48)),
        named("ES512", p521()),
        named("RS256", rsa(&RSA_PKCS1_SHA256)),
        named("RS384", rsa(&RSA_PKCS1_SHA384)),
        named("RS512", rsa(&RSA_PKCS1_SHA512)),
    ]
}

#[test]
fn each_algorithm_is_checked_and_a_changed_bit_is_seen() {
    for (algorithm, jwk, sign) in each() {
        let token = written(&json!({ "alg": algorithm, "kid": jwk["kid"] }), &sign);
        assert!(holds(std::slice::from_ref(&jwk), &token), "{algorithm}");
        let nameless = written(&json!({ "alg": algorithm }), &sign);
        assert!(holds(std::slice::from_ref(&jwk), &nameless), "{algorithm} without a key id");
        let (signed, signature) = token.rsplit_once('.').unwrap();
        let mut bytes = URL_SAFE_NO_PAD.decode(signature).unwrap();
        for place in [0, bytes.len() - 1] {
            bytes[place] ^= 1;
            assert!(
                !holds(std::slice::from_ref(&jwk), &format!("{signed}.{}", encode(&bytes))),
                "{algorithm} {place}"
            );
            bytes[place] ^= 1;
        }
        let (header, _) = signed.split_once('.').unwrap();
        let another = format!("{header}.{}", encode(r#"{"sub":"admin"}"#));
        assert!(
            !holds(std::slice::from_ref(&jwk), &format!("{another}.{signature}")),
            "{algorithm} other claims"
        );
    }
}

#[test]
fn the_key_and_not_the_token_says_the_algorithm() {
    for (algorithm, jwk, sign) in each() {
        for claimed in ["none", "None", "HS256", "HS512", "ES256K", "PS256", "", "eddsa"] {
            let token = written(&json!({ "alg": claimed, "kid": jwk["kid"] }), &sign);
            assert!(!holds(std::slice::from_ref(&jwk), &token), "{algorithm} as {claimed}");
        }
        for (other, ..) in each().into_iter().filter(|(other, ..)| *other != algorithm) {
            let token = written(&json!({ "alg": other, "kid": jwk["kid"] }), &sign);
            assert!(!holds(std::slice::from_ref(&jwk), &token), "{algorithm} as {other}");
        }
    }
}

/// The classic: the public key's text as the secret of an HMAC.
#[test]
fn a_public_key_is_no_secret() {
    let (jwk, _) = ed25519();
    let secret = URL_SAFE_NO_PAD.decode(jwk["x"].as_str().unwrap()).unwrap();
    let sign: Signer = Box::new(move |signed| {
        let key = ring::hmac::Key::new(ring::hmac::HMAC_SHA256, &secret);
        ring::hmac::sign(&key, signed).as_ref().to_vec()
    });
    for algorithm in ["HS256", "EdDSA"] {
        let token = written(&json!({ "alg": algorithm, "kid": "ed" }), &sign);
        assert!(!holds(std::slice::from_ref(&jwk), &token), "{algorithm}");
    }
    let shared = json!({ "kty": "oct", "k": encode("secret"), "kid": "ed" });
    assert!(KeySet::parse(json!({ "keys": [shared] }).to_string().as_bytes()).unwrap().0.is_empty());
}

#[test]
fn a_key_that_is_meant_for_something_else_is_left_out() {
    let (jwk, sign) = ed25519();
    let token = written(&json!({ "alg": "EdDSA", "kid": "ed" }), &sign);
    let with = |name: &str, value: Value| {
        let mut key = jwk.clone();
        key[name] = value;
        key
    };
    assert!(holds(&[with("use", json!("sig")), with("kid", json!("other"))], &token));
    let strangers = [
        with("use", json!("enc")),
        with("key_ops", json!(["sign"])),
        with("alg", json!("ES256")),
        with("kid", json!("other")),
        with("x", json!("AAAA")),
        with("crv", json!("X25519")),
    ];
    for key in strangers {
        assert!(!holds(std::slice::from_ref(&key), &token), "{key}");
    }
}

#[test]
fn what_is_no_key_set_is_none() {
    for text in ["", "[]", "{}", r#"{"keys":{}}"#, "<html>"] {
        assert!(KeySet::parse(text.as_bytes()).is_none(), "{text}");
    }
    let odd = json!({ "keys": [7, null, {}, { "kty": "EC", "crv": "P-256", "x": "AA", "y": "AA" }, { "kty": "RSA", "n": "AAAA", "e": "AQAB" }] });
    assert!(KeySet::parse(odd.to_string().as_bytes()).unwrap().0.is_empty());
}
