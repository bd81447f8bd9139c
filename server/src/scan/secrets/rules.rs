//! The known forms of secrets, as a table.
//!
//! A rule is found by a literal (its anchor) and then looked at in a window of limited length, so that a text costs one
//! pass over its bytes and a bounded look at each anchor. The forms are what their issuers publish.

use super::assignments::Kind;
use super::wording;
use crate::scan::Severity::{self, Critical, High};

/// What has to stand before an anchor.
#[derive(Clone, Copy, Debug)]
pub(super) enum Before {
    /// Nothing that a longer word could be made of.
    Edge,
    /// Digits (at least, at most), which belong to the secret.
    Digits(usize, usize),
    /// So many letters and digits, which belong to the secret.
    Alphanumeric(usize),
    /// The scheme of a URL.
    Scheme,
    /// The base64 of a Discord id.
    DiscordId,
}

/// How the secret goes on from its anchor.
#[derive(Clone, Copy, Debug)]
pub(super) enum Shape {
    /// An expression that begins at the anchor, and a last look at what it matched. A group is the secret itself.
    Pattern(Before, &'static str, fn(&str) -> bool),
    /// A value that is given to a name.
    Assignment(Kind),
    /// A block between `BEGIN` and `END`.
    Block,
}

/// One form of secret.
#[derive(Clone, Copy, Debug)]
pub(super) struct Rule {
    /// The name in the marker that replaces it.
    pub(super) name: &'static str,
    pub(super) category: &'static str,
    pub(super) severity: Severity,
    /// Any of these, in any case, makes the rule look.
    pub(super) anchors: &'static [&'static str],
    pub(super) shape: Shape,
}

type Anchors = &'static [&'static str];

fn any(_: &str) -> bool {
    true
}

fn no_words(text: &str) -> bool {
    !wording::is_wordy(text)
}

const fn pattern(name: &'static str, category: &'static str, anchors: Anchors, text: &'static str) -> Rule {
    Rule { name, category, severity: Critical, anchors, shape: Shape::Pattern(Before::Edge, text, any) }
}

const fn key(name: &'static str, anchors: Anchors, text: &'static str) -> Rule {
    pattern(name, "api_key", anchors, text)
}

const fn token(name: &'static str, anchors: Anchors, text: &'static str) -> Rule {
    pattern(name, "access_token", anchors, text)
}

const fn assignment(name: &'static str, category: &'static str, kind: Kind, anchors: Anchors) -> Rule {
    Rule { name, category, severity: High, anchors, shape: Shape::Assignment(kind) }
}

impl Rule {
    const fn severity(mut self, severity: Severity) -> Self {
        self.severity = severity;
        self
    }

    const fn before(mut self, before: Before) -> Self {
        if let Shape::Pattern(_, text, check) = self.shape {
            self.shape = Shape::Pattern(before, text, check);
        }
        self
    }

    const fn check(mut self, check: fn(&str) -> bool) -> Self {
        if let Shape::Pattern(before, text, _) = self.shape {
            self.shape = Shape::Pattern(before, text, check);
        }
        self
    }
}

/// All rules. The more telling of two over the same text comes first.
pub(super) const RULES: &[Rule] = &[
    Rule {
        name: "private_key",
        category: "private_key",
        severity: Critical,
        anchors: &["-----begin ", "---- begin ssh2 ", "putty-user-key-file-"],
        shape: Shape::Block,
    },
    key("age_key", &["age-secret-key-1"], r"(?i)age-secret-key-1[a-z0-9]{50,}"),
    pattern(
        "database_url",
        "connection_string",
        &["postgres", "mysql://", "mariadb://", "mongodb", "redis", "amqp", "sqlserver://", "clickhouse://"],
        r#"(?i)(?:postgres(?:ql)?|mysql|mariadb|mongodb|rediss?|amqps?|sqlserver|clickhouse)(?:\+[a-z0-9]{1,16})?://[^\s'"<>]+"#,
    )
    .check(database_credentials),
    pattern(
        "aws_access_key",
        "cloud_credential",
        &["akia", "asia", "aroa", "aida", "abia", "acca", "agpa", "aipa", "anpa", "anva"],
        r"(?:AKIA|ASIA|AROA|AIDA|ABIA|ACCA|AGPA|AIPA|ANPA|ANVA)[0-9A-Z]{16}",
    ),
    pattern(
        "aws_secret_key",
        "cloud_credential",
        &["aws_secret", "aws_key", "awssecret", "secret_access_key", "secretaccesskey", "secret-access-key"],
        r#"(?i)(?:aws[_-]?)?(?:secret[_-]?)?(?:access[_-]?)?key(?:[_-]?id)?(?:\\?["'])?\]?\s{0,8}(?:=>|:=|[:=])\s{0,8}(?:\\?["'])?[A-Za-z0-9/+]{40}"#,
    ),
    pattern("alibaba_key", "cloud_credential", &["ltai"], r"LTAI[A-Za-z0-9]{12,}").check(no_words),
    pattern("google_api_key", "cloud_credential", &["aiza"], r"AIza[A-Za-z0-9_-]{35,}"),
    pattern("google_oauth_secret", "cloud_credential", &["gocspx-"], r"GOCSPX-[A-Za-z0-9_-]{20,}"),
    token("google_oauth_token", &["ya29."], r"ya29\.[A-Za-z0-9_-]{20,}"),
    token("google_refresh_token", &["1//0"], r"1//0[A-Za-z0-9_-]{30,}"),
    pattern(
        "azure_key",
        "cloud_credential",
        &["accountkey", "sharedaccesskey"],
        r"(?i)(?:AccountKey|SharedAccessKey)\s{0,4}=\s{0,4}[A-Za-z0-9+/]{30,}={0,2}",
    ),
    pattern("azure_sas", "cloud_credential", &["sig="], r"(?i)sig=[A-Za-z0-9%+/_-]{40,}={0,2}"),
    pattern("azure_client_secret", "cloud_credential", &["q~"], r"Q~[A-Za-z0-9_.~-]{31,34}")
        .before(Before::Alphanumeric(4)),
    token("github_token", &["ghp_", "gho_", "ghu_", "ghs_", "ghr_"], r"gh[pousr]_[A-Za-z0-9_]{36,}"),
    token("github_fine_grained_token", &["github_pat_"], r"github_pat_[A-Za-z0-9_]{36,}"),
    token(
        "gitlab_token",
        &[
            "glpat-", "gldt-", "glrt-", "glcbt-", "glptt-", "glft-", "glsoat-", "glagent-", "glimt-", "gloas-",
            "glffct-", "glwt-", "gr1348941",
        ],
        r"(?:gl(?:pat|dt|rt|cbt|ptt|ft|soat|agent|imt|oas|ffct|wt)-|GR1348941)[A-Za-z0-9_.-]{20,}",
    ),
    token("bitbucket_token", &["atbb"], r"ATBB[A-Za-z0-9_=.-]{28,}").check(no_words),
    token("atlassian_token", &["atatt3", "atctt3"], r"AT[AC]TT3[A-Za-z0-9_=.-]{28,}"),
    token("npm_token", &["npm_"], r"npm_[A-Za-z0-9]{36,}"),
    token("pypi_token", &["pypi-"], r"pypi-(?:AgE[A-Za-z0-9_-]{12,}|[A-Za-z0-9_-]{40,})").check(no_words),
    token("rubygems_token", &["rubygems_"], r"rubygems_[A-Za-z0-9]{40,}"),
    token("crates_io_token", &["cio"], r"cio[A-Za-z0-9]{32}").check(no_words),
    token("nuget_key", &["oy2"], r"oy2[a-z0-9]{43}"),
    token("docker_token", &["dckr_pat_", "dckr_oat_"], r"dckr_[po]at_[A-Za-z0-9_-]{20,}"),
    key("anthropic_key", &["sk-ant-"], r"sk-ant-[A-Za-z0-9_-]{10,}").check(no_words),
    key("openai_key", &["sk-"], r"sk-(?:[a-z]{2,8}-(?:v1-)?)?[A-Za-z0-9_-]{20,}").check(no_words),
    token("huggingface_token", &["hf_", "api_org_"], r"(?:hf|api_org)_[A-Za-z0-9]{30,}"),
    key("groq_key", &["gsk_"], r"gsk_[A-Za-z0-9]{32,}"),
    key("replicate_key", &["r8_"], r"r8_[A-Za-z0-9]{32,}"),
    key("perplexity_key", &["pplx-"], r"pplx-[A-Za-z0-9]{32,}"),
    key("xai_key", &["xai-"], r"xai-[A-Za-z0-9]{40,}"),
    key("langsmith_key", &["lsv2_"], r"lsv2_(?:pt|sk)_[A-Za-z0-9_]{32,}"),
    key("pinecone_key", &["pcsk_"], r"pcsk_[A-Za-z0-9_]{40,}"),
    key("stripe_key", &["sk_", "rk_", "pk_"], r"[spr]k_(?:live|test|prod)_[A-Za-z0-9]{16,}"),
    key("stripe_webhook_secret", &["whsec_"], r"whsec_[A-Za-z0-9+/=]{24,}"),
    key("square_token", &["sq0", "eaaa"], r"sq0[a-z]{3}-[A-Za-z0-9_-]{22,}|EAAA[A-Za-z0-9_-]{56,}"),
    key("braintree_token", &["access_token$"], r"access_token\$(?:production|sandbox)\$[a-z0-9]{16}\$[a-f0-9]{32}"),
    key("flutterwave_key", &["flwseck"], r"FLWSECK(?:_TEST)?-[A-Za-z0-9-]{12,}"),
    token("facebook_token", &["eaac", "eaab", "eaag", "eaad"], r"EAA[A-Z][A-Za-z0-9]{60,}"),
    key(
        "shopify_token",
        &["shpat_", "shpca_", "shppa_", "shpss_", "shptka_", "shpua_", "shprt_"],
        r"shp[a-z]{2,3}_[A-Za-z0-9]{32,}",
    ),
    key("dashclaw_key", &["oc_live_"], r"oc_live_[A-Za-z0-9]{32,}"),
    token("slack_token", &["xox", "xapp-"], r"xox[a-z](?:\.xox[a-z])?-[A-Za-z0-9-]{10,}|xapp-[A-Za-z0-9-]{10,}"),
    pattern(
        "slack_webhook",
        "webhook_url",
        &["hooks.slack.com/"],
        r"(?i)hooks\.slack\.com/(?:services|workflows|triggers)/[A-Za-z0-9+/_-]{16,}",
    ),
    pattern(
        "discord_webhook",
        "webhook_url",
        &["discord.com/api/", "discordapp.com/api/"],
        r"(?i)discord(?:app)?\.com/api/(?:v\d{1,2}/)?webhooks/\d{10,}/[A-Za-z0-9_-]{20,}",
    ),
    pattern(
        "teams_webhook",
        "webhook_url",
        &["webhook.office.com/"],
        r"(?i)webhook\.office\.com/webhookb2/[A-Za-z0-9@/_-]{20,}",
    ),
    token("discord_token", &["."], r"\.[A-Za-z0-9_-]{6}\.[A-Za-z0-9_-]{27,}").before(Before::DiscordId),
    token("telegram_token", &[":a"], r":[Aa][A-Za-z0-9_-]{33,}").before(Before::Digits(6, 12)).check(not_a_digest),
    key("sendgrid_key", &["sg."], r"SG\.[A-Za-z0-9_-]{16,32}\.[A-Za-z0-9_-]{16,}"),
    key("sendinblue_key", &["xkeysib-", "xsmtpsib-"], r"x(?:key|smtp)sib-[A-Za-z0-9-]{32,}"),
    key("mailgun_key", &["key-", "pubkey-"], r"(?:pub)?key-[a-z0-9]{32}").check(no_words),
    key("mailchimp_key", &["-us"], r"-us\d{1,2}").before(Before::Alphanumeric(32)),
    key("twilio_key", &["sk", "ac"], r"(?:SK|AC)[0-9a-f]{32}"),
    token("digitalocean_token", &["dop_v1_", "doo_v1_", "dor_v1_"], r"do[opr]_v1_[A-Za-z0-9]{40,}"),
    key("heroku_key", &["hrku-"], r"HRKU-[A-Za-z0-9_-]{32,}"),
    token("vault_token", &["hvs.", "hvb.", "hvr."], r"hv[sbr]\.[A-Za-z0-9_-]{20,}"),
    token("vault_token", &["s."], r"s\.[A-Za-z0-9]{24}").check(no_words),
    token("databricks_token", &["dapi"], r"dapi[0-9a-f]{32}(?:-\d)?"),
    key("linear_key", &["lin_api_", "lin_oauth_"], r"lin_(?:api|oauth)_[A-Za-z0-9]{32,}"),
    token("notion_token", &["secret_", "ntn_"], r"secret_[A-Za-z0-9]{43}|ntn_[A-Za-z0-9]{40,}"),
    token("doppler_token", &["dp."], r"dp\.(?:pt|st|ct|sa|scim|audit)\.[A-Za-z0-9._-]{32,}"),
    token("figma_token", &["figd_", "figo_"], r"fig[do]_[A-Za-z0-9_-]{32,}"),
    token("airtable_token", &["pat"], r"pat[A-Za-z0-9]{14}\.[a-f0-9]{64}"),
    key("postman_key", &["pmak-"], r"PMAK-[A-Za-z0-9-]{30,}"),
    token("grafana_token", &["glsa_", "glc_"], r"gl(?:sa|c)_[A-Za-z0-9_+/=-]{32,}"),
    key("new_relic_key", &["nrak-", "nrjs-", "nrii-"], r"NR(?:AK|JS|II)-[A-Za-z0-9_-]{19,}"),
    token("terraform_token", &[".atlasv1."], r"\.atlasv1\.[A-Za-z0-9_=-]{50,}").before(Before::Alphanumeric(14)),
    token("pulumi_token", &["pul-"], r"pul-[a-f0-9]{40}"),
    token("planetscale_token", &["pscale_"], r"pscale_(?:tkn|pw|oauth)_[A-Za-z0-9=._-]{32,}"),
    token("supabase_token", &["sbp_", "sb_secret_"], r"sb(?:p|_secret)_[A-Za-z0-9_-]{30,}"),
    token("dropbox_token", &["sl."], r"sl\.[A-Za-z0-9_=-]{100,}"),
    token("sonar_token", &["squ_", "sqp_", "sqa_"], r"sq[upa]_[a-f0-9]{40}"),
    token("sentry_token", &["sntrys_", "sntryu_"], r"sntry[su]_[A-Za-z0-9+/=_-]{40,}"),
    token("dynatrace_token", &["dt0"], r"dt0[a-z]\d\d\.[A-Z0-9]{24}\.[A-Z0-9]{64}"),
    token("tailscale_key", &["tskey-"], r"tskey-[a-z]{3,12}-[A-Za-z0-9_-]{16,}"),
    token("onepassword_token", &["ops_eyj"], r"ops_eyJ[A-Za-z0-9_-]{40,}"),
    token("fly_token", &["fo1_", "fm1", "fm2_"], r"fo1_[A-Za-z0-9_-]{40,}|fm[12][ar]?_[A-Za-z0-9+/=_-]{60,}"),
    token("typeform_token", &["tfp_"], r"tfp_[A-Za-z0-9_.=-]{40,}"),
    token("buildkite_token", &["bkua_"], r"bkua_[a-f0-9]{40}"),
    token("artifactory_key", &["akcp"], r"AKCp[A-Za-z0-9]{60,}"),
    pattern("sentry_dsn", "connection_string", &["://"], r"://([A-Za-z0-9]{32})(?::[A-Za-z0-9]{32})?@")
        .before(Before::Scheme),
    pattern(
        "url_password",
        "password",
        &["://"],
        r#"://([^\s/?#'"<>\[\]]+)@"#,
    )
    .before(Before::Scheme)
    .check(url_password),
    token("jwt", &["eyj"], r"eyJ[A-Za-z0-9_-]{8,}\.eyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]*").severity(High),
    token("bearer_token", &["bearer"], r#"(?i)bearer(?:\s|%20|\+){1,4}["']?[A-Za-z0-9._~+/-]{16,}=*"#)
        .severity(High)
        .check(no_words_after_space),
    pattern("basic_auth", "password", &["basic"], r"(?i)basic(?:\s|%20|\+){1,4}([A-Za-z0-9+/_-]{6,}={0,2})")
        .severity(High)
        .check(basic_credentials),
    pattern(
        "command_password",
        "password",
        &["curl ", "wget "],
        r#"(?i)(?:curl|wget)(?:\s[^\n|;]*?)?\s(?:-u|--user)[\s=]{1,2}["']?[^\s:"'/]+:([^\s"']{3,})"#,
    )
    .severity(High)
    .check(not_a_placeholder),
    assignment("password", "password", Kind::Password, super::names::PASSWORDS),
    assignment("api_key", "api_key", Kind::Secret, super::names::KEYS),
    assignment("access_token", "access_token", Kind::Secret, super::names::TOKENS),
    assignment("secret", "secret", Kind::Secret, super::names::SECRETS),
];

fn not_a_digest(text: &str) -> bool {
    let hex = text.trim_start_matches(|c: char| c.is_ascii_digit()).trim_start_matches(':');
    !(matches!(hex.len(), 40 | 56 | 64 | 96 | 128) && hex.bytes().all(|byte| byte.is_ascii_hexdigit()))
}

/// A user's part of a URL as a template writes it is no secret.
fn url_password(text: &str) -> bool {
    let user = text.split_once("://").map_or(text, |(_, rest)| rest);
    let pair = user.strip_suffix('@').unwrap_or(user).split_once(':');
    pair.is_some_and(|(name, password)| {
        !password.is_empty() && !name.contains(['@', '{', '}']) && !wording::is_template(password)
    })
}

/// A user with a password, or a password among the parameters.
fn database_credentials(text: &str) -> bool {
    let rest = text.split_once("://").map_or(text, |(_, rest)| rest);
    let authority = rest.split(['/', '?', '#']).next().unwrap_or(rest);
    let user = authority.rsplit_once('@').map(|(user, _)| user);
    let lower = rest.to_ascii_lowercase();
    user.is_some_and(|user| user.split_once(':').is_some_and(|(_, password)| !password.is_empty()))
        || ["?password=", "&password=", ";password=", "?pwd="].iter().any(|name| lower.contains(name))
}

fn no_words_after_space(text: &str) -> bool {
    no_words(text.rsplit(char::is_whitespace).next().unwrap_or(text))
}

fn not_a_placeholder(text: &str) -> bool {
    !wording::is_placeholder(text.rsplit(':').next().unwrap_or(text))
}

/// Base64 of a name and a password.
fn basic_credentials(text: &str) -> bool {
    use base64::Engine as _;
    use base64::engine::general_purpose::STANDARD_NO_PAD;
    let encoded = text.rsplit([' ', '\t', '+']).next().unwrap_or(text).trim_end_matches('=');
    let decoded = STANDARD_NO_PAD.decode(encoded).ok().and_then(|bytes| String::from_utf8(bytes).ok());
    decoded.is_some_and(|pair| pair.contains(':') && !pair.contains(char::is_control))
}
