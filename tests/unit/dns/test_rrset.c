#include "../check.h"

#include "dns/rrset.h"

enum { A = 1, MX = 15, RRSIG = 46, IN = 1, CH = 3 };

static struct arena arena;
static struct name_set names = {.arena = &arena};
static struct record *all[6000];
static struct records set = {.all = all, .names = &names};

static void clear(void)
{
    set.count = 0;
    name_set_free(&names);
    arena_free(&arena);
}

FIXTURE(records, NULL, clear);

/* Adds a record whose data are two octets, for a signature the type covered. */
static void add_data(const char *owner, uint16_t class, uint16_t type, uint16_t data,
                     uint32_t ttl)
{
    const struct name_entry *entry =
        name_set_add(&names, (struct name){(const uint8_t *)owner, strlen(owner) + 1});
    struct record *record = arena_take(&arena, sizeof *record + 2);

    assert_true(record && entry);
    *record = (struct record){.type = type,
                              .class = class,
                              .ttl = ttl,
                              .owner = entry->name,
                              .number = entry->number,
                              .data = record->bytes,
                              .data_len = 2};
    record->bytes[0] = (uint8_t)(data >> 8);
    record->bytes[1] = (uint8_t)data;
    all[set.count++] = record;
}

/* Adds a record whose data no other one has. */
static void add(const char *owner, uint16_t type, uint32_t ttl)
{
    add_data(owner, IN, type, (uint16_t)set.count, ttl);
}

static void assert_ttls(const uint32_t *expected, size_t number)
{
    assert_true(rrset_tidy(&set));
    assert_int_equal(set.count, number);
    for (size_t i = 0; i < number; i++)
        assert_int_equal(all[i]->ttl, expected[i]);
}

#define ASSERT_TTLS(...)                                                                   \
    assert_ttls((const uint32_t[]){__VA_ARGS__},                                           \
                sizeof(const uint32_t[]){__VA_ARGS__} / sizeof(uint32_t))

static void assert_left(const uint16_t *data, size_t number)
{
    assert_true(rrset_tidy(&set));
    assert_int_equal(set.count, number);
    for (size_t i = 0; i < number; i++)
        assert_int_equal(all[i]->data[0] << 8 | all[i]->data[1], data[i]);
}

#define ASSERT_LEFT(...)                                                                   \
    assert_left((const uint16_t[]){__VA_ARGS__},                                           \
                sizeof(const uint16_t[]){__VA_ARGS__} / sizeof(uint16_t))

TEST_WITH(records, what_stands_there_before_goes_and_the_rest_keeps_its_order)
{
    add_data("\1b", IN, A, 3, 60);
    add_data("\1a", IN, A, 1, 60);
    add_data("\1a", IN, A, 2, 60);
    add_data("\1A", IN, A, 1, 50); /* a name in another letter case */
    add_data("\1b", IN, A, 3, 60);
    add_data("\1a", IN, A, 0, 60);
    add_data("\1a", IN, A, 1, 60);
    ASSERT_LEFT(3, 1, 2, 0);
}

TEST_WITH(records, other_owners_types_and_classes_are_other_records)
{
    add_data("\1a", IN, A, 1, 60);
    add_data("\1b", IN, A, 1, 60);
    add_data("\1a", IN, MX, 1, 60);
    add_data("\1a", CH, A, 1, 60);
    ASSERT_LEFT(1, 1, 1, 1);
}

TEST_WITH(records, a_set_has_its_lowest_ttl)
{
    add("\1a", A, 300);
    add("\1a", A, 60);
    add("\1a", A, 90);
    ASSERT_TTLS(60, 60, 60);
}

TEST_WITH(records, it_need_not_stand_together)
{
    add("\1a", A, 60);
    add("\1b", A, 10);
    add("\1a", A, 30);
    ASSERT_TTLS(30, 10, 30);
}

TEST_WITH(records, letter_case_makes_no_other_owner)
{
    add("\1a", A, 60);
    add("\1A", A, 30);
    ASSERT_TTLS(30, 30);
}

TEST_WITH(records, owner_type_and_class_make_another_set)
{
    add("\1a", A, 60);
    add("\1a", MX, 30);
    add("\2aa", A, 20);
    add_data("\1a", CH, A, 0, 10);
    ASSERT_TTLS(60, 30, 20, 10);
}

TEST_WITH(records, signatures_are_sets_by_the_type_they_cover)
{
    add_data("\1a", IN, RRSIG, A, 60);
    add_data("\1a", IN, RRSIG, MX, 30);
    add_data("\1b", IN, RRSIG, A, 50);
    ASSERT_TTLS(60, 30, 50);
}

/* RFC 2181 section 5.2: the lower TTL counts though its record goes. */
TEST_WITH(records, a_record_that_goes_leaves_its_ttl)
{
    add_data("\1a", IN, A, 1, 60);
    add_data("\1a", IN, A, 2, 60);
    add_data("\1A", IN, A, 1, 30);
    ASSERT_TTLS(30, 30);
}

/* Two signatures of a set need not be alike. */
TEST_WITH(records, signatures_of_a_set_have_one_ttl)
{
    static const uint8_t data[][3] = {{0, A, 1}, {0, A, 2}};

    for (size_t i = 0; i < 2; i++) {
        add_data("\1a", IN, RRSIG, A, i ? 50 : 60);
        all[i]->data = data[i];
        all[i]->data_len = sizeof data[i];
    }
    ASSERT_TTLS(50, 50);
}

TEST_WITH(records, order_stays)
{
    add("\1c", A, 1);
    add("\1a", A, 2);
    add("\1b", A, 3);
    assert_true(rrset_tidy(&set));
    assert_memory_equal(all[0]->owner.wire, "\1c", 3);
    assert_memory_equal(all[2]->owner.wire, "\1b", 3);
}

TEST_WITH(records, none_and_thousands_are_no_trouble)
{
    assert_true(rrset_tidy(&set));
    for (uint32_t i = 0; i < 5000; i++)
        add("\1a", A, 5000 - i);
    assert_true(rrset_tidy(&set));
    assert_int_equal(set.count, 5000);
    for (size_t i = 0; i < set.count; i++)
        assert_int_equal(all[i]->ttl, 1);
}

TEST_WITH(records, what_a_signature_covers)
{
    add_data("\1a", IN, RRSIG, MX, 1);
    add_data("\1a", IN, A, MX, 1);
    assert_int_equal(rrset_type_covered(all[0]), MX);
    assert_int_equal(rrset_type_covered(all[1]), 0);
    all[0]->data_len = 1;
    assert_int_equal(rrset_type_covered(all[0]), 0);
}
