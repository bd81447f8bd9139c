//! Writes the per-language faces, the API reference and the OpenAPI document from the catalogue.
fn main() {}
