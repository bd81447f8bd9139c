//! The DashClaw SDK core.
