/* Finds what is in the set, and hardly anything else. */
#include "../check.h"

#include "base/hash_set.h"

static struct hash_set set;

static void tear_down(void)
{
    hash_set_clear(&set);
}

FIXTURE(set, NULL, tear_down);

/* Returns numbers that are evenly spread and all different (splitmix64). */
static uint64_t spread(uint64_t number)
{
    number += 0x9e3779b97f4a7c15;
    number = (number ^ number >> 30) * 0xbf58476d1ce4e5b9;
    number = (number ^ number >> 27) * 0x94d049bb133111eb;
    return number ^ number >> 31;
}

TEST_WITH(set, an_empty_set_has_nothing)
{
    assert_false(hash_set_has(&set, 0));
    assert_false(hash_set_has(&set, 1));
    assert_false(hash_set_has(&set, spread(1)));
}

TEST_WITH(set, a_set_has_what_was_added)
{
    for (uint64_t i = 0; i < 100000; i++)
        assert_true(hash_set_add(&set, spread(i)));
    for (uint64_t i = 0; i < 100000; i++)
        assert_true(hash_set_has(&set, spread(i)));
    for (uint64_t i = 100000; i < 300000; i++)
        assert_false(hash_set_has(&set, spread(i)));
}

TEST_WITH(set, what_is_added_twice_is_there_once)
{
    assert_true(hash_set_add(&set, spread(7)));
    assert_true(hash_set_add(&set, spread(7)));
    assert_int_equal(set.count, 1);
}

TEST_WITH(set, every_hash_can_be_added)
{
    const uint64_t ends[] = {
        0, 1, UINT32_MAX, UINT64_MAX, UINT64_MAX - 1, UINT64_MAX << 32};

    for (size_t i = 0; i < sizeof ends / sizeof *ends; i++)
        assert_true(hash_set_add(&set, ends[i]));
    for (size_t i = 0; i < sizeof ends / sizeof *ends; i++)
        assert_true(hash_set_has(&set, ends[i]));
    assert_false(hash_set_has(&set, 2));
}

/* All hashes begin at the last slot and continue at the first. */
TEST_WITH(set, hashes_that_stand_side_by_side_are_found)
{
    for (uint64_t i = 0; i < 40; i++)
        assert_true(hash_set_add(&set, UINT64_MAX - i));
    for (uint64_t i = 0; i < 40; i++)
        assert_true(hash_set_has(&set, UINT64_MAX - i));
    assert_false(hash_set_has(&set, UINT64_MAX - 40));
}

TEST_WITH(set, it_takes_at_most_16_octets_for_each)
{
    for (uint64_t i = 0; i < 200000; i++) {
        assert_true(hash_set_add(&set, spread(i)));
        if (i >= 100)
            assert_true(set.slot_count * sizeof *set.slots <= 16 * set.count);
    }
}
