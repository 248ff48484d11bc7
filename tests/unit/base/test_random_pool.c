#include "../check.h"

#include "base/random_pool.h"

/* The chance that two runs of 16 random octets are the same is 2^-128. */
TEST(no_octets_are_given_twice)
{
    enum { TAKEN = 1000 };
    static unsigned char all[TAKEN][16];

    for (int i = 0; i < TAKEN; i++) {
        assert_true(random_pool_take(all[i], sizeof all[i]));
        for (int j = 0; j < i; j++)
            assert_memory_not_equal(all[i], all[j], sizeof all[i]);
    }
}

/* Each bit is set in half of 8,000 octets: in fewer than 3,000 or more than 5,000 of them
 * once in 10^100 runs. */
TEST(each_bit_is_as_often_set_as_not)
{
    unsigned set[8] = {0};

    for (int i = 0; i < 8000; i++) {
        unsigned char octet;

        assert_true(random_pool_take(&octet, 1));
        for (int bit = 0; bit < 8; bit++)
            set[bit] += octet >> bit & 1;
    }
    for (int bit = 0; bit < 8; bit++)
        assert_in_range(set[bit], 3000, 5000);
}

TEST(no_more_than_a_whole_pool_is_given_at_once)
{
    static unsigned char octets[RANDOM_POOL_SIZE + 1], none[RANDOM_POOL_SIZE + 1];

    assert_false(random_pool_take(octets, sizeof octets));
    assert_memory_equal(octets, none, sizeof octets);
    assert_true(random_pool_take(octets, RANDOM_POOL_SIZE));
    assert_memory_not_equal(octets, none, RANDOM_POOL_SIZE);
    assert_true(random_pool_take(octets, 0));
}
