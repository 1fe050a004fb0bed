//! What stands between the server and PostgreSQL: it hands on what both say, and cuts, holds back or
//! refuses as it is told.

use std::io::{Read, Write};
use std::net::{Ipv4Addr, Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Condvar, Mutex, MutexGuard};
use std::time::{Duration, Instant};

/// What becomes of what is said.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// It is handed on.
    Through,
    /// Each connection is closed as soon as it is made, and those that are there.
    Refuse,
    /// It is held back, and so is whatever is said on new connections; none is closed.
    Stall,
    /// The same, but new connections are served.
    StallThese,
    /// It is handed on so much later.
    Late(Duration),
}

/// Where a connection is cut, once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cut {
    /// When a transaction that writes is to be committed; the database does not hear of it.
    BeforeCommit,
    /// The same, as soon as the database has been told.
    AfterCommit,
    /// The same, when the database has answered; the server does not hear of it.
    AfterAnswer,
    /// After so many bytes of whoever speaks next.
    AfterBytes(u64),
}

/// Runs until it is dropped; its threads end with their connections.
pub struct Proxy {
    pub address: SocketAddr,
    shared: Arc<Shared>,
}

struct Shared {
    database: SocketAddr,
    state: Mutex<State>,
    changed: Condvar,
}

struct State {
    mode: Mode,
    /// Connections up to this number are held back by [`Mode::StallThese`].
    stalled_to: u64,
    cut: Option<Cut>,
    made: u64,
    open: Vec<Pair>,
    ended: bool,
}

/// Both ends of a connection.
struct Pair {
    number: u64,
    server: TcpStream,
    database: TcpStream,
}

/// One direction of a connection.
struct Pump {
    number: u64,
    shared: Arc<Shared>,
    from: TcpStream,
    to: TcpStream,
    /// None on the way back.
    listens: Option<Listening>,
    /// Whether the next answer is to be swallowed: shared by both directions.
    swallows: Arc<Mutex<bool>>,
}

/// What was heard of a transaction.
#[derive(Default)]
struct Listening {
    writes: bool,
}

impl Proxy {
    pub fn to(database: SocketAddr) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let address = listener.local_addr().unwrap();
        let state = State {
            mode: Mode::Through,
            stalled_to: 0,
            cut: None,
            made: 0,
            open: Vec::new(),
            ended: false,
        };
        let shared =
            Arc::new(Shared { database, state: Mutex::new(state), changed: Condvar::new() });
        let serving = Arc::clone(&shared);
        std::thread::spawn(move || serving.serve(&listener));
        Self { address, shared }
    }

    /// From now on.
    pub fn set(&self, mode: Mode) {
        let mut state = self.shared.lock();
        state.mode = mode;
        state.stalled_to = state.made;
        if mode == Mode::Refuse {
            state.open.drain(..).for_each(|pair| pair.close());
        }
        self.shared.changed.notify_all();
    }

    /// Cuts one connection there.
    pub fn cut(&self, cut: Cut) {
        self.shared.lock().cut = Some(cut);
    }

    /// Waits until the connection is cut; says whether it was in time, and cuts none if not.
    pub fn was_cut(&self, within: Duration) -> bool {
        let state = self.shared.lock();
        let waited = self
            .shared
            .changed
            .wait_timeout_while(state, within, |state| state.cut.is_some())
            .unwrap();
        let mut state = waited.0;
        state.cut.take().is_none()
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        let mut state = self.shared.lock();
        state.ended = true;
        state.open.drain(..).for_each(|pair| pair.close());
        drop(state);
        self.shared.changed.notify_all();
        // The listener looks whether it has ended when somebody comes.
        let _ = TcpStream::connect(self.address);
    }
}

impl Pair {
    /// Whoever listens at an end finds it closed.
    fn close(&self) {
        // An end that is closed already is what is wanted.
        let _ = self.server.shutdown(Shutdown::Both);
        let _ = self.database.shutdown(Shutdown::Both);
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap()
    }

    fn serve(self: Arc<Self>, listener: &TcpListener) {
        for server in listener.incoming() {
            let mut state = self.lock();
            if state.ended {
                return;
            }
            let Ok(server) = server else { continue };
            if state.mode == Mode::Refuse {
                continue;
            }
            let Ok(database) = TcpStream::connect(self.database) else { continue };
            for end in [&server, &database] {
                end.set_nodelay(true).unwrap();
            }
            state.made += 1;
            let number = state.made;
            let end = |stream: &TcpStream| stream.try_clone().unwrap();
            state.open.push(Pair { number, server: end(&server), database: end(&database) });
            drop(state);
            let swallows = Arc::new(Mutex::new(false));
            let pump = |from: &TcpStream, to: &TcpStream, listens| Pump {
                number,
                shared: Arc::clone(&self),
                from: end(from),
                to: end(to),
                listens,
                swallows: Arc::clone(&swallows),
            };
            let there = pump(&server, &database, Some(Listening::default()));
            let back = pump(&database, &server, None);
            std::thread::spawn(move || there.run());
            std::thread::spawn(move || back.run());
        }
    }

    fn close(&self, number: u64) {
        let mut state = self.lock();
        if let Some(at) = state.open.iter().position(|pair| pair.number == number) {
            state.open.swap_remove(at).close();
        }
    }

    /// Waits for as long as this connection is held back; then how late it is to be.
    fn hold_back(&self, number: u64) -> Duration {
        let is_held = |state: &mut State| {
            !state.ended
                && match state.mode {
                    Mode::Stall => true,
                    Mode::StallThese => number <= state.stalled_to,
                    Mode::Through | Mode::Refuse | Mode::Late(_) => false,
                }
        };
        let state = self.changed.wait_while(self.lock(), is_held).unwrap();
        match state.mode {
            Mode::Late(late) => late,
            _ => Duration::ZERO,
        }
    }

    /// Holds back for so long, unless the mode changes.
    fn be_late(&self, late: Duration) {
        let began = Instant::now();
        let is_late = |state: &mut State| !state.ended && state.mode == Mode::Late(late);
        if late > began.elapsed() {
            drop(self.changed.wait_timeout_while(self.lock(), late, is_late).unwrap());
        }
    }
}

impl Pump {
    fn run(mut self) {
        let mut chunk = [0; 16_384];
        while let Ok(length @ 1..) = self.from.read(&mut chunk) {
            let late = self.shared.hold_back(self.number);
            if !late.is_zero() {
                self.shared.be_late(late);
                self.shared.hold_back(self.number);
            }
            if !self.hand_on(&chunk[..length]) {
                break;
            }
        }
        self.shared.close(self.number);
    }

    /// Hands it on, or as much of it as is to arrive; then it says whether it goes on.
    fn hand_on(&mut self, said: &[u8]) -> bool {
        if *self.swallows.lock().unwrap() && self.listens.is_none() {
            return false;
        }
        let is_commit = self.listens.as_mut().is_some_and(|listens| listens.commits(said));
        let cut = {
            let mut state = self.shared.lock();
            let here = match state.cut {
                Some(Cut::AfterBytes(bytes)) if bytes > said.len() as u64 => {
                    state.cut = Some(Cut::AfterBytes(bytes - said.len() as u64));
                    None
                }
                Some(cut @ Cut::AfterBytes(_)) => Some(cut),
                Some(cut) if is_commit => Some(cut),
                _ => None,
            };
            if here.is_some() {
                state.cut = None;
                // Before anything arrives: so that no answer can overtake it.
                *self.swallows.lock().unwrap() = here == Some(Cut::AfterAnswer);
            }
            here
        };
        let goes_on = match cut {
            None => self.to.write_all(said).is_ok(),
            Some(Cut::BeforeCommit) => false,
            Some(Cut::AfterCommit) => {
                // It may be gone, which is a cut too.
                let _ = self.to.write_all(said);
                false
            }
            Some(Cut::AfterAnswer) => self.to.write_all(said).is_ok(),
            Some(Cut::AfterBytes(bytes)) => {
                let _ = self.to.write_all(&said[..usize::try_from(bytes).unwrap()]);
                false
            }
        };
        if cut.is_some() {
            self.shared.changed.notify_all();
        }
        goes_on
    }
}

impl Listening {
    /// Whether it commits a transaction that writes. The statements that begin and end one are sent
    /// as texts, each in a piece of its own.
    fn commits(&mut self, said: &[u8]) -> bool {
        let has = |text: &[u8]| said.windows(text.len()).any(|part| part == text);
        if has(b"READ ONLY\0") {
            self.writes = false;
        } else if has(b"BEGIN\0") {
            self.writes = true;
        }
        self.writes && has(b"COMMIT\0")
    }
}
