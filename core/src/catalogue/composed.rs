//! The operations that are more than one request, or whose request is computed.

/// The work behind a composed operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Composed {
    /// Downloads an attachment.
    Attachment,
    /// Registers the public half of a private key.
    PairingKey,
    /// Waits until a pairing is decided.
    PairingWait,
    /// Records a purchase that was paid already: purchase, outcome, receipt.
    Purchase,
    /// Files what a purchase brought.
    PurchaseResult,
    /// Adapts an action to what was learned.
    Recommendation,
}
