use super::smtp_sink::{Act, SmtpSink, Verb};
use super::{a_sender, hostile_texts, outgoing, parse};
use crate::notify::{Mailer, MailerError, Outgoing, Paragraph, SendFailure};
use crate::notify::{Security, SmtpSettings};

fn settings(sink: &SmtpSink) -> SmtpSettings {
    SmtpSettings {
        host: sink.host(),
        port: sink.port(),
        security: Security::None,
        username: None,
        password: None,
        authorities: None,
        timeout_seconds: 20,
        connections_max: 2,
    }
}

fn signed_in(sink: &SmtpSink) -> SmtpSettings {
    let name = |text: &str| Some(text.to_owned());
    SmtpSettings { username: name("server"), password: name("s3cret"), ..settings(sink) }
}

async fn sink_and_mailer() -> (SmtpSink, Mailer) {
    let sink = SmtpSink::start().await.unwrap();
    let mailer = Mailer::smtp(&settings(&sink), a_sender()).unwrap();
    (sink, mailer)
}

#[tokio::test]
async fn a_message_arrives_whole() {
    let (sink, mailer) = sink_and_mailer().await;
    let accepted = mailer.send(&outgoing()).await.unwrap();
    assert_eq!(accepted.answer, "250 2.0.0 Ok: queued as SINK");
    let received = sink.wait_for(1).await.remove(0);
    assert_eq!(received.from, "escalations@example.org");
    assert_eq!(received.to, ["ada.obi@agency.example"]);
    let message = parse(&received.data);
    assert_eq!(message.parts["text/plain; charset=utf-8"], outgoing().letter.text().unwrap());
    assert_eq!(message.parts["text/html; charset=utf-8"], outgoing().letter.html().unwrap());
    assert_eq!(sink.commands()[0], "EHLO example.org");
}

#[tokio::test]
async fn one_connection_carries_many_messages() {
    let (sink, mailer) = sink_and_mailer().await;
    for _ in 0..5 {
        mailer.send(&outgoing()).await.unwrap();
    }
    assert_eq!((sink.received().len(), sink.connections()), (5, 1));
}

#[tokio::test]
async fn no_more_connections_than_allowed() {
    let (sink, mailer) = sink_and_mailer().await;
    let mut sending = tokio::task::JoinSet::new();
    for _ in 0..20 {
        let mailer = mailer.clone();
        sending.spawn(async move { mailer.send(&outgoing()).await });
    }
    for outcome in sending.join_all().await {
        outcome.unwrap();
    }
    assert_eq!(sink.received().len(), 20);
    assert!(sink.connections() <= 2, "{}", sink.connections());
}

#[tokio::test]
async fn hostile_texts_change_neither_envelope_nor_body() {
    let (sink, mailer) = sink_and_mailer().await;
    for hostile in hostile_texts() {
        let mut outgoing = outgoing();
        outgoing.to_name.clone_from(&hostile);
        outgoing.letter.subject.clone_from(&hostile);
        outgoing.letter.paragraphs.insert(0, Paragraph::Text(hostile.clone()));
        mailer.send(&outgoing).await.unwrap();
        let received = sink.received().pop().unwrap();
        assert_eq!(received.to, ["ada.obi@agency.example"], "{hostile:?}");
        let message = parse(&received.data);
        assert_eq!(message.names().len(), 12, "{hostile:?}");
        assert_eq!(message.parts["text/plain; charset=utf-8"], outgoing.letter.text().unwrap());
    }
}

#[tokio::test]
async fn each_refusal_means_what_it_is_about() {
    use SendFailure::{Permanent, Temporary};
    let permanent: fn(String) -> SendFailure = Permanent;
    let temporary: fn(String) -> SendFailure = Temporary;
    for (verb, answer, expected) in [
        (Verb::Connect, "421 4.3.2 too busy", temporary),
        (Verb::Connect, "554 5.3.2 no service here", temporary),
        (Verb::Ehlo, "550 5.7.1 not you", temporary),
        (Verb::Mail, "451 4.3.0 later", temporary),
        (Verb::Mail, "550 5.7.1 not your address", temporary),
        (Verb::Rcpt, "451 4.7.1 greylisted", temporary),
        (Verb::Rcpt, "450 4.2.1 not now", temporary),
        (Verb::Rcpt, "530 5.7.0 sign in first", temporary),
        (Verb::Rcpt, "550 5.1.1 no such user", permanent),
        (Verb::Rcpt, "553 5.1.3 no such address", permanent),
        (Verb::Data, "451 4.3.0 later", temporary),
        (Verb::Data, "554 5.5.1 no", permanent),
        (Verb::Data, "250 2.0.0 out of step", temporary),
        (Verb::Message, "452 4.3.1 disk full", temporary),
        (Verb::Message, "554 5.6.0 refused", permanent),
        (Verb::Message, "354 out of step", temporary),
    ] {
        let (sink, mailer) = sink_and_mailer().await;
        sink.once(verb, Act::Answer(answer));
        let failure = mailer.send(&outgoing()).await.unwrap_err();
        let text = failure.to_string();
        assert_eq!(failure, expected(text.clone()), "{verb:?} {answer}");
        assert!(text.contains(answer.split_once(' ').unwrap().1), "{text}");
        assert!(text.contains(&sink.port().to_string()), "{text}");
        assert!(!text.contains("Stage 2 is with you"), "{text}");
        assert!(sink.received().is_empty());
        // The next message is not harmed by the one before.
        mailer.send(&outgoing()).await.unwrap();
        assert_eq!(sink.received().len(), 1);
    }
}

#[test]
fn the_log_tells_a_refusals_codes_and_not_the_mail_servers_own_words() {
    let refused = |answer: &str| {
        SendFailure::Permanent(format!("mx.example:587 did not take the message: {answer}"))
            .in_log()
    };
    let logged = "mx.example:587 did not take the message (550 5.1.1)";
    assert_eq!(refused("550 5.1.1 <sam@example.org>: Sam Taylor has left"), logged);
    assert_eq!(refused("unexpected answer: 550 5.1.1 <sam@example.org>"), logged);
    let ours = "connecting to mx.example:587: connection refused";
    assert_eq!(SendFailure::Temporary(ours.to_owned()).in_log(), ours);
}

#[tokio::test]
async fn a_refused_sign_in_is_ours_to_put_right() {
    let sink = SmtpSink::start().await.unwrap();
    let mailer = Mailer::smtp(&signed_in(&sink), a_sender()).unwrap();
    sink.once(Verb::Auth, Act::Answer("535 5.7.8 wrong password"));
    let failure = mailer.send(&outgoing()).await.unwrap_err();
    assert!(matches!(failure, SendFailure::Temporary(_)), "{failure}");
    assert!(failure.to_string().contains("signing in to"), "{failure}");
    assert!(!failure.to_string().contains("s3cret"));
    mailer.send(&outgoing()).await.unwrap();
}

#[tokio::test]
async fn hanging_up_is_temporary_and_harms_nothing_after() {
    for verb in [Verb::Connect, Verb::Ehlo, Verb::Mail, Verb::Rcpt, Verb::Data, Verb::Message] {
        let (sink, mailer) = sink_and_mailer().await;
        sink.once(verb, Act::HangUp);
        let failure = mailer.send(&outgoing()).await.unwrap_err();
        assert!(matches!(failure, SendFailure::Temporary(_)), "{verb:?} {failure}");
        mailer.send(&outgoing()).await.unwrap();
        assert_eq!(sink.received().len(), 1, "{verb:?}");
    }
}

#[tokio::test]
async fn a_lost_answer_leads_to_the_same_message_again() {
    let (sink, mailer) = sink_and_mailer().await;
    sink.once(Verb::Message, Act::TakeAndHangUp);
    let failure = mailer.send(&outgoing()).await.unwrap_err();
    assert!(matches!(failure, SendFailure::Temporary(_)), "{failure}");
    mailer.send(&Outgoing { attempt: 2, ..outgoing() }).await.unwrap();
    let received = sink.received();
    assert_eq!(received.len(), 2);
    assert_eq!(received[0].data, received[1].data, "with the same message id");
}

#[tokio::test]
async fn a_kept_connection_may_be_gone() {
    for act in [Act::HangUp, Act::Answer("421 4.4.2 idle too long")] {
        let (sink, mailer) = sink_and_mailer().await;
        mailer.send(&outgoing()).await.unwrap();
        sink.once(Verb::Rset, act);
        mailer.send(&outgoing()).await.unwrap();
        sink.once(Verb::Message, Act::AnswerAndHangUp);
        mailer.send(&outgoing()).await.unwrap();
        mailer.send(&outgoing()).await.unwrap();
        assert_eq!((sink.received().len(), sink.connections()), (4, 3));
    }
}

#[tokio::test]
async fn silence_ends_after_the_time_allowed() {
    for verb in [Verb::Connect, Verb::Mail, Verb::Message] {
        let sink = SmtpSink::start().await.unwrap();
        let impatient = SmtpSettings { timeout_seconds: 1, ..settings(&sink) };
        let mailer = Mailer::smtp(&impatient, a_sender()).unwrap();
        sink.once(verb, Act::FallSilent);
        let failure = mailer.send(&outgoing()).await.unwrap_err();
        assert!(matches!(&failure, SendFailure::Temporary(text) if text.contains("1 second")));
        mailer.send(&outgoing()).await.unwrap();
        assert_eq!((sink.received().len(), sink.connections()), (1, 2), "not the same connection");
    }
}

#[tokio::test]
async fn a_refused_connection_is_temporary() {
    let sink = SmtpSink::start().await.unwrap();
    let closed = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = closed.local_addr().unwrap().port();
    drop(closed);
    let mailer = Mailer::smtp(&SmtpSettings { port, ..settings(&sink) }, a_sender()).unwrap();
    let failure = mailer.send(&outgoing()).await.unwrap_err();
    assert!(matches!(failure, SendFailure::Temporary(_)), "{failure}");
    assert!(failure.to_string().starts_with("connecting to 127.0.0.1:"), "{failure}");
}

#[tokio::test]
async fn nothing_is_said_without_the_encryption_asked_for() {
    for security in [Security::StartTls, Security::Tls] {
        let sink = SmtpSink::start().await.unwrap();
        let encrypted = SmtpSettings { security, timeout_seconds: 1, ..signed_in(&sink) };
        let mailer = Mailer::smtp(&encrypted, a_sender()).unwrap();
        let failure = mailer.send(&outgoing()).await.unwrap_err();
        assert!(matches!(failure, SendFailure::Temporary(_)), "{failure}");
        let said = sink.commands();
        assert!(!said.iter().any(|c| c.starts_with("MAIL") || c.starts_with("AUTH")), "{said:?}");
    }
}

#[tokio::test]
async fn settings_that_cannot_work_are_refused_at_the_start() {
    let sink = SmtpSink::start().await.unwrap();
    let good = signed_in(&sink);
    for bad in [
        SmtpSettings { username: None, ..good.clone() },
        SmtpSettings { password: None, ..good.clone() },
        SmtpSettings { timeout_seconds: 0, ..good.clone() },
        SmtpSettings { connections_max: 0, ..good.clone() },
        SmtpSettings { host: "smtp.example.org".to_owned(), ..good.clone() },
    ] {
        let refused = Mailer::smtp(&bad, a_sender());
        assert!(matches!(refused, Err(MailerError::Settings(_))), "{refused:?}");
    }
    let mailer = Mailer::smtp(&good, a_sender()).unwrap();
    assert!(!format!("{good:?} {mailer:?}").contains("s3cret"));
}

#[tokio::test]
async fn where_mail_goes_is_told_at_the_start() {
    let sink = SmtpSink::start().await.unwrap();
    let told = |security| {
        let host = "smtp.example.org".to_owned();
        let settings = SmtpSettings { host, port: 587, security, ..settings(&sink) };
        Mailer::smtp(&settings, a_sender()).unwrap().describe()
    };
    assert_eq!(told(Security::StartTls), "mail goes to smtp.example.org:587 by STARTTLS");
    assert_eq!(told(Security::Tls), "mail goes to smtp.example.org:587 by TLS");
    assert_eq!(told(Security::None), "mail goes to smtp.example.org:587 without encryption");
}
