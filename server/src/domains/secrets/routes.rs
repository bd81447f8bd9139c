//! `/api/secrets`.

use super::cases;
use crate::http::route::Route;

pub(crate) fn routes() -> Vec<Route> {
    let admin = "Forbidden - admin role required";
    vec![
        Route::case(cases::environment),
        Route::case(cases::register).created().admin(admin),
        Route::case(cases::list).admin(admin),
        Route::case(cases::rotate).admin(admin),
        Route::case(cases::delete).admin(admin),
    ]
}
