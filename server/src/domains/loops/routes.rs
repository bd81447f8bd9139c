//! `/api/actions/loops`.

use super::cases;
use crate::http::route::Route;

pub(crate) fn routes() -> Vec<Route> {
    vec![
        Route::case(cases::register).created(),
        Route::case(cases::list),
        Route::case(cases::get),
        Route::case(cases::close),
    ]
}
