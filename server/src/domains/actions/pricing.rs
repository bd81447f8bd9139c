//! What a model's tokens cost when the agent does not say.

/// The most tokens that are charged.
const MAX_TOKENS: i64 = 10_000_000;
/// The most that is charged, in US dollars.
const MAX_COST: f64 = 10_000.0;

/// A part of the model's name, and US dollars per million tokens read and written. The first match counts.
const PRICES: [(&str, f64, f64); 16] = [
    ("opus", 15.0, 75.0),
    ("sonnet", 3.0, 15.0),
    ("haiku", 0.8, 4.0),
    ("gpt-4o-mini", 0.15, 0.6),
    ("gpt-4o", 2.5, 10.0),
    ("gpt-4.1-nano", 0.1, 0.4),
    ("gpt-4.1-mini", 0.4, 1.6),
    ("gpt-4.1", 2.0, 8.0),
    ("gpt-5-nano", 0.05, 0.4),
    ("gpt-5-mini", 0.25, 2.0),
    ("gpt-5", 1.25, 10.0),
    ("o4-mini", 1.1, 4.4),
    ("o3", 2.0, 8.0),
    ("gemini-2.5-pro", 1.25, 10.0),
    ("gemini-2.5-flash", 0.3, 2.5),
    ("mistral-large", 2.0, 6.0),
];

/// What the tokens cost, in US dollars; nothing for a model that is not known.
pub(super) fn cost(model: Option<&str>, tokens_in: i64, tokens_out: i64) -> f64 {
    let Some(model) = model.map(str::to_lowercase) else { return 0.0 };
    let Some((_, read, written)) = PRICES.iter().find(|(part, ..)| model.contains(part)) else { return 0.0 };
    #[expect(clippy::cast_precision_loss, reason = "it is at most ten million")]
    let millions = |tokens: i64| tokens.clamp(0, MAX_TOKENS) as f64 / 1e6;
    let cost = millions(tokens_in) * read + millions(tokens_out) * written;
    // A millionth of a dollar is as fine as anybody bills.
    ((cost * 1e6).round() / 1e6).min(MAX_COST)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[expect(clippy::float_cmp, reason = "the results are rounded")]
    fn tokens_are_priced_by_the_first_match() {
        let table = [
            (Some("Claude-Sonnet-4"), 1_000_000, 1_000_000, 18.0),
            (Some("gpt-4o-mini-2024"), 1_000_000, 0, 0.15),
            (Some("gpt-4o"), 1000, 1000, 0.0125),
            (Some("home-made"), 1_000_000, 1, 0.0),
            (None, 1_000_000, 1, 0.0),
            (Some("opus"), i64::MAX, -1, 150.0),
        ];
        for (model, read, written, dollars) in table {
            assert_eq!(cost(model, read, written), dollars, "{model:?}");
        }
    }
}
