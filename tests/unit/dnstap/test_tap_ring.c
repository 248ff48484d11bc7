#include "tapped.h"

#include <sys/wait.h>

static struct tap_ring *ring;

static void set_up(void)
{
    ring = ring_new();
}

static void tear_down(void)
{
    ring_free(ring);
}

FIXTURE(ring, set_up, tear_down);

TEST_WITH(ring, a_new_one_is_empty)
{
    assert_int_equal(ring_take(ring), TAP_RING_EMPTY);
}

TEST_WITH(ring, memory_that_nobody_has_opened_is_empty)
{
    memset(ring, 0, TAP_RING_SIZE);
    assert_int_equal(ring_take(ring), TAP_RING_EMPTY);
}

TEST_WITH(ring, messages_come_out_as_they_went_in)
{
    const struct tap_record record = {.len = 5,
                                      .type = TAP_FORWARDER_RESPONSE,
                                      .over_tcp = true,
                                      .is_ip6 = true,
                                      .has_server = true,
                                      .asker_port = 1,
                                      .server_port = 65535,
                                      .asker = {1, 2},
                                      .server = {3, 4},
                                      .asked = 5,
                                      .answered = 6};

    assert_true(ring_puts(ring, "first", 5));
    assert_true(tap_ring_put(ring, &record, "other"));
    assert_int_equal(ring_take(ring), TAP_RING_TAKEN);
    assert_int_equal(taken.type, TAP_CLIENT_QUERY);
    assert_memory_equal(taken_octets, "first", 5);
    assert_int_equal(ring_take(ring), TAP_RING_TAKEN);
    assert_memory_equal(&taken, &record, sizeof record);
    assert_memory_equal(taken_octets, "other", 5);
    assert_int_equal(ring_take(ring), TAP_RING_EMPTY);
}

TEST_WITH(ring, a_message_without_room_is_refused_and_the_others_stay)
{
    static char longest[TAP_MESSAGE_MAX];
    int count = 0;

    while (ring_puts(ring, longest, sizeof longest))
        count++;
    assert_int_equal(count, 31); /* of 65,600 octets with what is known of each */
    assert_true(ring_puts(ring, "short", 5));
    for (int i = 0; i < count; i++) {
        assert_int_equal(ring_take(ring), TAP_RING_TAKEN);
        assert_int_equal(taken.len, TAP_MESSAGE_MAX);
    }
    assert_int_equal(ring_take(ring), TAP_RING_TAKEN);
    assert_memory_equal(taken_octets, "short", 5);
}

/* The lengths have no common divisor with the size, so the end of the ring lies at every
 * place of a message in turn. */
TEST_WITH(ring, the_end_of_the_memory_may_lie_in_a_message)
{
    uint8_t octets[1999];

    for (unsigned i = 0; i < 20000; i++) {
        size_t len = 1 + i % sizeof octets;

        memset(octets, (int)i, sizeof octets);
        assert_true(ring_puts(ring, (const char *)octets, len));
        assert_int_equal(ring_take(ring), TAP_RING_TAKEN);
        assert_int_equal(taken.len, len);
        assert_memory_equal(taken_octets, octets, len);
    }
}

TEST_WITH(ring, what_is_there_stays_for_the_next_process)
{
    ring_puts(ring, "kept", 4);
    tap_ring_open(ring);
    assert_int_equal(ring_take(ring), TAP_RING_TAKEN);
    assert_memory_equal(taken_octets, "kept", 4);
}

/* Two processes have one ring after several fast reloads. All messages have room. */
TEST_WITH(ring, two_that_put_at_the_same_time_lose_nothing_uncounted)
{
    enum { EACH = 7000 };
    static const char octets[64];
    unsigned *refused = mmap(NULL, 2 * sizeof *refused, PROT_READ | PROT_WRITE,
                             MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    unsigned got = 0;
    pid_t pid = fork();

    for (int i = 0; i < EACH; i++)
        refused[pid == 0] += !ring_puts(ring, octets, sizeof octets);
    if (pid == 0)
        _exit(0);
    assert_int_equal(waitpid(pid, NULL, 0), pid);
    while (ring_take(ring) == TAP_RING_TAKEN)
        got++;
    assert_int_equal(got + refused[0] + refused[1], 2 * EACH);
    munmap(refused, 2 * sizeof *refused);
}

/* The first octets of the ring's second line and third line are its counters, and the
 * record begins on the second page. */
static uint64_t *counter(size_t line)
{
    return (uint64_t *)(void *)((char *)ring + line * 64);
}

static struct tap_record *first_record(void)
{
    return (struct tap_record *)(void *)((char *)ring + 4096);
}

static void is_thrown_away(void)
{
    assert_int_equal(ring_take(ring), TAP_RING_BROKEN);
    assert_int_equal(ring_take(ring), TAP_RING_EMPTY);
    assert_true(ring_puts(ring, "next", 4));
    assert_int_equal(ring_take(ring), TAP_RING_TAKEN);
    assert_memory_equal(taken_octets, "next", 4);
}

TEST_WITH(ring, lengths_that_cannot_be_are_seen)
{
    const uint32_t lengths[] = {6, TAP_MESSAGE_MAX, TAP_MESSAGE_MAX + 1, UINT32_MAX - 63,
                                UINT32_MAX};

    for (size_t i = 0; i < sizeof lengths / sizeof *lengths; i++) {
        memset(ring, 0, TAP_RING_SIZE);
        tap_ring_open(ring);
        ring_puts(ring, "", 0);
        first_record()->len = lengths[i];
        is_thrown_away();
    }
}

TEST_WITH(ring, counters_that_cannot_be_are_seen)
{
    const uint64_t heads[] = {1, sizeof(struct tap_record) - 1, TAP_RING_OCTETS + 8,
                              UINT64_MAX};

    for (size_t i = 0; i < sizeof heads / sizeof *heads; i++) {
        memset(ring, 0, TAP_RING_SIZE);
        tap_ring_open(ring);
        *counter(1) = heads[i];
        is_thrown_away();
    }
}

TEST_WITH(ring, a_writer_does_not_trust_the_other_side_either)
{
    *counter(2) = 8; /* more was taken than put */
    assert_false(ring_puts(ring, "x", 1));
}

TEST_WITH(ring, fields_that_cannot_be_are_seen)
{
    for (int field = 0; field < 7; field++) {
        struct tap_record *record = first_record();
        uint8_t two = 2;

        memset(ring, 0, TAP_RING_SIZE);
        tap_ring_open(ring);
        ring_puts(ring, "x", 1);
        switch (field) {
        case 0:
            record->type = TAP_CLIENT_QUERY - 1;
            break;
        case 1:
            record->type = TAP_FORWARDER_RESPONSE + 1;
            break;
        case 2:
            memcpy(&record->over_tcp, &two, 1);
            break;
        case 3:
            memcpy(&record->is_ip6, &two, 1);
            break;
        case 4:
            memcpy(&record->has_server, &two, 1);
            break;
        case 5:
            record->asked = -1;
            break;
        case 6:
            record->answered = INT64_MIN;
        }
        is_thrown_away();
    }
}
