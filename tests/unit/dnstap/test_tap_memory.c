#include "../in_child.h"
#include "tapped.h"

#include "base/counters.h"
#include "dnstap/tap_memory.h"

#include <fcntl.h>

static int fd;

static void set_up(void)
{
    fd = tap_memory_open(-1);
    assert_int_not_equal(fd, -1);
}

static void tear_down(void)
{
    close(fd);
}

FIXTURE(memory, set_up, tear_down);

TEST_WITH(memory, one_process_takes_what_the_other_has_put)
{
    struct tap_ring *ring = tap_memory_ring(fd, COUNTERS_SLOTS - 1);
    void *memory = tap_memory_map(fd);

    assert_non_null(ring);
    assert_non_null(memory);
    tap_ring_open(ring);
    ring_puts(ring, "last", 4);
    assert_int_equal(ring_take(tap_memory_at(memory, 0)), TAP_RING_EMPTY);
    assert_int_equal(ring_take(tap_memory_at(memory, COUNTERS_SLOTS - 1)), TAP_RING_TAKEN);
    assert_memory_equal(taken_octets, "last", 4);
}

TEST_WITH(memory, it_is_kept_when_it_is_opened_again)
{
    assert_int_equal(tap_memory_open(fd), fd);
}

TEST_WITH(memory, memory_of_another_size_is_replaced)
{
    struct tap_ring *ring;

    close(fd);
    fd = tap_memory_open(memfd_create("other", MFD_CLOEXEC));
    ring = tap_memory_ring(fd, 0);
    tap_ring_open(ring);
    assert_true(ring_puts(ring, "x", 1));
}

/* Whoever cut it would end all processes that put. */
TEST_WITH(memory, its_size_stays)
{
    assert_int_equal(ftruncate(fd, 4096), -1);
    assert_int_equal(errno, EPERM);
    assert_int_equal(tap_memory_open(fd), fd);
}

static int locks(void)
{
    return tap_memory_lock(fd);
}

TEST_WITH(memory, only_one_process_has_the_lock_until_it_ends)
{
    assert_int_equal(in_child(locks), true);
    assert_true(tap_memory_lock(fd));
    assert_int_equal(in_child(locks), false);
}
