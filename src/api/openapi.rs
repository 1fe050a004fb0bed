//! The API document: OpenAPI 3.1, made from the code.

use super::routes::Operations;
use utoipa::OpenApi;
use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa::openapi::{Components, InfoBuilder, LicenseBuilder};

const DESCRIPTION: &str = "\
Escalation and professional challenge for a safeguarding children partnership.

Field names are snake_case; instants are RFC 3339 in UTC. Errors are RFC 9457. Reads carry an ETag; \
changes need it as If-Match. Any POST may carry an Idempotency-Key. Lists have a cursor and at most \
200 items a page.";

/// The API document.
pub fn document() -> utoipa::openapi::OpenApi {
    let mut document = Operations::openapi();
    document.info = InfoBuilder::new()
        .title("bscp-escalation")
        .version(env!("CARGO_PKG_VERSION"))
        .description(Some(DESCRIPTION))
        .license(Some(LicenseBuilder::new().name("MIT").identifier(Some("MIT")).build()))
        .build();
    let bearer = HttpBuilder::new().scheme(HttpAuthScheme::Bearer).bearer_format("JWT").build();
    document
        .components
        .get_or_insert_with(Components::new)
        .add_security_scheme("bearer", SecurityScheme::Http(bearer));
    document
}
