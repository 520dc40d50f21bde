/* Faults in what a process writes to files below $FAULTS_BELOW, as the file $FAULTS_CONTROL says (faults.py).
 *
 * Loaded by LD_PRELOAD. Which call fails, and how, follows from the seed and the number of the call.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

enum { FULL = 1, TORN = 2, SYNC = 4, KILL = 8 };

struct control {
    volatile uint32_t odds;  /* of 2^32, for each call */
    volatile uint32_t kinds; /* a sum of the above */
    volatile uint64_t seed;
    uint64_t calls;
    uint64_t faults;
};

static struct control *control;
static const char *below;

__attribute__((constructor)) static void begin(void) {
    const char *path = getenv("FAULTS_CONTROL");
    below = getenv("FAULTS_BELOW");
    int fd = path && below ? open(path, O_RDWR | O_CLOEXEC) : -1;
    if (fd < 0) return;
    void *mapped = mmap(NULL, sizeof *control, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    close(fd);
    if (mapped != MAP_FAILED) control = mapped;
}

static uint64_t mixed(uint64_t x) { /* splitmix64 */
    x += 0x9e3779b97f4a7c15u;
    x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9u;
    x = (x ^ (x >> 27)) * 0x94d049bb133111ebu;
    return x ^ (x >> 31);
}

static int is_below(int fd) {
    char link[32], path[4096];
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t length = readlink(link, path, sizeof path - 1);
    if (length < 0) return 0;
    path[length] = 0;
    return strncmp(path, below, strlen(below)) == 0;
}

/* One of `possible`, or 0 where the call is to succeed. */
static uint32_t fault(int fd, uint32_t possible) {
    if (!control || !control->odds) return 0;
    int before = errno;
    int ours = is_below(fd);
    errno = before;
    if (!ours) return 0;
    uint64_t roll = mixed(control->seed ^ mixed(__atomic_fetch_add(&control->calls, 1, __ATOMIC_RELAXED)));
    if ((uint32_t)roll >= control->odds) return 0;
    uint32_t kinds[4], count = 0;
    for (uint32_t kind = 1; kind <= KILL; kind <<= 1)
        if (control->kinds & possible & kind) kinds[count++] = kind;
    if (!count) return 0;
    __atomic_fetch_add(&control->faults, 1, __ATOMIC_RELAXED);
    return kinds[(roll >> 32) % count];
}

static void die(void) {
    kill(getpid(), SIGKILL);
    for (;;) pause();
}

#define REAL(name) \
    static __typeof__(&name) real; \
    if (!real) real = (__typeof__(&name))dlsym(RTLD_NEXT, #name)

/* Of a write that is torn, the first half is written. */
#define WRITES(name, parameters, half, whole) \
    ssize_t name parameters { \
        REAL(name); \
        uint32_t kind = fault(fd, FULL | TORN | KILL); \
        if (!kind) return real whole; \
        if (kind != FULL) (void)!real half; \
        if (kind == KILL) die(); \
        errno = kind == FULL ? ENOSPC : EIO; \
        return -1; \
    }

#define SYNCS(name) \
    int name(int fd) { \
        REAL(name); \
        uint32_t kind = fault(fd, SYNC | KILL); \
        if (!kind) return real(fd); \
        if (kind == KILL) die(); \
        errno = EIO; \
        return -1; \
    }

WRITES(write, (int fd, const void *from, size_t size), (fd, from, size / 2), (fd, from, size))
WRITES(pwrite, (int fd, const void *from, size_t size, off_t at), (fd, from, size / 2, at), (fd, from, size, at))
WRITES(pwrite64, (int fd, const void *from, size_t size, off64_t at), (fd, from, size / 2, at), (fd, from, size, at))
SYNCS(fsync)
SYNCS(fdatasync)
