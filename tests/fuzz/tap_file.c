/*
 * A dnstap file that was cut anywhere and is continued: it then has whole frames and no
 * STOP, and of a file that is refused nothing is changed. The first octet says how much of
 * the rest is there.
 */
#include "fuzz.h"

#include "dnstap/tap_file.h"

#include <errno.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

enum { STOP = 12 }; /* octets of that frame */

/* What stands before STOP was written as a whole, and is not looked through. */
static bool ends_with_stop(const uint8_t *data, size_t size)
{
    return size >= STOP &&
           memcmp(data + size - STOP, "\0\0\0\0\0\0\0\4\0\0\0\3", STOP) == 0;
}

static size_t size_of(int file)
{
    struct stat status;

    must(fstat(file, &status) == 0);
    return (size_t)status.st_size;
}

/* START, and behind it frames that have octets. */
static void must_be_whole(int file, const uint8_t *data, size_t kept)
{
    static uint8_t octets[8192];
    enum tap_frame frame;
    size_t at;

    must(kept <= sizeof octets && pread(file, octets, kept, 0) == (ssize_t)kept);
    must(data == NULL || memcmp(octets, data, kept) == 0);
    must(tap_frame_read(octets, kept, &frame, &at) == TAP_FRAME_WHOLE);
    must(frame == TAP_FRAME_START);
    while (at < kept) {
        size_t len = (size_t)octets[at] << 24 | (size_t)octets[at + 1] << 16 |
                     (size_t)octets[at + 2] << 8 | octets[at + 3];

        at += TAP_FRAME_LENGTH + len;
        must(len > 0);
    }
    must(at == kept);
}

static void must_go_on(int file, size_t kept)
{
    static struct tap_batch batch;
    const struct tap_config config = {.identity = "name"};
    const struct tap_record record = {.type = TAP_CLIENT_QUERY, .len = 2};

    tap_batch_add(&batch, &config, &record, (const uint8_t *)"ab");
    must(tap_file_write(file, &batch) && size_of(file) > kept);
    must_be_whole(file, NULL, size_of(file));
    kept = size_of(file);
    must(tap_file_end(file) && size_of(file) > kept);
    must(tap_file_begin(file) && size_of(file) == kept);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static int file = -1;
    size_t first = size > 0 ? (size - 1) * data[0] / UINT8_MAX : 0, kept;

    if (file == -1)
        file = memfd_create("fuzz", 0);
    must(file != -1 && ftruncate(file, 0) == 0);
    must(first == 0 || pwrite(file, data + 1, first, 0) == (ssize_t)first);
    must(lseek(file, 0, SEEK_SET) == 0);
    if (!tap_file_begin(file)) {
        must(errno == EILSEQ && size_of(file) == first);
        return 0;
    }
    kept = size_of(file);
    if (ends_with_stop(data + 1, first)) {
        must(kept == first - STOP);
        return 0;
    }
    must_be_whole(file, first > 0 ? data + 1 : NULL, kept);
    must(first == 0 || kept <= first);
    must_go_on(file, kept);
    return 0;
}
