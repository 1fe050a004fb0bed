//! What something costs: seconds, seconds of this process's processors, and memory.

use crate::raw::Raw;
use std::fs;
use std::time::Instant;

/// A processor's time is counted in hundredths of a second.
const TICKS_A_SECOND: f64 = 100.0;
/// How often each thing is done; the quickest counts.
const TIMES: usize = 3;

/// What something cost at the best of its times, and the most memory that any took.
#[derive(Debug, Clone, Copy)]
pub struct Cost {
    pub seconds: f64,
    /// This process's.
    pub processor_seconds: f64,
    /// Of the database server, if there is one, on the same machine.
    pub server_seconds: f64,
    /// By how many kB more than when measuring began.
    pub more_memory: u64,
    /// How many programs wanted a processor, this one among them.
    pub load: f64,
}

impl Cost {
    pub fn say(self, what: &str) {
        println!(
            "{what:<62} {:>8.3} s, of processors {:>6.2} s and {:>6.2} s at the server, {:>7} kB more, \
             load {:.1}",
            self.seconds, self.processor_seconds, self.server_seconds, self.more_memory, self.load
        );
    }
}

/// Measuring, from what this process had of memory when it began: what was freed since may be used
/// again and is not seen as more.
#[derive(Debug, Clone, Copy)]
pub struct Measure {
    memory: u64,
    /// The first process of the database server.
    server: Option<i64>,
}

impl Measure {
    /// On a connection's database: one of a server's processes answers it.
    pub fn begin(raw: &mut Raw) -> Self {
        let server = (!raw.is_sqlite()).then(|| {
            let pid = raw.number("select pg_backend_pid()::bigint as value");
            stat(&format!("/proc/{pid}/stat"))[1]
        });
        Self { memory: memory("VmRSS:"), server }
    }

    /// What something costs that is done some times.
    pub async fn cost_of(self, mut work: impl AsyncFnMut()) -> Cost {
        let mut best = self.cost_once(&mut work).await;
        for _ in 1..TIMES {
            let cost = self.cost_once(&mut work).await;
            let more_memory = best.more_memory.max(cost.more_memory);
            let quickest = if cost.seconds < best.seconds { cost } else { best };
            best = Cost { more_memory, ..quickest };
        }
        best
    }

    /// What something costs that is done once.
    pub async fn cost_once(self, mut work: impl AsyncFnMut()) -> Cost {
        // "5" begins the peak anew.
        fs::write("/proc/self/clear_refs", "5").unwrap();
        let before = (ticks(), self.server_ticks());
        let begun = Instant::now();
        work().await;
        Cost {
            seconds: begun.elapsed().as_secs_f64(),
            processor_seconds: (ticks() - before.0) as f64 / TICKS_A_SECOND,
            server_seconds: (self.server_ticks() - before.1) as f64 / TICKS_A_SECOND,
            more_memory: memory("VmHWM:").saturating_sub(self.memory),
            load: load(),
        }
    }

    /// The time that processors spent on the processes that answer at the server.
    fn server_ticks(self) -> i64 {
        let Some(server) = self.server else { return 0 };
        let all = fs::read_dir("/proc").unwrap().map(|entry| entry.unwrap());
        let all = all.filter(|entry| entry.file_name().to_string_lossy().parse::<u32>().is_ok());
        // One may end meanwhile.
        let all = all.filter_map(|entry| fs::read_to_string(entry.path().join("stat")).ok());
        let theirs = all.map(|stat| fields(&stat)).filter(|fields| fields[1] == server);
        theirs.map(|fields| fields[11] + fields[12]).sum()
    }
}

/// What this process has of memory, in kB.
fn memory(line: &str) -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap();
    let found = status.lines().find(|it| it.starts_with(line)).unwrap();
    found.split_whitespace().nth(1).unwrap().parse().unwrap()
}

/// The time that processors spent on this process.
fn ticks() -> i64 {
    let fields = stat("/proc/self/stat");
    fields[11] + fields[12]
}

fn stat(path: &str) -> Vec<i64> {
    fields(&fs::read_to_string(path).unwrap())
}

/// The fields after a process's name, which may hold spaces and ends with the last bracket; 0 for one
/// that is no number.
fn fields(stat: &str) -> Vec<i64> {
    let fields = stat.rsplit_once(") ").unwrap().1.split(' ');
    fields.map(|field| field.trim().parse().unwrap_or(0)).collect()
}

fn load() -> f64 {
    let text = fs::read_to_string("/proc/loadavg").unwrap();
    text.split(' ').next().unwrap().parse().unwrap()
}
