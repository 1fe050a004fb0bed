use super::{a_sender, outgoing, parse};
use crate::ids::NoticeId;
use crate::notify::{Mailer, MailerError, Outgoing, SendFailure};
use std::path::{Path, PathBuf};

/// A folder of its own for one test, taken away afterwards.
struct OwnFolder(PathBuf);

impl OwnFolder {
    fn new() -> Self {
        Self(std::env::temp_dir().join(format!("mailbox-{}", NoticeId::new())))
    }

    fn names(&self) -> Vec<String> {
        let entries = std::fs::read_dir(self.0.join("mail")).unwrap();
        entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
    }
}

impl Drop for OwnFolder {
    fn drop(&mut self) {
        std::fs::remove_dir_all(&self.0).unwrap();
    }
}

#[tokio::test]
async fn a_message_is_one_file_however_often_it_is_sent() {
    let own = OwnFolder::new();
    let mailer = Mailer::folder(own.0.join("mail"), a_sender()).unwrap();
    let accepted = mailer.send(&outgoing()).await.unwrap();
    mailer.send(&Outgoing { attempt: 2, ..outgoing() }).await.unwrap();
    let name = "20261120T091000Z-ada.obi@agency.example-01936d5a-0000-7000-8000-000000000001.eml";
    assert_eq!(own.names(), [name]);
    assert_eq!(accepted.answer, format!("written to {name}"));
    let message = parse(&std::fs::read(own.0.join("mail").join(name)).unwrap());
    assert_eq!(message.header("To"), "\"Ada Obi\" <ada.obi@agency.example>");
    assert_eq!(message.parts["text/plain; charset=utf-8"], outgoing().letter.text().unwrap());
}

#[tokio::test]
async fn a_recipient_cannot_name_a_file_elsewhere() {
    let own = OwnFolder::new();
    let mailer = Mailer::folder(own.0.join("mail"), a_sender()).unwrap();
    let to_email = "/../../etc/x@agency.example".to_owned();
    // Whether such an address is taken or not, nothing leaves the folder.
    let _either = mailer.send(&Outgoing { to_email, ..outgoing() }).await;
    assert!(own.names().iter().all(|name| !name.contains('/')));
    assert_eq!(std::fs::read_dir(&own.0).unwrap().count(), 1);
}

#[cfg(unix)]
#[tokio::test]
async fn files_and_folder_are_private() {
    use std::os::unix::fs::PermissionsExt;
    let mode = |path: &Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
    let own = OwnFolder::new();
    let mailer = Mailer::folder(own.0.join("mail"), a_sender()).unwrap();
    mailer.send(&outgoing()).await.unwrap();
    assert_eq!(mode(&own.0.join("mail")), 0o700);
    assert_eq!(mode(&own.0.join("mail").join(&own.names()[0])), 0o600);
}

#[tokio::test]
async fn a_folder_that_cannot_be_written_is_told() {
    let own = OwnFolder::new();
    let mail = own.0.join("mail");
    let mailer = Mailer::folder(&mail, a_sender()).unwrap();
    std::fs::remove_dir(&mail).unwrap();
    let failed = mailer.send(&outgoing()).await;
    assert!(matches!(failed, Err(SendFailure::Temporary(_))), "{failed:?}");
    std::fs::write(&mail, "not a folder").unwrap();
    assert!(matches!(Mailer::folder(&mail, a_sender()), Err(MailerError::Folder { .. })));
}

#[test]
fn the_folder_is_told_at_the_start() {
    let own = OwnFolder::new();
    let mailer = Mailer::folder(own.0.join("mail"), a_sender()).unwrap();
    let told = mailer.describe();
    assert!(
        told.starts_with("no mail server is configured: every message is written to the folder")
    );
    assert!(told.ends_with("mail"));
}
