#include "../check.h"

#include "base/store_index.h"

enum {
    BYTES = 1 << 14, /* for 4096 slots */
    BLOCKS = 8192,
    WHOLE = 4096 / 8 * 7, /* as many blocks as it can have */
    STEP = 2 * BLOCK_UNIT,
};

static struct store_index the_index;
static _Alignas(struct block) uint8_t memory[BLOCKS * STEP];

static void start(void)
{
    memset(memory, 0, sizeof memory);
    assert_int_equal(store_index_init(&the_index, memory, BYTES), 0);
}

static void stop(void)
{
    store_index_free(&the_index);
}

FIXTURE(store_index, start, stop);

static struct block *block_number(uint32_t number)
{
    return (struct block *)(void *)(memory + (size_t)number * STEP);
}

/* Makes the block of this number, without a value, whose key is the number. */
static struct block *make(uint32_t number, uint32_t hash)
{
    struct block *block = block_number(number);

    *block = (struct block){.hash = hash, .size = STEP, .key = sizeof number};
    memcpy(block_value(block), &number, sizeof number);
    return block;
}

static void add(uint32_t number, uint32_t hash)
{
    assert_true(store_index_has_room(&the_index));
    store_index_add(&the_index, make(number, hash));
}

static bool has(uint32_t number, uint32_t hash)
{
    const struct block *block = store_index_find(&the_index, hash, &number, sizeof number);

    assert_true(!block || block == block_number(number));
    return block;
}

TEST_WITH(store_index, a_key_is_found_by_its_hash_and_octets)
{
    add(7, 100);
    assert_true(has(7, 100));
    assert_false(has(8, 100));
    assert_false(has(7, 101));
    assert_null(store_index_find(&the_index, 100, "\7\0\0", 3));
    assert_int_equal(the_index.entries, 1);
}

TEST_WITH(store_index, a_key_stands_behind_its_value)
{
    struct block *block = make(1, 5);

    block->value = 4;
    block->key = 2;
    memcpy(block_value(block), "\0\0\0\0ab", 6);
    store_index_add(&the_index, block);
    assert_ptr_equal(store_index_find(&the_index, 5, "ab", 2), block);
}

TEST_WITH(store_index, a_block_is_live_while_it_is_there)
{
    add(1, 5);
    assert_true(block_number(1)->live);
    store_index_remove(&the_index, block_number(1));
    assert_false(block_number(1)->live);
    assert_false(has(1, 5));
    assert_int_equal(the_index.entries, 0);
}

/* In every order, around the end of the table, too: 255 is the last of the first slots. */
TEST_WITH(store_index, those_that_share_slots_are_found_when_others_have_gone)
{
    static const uint32_t hashes[] = {254, 254, 255, 254, 0, 1, 255};
    enum { COUNT = sizeof hashes / sizeof *hashes };

    for (uint32_t gone = 0; gone < 1 << COUNT; gone++) {
        for (uint32_t i = 0; i < COUNT; i++)
            add(i, hashes[i]);
        for (uint32_t i = 0; i < COUNT; i++)
            if (gone & 1u << i)
                store_index_remove(&the_index, block_number(i));
        for (uint32_t i = 0; i < COUNT; i++)
            assert_int_equal(has(i, hashes[i]), !(gone & 1u << i));
        store_index_clear(&the_index);
    }
}

TEST_WITH(store_index, it_grows_up_to_its_limit)
{
    uint32_t count = 0;

    while (store_index_has_room(&the_index)) {
        add(count, count * 2654435761u);
        count++;
    }
    assert_int_equal(count, WHOLE);
    assert_int_equal(the_index.slot_count, 4096);
    for (uint32_t i = 0; i < count; i++)
        assert_true(has(i, i * 2654435761u));
    store_index_remove(&the_index, block_number(9));
    assert_true(store_index_has_room(&the_index));
}

/* Something else may already lie there. */
TEST_WITH(store_index, a_block_that_has_moved_is_found_at_its_new_place)
{
    uint32_t number = 1;

    add(0, 5);
    add(1, 5);
    memcpy(block_number(2), block_number(1), STEP);
    memset(block_number(1), 0xff, STEP);
    store_index_move(&the_index, 5, block_number(1), block_number(2));
    assert_ptr_equal(store_index_find(&the_index, 5, &number, sizeof number),
                     block_number(2));
    assert_true(has(0, 5));
    assert_int_equal(the_index.entries, 2);
}

static bool is_even(const void *context, const void *key, size_t key_len)
{
    uint32_t number;

    (void)context;
    assert_int_equal(key_len, sizeof number);
    memcpy(&number, key, sizeof number);
    return number % 2 == 0;
}

/* Those with one hash stand in a row, so each that goes has another move to its slot. */
TEST_WITH(store_index, all_that_match_are_removed)
{
    for (uint32_t i = 0; i < 100; i++)
        add(i, i < 50 ? 7 : i);
    store_index_remove_if(&the_index, is_even, NULL);
    assert_int_equal(the_index.entries, 50);
    for (uint32_t i = 0; i < 100; i++)
        assert_int_equal(has(i, i < 50 ? 7 : i), i % 2 == 1);
}

TEST_WITH(store_index, a_cleared_index_is_empty)
{
    add(1, 5);
    store_index_clear(&the_index);
    assert_false(has(1, 5));
    assert_int_equal(the_index.entries, 0);
}
