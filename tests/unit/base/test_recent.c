/* The ring of recent questions: what is read is what was written, whoever else writes. */
#include "../in_child.h"
#include "../limit.h"

#include "base/counters.h"
#include "base/recent.h"

#include <signal.h>
#include <sys/mman.h>
#include <sys/stat.h>

static int fd = -1;
static struct recent_record record, read_back;

static void set_up(void)
{
    fd = recent_open(-1, false);
    assert_int_not_equal(fd, -1);
    recent_begin();
    memset(&record, 0, sizeof record);
}

static void tear_down(void)
{
    close(fd);
}

FIXTURE(ring, set_up, tear_down);

/* Writes a record whose times tell which it is. */
static uint64_t write_one(int64_t at)
{
    record.at = at;
    return recent_write(&record);
}

/* Its time, or -1 if it cannot be read. */
static int64_t time_of(uint64_t number)
{
    return recent_read(number, &read_back) ? read_back.at : -1;
}

/* The whole ring, as another process maps it, and its size. */
static uint8_t *ring_octets(size_t *size)
{
    struct stat file;
    uint8_t *at;

    assert_int_equal(fstat(fd, &file), 0);
    *size = (size_t)file.st_size;
    at = mmap(NULL, *size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    assert_ptr_not_equal(at, MAP_FAILED);
    return at;
}

TEST_WITH(ring, a_record_is_read_as_it_was_written)
{
    record = (struct recent_record){.at = 1700000000123,
                                    .client_len = 4,
                                    .client = {192, 0, 2, 1},
                                    .over_tcp = 1,
                                    .rcode = 3,
                                    .ede = RECENT_NO_EDE,
                                    .question_len = 512,
                                    .question_size = 700,
                                    .reply_len = 1232,
                                    .reply_size = 65535,
                                    .way_len = 512,
                                    .reason = "why"};
    memset(record.question, 1, sizeof record.question);
    memset(record.reply, 2, sizeof record.reply);
    memset(record.way, 3, sizeof record.way);
    assert_int_equal(recent_write(&record), 1);
    assert_int_equal(recent_newest(), 1);
    assert_true(recent_read(1, &read_back));
    record.number = 1;
    assert_memory_equal(&read_back, &record, sizeof record);
}

TEST_WITH(ring, a_new_ring_is_empty)
{
    assert_int_equal(recent_newest(), 0);
    assert_int_equal(time_of(0), -1);
    assert_int_equal(time_of(1), -1);
    assert_int_equal(time_of(UINT64_MAX), -1);
}

TEST_WITH(ring, the_oldest_gives_way)
{
    for (int64_t at = 1; at <= RECENT_RECORDS; at++)
        write_one(at);
    assert_int_equal(time_of(1), 1);
    write_one(RECENT_RECORDS + 1);
    assert_int_equal(time_of(1), -1);
    assert_int_equal(time_of(2), 2);
    assert_int_equal(time_of(RECENT_RECORDS), RECENT_RECORDS);
    assert_int_equal(time_of(RECENT_RECORDS + 1), RECENT_RECORDS + 1);
    assert_int_equal(time_of(RECENT_RECORDS + 2), -1);
}

TEST_WITH(ring, the_next_program_goes_on_with_it)
{
    write_one(7);
    assert_int_equal(recent_open(fd, false), fd);
    assert_int_equal(time_of(1), 7);
    assert_int_equal(write_one(8), 2);
}

TEST_WITH(ring, a_ring_of_another_layout_is_replaced)
{
    int other = memfd_create("other", MFD_CLOEXEC), replaced;
    size_t size;
    uint8_t *octets = ring_octets(&size);

    write_one(7);
    replaced = recent_open(other, false); /* of another size; closes it */
    assert_int_equal(recent_newest(), 0);
    close(replaced);
    octets[0] ^= 1;
    fd = recent_open(fd, false);
    assert_int_equal(recent_newest(), 0);
    munmap(octets, size);
}

/* Retiring processes go on with the one of before. */
TEST_WITH(ring, a_ring_with_clients_is_replaced_by_one_that_hides_them)
{
    write_one(7);
    fd = recent_open(fd, true);
    assert_int_equal(recent_newest(), 0);
    assert_int_equal(write_one(8), 1);
    assert_int_equal(recent_open(fd, true), fd);
    assert_int_equal(time_of(1), 8);
    fd = recent_open(fd, false);
    assert_int_equal(recent_newest(), 0);
}

/* Half of an older record, or of another writer's. */
TEST_WITH(ring, a_record_that_is_not_whole_is_not_read)
{
    size_t size;
    uint8_t *octets = ring_octets(&size), *at;

    strcpy(record.reason, "a text that is found nowhere else");
    write_one(7);
    at = memmem(octets, size, record.reason, strlen(record.reason));
    assert_non_null(at);
    *at = 'A';
    assert_int_equal(time_of(1), -1);
    *at = 'a';
    assert_int_equal(time_of(1), 7);
    munmap(octets, size);
}

/* A writer that was broken into knows how to hash. */
TEST_WITH(ring, a_record_with_fields_that_cannot_be_is_not_read)
{
    const struct recent_record good = {.question_size = 40, .reply_size = 50};
    struct recent_record bad[] = {good, good, good, good, good, good,
                                  good, good, good, good, good};

    bad[0].client_len = 5;
    bad[1].client_len = 255;
    bad[2].over_tcp = 2;
    bad[3].question_len = 41;
    bad[4].reply_len = 51;
    bad[5].question_size = bad[5].question_len = RECENT_QUESTION + 1;
    bad[6].reply_size = bad[6].reply_len = RECENT_REPLY + 1;
    bad[7].way_len = RECENT_WAY + 1;
    memset(bad[8].reason, 'x', sizeof bad[8].reason);
    bad[9].question_size = 65536;
    bad[10].reply_size = UINT32_MAX;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        assert_false(recent_read(recent_write(&bad[i]), &read_back));
    assert_true(recent_read(recent_write(&good), &read_back));
}

TEST_WITH(ring, a_hostile_number_leads_nowhere)
{
    size_t size;
    uint8_t *octets = ring_octets(&size);

    write_one(7);
    memset(octets + 8, 0xff, 8);
    assert_true(recent_newest() == UINT64_MAX);
    assert_int_equal(time_of(UINT64_MAX), -1);
    assert_int_equal(time_of(1), 7);
    assert_int_equal(write_one(8), 0); /* it wraps; 0 is no number */
    assert_int_equal(time_of(0), -1);
    assert_int_equal(write_one(9), 1);
    assert_int_equal(time_of(1), 9);
    munmap(octets, size);
}

enum { WRITTEN = 20000 };

/* Writes records each of which has one octet only. */
static int write_many(void)
{
    static struct recent_record mine;

    for (int i = 0; i < WRITTEN; i++) {
        memset(mine.reply, i, sizeof mine.reply);
        mine.at = i & 0xff;
        recent_write(&mine);
    }
    return 0;
}

static void check_uniform(uint64_t number)
{
    if (!recent_read(number, &read_back))
        return;
    for (size_t i = 0; i < sizeof read_back.reply; i++)
        assert_int_equal(read_back.reply[i], read_back.at);
}

/* Two processes write as fast as they can, and this one reads meanwhile. */
TEST_WITH(ring, no_reader_sees_parts_of_two_records)
{
    pid_t writers[2];
    int status;

    for (int i = 0; i < 2; i++)
        if ((writers[i] = fork()) == 0)
            _exit(write_many());
    while (recent_newest() < 2 * WRITTEN)
        check_uniform(recent_newest());
    for (int i = 0; i < 2; i++)
        assert_int_equal(waitpid(writers[i], &status, 0), writers[i]);
    for (uint64_t number = 2 * WRITTEN - RECENT_RECORDS + 1; number <= 2 * WRITTEN;
         number++) {
        assert_true(recent_read(number, &read_back));
        check_uniform(number);
    }
}

/* A descriptor of the ring for reading alone. */
static int reader;

static int write_after_giving_up(void)
{
    signal(SIGSEGV, SIG_DFL); /* cmocka would catch it */
    recent_only_read(reader);
    if (recent_is_due(INT64_MAX - 1) || time_of(1) != 7)
        return 0;
    write_one(8);
    return 0;
}

static int do_after_closing(void)
{
    recent_close();
    return recent_is_due(INT64_MAX - 1) || recent_newest() != 0 || write_one(8) != 0;
}

TEST_WITH(ring, a_reader_cannot_write)
{
    write_one(7);
    reader = counters_reader(fd);
    assert_int_not_equal(reader, -1);
    assert_int_not_equal(in_child(write_after_giving_up), 0);
    close(reader);
    reader = -1;
    assert_int_not_equal(in_child(write_after_giving_up), 0);
    assert_int_equal(recent_newest(), 1);
}

TEST_WITH(ring, one_that_has_closed_it_knows_nothing)
{
    write_one(7);
    assert_int_equal(in_child(do_after_closing), 0);
    assert_int_equal(time_of(1), 7);
}

/* How many are due at a time, if each that is due is taken. */
static int taken_at(int64_t now)
{
    int count = 0;

    for (; recent_is_due(now); count++)
        recent_take(now);
    return count;
}

TEST_WITH(ring, a_burst_is_taken_and_then_one_by_one)
{
    assert_int_equal(taken_at(1000000), 100);
    assert_int_equal(taken_at(1000049), 0);
    assert_int_equal(taken_at(1000050), 1);
    assert_int_equal(taken_at(1000999), 18);
    assert_int_equal(taken_at(1010000), 100);
}

static int do_without_a_ring(void)
{
    recent_begin();
    recent_only_read(-1);
    recent_close();
    return recent_is_due(INT64_MAX - 1) || recent_write(&record) != 0 ||
           recent_newest() != 0 || recent_read(1, &read_back);
}

TEST(a_process_without_a_ring_takes_nothing)
{
    limit_descriptors(0);
    assert_int_equal(recent_open(-1, false), -1);
    assert_int_equal(errno, EMFILE);
    limit_end(RLIMIT_NOFILE);
    assert_int_equal(in_child(do_without_a_ring), 0);
}
