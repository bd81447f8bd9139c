//! `/api/sessions`.

use super::cases;
use crate::http::route::Route;

pub(crate) fn routes() -> Vec<Route> {
    vec![
        Route::case(cases::create).created(),
        Route::case(cases::list),
        Route::case(cases::get),
        Route::case(cases::update),
        Route::case(cases::events),
    ]
}
