//! The name and the colour that whoever runs the server gave to its pages.
//!
//! Each request is answered within its server's look, so that a page need not be handed it: the one
//! place that wraps every request sets it, and every frame asks for it.

use crate::auth;
use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::middleware::Next;
use actix_web::{Error, web};
use std::sync::{Arc, LazyLock};

/// How the pages look where nothing else is said.
const STYLE: &str = include_str!("templates/pages.css");
/// As many signs of a digest as tell two style sheets apart.
const SIGNS: usize = 16;

static PLAIN: LazyLock<Arc<Look>> =
    LazyLock::new(|| Arc::new(Look::new("Escalations", None, None)));

tokio::task_local! {
    static HERE: Arc<Look>;
}

/// What the pages are called, and how they look.
#[derive(Debug)]
pub struct Look {
    pub(super) service_name: String,
    pub(super) partnership_name: Option<String>,
    pub(super) style: String,
    pub(super) style_hash: String,
    /// Where the style sheet stands: another address for another style.
    pub(super) style_address: String,
}

impl Look {
    /// The look of a server: its service's name, its partnership's, and the colour behind both as
    /// `#rrggbb`, which was checked.
    pub fn new(service_name: &str, partnership_name: Option<&str>, accent: Option<&str>) -> Self {
        let mut style = STYLE.to_owned();
        if let Some(accent) = accent {
            style += &format!("\n:root {{ --accent: {accent}; }}\n");
        }
        let style_hash: String = auth::digest(&style).chars().take(SIGNS).collect();
        Self {
            service_name: service_name.to_owned(),
            partnership_name: partnership_name.map(str::to_owned),
            style,
            style_address: format!("/assets/pages-{style_hash}.css"),
            style_hash,
        }
    }

    /// The look of the server that answers here; the plain one outside of any request.
    pub(super) fn here() -> Arc<Self> {
        HERE.try_with(Arc::clone).unwrap_or_else(|_outside| Arc::clone(&PLAIN))
    }
}

/// Answers a request within the look of its server.
///
/// # Errors
/// Those of the request itself.
pub async fn in_its_look<B: MessageBody>(
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<B>, Error> {
    let look = request.app_data::<web::Data<Look>>().map(|look| look.clone().into_inner());
    let look = look.unwrap_or_else(|| Arc::clone(&PLAIN));
    HERE.scope(look, next.call(request)).await
}
