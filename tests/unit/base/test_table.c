#include "../check.h"

#include "base/table.h"

struct object {
    uint32_t key;
    struct table_link link;
};

static bool has_key(struct table_link *link, const void *key)
{
    return table_item(link, struct object, link)->key == *(const uint32_t *)key;
}

static uint64_t hash_of(const struct table *table, uint32_t key)
{
    return table_hash(table, &key, sizeof key);
}

static struct object *find(const struct table *table, uint64_t hash, uint32_t key)
{
    struct table_link *link = table_find(table, hash, &key);

    return link ? table_item(link, struct object, link) : NULL;
}

static struct table table;

static void set_up(void)
{
    assert_int_equal(table_init(&table, has_key), 0);
}

static void tear_down(void)
{
    table_free(&table);
}

FIXTURE(table, set_up, tear_down);

TEST_WITH(table, what_was_added_is_found)
{
    struct object object = {.key = 7};

    assert_null(find(&table, hash_of(&table, 7), 7));
    table_add(&table, hash_of(&table, 7), &object.link);
    assert_ptr_equal(find(&table, hash_of(&table, 7), 7), &object);
    assert_int_equal(table.count, 1);
}

TEST_WITH(table, what_was_removed_is_not_found)
{
    struct object object = {.key = 7};

    table_add(&table, hash_of(&table, 7), &object.link);
    table_remove(&table, &object.link);
    assert_null(find(&table, hash_of(&table, 7), 7));
    assert_int_equal(table.count, 0);
}

TEST_WITH(table, a_table_of_thousands_keeps_every_object)
{
    enum { MANY = 5000 };
    static struct object objects[MANY];

    for (uint32_t i = 0; i < MANY; i++) {
        objects[i].key = i;
        table_add(&table, hash_of(&table, i), &objects[i].link);
    }
    for (uint32_t i = 0; i < MANY; i++)
        assert_ptr_equal(find(&table, hash_of(&table, i), i), &objects[i]);
    assert_int_equal(table.count, MANY);
}

TEST_WITH(table, a_table_grows_with_its_objects)
{
    static struct object objects[1000];

    for (uint32_t i = 0; i < 1000; i++) {
        objects[i].key = i;
        table_add(&table, hash_of(&table, i), &objects[i].link);
        assert_true(table.count <= table.bucket_count);
    }
    assert_int_equal(table.bucket_count & (table.bucket_count - 1), 0);
}

TEST_WITH(table, objects_of_one_bucket_are_told_apart)
{
    struct object a = {.key = 1}, b = {.key = 2}, c = {.key = 3};

    table_add(&table, 0x100000, &a.link);
    table_add(&table, 0x200000, &b.link);
    table_add(&table, 0x300000, &c.link);
    assert_ptr_equal(find(&table, 0x100000, 1), &a);
    assert_ptr_equal(find(&table, 0x200000, 2), &b);
    assert_ptr_equal(find(&table, 0x300000, 3), &c);
    assert_null(find(&table, 0x400000, 4));
}

TEST_WITH(table, objects_of_one_hash_are_told_apart)
{
    struct object a = {.key = 1}, b = {.key = 2};

    table_add(&table, 5, &a.link);
    table_add(&table, 5, &b.link);
    assert_ptr_equal(find(&table, 5, 1), &a);
    assert_ptr_equal(find(&table, 5, 2), &b);
    assert_null(find(&table, 5, 3));
}

TEST_WITH(table, the_middle_of_a_bucket_can_be_removed)
{
    struct object a = {.key = 1}, b = {.key = 2}, c = {.key = 3};

    table_add(&table, 5, &a.link);
    table_add(&table, 5, &b.link);
    table_add(&table, 5, &c.link);
    table_remove(&table, &b.link);
    assert_ptr_equal(find(&table, 5, 1), &a);
    assert_null(find(&table, 5, 2));
    assert_ptr_equal(find(&table, 5, 3), &c);
}

TEST_WITH(table, equal_keys_have_equal_hashes_in_one_table)
{
    assert_true(table_hash(&table, "name", 4) == table_hash(&table, "name", 4));
    assert_true(table_hash(&table, "name", 4) != table_hash(&table, "nama", 4));
    assert_true(table_hash(&table, "name", 4) != table_hash(&table, "name", 3));
}

TEST(another_table_hashes_otherwise)
{
    struct table one, other;

    assert_int_equal(table_init(&one, has_key), 0);
    assert_int_equal(table_init(&other, has_key), 0);
    assert_true(table_hash(&one, "name", 4) != table_hash(&other, "name", 4));
    table_free(&one);
    table_free(&other);
}
