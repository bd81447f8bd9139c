//! `/api/activity`.

use super::cases;
use crate::http::route::Route;

pub(crate) fn routes() -> Vec<Route> {
    vec![Route::case(cases::list)]
}
