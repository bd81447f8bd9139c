//! More than one request: governed runs and tracked work, work orders, and the operations that the core composes.

pub(crate) mod composed;
pub(crate) mod governed;
pub(crate) mod work_orders;
