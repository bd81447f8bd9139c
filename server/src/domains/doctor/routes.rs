//! `/api/doctor`.

use super::cases;
use crate::http::route::Route;

pub(crate) fn routes() -> Vec<Route> {
    vec![Route::case(cases::look), Route::case(cases::fix).admin("Forbidden - admin role required")]
}
