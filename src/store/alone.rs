//! One server to a file: SQLite's file belongs to one server process, on a disk of this machine.

use super::error::StoreError;
use super::pool::DatabaseUrl;
use std::fs::{File, OpenOptions, TryLockError};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

/// File systems on other machines: SQLite's locks do not hold there, and two servers would write at
/// once (sqlite.org/faq.html, question 5).
const NETWORK_FILE_SYSTEMS: [&str; 10] = [
    "nfs",
    "nfs4",
    "cifs",
    "smb3",
    "smbfs",
    "afs",
    "ceph",
    "glusterfs",
    "fuse.sshfs",
    "fuse.glusterfs",
];

/// That no other server process uses the database's file, as long as this is kept. The lock is the
/// operating system's: it goes with the process, however that ends.
#[derive(Debug)]
pub struct Alone {
    #[expect(dead_code, reason = "kept for its lock")]
    lock: Option<File>,
}

impl Alone {
    /// Makes sure of it. On PostgreSQL several servers share a database, and there is nothing to do.
    ///
    /// # Errors
    /// Another server process uses the file, or it is not on a disk of this machine.
    pub fn take(url: &DatabaseUrl) -> Result<Self, StoreError> {
        let DatabaseUrl::Sqlite(path) = url else { return Ok(Self { lock: None }) };
        super::pool::make_folder(path)?;
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
        let folder = folder.unwrap_or(Path::new(".")).canonicalize().map_err(|error| {
            StoreError::Unusable(format!("finding the folder of {}: {error}", path.display()))
        })?;
        if let Some(kind) = mounts().and_then(|mounts| network_file_system(&mounts, &folder)) {
            return Err(StoreError::Unusable(format!(
                "{} is on a network file system ({kind}), where SQLite's locks do not hold: put the \
                 database on a disk of this machine, or use PostgreSQL",
                path.display()
            )));
        }
        Self::lock(path)
    }

    fn lock(path: &Path) -> Result<Self, StoreError> {
        let mut name = path.as_os_str().to_owned();
        name.push(".lock");
        let name = PathBuf::from(name);
        let failed = |error: &dyn std::fmt::Display| {
            StoreError::Unusable(format!("locking {}: {error}", name.display()))
        };
        let file = OpenOptions::new()
            .create(true)
            .truncate(false)
            .write(true)
            .mode(0o600)
            .open(&name)
            .map_err(|error| failed(&error))?;
        match file.try_lock() {
            Ok(()) => Ok(Self { lock: Some(file) }),
            Err(TryLockError::WouldBlock) => Err(StoreError::InUse(path.display().to_string())),
            Err(TryLockError::Error(error)) => Err(failed(&error)),
        }
    }
}

/// What is mounted where; none where the operating system does not tell.
fn mounts() -> Option<String> {
    std::fs::read_to_string("/proc/self/mountinfo").ok()
}

/// The kind of the network file system that a folder is on; none if it is on a disk of this machine.
/// The form is that of proc(5): the fifth field is the place, and after a dash comes the kind.
fn network_file_system(mounts: &str, folder: &Path) -> Option<String> {
    let mounted = mounts.lines().filter_map(|line| {
        let (before, after) = line.split_once(" - ")?;
        let place = before.split(' ').nth(4)?.replace("\\040", " ");
        let kind = after.split(' ').next()?;
        folder.starts_with(&place).then(|| (place.len(), kind.to_owned()))
    });
    // Of two at the same place the later one is on top.
    let (_, kind) = mounted.max_by_key(|(length, _)| *length)?;
    NETWORK_FILE_SYSTEMS.contains(&kind.as_str()).then_some(kind)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_is_on_the_file_system_that_is_mounted_nearest_above_it() {
        let mounts = "22 1 254:1 / / rw,relatime - ext4 /dev/vda1 rw\n\
                      40 22 0:40 / /srv/share rw - nfs4 server:/x rw,vers=4.2\n\
                      41 40 8:1 / /srv/share/disk rw master:1 - xfs /dev/sda1 rw\n\
                      42 22 0:41 / /mnt/two\\040words rw - cifs //server/x rw\n";
        let on = |folder: &str| network_file_system(mounts, Path::new(folder));
        assert_eq!(on("/srv/data"), None);
        assert_eq!(on("/srv/share/data").as_deref(), Some("nfs4"));
        assert_eq!(on("/srv/shared"), None, "a name that begins alike is another folder");
        assert_eq!(on("/srv/share/disk/data"), None);
        assert_eq!(on("/mnt/two words/data").as_deref(), Some("cifs"));
        assert_eq!(network_file_system("", Path::new("/srv")), None);
    }

    #[test]
    fn whoever_comes_second_is_refused_until_the_first_has_gone() {
        let folder = tempfile::tempdir().unwrap();
        let url = DatabaseUrl::Sqlite(folder.path().join("new/it.sqlite3"));
        let first = Alone::take(&url).unwrap();
        assert!(matches!(Alone::take(&url), Err(StoreError::InUse(_))));
        drop(first);
        Alone::take(&url).unwrap();
    }
}
