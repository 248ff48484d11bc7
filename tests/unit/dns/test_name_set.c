#include "wire.h"

#include "dns/name_set.h"

static struct arena arena;
static struct name_set names = {.arena = &arena};

static void clear(void)
{
    name_set_free(&names);
    arena_free(&arena);
}

FIXTURE(names, NULL, clear);

/* A name whose labels are a string; its end is the NUL. */
static struct name name_of(const char *labels)
{
    return (struct name){(const uint8_t *)labels, strlen(labels) + 1};
}

static uint32_t add(const char *labels)
{
    const struct name_entry *entry = name_set_add(&names, name_of(labels));

    assert_non_null(entry);
    assert_true(name_equal(entry->name, name_of(labels)));
    return entry->number;
}

TEST_WITH(names, equal_names_have_one_number)
{
    assert_int_equal(add("\4host"), 0);
    assert_int_equal(add("\4test"), 1);
    assert_int_equal(add("\4HOST"), 0);
    assert_int_equal(add(""), 2);
    assert_int_equal(names.count, 3);
}

TEST_WITH(names, a_name_keeps_its_first_spelling)
{
    const struct name_entry *entry;

    add("\4Host");
    entry = name_set_add(&names, name_of("\4hOST"));
    assert_string_equal((const char *)entry->name.wire, "\4Host");
}

TEST_WITH(names, a_name_is_found_in_any_letter_case)
{
    assert_int_equal(name_set_find(&names, name_of("\4host")), NAME_SET_NONE);
    add("\4Host");
    assert_int_equal(name_set_find(&names, name_of("\4hosT")), 0);
    assert_int_equal(name_set_find(&names, name_of("\4test")), NAME_SET_NONE);
    assert_int_equal(names.count, 1);
}

TEST_WITH(names, thousands_are_found)
{
    char labels[16];

    for (unsigned i = 0; i < 5000; i++) {
        sprintf(labels, "%cn%04u", 5, i);
        assert_int_equal(add(labels), i);
    }
    for (unsigned i = 0; i < 5000; i++) {
        sprintf(labels, "%cN%04u", 5, i);
        assert_int_equal(name_set_find(&names, name_of(labels)), i);
    }
}

/* The marks tell how many octets stand below. */
TEST_WITH(names, a_name_and_those_above_it_are_marked)
{
    uint8_t marks[6] = {0, 0, 0, 0, 0, 9};

    add("\1b\4TEST");
    add("\4test");
    add("\1a\1b\4test");
    add("\1c\1b\4test");
    add("");
    add("\4host"); /* is beside it, so its mark stays */
    name_set_mark(&names, name_of("\1A\1b\4test"), marks);
    assert_int_equal(marks[0], 1 + 2);
    assert_int_equal(marks[1], 1 + 4);
    assert_int_equal(marks[2], NAME_SET_ITSELF);
    assert_int_equal(marks[3], 0);
    assert_int_equal(marks[4], 1 + 9);
    assert_int_equal(marks[5], 9);
}

TEST_WITH(names, the_longest_name_is_below_the_root)
{
    uint8_t name[NAME_WIRE_MAX], mark = 0;

    long_name(name, sizeof name);
    add("");
    name_set_mark(&names, NAME(name), &mark);
    assert_int_equal(mark, 255);
}
