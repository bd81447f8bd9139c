//! The embedded instance.
