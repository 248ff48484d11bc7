#include "base/host_file.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/sysmacros.h>
#include <time.h>
#include <unistd.h>

#include "base/log.h"

static int close_with(int fd, int error)
{
    close(fd);
    errno = error;
    return -1;
}

int host_file_open(const char *path)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    struct stat file;

    if (fd == -1)
        return -1;
    if (fstat(fd, &file) == -1)
        return close_with(fd, errno);
    return S_ISREG(file.st_mode) ? fd : close_with(fd, EINVAL);
}

FILE *host_file_stream(const char *path)
{
    int fd = host_file_open(path);
    FILE *file = fd == -1 ? NULL : fdopen(fd, "r");

    if (fd != -1 && !file)
        close_with(fd, errno);
    return file;
}

/* True if the file has this state for the first time. */
static bool is_news(struct host_file_denial *denial, const struct stat *now)
{
    bool is_known;

    pthread_mutex_lock(&denial->lock);
    is_known = denial->is_logged && host_file_same(now, &denial->seen);
    denial->is_logged = true;
    denial->seen = *now;
    pthread_mutex_unlock(&denial->lock);
    return !is_known;
}

void host_file_warn_denied(struct host_file_denial *denial, const char *path,
                           const char *effect)
{
    struct stat now = {0};

    if (errno != EACCES)
        return;
    if (stat(path, &now) == -1)
        now = (struct stat){0};
    if (is_news(denial, &now))
        log_warning("the server's user may not read %s, so %s", path, effect);
}

static bool is_dev_null(const struct stat *file)
{
    return file->st_rdev == makedev(1, 3);
}

bool host_file_may_never_end(const char *path)
{
    struct stat file;

    return stat(path, &file) == 0 &&
           (S_ISFIFO(file.st_mode) || (S_ISCHR(file.st_mode) && !is_dev_null(&file)));
}

enum {
    REST_MS = 100,    /* longer than the tick of any kernel, 10 ms, and than most writes */
    COARSE_MS = 2100, /* for file systems with whole seconds; FAT has even ones only */
};

static int64_t ms_of(const struct timespec *time)
{
    return (int64_t)time->tv_sec * 1000 + time->tv_nsec / 1000000;
}

/* Nobody can set a ctime, so one without nanoseconds shows that the file system has none:
 * FAT, or ext4 with inodes of 128 octets. */
static int64_t rest_of(const struct stat *file)
{
    return file->st_ctim.tv_nsec == 0 ? COARSE_MS : REST_MS;
}

bool host_file_had_rested(const struct stat *file, int64_t unix_ms)
{
    int64_t rest_ms = rest_of(file);

    return ms_of(&file->st_ctim) + rest_ms < unix_ms &&
           ms_of(&file->st_mtim) + rest_ms < unix_ms;
}

bool host_file_has_rested(const struct stat *file)
{
    struct timespec now; /* by the clock that the kernel uses for files */

    clock_gettime(CLOCK_REALTIME_COARSE, &now);
    return host_file_had_rested(file, ms_of(&now));
}

static bool same_time(const struct timespec *a, const struct timespec *b)
{
    return a->tv_sec == b->tv_sec && a->tv_nsec == b->tv_nsec;
}

bool host_file_same(const struct stat *a, const struct stat *b)
{
    return a->st_ino == b->st_ino && a->st_dev == b->st_dev && a->st_size == b->st_size &&
           same_time(&a->st_ctim, &b->st_ctim) && same_time(&a->st_mtim, &b->st_mtim);
}
