use super::super::headers::{on_every_answer, show_request_id};
use super::*;
use actix_web::middleware::from_fn;
use actix_web::test::{TestRequest, call_service, init_service, read_body};
use actix_web::{App, HttpResponse};
use tracing_actix_web::TracingLogger;

async fn panics() -> HttpResponse {
    panic!("canary-of-a-panic")
}

async fn panics_later() -> HttpResponse {
    tokio::task::yield_now().await;
    panics().await
}

#[actix_web::test]
async fn a_handler_that_panics_is_answered_for_with_an_id_and_the_process_lives() {
    let app = App::new()
        .wrap(from_fn(screen))
        .wrap(from_fn(show_request_id))
        .wrap(TracingLogger::default())
        .wrap(from_fn(on_every_answer))
        .route("/at-once", web::get().to(panics))
        .route("/later", web::get().to(panics_later))
        .route("/well", web::get().to(HttpResponse::Ok));
    let app = init_service(app).await;
    for _ in 0..3 {
        for path in ["/at-once", "/later"] {
            let request = TestRequest::get().uri(path).to_request();
            let error = match actix_web::dev::Service::call(&app, request).await {
                Ok(response) => response.into_parts().1.map_into_boxed_body(),
                Err(error) => error.error_response(),
            };
            assert_eq!(error.status(), 500, "{path}");
            assert!(error.headers().contains_key("x-request-id"), "{path}");
            assert!(error.headers().contains_key("strict-transport-security"), "{path}");
            let body = actix_web::body::to_bytes(error.into_body()).await.unwrap();
            let text = String::from_utf8(body.to_vec()).unwrap();
            assert!(text.contains("Nothing was changed.") && !text.contains("canary"), "{text}");
        }
        let well = call_service(&app, TestRequest::get().uri("/well").to_request()).await;
        assert_eq!(well.status(), 200);
        assert!(read_body(well).await.is_empty());
    }
}
