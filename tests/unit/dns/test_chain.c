#include "../limit.h"
#include "wire.h"

#include "base/shortage.h"
#include "dns/chain.h"

enum { TYPE_DNAME = 39 };

static struct arena arena;
static struct name_set names = {.arena = &arena};
static struct record *all[CHAIN_MAX + 1 + CHAIN_MAX + 1];
static struct records records = {.all = all, .names = &names};
static struct chain chain;

static void clear(void)
{
    records.count = 0;
    name_set_free(&names);
    arena_free(&arena);
}

FIXTURE(records, NULL, clear);

static void add(uint16_t type, const char *owner, const char *target)
{
    size_t owner_len = strlen(owner) + 1, target_len = strlen(target) + 1;
    const struct name_entry *entry =
        name_set_add(&names, (struct name){(const uint8_t *)owner, owner_len});
    struct record *record = arena_take(&arena, sizeof *record + owner_len + target_len);

    assert_true(record && entry);
    *record = (struct record){.type = type,
                              .class = CLASS_IN,
                              .ttl = 30,
                              .owner = entry->name,
                              .number = entry->number,
                              .data = record->bytes + owner_len,
                              .data_len = target_len};
    memcpy(record->bytes + owner_len, target, target_len);
    records.all[records.count++] = record;
}

/* Finds the chain of a question for "\4host". */
static bool finds(uint16_t type)
{
    struct name name = NAME_OF("\4host");
    static struct question question;

    question = question_of(name.wire, name.len, type);
    return chain_find(&chain, &question, &records);
}

static void assert_name(size_t at, const char *expected)
{
    assert_string_equal((const char *)chain.names[at].wire, expected);
}

TEST_WITH(records, a_name_without_an_alias_is_its_own_chain)
{
    add(TYPE_CNAME, "\5other", "\1a");
    assert_true(finds(TYPE_A));
    assert_int_equal(chain.count, 1);
    assert_name(0, "\4host");
}

TEST_WITH(records, a_chain_is_followed_in_whatever_order_it_stands)
{
    add(TYPE_CNAME, "\1a", "\1b");
    add(TYPE_CNAME, "\4HOST", "\1a");
    assert_true(finds(TYPE_A));
    assert_int_equal(chain.count, 3);
    assert_name(1, "\1a");
    assert_name(2, "\1b");
}

TEST_WITH(records, a_question_for_the_alias_or_for_all_ends_there)
{
    add(TYPE_CNAME, "\4host", "\1a");
    assert_true(finds(TYPE_CNAME));
    assert_int_equal(chain.count, 1);
    assert_true(finds(TYPE_ANY));
    assert_int_equal(chain.count, 1);
}

TEST_WITH(records, a_ring_ends_where_it_began)
{
    add(TYPE_CNAME, "\4host", "\1a");
    add(TYPE_CNAME, "\1a", "\4host");
    assert_true(finds(TYPE_A));
    assert_int_equal(chain.count, 2);
}

/* The data at the end of the chain would be left out, and the name would look like one
 * without data. */
TEST_WITH(records, a_chain_of_more_than_16_aliases_is_refused)
{
    char owner[] = "\4host", target[] = "\1a";

    for (int i = 0; i < CHAIN_MAX; i++) {
        target[1] = (char)('a' + i);
        add(TYPE_CNAME, owner, target);
        strcpy(owner, target);
    }
    assert_true(finds(TYPE_A));
    assert_int_equal(chain.count, 17);
    assert_name(16, "\1p");
    add(TYPE_CNAME, owner, "\1q");
    assert_false(finds(TYPE_A));
}

/* RFC 6672 section 3.1: clients go by the CNAME that it makes of the name. */
TEST_WITH(records, the_alias_that_a_dname_stands_for_is_added)
{
    add(TYPE_CNAME, "\4host", "\1a\1b\3OLD");
    add(TYPE_DNAME, "\3old", "\3new");
    assert_true(finds(TYPE_A));
    assert_int_equal(chain.count, 3);
    assert_name(2, "\1a\1b\3new");
    assert_int_equal(records.count, 3);
    assert_int_equal(records.all[2]->type, TYPE_CNAME);
    assert_int_equal(records.all[2]->class, CLASS_IN);
    assert_int_equal(records.all[2]->ttl, 30);
    assert_true(name_equal(records.all[2]->owner, chain.names[1]));
}

TEST_WITH(records, a_dname_stands_for_no_alias_of_its_owner_and_of_other_names)
{
    add(TYPE_CNAME, "\4host", "\3old");
    add(TYPE_DNAME, "\3old", "\3new");
    add(TYPE_DNAME, "\2st", "\3new");
    assert_true(finds(TYPE_A));
    assert_int_equal(chain.count, 2);
    assert_int_equal(records.count, 3);
}

/* RFC 6672 section 2.2 calls it YXDOMAIN. The name has 194 octets, 190 of them below. */
TEST_WITH(records, a_dname_stands_for_no_name_that_is_too_long)
{
    char below[NAME_WIRE_MAX] = "", target[NAME_WIRE_MAX] = "";

    for (size_t i = 0; i < 95; i++)
        strcat(below, "\1a");
    strcat(below, "\3old");
    for (size_t i = 0; i < 32; i++)
        strcat(target, "\1a");
    add(TYPE_CNAME, "\4host", below);
    add(TYPE_DNAME, "\3old", target);
    assert_true(finds(TYPE_A));
    assert_int_equal(chain.count, 3);
    clear();
    add(TYPE_CNAME, "\4host", below);
    add(TYPE_DNAME, "\3old", strcat(target, "\1a"));
    assert_true(finds(TYPE_A));
    assert_int_equal(chain.count, 2);
}

/* A name that a server does not write out twice has a number all the same. */
TEST_WITH(records, names_have_the_numbers_of_the_records_there)
{
    add(TYPE_CNAME, "\4host", "\1A");
    add(TYPE_CNAME, "\1a", "\1b");
    assert_true(finds(TYPE_A));
    assert_int_equal(chain.count, 3);
    assert_int_equal(chain.numbers[0], records.all[0]->number);
    assert_int_equal(chain.numbers[1], records.all[1]->number);
    assert_int_equal(chain.numbers[2], NAME_SET_NONE);
}

/* The nearest one would make a target that is too long. */
TEST_WITH(records, the_first_dname_that_makes_an_alias_counts)
{
    char target[NAME_WIRE_MAX] = "";

    for (size_t i = 0; i < 126; i++)
        strcat(target, "\1a");
    add(TYPE_CNAME, "\4host", "\2aa\1b\3old");
    add(TYPE_DNAME, "\1b\3old", target);
    add(TYPE_DNAME, "\3old", "\3new");
    add(TYPE_DNAME, "\1b\3old", "\5other");
    assert_true(finds(TYPE_A));
    assert_int_equal(chain.count, 3);
    assert_name(2, "\2aa\1b\3new");
}

/* RFC 2181 section 5.2: the set has the lowest TTL among its records. */
TEST_WITH(records, an_alias_has_the_ttl_of_the_whole_set_of_dnames)
{
    add(TYPE_DNAME, "\3old", "\3low");
    add(TYPE_CNAME, "\4host", "\1a\3old");
    add(TYPE_DNAME, "\3old", "\3new");
    add(TYPE_DNAME, "\5other", "\3new");
    add(TYPE_A, "\3old", "");
    records.all[0]->ttl = 240;
    records.all[2]->ttl = 60;
    assert_true(finds(TYPE_A));
    assert_name(2, "\1a\3low");
    assert_int_equal(records.count, 6);
    assert_int_equal(records.all[5]->type, TYPE_CNAME);
    assert_int_equal(records.all[5]->ttl, 60);
}

#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)

/* Takes all memory that is left, as a list of blocks. */
static void **take_all(void)
{
    void **blocks = NULL, **block;

    for (size_t size = 1 << 20; size >= 16; size -= size > 2048 ? size / 2 : 16)
        while ((block = malloc(size))) {
            *block = blocks;
            blocks = block;
        }
    return blocks;
}

static void give_back(void **blocks)
{
    while (blocks) {
        void **next = *blocks;

        free(blocks);
        blocks = next;
    }
}

/* Finds the chain with no more memory than so many octets of the arena, 4096 at most. */
static bool finds_within(size_t octets)
{
    bool found;
    void **blocks;

    assert_non_null(arena_take(&arena, 4096));
    arena_trim(&arena, 4096, 0);
    arena.left = octets;
    limit_begin(RLIMIT_AS, 0);
    shortage_wait(false);
    blocks = take_all();
    found = finds(TYPE_A);
    give_back(blocks);
    limit_end(RLIMIT_AS);
    return found;
}

/* The name at its end would look like one without data. */
TEST_WITH(records, no_chain_ends_early_because_memory_is_short)
{
    size_t octets = 0;

    for (bool found = false; !found; octets += 16) {
        assert_in_range(octets, 0, 4096);
        clear();
        add(TYPE_DNAME, "\3old", "\3new");
        add(TYPE_CNAME, "\4host", "\1a\3old");
        found = finds_within(octets);
    }
    assert_true(octets > 100);
    assert_int_equal(chain.count, 3);
    assert_name(2, "\1a\3new");
}

#endif
