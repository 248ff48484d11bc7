#include "../folder.h"
#include "../in_child.h"
#include "../limit.h"

#include "base/counters.h"
#include "dnstap/tap_file.h"

#include <seccomp.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>

enum { START = 42, STOP = 12, FRAME = 4 + 24 };

static char path[64];
static int fd;
static struct tap_batch batch;
static const struct tap_config config;

static void set_up(void)
{
    folder_make();
    folder_path(path, "tap");
    batch.len = batch.sent = 0;
    fd = tap_file_open(path);
    assert_int_not_equal(fd, -1);
}

static void tear_down(void)
{
    close(fd);
    folder_remove();
}

FIXTURE(file, set_up, tear_down);

static void reopen(void)
{
    close(fd);
    fd = tap_file_open(path);
}

/* A frame of FRAME octets. */
static void write_frame(void)
{
    const uint8_t octets[4] = {0};

    tap_batch_add(&batch, &config, &(struct tap_record){.type = TAP_CLIENT_QUERY, .len = 4},
                  octets);
    assert_int_equal(batch.len, FRAME);
    assert_true(tap_file_write(fd, &batch));
}

static void has_size(off_t size)
{
    struct stat file;

    assert_int_equal(stat(path, &file), 0);
    assert_int_equal(file.st_size, size);
}

/* The frame at this place is whole. */
static void is_frame_at(off_t at)
{
    uint8_t octets[FRAME];

    assert_int_equal(pread(fd, octets, FRAME, at), FRAME);
    assert_int_equal(octets[3], FRAME - 4);
    assert_int_equal(octets[FRAME - 1], 1);
}

static void ends_with_stop(void)
{
    const uint8_t stop[STOP] = {0, 0, 0, 0, 0, 0, 0, 4, 0, 0, 0, 3};
    uint8_t octets[STOP];
    struct stat file;

    assert_int_equal(fstat(fd, &file), 0);
    assert_int_equal(pread(fd, octets, STOP, file.st_size - STOP), STOP);
    assert_memory_equal(octets, stop, STOP);
}

TEST_WITH(file, a_new_one_has_start_frames_and_stop)
{
    assert_true(tap_file_begin(fd));
    has_size(START);
    write_frame();
    assert_true(tap_file_end(fd));
    has_size(START + FRAME + STOP);
    is_frame_at(START);
    ends_with_stop();
}

TEST_WITH(file, others_cannot_read_it)
{
    struct stat file;

    assert_int_equal(stat(path, &file), 0);
    assert_int_equal(file.st_mode & 07, 0);
}

TEST_WITH(file, one_that_was_ended_is_continued_without_its_stop)
{
    assert_true(tap_file_begin(fd));
    write_frame();
    assert_true(tap_file_end(fd));
    reopen();
    assert_true(tap_file_begin(fd));
    has_size(START + FRAME);
    write_frame();
    assert_true(tap_file_end(fd));
    has_size(START + 2 * FRAME + STOP);
    is_frame_at(START + FRAME);
    ends_with_stop();
}

/* Each place at which a crash can have cut it. */
TEST_WITH(file, a_frame_that_was_cut_is_taken_off)
{
    assert_true(tap_file_begin(fd));
    write_frame();
    for (off_t part = 0; part < FRAME; part++) {
        write_frame();
        assert_int_equal(ftruncate(fd, START + FRAME + part), 0);
        reopen();
        assert_true(tap_file_begin(fd));
        has_size(START + FRAME);
    }
    is_frame_at(START);
}

/* They are read 64 KiB at a time. */
TEST_WITH(file, many_frames_are_kept)
{
    enum { MANY = 10000 };

    assert_true(tap_file_begin(fd));
    for (int i = 0; i < MANY; i++)
        write_frame();
    assert_int_equal(ftruncate(fd, START + (off_t)MANY * FRAME - 1), 0);
    reopen();
    assert_true(tap_file_begin(fd));
    has_size(START + (off_t)(MANY - 1) * FRAME);
}

static void is_refused(const void *octets, size_t len)
{
    assert_int_equal(pwrite(fd, octets, len, 0), len);
    assert_false(tap_file_begin(fd));
    assert_int_equal(errno, EILSEQ);
    has_size((off_t)len);
}

/* Behind its first octet the file cannot be read. */
static int begin_on_a_bad_disk(void)
{
    scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ALLOW);

    if (seccomp_rule_add(filter, SCMP_ACT_ERRNO(EIO), SCMP_SYS(pread64), 1,
                         SCMP_A3(SCMP_CMP_GE, 1)) < 0 ||
        seccomp_load(filter) < 0)
        return 2;
    return tap_file_begin(fd) || errno != EIO;
}

TEST_WITH(file, one_that_cannot_be_read_is_not_cut)
{
    assert_true(tap_file_begin(fd));
    write_frame();
    assert_int_equal(in_child(begin_on_a_bad_disk), 0);
    has_size(START + FRAME);
}

TEST_WITH(file, a_file_of_something_else_is_left_alone)
{
    is_refused("127.0.0.1 localhost\n", 20);
}

TEST_WITH(file, a_stream_of_other_content_is_left_alone)
{
    uint8_t octets[TAP_FRAME_CONTROL_MAX];
    size_t len = tap_frame_write(TAP_FRAME_START, octets);

    octets[len - 1] ^= 1;
    is_refused(octets, len);
}

TEST(what_is_no_regular_file_is_not_opened)
{
    folder_make();
    folder_path(path, "pipe");
    assert_int_equal(mkfifo(path, 0600), 0);
    assert_int_equal(tap_file_open(path), -1);
    assert_int_equal(errno, EINVAL);
    assert_int_equal(tap_file_open("/dev/null"), -1);
    assert_int_equal(errno, EINVAL);
    folder_remove();
}

/* The limit stands for a full disk. */
TEST_WITH(file, without_room_whole_frames_stay)
{
    const uint64_t lost = counters_own[COUNT_DNSTAP_LOST],
                   frames = counters_own[COUNT_DNSTAP_FRAMES];
    struct rlimit before, limit;

    signal(SIGXFSZ, SIG_IGN);
    assert_true(tap_file_begin(fd));
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
    limit = before;
    limit.rlim_cur = START + FRAME + FRAME / 2;
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
    for (int i = 0; i < 3; i++)
        tap_batch_add(&batch, &config,
                      &(struct tap_record){.type = TAP_CLIENT_QUERY, .len = 4},
                      (const uint8_t *)"abcd");
    assert_false(tap_file_write(fd, &batch));
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
    has_size(START + FRAME);
    is_frame_at(START);
    assert_int_equal(counters_own[COUNT_DNSTAP_FRAMES] - frames, 1);
    assert_int_equal(counters_own[COUNT_DNSTAP_LOST] - lost, 2);
    write_frame();
    has_size(START + 2 * FRAME);
}
