//! What the doors of commands look like, once.

/// A command: a sub-resource of a case, with its body.
macro_rules! command {
    ($(#[$doc:meta])* $name:ident, $path:literal, $body:ty, $command:expr) => {
        $(#[$doc])*
        #[utoipa::path(
            post, path = $path, tag = "escalations", request_body = $body,
            params(CasePath, CommandHeaders), responses((status = 200, description = "The case as it is now; its ETag is in the header.", body = EscalationView), ChangeProblems),
            security(("bearer" = []))
        )]
        pub async fn $name(
            app: App,
            id: web::Path<String>,
            ask: Ask<$body>,
        ) -> Result<HttpResponse, Problem> {
            give(&app, &id, ask, $command).await
        }
    };
}

/// A command about something numbered in a case.
macro_rules! numbered_command {
    ($(#[$doc:meta])* $name:ident, $path:literal, $body:ty, $command:expr) => {
        $(#[$doc])*
        #[utoipa::path(
            post, path = $path, tag = "escalations", request_body = $body,
            params(NumberedPath, CommandHeaders), responses((status = 200, description = "The case as it is now; its ETag is in the header.", body = EscalationView), ChangeProblems),
            security(("bearer" = []))
        )]
        pub async fn $name(
            app: App,
            path: web::Path<(String, String)>,
            ask: Ask<$body>,
        ) -> Result<HttpResponse, Problem> {
            let (id, number) = path.into_inner();
            let number: u32 = number.parse().map_err(|_: std::num::ParseIntError| Refusal::NotFound)?;
            let command: fn(u32, $body) -> Command = $command;
            give(&app, &id, ask, |body| command(number, body)).await
        }
    };
}

pub(super) use {command, numbered_command};
