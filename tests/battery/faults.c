/* Preloaded into the server under test: it fails the system calls on the database's files as it is
 * told, and writes down in which order the log was written and synced and answers left.
 *
 * FAULTS_CONTROL names a file that is mapped and shared with the test (see `struct control`), and
 * FAULTS_LOG, where it is set, the file that is written to. Files of the database are told by
 * ".sqlite3" in their names. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <unistd.h>

enum { OFF = 0, FULL = 1, WRITE_FAILS = 2, SYNC_FAILS = 3, SYNC_SKIPPED = 4 };

struct control {
    uint64_t mode;
    uint64_t after;  /* so many writes (or syncs) succeed first */
    uint64_t times;  /* so many fail then; 0: all */
    uint64_t writes; /* counted since the mode was set */
    uint64_t syncs;
    uint64_t failed;
};

static struct control nothing;
static struct control *control = &nothing;
static int log_fd = -1;
static pthread_mutex_t one_at_a_time = PTHREAD_MUTEX_INITIALIZER;

#define REAL(name) real_##name
#define FIND(name) REAL(name) = dlsym(RTLD_NEXT, #name)
static ssize_t (*REAL(write))(int, const void *, size_t);
static ssize_t (*REAL(pwrite64))(int, const void *, size_t, off_t);
static int (*REAL(fsync))(int);
static int (*REAL(fdatasync))(int);
static int (*REAL(ftruncate64))(int, off_t);
static ssize_t (*REAL(writev))(int, const struct iovec *, int);
static ssize_t (*REAL(send))(int, const void *, size_t, int);
static ssize_t (*REAL(sendto))(int, const void *, size_t, int, const struct sockaddr *, socklen_t);
static ssize_t (*REAL(sendmsg))(int, const struct msghdr *, int);
static ssize_t (*REAL(read))(int, void *, size_t);
static ssize_t (*REAL(recv))(int, void *, size_t, int);
static ssize_t (*REAL(recvfrom))(int, void *, size_t, int, struct sockaddr *, socklen_t *);

__attribute__((constructor)) static void begin(void) {
    FIND(write); FIND(pwrite64); FIND(fsync); FIND(fdatasync); FIND(ftruncate64); FIND(writev);
    FIND(send); FIND(sendto); FIND(sendmsg); FIND(read); FIND(recv); FIND(recvfrom);
    const char *path = getenv("FAULTS_CONTROL");
    int fd = path ? open(path, O_RDWR | O_CLOEXEC) : -1;
    if (fd >= 0) {
        void *shared = mmap(NULL, sizeof *control, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
        if (shared != MAP_FAILED) control = shared;
        close(fd);
    }
    path = getenv("FAULTS_LOG");
    if (path) log_fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
}

static void note(const char *format, ...) {
    if (log_fd < 0) return;
    char line[512];
    va_list arguments;
    va_start(arguments, format);
    int length = vsnprintf(line, sizeof line, format, arguments);
    va_end(arguments);
    if (length > (int)sizeof line) length = sizeof line;
    syscall(SYS_write, log_fd, line, (size_t)length);
}

/* What a descriptor is: 0 nothing of ours, 1 the database, 2 its log, 3 a connection. */
static int kind(int fd) {
    char place[64], name[512];
    snprintf(place, sizeof place, "/proc/self/fd/%d", fd);
    ssize_t length = readlink(place, name, sizeof name - 1);
    if (length <= 0) return 0;
    name[length] = 0;
    if (strncmp(name, "socket:", 7) == 0) return 3;
    if (!strstr(name, ".sqlite3")) return 0;
    return length > 4 && strcmp(name + length - 4, "-wal") == 0 ? 2 : 1;
}

static int is_its_turn(uint64_t counted) {
    if (counted <= control->after) return 0;
    if (control->times && counted > control->after + control->times) return 0;
    note("failed\n");
    __atomic_add_fetch(&control->failed, 1, __ATOMIC_SEQ_CST);
    return 1;
}

/* Whether this write fails; with a full disk the first that does is cut short, as on a real one. */
static int write_fails(size_t *length) {
    uint64_t mode = control->mode;
    if (mode != FULL && mode != WRITE_FAILS) return 0;
    uint64_t counted = __atomic_add_fetch(&control->writes, 1, __ATOMIC_SEQ_CST);
    if (!is_its_turn(counted)) return 0;
    if (mode == FULL && counted == control->after + 1 && *length > 1) {
        *length /= 2;
        return 0;
    }
    errno = mode == FULL ? ENOSPC : EIO;
    return 1;
}

/* The keys that stand in a page or a request: from "key-" to "x". */
static void note_keys(const char *what, int fd, const char *bytes, size_t length) {
    const char *at = bytes, *end = bytes + length;
    while (log_fd >= 0 && (at = memmem(at, (size_t)(end - at), "key-", 4))) {
        char key[40] = {0};
        size_t n = 0;
        while (at + n < end && n < sizeof key - 1 &&
               (at[n] == '-' || (at[n] >= '0' && at[n] <= '9') || (at[n] >= 'a' && at[n] <= 'z')))
            key[n] = at[n], n++;
        char *end_of_key = strchr(key, 'x');
        if (end_of_key) {
            end_of_key[1] = 0;
            note("%s %d %s\n", what, fd, key);
        }
        at += 4;
    }
}

/* A frame of SQLite's log is a header of 24 bytes, whose second word is not zero in the last frame
 * of a commit, and then its page. Noted once it is written: what is noted before a sync begins is in
 * that sync. */
static void note_log_write(int fd, const void *bytes, size_t length) {
    if (log_fd < 0) return;
    const unsigned char *head = bytes;
    pthread_mutex_lock(&one_at_a_time);
    if (length == 24) {
        note("%s %d\n", head[4] | head[5] | head[6] | head[7] ? "last" : "frame", fd);
    } else if (length >= 512) {
        note_keys("page", fd, bytes, length);
        note("written %d\n", fd);
    }
    pthread_mutex_unlock(&one_at_a_time);
}

ssize_t pwrite64(int fd, const void *bytes, size_t length, off_t at) {
    int what = kind(fd);
    if ((what == 1 || what == 2) && write_fails(&length)) return -1;
    ssize_t done = REAL(pwrite64)(fd, bytes, length, at);
    if (what == 2 && done == (ssize_t)length) note_log_write(fd, bytes, length);
    return done;
}
ssize_t pwrite(int fd, const void *bytes, size_t length, off_t at) {
    return pwrite64(fd, bytes, length, at);
}

int ftruncate64(int fd, off_t length) {
    int what = kind(fd);
    size_t one = 1;
    if ((what == 1 || what == 2) && length > 0 && write_fails(&one)) return -1;
    return REAL(ftruncate64)(fd, length);
}
int ftruncate(int fd, off_t length) { return ftruncate64(fd, length); }

static int synced(int fd, int (*really)(int)) {
    int what = kind(fd);
    if (what != 1 && what != 2) return really(fd);
    if (control->mode == SYNC_SKIPPED) return 0;
    if (control->mode == SYNC_FAILS && what == 2) {
        uint64_t counted = __atomic_add_fetch(&control->syncs, 1, __ATOMIC_SEQ_CST);
        if (is_its_turn(counted)) {
            errno = EIO;
            return -1;
        }
    }
    if (what == 2) {
        pthread_mutex_lock(&one_at_a_time);
        note("sync %d\n", fd);
        pthread_mutex_unlock(&one_at_a_time);
    }
    int done = really(fd);
    if (what == 2 && done == 0) {
        pthread_mutex_lock(&one_at_a_time);
        note("synced %d\n", fd);
        pthread_mutex_unlock(&one_at_a_time);
    }
    return done;
}
int fsync(int fd) { return synced(fd, REAL(fsync)); }
int fdatasync(int fd) { return synced(fd, REAL(fdatasync)); }

/* Noted before the first byte leaves. */
static void note_answer(int fd, const void *bytes, size_t length) {
    if (log_fd < 0 || length < 12 || memcmp(bytes, "HTTP/1.1 ", 9) != 0) return;
    if (kind(fd) != 3) return;
    pthread_mutex_lock(&one_at_a_time);
    note("answer %d %.3s\n", fd, (const char *)bytes + 9);
    pthread_mutex_unlock(&one_at_a_time);
}
/* The key of a request, which stands in its head. */
static void note_request(int fd, const void *bytes, ssize_t length) {
    if (log_fd < 0 || length <= 0) return;
    const char *key = memmem(bytes, (size_t)length, "key-", 4);
    if (!key || kind(fd) != 3) return;
    pthread_mutex_lock(&one_at_a_time);
    note_keys("request", fd, bytes, (size_t)length);
    pthread_mutex_unlock(&one_at_a_time);
}

ssize_t write(int fd, const void *bytes, size_t length) {
    int what = length > 0 ? kind(fd) : 0;
    if ((what == 1 || what == 2) && write_fails(&length)) return -1;
    if (what == 3) note_answer(fd, bytes, length);
    ssize_t done = REAL(write)(fd, bytes, length);
    if (what == 2 && done == (ssize_t)length) note_log_write(fd, bytes, length);
    return done;
}
ssize_t writev(int fd, const struct iovec *parts, int count) {
    if (count > 0) note_answer(fd, parts[0].iov_base, parts[0].iov_len);
    return REAL(writev)(fd, parts, count);
}
ssize_t send(int fd, const void *bytes, size_t length, int flags) {
    note_answer(fd, bytes, length);
    return REAL(send)(fd, bytes, length, flags);
}
ssize_t sendto(int fd, const void *bytes, size_t length, int flags, const struct sockaddr *to,
               socklen_t size) {
    note_answer(fd, bytes, length);
    return REAL(sendto)(fd, bytes, length, flags, to, size);
}
ssize_t sendmsg(int fd, const struct msghdr *message, int flags) {
    if (message->msg_iovlen > 0)
        note_answer(fd, message->msg_iov[0].iov_base, message->msg_iov[0].iov_len);
    return REAL(sendmsg)(fd, message, flags);
}
ssize_t read(int fd, void *bytes, size_t length) {
    ssize_t done = REAL(read)(fd, bytes, length);
    note_request(fd, bytes, done);
    return done;
}
ssize_t recv(int fd, void *bytes, size_t length, int flags) {
    ssize_t done = REAL(recv)(fd, bytes, length, flags);
    note_request(fd, bytes, done);
    return done;
}
ssize_t recvfrom(int fd, void *bytes, size_t length, int flags, struct sockaddr *from,
                 socklen_t *size) {
    ssize_t done = REAL(recvfrom)(fd, bytes, length, flags, from, size);
    note_request(fd, bytes, done);
    return done;
}
