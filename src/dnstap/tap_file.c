#include "dnstap/tap_file.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/bytes.h"

enum { MODE = 0640, READ_OCTETS = 64 * 1024 };

int tap_file_open(const char *path)
{
    /* A pipe without a reader would make open() wait. */
    int fd = open(path, O_RDWR | O_CREAT | O_NONBLOCK | O_NOCTTY | O_CLOEXEC, MODE);
    struct stat file;
    int error = EINVAL;

    if (fd == -1)
        return -1;
    if (fstat(fd, &file) == -1)
        error = errno;
    else if (S_ISREG(file.st_mode))
        return fd;
    close(fd);
    errno = error;
    return -1;
}

/* Reads `len` octets; false with errno, EILSEQ if the file has fewer. */
static bool read_at(int fd, void *data, size_t len, off_t at)
{
    ssize_t got = pread(fd, data, len, at);

    if (got >= 0 && (size_t)got < len)
        errno = EILSEQ;
    return got == (ssize_t)len;
}

/* The length of START, with which the file must begin; -1 with errno. */
static off_t find_first_frame(int fd)
{
    uint8_t octets[TAP_FRAME_CONTROL_MAX];
    ssize_t got = pread(fd, octets, sizeof octets, 0);
    enum tap_frame frame;
    size_t len;

    if (got == -1)
        return -1;
    if (tap_frame_read(octets, (size_t)got, &frame, &len) == TAP_FRAME_WHOLE &&
        frame == TAP_FRAME_START)
        return (off_t)len;
    errno = EILSEQ;
    return -1;
}

/* No data frame ends like STOP: the last octet of each is the type of its content, 1. */
static bool ends_with_stop(int fd, off_t size, size_t *stop_len)
{
    uint8_t expected[TAP_FRAME_CONTROL_MAX], octets[TAP_FRAME_CONTROL_MAX];

    *stop_len = tap_frame_write(TAP_FRAME_STOP, expected);
    return *stop_len > 0 && size >= (off_t)*stop_len &&
           read_at(fd, octets, *stop_len, size - (off_t)*stop_len) &&
           memcmp(octets, expected, *stop_len) == 0;
}

/* Steps over data frames as long as they are whole. Several are read at once, since a file
 * may have millions. -1 with errno if it cannot be read: what follows may be whole. */
static off_t find_last_end(int fd, off_t at, off_t size)
{
    static uint8_t octets[READ_OCTETS];
    off_t begin = at, end = at;

    while (at + TAP_FRAME_LENGTH <= size) {
        struct reader in;
        uint32_t len;

        if (at < begin || at + TAP_FRAME_LENGTH > end) {
            ssize_t got = pread(fd, octets, sizeof octets, at);

            if (got < TAP_FRAME_LENGTH)
                return got == -1 ? -1 : at;
            begin = at;
            end = at + got;
        }
        in = reader_of(octets + (at - begin), TAP_FRAME_LENGTH);
        if (!get_u32(&in, &len) || len == 0 || len > TAP_ENCODED_MAX ||
            at + TAP_FRAME_LENGTH + (off_t)len > size)
            return at;
        at += TAP_FRAME_LENGTH + (off_t)len;
    }
    return at;
}

static bool cut(int fd, off_t at)
{
    return ftruncate(fd, at) == 0 && lseek(fd, at, SEEK_SET) == at;
}

static bool continue_file(int fd, off_t size)
{
    off_t first = find_first_frame(fd), last_end;
    size_t stop_len;

    if (first == -1)
        return false;
    if (ends_with_stop(fd, size, &stop_len))
        return cut(fd, size - (off_t)stop_len);
    last_end = find_last_end(fd, first, size);
    return last_end != -1 && cut(fd, last_end);
}

static bool write_control(int fd, enum tap_frame frame)
{
    uint8_t octets[TAP_FRAME_CONTROL_MAX];
    size_t len = tap_frame_write(frame, octets);
    off_t before = lseek(fd, 0, SEEK_CUR);
    ssize_t done = len > 0 ? write(fd, octets, len) : -1;
    int saved = errno;

    if (len > 0 && done == (ssize_t)len)
        return true;
    if (before != -1)
        cut(fd, before);
    errno = done >= 0 ? ENOSPC : saved;
    return false;
}

bool tap_file_begin(int fd)
{
    struct stat file;

    if (fstat(fd, &file) == -1)
        return false;
    return file.st_size > 0 ? continue_file(fd, file.st_size)
                            : write_control(fd, TAP_FRAME_START);
}

bool tap_file_write(int fd, struct tap_batch *batch)
{
    off_t before = lseek(fd, 0, SEEK_CUR);
    ssize_t done = before == -1 ? -1 : write(fd, batch->octets, batch->len);
    bool is_whole = done == (ssize_t)batch->len;
    int saved = done >= 0 ? ENOSPC : errno;

    if (done > 0)
        batch->sent = (size_t)done;
    if (!is_whole && before != -1)
        cut(fd, before + (off_t)tap_batch_whole(batch));
    tap_batch_settle(batch);
    errno = saved;
    return is_whole;
}

bool tap_file_end(int fd)
{
    return write_control(fd, TAP_FRAME_STOP);
}
