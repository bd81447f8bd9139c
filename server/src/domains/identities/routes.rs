//! `/api/identities` and `/api/pairings`.

use super::{cases, pairings};
use crate::http::route::Route;

pub(crate) fn routes() -> Vec<Route> {
    vec![
        Route::case(cases::register),
        Route::case(cases::list),
        Route::case(cases::revoke),
        Route::case(pairings::pair),
        Route::case(pairings::get),
        Route::case(pairings::list),
        Route::case(pairings::approve),
    ]
}
