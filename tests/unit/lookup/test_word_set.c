/*
 * Which words a file has. What of them counts for the hosts file, and how they compare with
 * what libc finds, is seen in test_hosts_words.c.
 */
#include "../check.h"

#include "lookup/word_set.h"

static struct word_set words;
static const struct word_set_limits ample = {1 << 20, 1000};

static void tear_down(void)
{
    word_set_clear(&words);
}

FIXTURE(words, NULL, tear_down);

static enum word_set_outcome read_text(const char *text, size_t len,
                                       const struct word_set_limits *limits)
{
    char path[] = "/tmp/words.XXXXXX";
    int fd = mkstemp(path);
    enum word_set_outcome outcome;

    assert_int_not_equal(fd, -1);
    unlink(path);
    assert_int_equal(write(fd, text, len), len);
    outcome = word_set_read(&words, fd, limits);
    close(fd);
    return outcome;
}

static bool have(const char *text)
{
    return word_set_has(&words, text, strlen(text));
}

static bool have_below(const char *text)
{
    return word_set_has_below(&words, text, strlen(text));
}

#define READ_IN(text, ...) read_text(text, sizeof(text) - 1, __VA_ARGS__)

TEST_WITH(words, none_have_nothing)
{
    assert_false(have("a"));
    assert_int_equal(READ_IN("", &ample), WORD_SET_READ);
    assert_false(have("a"));
    assert_int_equal(words.count, 0);
}

TEST_WITH(words, names_are_kept_as_they_stand_in_lower_case)
{
    assert_int_equal(READ_IN("10.0.0.1 Host.Lab dotted.lab.\n", &ample), WORD_SET_READ);
    assert_true(have("host.lab"));
    assert_true(have("dotted.lab."));
    assert_false(have("dotted.lab"));
    assert_false(have("Host.Lab"));
    assert_int_equal(words.count, 3);
}

TEST_WITH(words, names_have_others_above)
{
    assert_int_equal(READ_IN("a.b.lab x.c.lab.", &ample), WORD_SET_READ);
    assert_true(have_below("lab"));
    assert_true(have_below("b.lab"));
    assert_true(have_below("c.lab"));
    assert_false(have_below("a.b.lab"));
    assert_false(have_below("b"));
}

TEST_WITH(words, addresses_are_kept_by_their_octets)
{
    static const uint8_t ip4[] = {10, 0, 0, 1}, loopback[] = {127, 0, 0, 1},
                         mapped[16] = {[10] = 0xff, 0xff, 10, 0, 0, 1},
                         ip6[16] = {[15] = 1};

    assert_int_equal(READ_IN("10.0.0.1 0:0::1", &ample), WORD_SET_READ);
    assert_true(word_set_has_address(&words, ip4, 4));
    assert_true(word_set_has_address(&words, mapped, 16));
    assert_true(word_set_has_address(&words, ip6, 16));
    assert_true(word_set_has_address(&words, loopback, 4));
    assert_false(word_set_has_address(&words, (const uint8_t[]){10, 0, 0, 2}, 4));
    assert_false(have("10.0.0.1"));
}

TEST_WITH(words, a_file_of_more_octets_is_too_long)
{
    assert_int_equal(READ_IN("abcdef", &(struct word_set_limits){6, 10}), WORD_SET_READ);
    word_set_clear(&words);
    assert_int_equal(READ_IN("abcdef", &(struct word_set_limits){5, 10}),
                     WORD_SET_TOO_MANY);
}

TEST_WITH(words, a_file_with_more_entries_is_too_long)
{
    assert_int_equal(READ_IN("a b c", &(struct word_set_limits){100, 3}), WORD_SET_READ);
    word_set_clear(&words);
    assert_int_equal(READ_IN("a b c d", &(struct word_set_limits){100, 3}),
                     WORD_SET_TOO_MANY);
}

TEST_WITH(words, what_cannot_be_read_is_a_failure)
{
    assert_int_equal(word_set_read(&words, -1, &ample), WORD_SET_FAILED);
}
