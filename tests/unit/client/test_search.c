#include "../check.h"

#include "client/search.h"

static struct search search;

static void read_text(const char *text)
{
    char path[] = "/tmp/search-XXXXXX";
    int fd = mkstemp(path);

    assert_int_equal(write(fd, text, strlen(text)), (ssize_t)strlen(text));
    close(fd);
    search_read(&search, path);
    unlink(path);
    search.is_on = true;
}

static void assert_tried(const char *name, const char *expected)
{
    char tried[256] = "", *text;

    for (size_t i = 0; (text = search_name(&search, name, i)); i++) {
        strcat(strcat(tried, i > 0 ? " " : ""), text);
        free(text);
    }
    assert_int_equal(errno, ENOENT);
    assert_string_equal(tried, expected);
}

TEST(the_environment_has_the_last_word)
{
    read_text("search a.test b.test\n");
    search_heed(&search, NULL, NULL);
    assert_tried("host", "host.a.test host.b.test host");
    search_heed(&search, "c.test  d.test", "attempts:1 ndots:2");
    assert_tried("x.host", "x.host.c.test x.host.d.test x.host");
    search_heed(&search, "", NULL);
    assert_tried("host", "host");
}

TEST(a_short_name_is_tried_with_the_domains_first)
{
    read_text("nameserver 127.0.0.1\nsearch a.test b.test\n");
    assert_tried("host", "host.a.test host.b.test host");
    assert_tried("x.host", "x.host x.host.a.test x.host.b.test");
    assert_tried("host.", "host.");
}

TEST(ndots_says_what_is_short)
{
    read_text("options timeout:1 ndots:2\nsearch a.test\n");
    assert_tried("x.host", "x.host.a.test x.host");
    assert_tried("x.y.host", "x.y.host x.y.host.a.test");
    read_text("options ndots:99\n");
    assert_int_equal(search.ndots, 15);
}

TEST(the_last_list_counts)
{
    read_text("search a.test b.test\ndomain c.test\n# search d.test\n");
    assert_tried("host", "host.c.test host");
    read_text("search .\n");
    assert_tried("host", "host. host");
}

/* glibc 2.36 does so with the same lines. */
TEST(lines_are_what_libc_takes_them_for)
{
    read_text("search a.test\n search b.test\nsearch\nsearch \ndomain \nsearch\rc.test\n");
    assert_tried("host", "host.a.test host");
    read_text("domain a.test b.test\n");
    assert_tried("host", "host.a.test host");
    read_text("search a.test b.test\r\n");
    assert_tried("host", "host.a.test host.b.test\r host");
    read_text("options ndots: 4\n options ndots:3\noptions rotate\rndots:2\n");
    assert_int_equal(search.ndots, 4);
    read_text("options ndots:3\r\n");
    assert_int_equal(search.ndots, 3);
}

TEST(without_a_list_or_where_it_is_off_the_name_stands_alone)
{
    read_text("");
    assert_tried("host", "host");
    search_read(&search, "/nonexistent");
    assert_tried("host", "host");
    read_text("search a.test\n");
    search.is_on = false;
    assert_tried("host", "host");
}

TEST(one_domain_may_take_the_place_of_the_list)
{
    char longest[300];

    read_text("search a.test b.test\n");
    assert_true(search_only(&search, "c.test"));
    assert_tried("host", "host.c.test host");
    memset(longest, 'x', sizeof longest - 1);
    longest[sizeof longest - 1] = '\0';
    assert_false(search_only(&search, longest));
}
