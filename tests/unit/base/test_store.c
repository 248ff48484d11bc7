#include "../check.h"

#include "base/store.h"

static struct store *store;

static void start(void)
{
    store = store_new(1 << 20);
    assert_non_null(store);
}

static void stop(void)
{
    store_free(store);
}

FIXTURE(store, start, stop);

static bool put(const char *key, const void *value, size_t len)
{
    uint64_t hash = store_hash(store, key, strlen(key));
    void *room = store_put(store, hash, key, strlen(key), len);

    if (room)
        memcpy(room, value, len);
    return room != NULL;
}

static const void *get(const char *key, size_t *len)
{
    return store_find(store, store_hash(store, key, strlen(key)), key, strlen(key), len);
}

static void put_text(const char *key, const char *value)
{
    assert_true(put(key, value, strlen(value) + 1));
}

static const char *text(const char *key)
{
    size_t len;
    const char *value = get(key, &len);

    if (!value)
        return "nothing";
    assert_int_equal(len, strlen(value) + 1);
    return value;
}

static const char *key_of(unsigned number)
{
    static char key[32];

    snprintf(key, sizeof key, "key number %u", number);
    return key;
}

static void put_number(unsigned number)
{
    assert_true(put(key_of(number), &number, sizeof number));
}

/* True if the value of the number is there and right. */
static bool has_number(unsigned number)
{
    size_t len;
    const void *value = get(key_of(number), &len);

    if (!value)
        return false;
    assert_int_equal(len, sizeof number);
    assert_memory_equal(value, &number, sizeof number);
    return true;
}

static size_t count_numbers(unsigned from, unsigned to)
{
    size_t count = 0;

    for (unsigned i = from; i < to; i++)
        count += has_number(i);
    return count;
}

TEST_WITH(store, what_was_put_is_found)
{
    put_text("a", "one");
    put_text("b", "two");
    assert_string_equal(text("a"), "one");
    assert_string_equal(text("b"), "two");
    assert_string_equal(text("c"), "nothing");
    assert_int_equal(store_state(store).entries, 2);
}

TEST_WITH(store, a_newer_value_replaces_the_older)
{
    put_text("a", "one");
    put_text("a", "two");
    assert_string_equal(text("a"), "two");
    put_text("a", "a much longer value than the one before it was");
    assert_string_equal(text("a"), "a much longer value than the one before it was");
    put_text("a", "");
    assert_string_equal(text("a"), "");
    assert_int_equal(store_state(store).entries, 1);
}

TEST_WITH(store, what_was_removed_is_gone)
{
    put_text("a", "one");
    store_remove(store, store_hash(store, "a", 1), "a", 1);
    store_remove(store, store_hash(store, "b", 1), "b", 1);
    assert_string_equal(text("a"), "nothing");
    assert_int_equal(store_state(store).entries, 0);
    put_text("a", "two");
    assert_string_equal(text("a"), "two");
}

TEST_WITH(store, nothing_is_left_when_it_was_cleared)
{
    for (unsigned i = 0; i < 1000; i++)
        put_number(i);
    store_clear(store);
    assert_int_equal(store_state(store).entries, 0);
    assert_int_equal(count_numbers(0, 1000), 0);
    put_text("a", "one");
    assert_string_equal(text("a"), "one");
}

TEST_WITH(store, values_are_aligned)
{
    size_t len;

    for (unsigned i = 0; i < 100; i++) {
        put_number(i);
        assert_int_equal((uintptr_t)get(key_of(i), &len) % 16, 0);
    }
}

/* Each takes 48 octets, and some for the index, so they fit into 1 MB. */
TEST_WITH(store, all_is_kept_while_there_is_room)
{
    for (unsigned i = 0; i < 15000; i++)
        put_number(i);
    assert_int_equal(count_numbers(0, 15000), 15000);
    assert_int_equal(store_state(store).entries, 15000);
    assert_int_equal(store_state(store).evictions, 0);
}

TEST_WITH(store, a_million_go_through_and_the_latest_stay)
{
    size_t entries;

    for (unsigned i = 0; i < 1000000; i++)
        put_number(i);
    entries = store_state(store).entries;
    assert_in_range(entries, 10000, 1 << 15);
    assert_int_equal(store_state(store).evictions, 1000000 - entries);
    assert_int_equal(count_numbers(0, 1000000), entries);
    assert_true(has_number(999999));
}

/* The small ring has a tenth of the memory; names that come once pass through it. */
TEST_WITH(store, a_scan_drives_out_nothing_that_is_asked_for)
{
    for (unsigned i = 0; i < 5000; i++)
        put_number(i);
    for (unsigned i = 5000; i < 500000; i++) {
        put_number(i);
        has_number(i % 5000); /* the names in use are asked for in the meantime */
    }
    assert_int_equal(count_numbers(0, 5000), 5000);
}

TEST_WITH(store, what_is_not_asked_for_any_more_leaves)
{
    for (unsigned i = 0; i < 5000; i++) {
        put_number(i);
        has_number(i);
    }
    for (unsigned round = 0; round < 5; round++)
        for (unsigned i = 10000 * (round + 1); i < 10000 * (round + 1) + 10000; i++) {
            put_number(i);
            has_number(i);
        }
    assert_int_equal(count_numbers(0, 5000), 0);
}

TEST_WITH(store, the_largest_value_is_bounded)
{
    static const char large[1 << 18];

    assert_true(put("a", large, 65535 + 512));
    assert_string_equal(text("b"), "nothing");
    assert_false(put("b", large, 73 << 10));
    put_text("a", "one");
    assert_false(put("a", large, 1 << 18));
    assert_string_equal(text("a"), "nothing");
}

/* Compares every operation of a store that evicts with a plain list of what must be
 * there. */
TEST_WITH(store, random_operations_never_give_a_wrong_value)
{
    static uint8_t lengths[4096], fill[4096];
    uint8_t value[256];
    unsigned found = 0;

    srand(42);
    for (int i = 0; i < 400000; i++) {
        unsigned number = (unsigned)rand() % 4096;
        uint64_t hash = store_hash(store, &number, sizeof number);
        size_t len;
        uint8_t *have;

        switch (rand() % 4) {
        case 0:
            lengths[number] = (uint8_t)(rand() % 256);
            fill[number] = (uint8_t)rand();
            have = store_put(store, hash, &number, sizeof number, lengths[number]);
            assert_non_null(have);
            memset(have, fill[number], lengths[number]);
            break;
        case 1:
            if (rand() % 8 == 0)
                store_remove(store, hash, &number, sizeof number);
            break;
        default:
            have = store_find(store, hash, &number, sizeof number, &len);
            if (!have)
                break;
            found++;
            assert_int_equal(len, lengths[number]);
            memset(value, fill[number], sizeof value);
            assert_memory_equal(have, value, len);
        }
    }
    assert_in_range(found, 10000, 400000);
    assert_true(store_state(store).entries <= 4096);
}

/* Puts values of up to 64 KiB among small ones into the smallest store. */
TEST_WITH(store, large_and_small_values_go_through_the_smallest_store)
{
    static uint8_t value[65535];
    uint64_t hash;
    size_t len;

    store_free(store);
    store = store_new(0);
    assert_non_null(store);
    srand(7);
    for (unsigned i = 0; i < 20000; i++) {
        len = rand() % 16 == 0 ? (size_t)(rand() % 65536) : (size_t)(rand() % 100);
        memset(value, (int)i, len);
        put(key_of(i), value, len);
        put_number(i + 100000);
        assert_true(has_number(i + 100000));
        hash = store_hash(store, key_of(i), strlen(key_of(i)));
        if (i % 3 == 0)
            store_remove(store, hash, key_of(i), strlen(key_of(i)));
    }
    assert_true(store_state(store).entries > 100);
}
