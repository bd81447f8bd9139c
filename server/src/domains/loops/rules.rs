//! The life of a loop: it is open until it is closed, once.

use dashclaw::api::loops::{LoopStatus, OpenLoop};

/// It was closed before, with this status.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Closed(pub(super) LoopStatus);

/// Closes a loop that is open; another one is unchanged.
pub(super) fn close(
    open_loop: &mut OpenLoop,
    status: &LoopStatus,
    resolution: Option<&str>,
    now: &str,
) -> Result<(), Closed> {
    if open_loop.status != LoopStatus::Open {
        return Err(Closed(open_loop.status.clone()));
    }
    open_loop.status = status.clone();
    open_loop.resolution = resolution.map(str::to_owned);
    open_loop.resolved_at = Some(now.to_owned());
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_loop_is_closed_once() {
        let mut open_loop = OpenLoop { status: LoopStatus::Open, ..OpenLoop::default() };
        assert_eq!(close(&mut open_loop, &LoopStatus::Resolved, Some("done"), "t"), Ok(()));
        let again = close(&mut open_loop, &LoopStatus::Cancelled, None, "u");
        assert_eq!(again, Err(Closed(LoopStatus::Resolved)));
        assert_eq!(open_loop.resolution.as_deref(), Some("done"));
    }
}
