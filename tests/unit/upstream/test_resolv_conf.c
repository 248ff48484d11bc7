/* What resolv.conf says about name servers. */
#include "../lab.h"

#include "base/host_file.h"
#include "upstream/resolv_conf.h"

static struct resolv_conf conf_of(const char *text)
{
    struct resolv_conf conf;

    etc_write("resolv.conf", text);
    assert_int_equal(resolv_conf_read(&conf), 0);
    return conf;
}

/* "ADDRESS:PORT" of a server; valid until the next call. */
static const char *text_of(const struct resolv_conf *conf, size_t i)
{
    static char text[ADDR_TEXT];

    assert_true(i < conf->server_count);
    return addr_format(&conf->servers[i], text);
}

TEST_WITH(lab, up_to_three_servers_are_read_in_their_order)
{
    struct resolv_conf conf = conf_of("nameserver 192.0.2.1\nnameserver 192.0.2.2\n"
                                      "nameserver 192.0.2.3\nnameserver 192.0.2.4\n");

    assert_int_equal(conf.server_count, 3);
    assert_string_equal(text_of(&conf, 0), "192.0.2.1:53");
    assert_string_equal(text_of(&conf, 1), "192.0.2.2:53");
    assert_string_equal(text_of(&conf, 2), "192.0.2.3:53");
}

TEST_WITH(lab, an_edited_file_is_another_edition)
{
    unsigned first = conf_of("nameserver 192.0.2.1\n").edition;
    struct resolv_conf conf;

    assert_int_equal(resolv_conf_read(&conf), 0);
    assert_int_equal(conf.edition, first);
    assert_int_not_equal(conf_of("nameserver 192.0.2.10\n").edition, first);
}

TEST_WITH(lab, servers_may_be_of_either_family)
{
    struct resolv_conf conf =
        conf_of("nameserver 2001:db8::1\nnameserver 192.0.2.2\nnameserver ::1\n");

    assert_int_equal(conf.server_count, 3);
    assert_string_equal(text_of(&conf, 0), "[2001:db8::1]:53");
    assert_string_equal(text_of(&conf, 1), "192.0.2.2:53");
    assert_string_equal(text_of(&conf, 2), "[::1]:53");
}

TEST_WITH(lab, a_scope_is_kept)
{
    struct resolv_conf conf = conf_of("nameserver fe80::1%lo\n");

    assert_int_equal(conf.server_count, 1);
    assert_int_not_equal(conf.servers[0].sock.ip6.sin6_scope_id, 0);
}

TEST_WITH(lab, lines_that_are_no_servers_are_passed_over)
{
    struct resolv_conf conf =
        conf_of("nameserver nonsense\n# nameserver 192.0.2.9\nnameserver 192.0.2.1\n");

    assert_int_equal(conf.server_count, 1);
    assert_string_equal(text_of(&conf, 0), "192.0.2.1:53");
}

TEST_WITH(lab, without_options_libc_defaults_count)
{
    struct resolv_conf conf = conf_of("nameserver 192.0.2.1\n");

    assert_int_equal(conf.timeout_ms, 5000);
    assert_int_equal(conf.attempts, 2);
    assert_false(conf.rotate);
    assert_false(conf.use_tcp);
    assert_false(conf.trust_ad);
    assert_false(conf.no_aaaa);
}

TEST_WITH(lab, options_are_read)
{
    struct resolv_conf conf =
        conf_of("nameserver 192.0.2.1\n"
                "options timeout:3 attempts:4 rotate use-vc trust-ad\n");

    assert_int_equal(conf.timeout_ms, 3000);
    assert_int_equal(conf.attempts, 4);
    assert_true(conf.rotate);
    assert_true(conf.use_tcp);
    assert_true(conf.trust_ad);
}

/* libc waits for a second and asks once even then. */
TEST_WITH(lab, a_time_out_of_0_is_a_second)
{
    struct resolv_conf conf = conf_of("nameserver 192.0.2.1\noptions timeout:0\n");

    assert_int_equal(conf.timeout_ms, 1000);
}

TEST_WITH(lab, attempts_are_at_least_one)
{
    struct resolv_conf conf = conf_of("nameserver 192.0.2.1\noptions attempts:0\n");

    assert_int_equal(conf.attempts, 1);
}

TEST_WITH(lab, a_file_without_servers_means_this_host)
{
    struct resolv_conf conf = conf_of("search example.test\n");

    assert_int_equal(conf.server_count, 1);
    assert_string_equal(text_of(&conf, 0), "127.0.0.1:53");
}

TEST_WITH(lab, no_file_means_this_host)
{
    struct resolv_conf conf;

    etc_write("resolv.conf", "");
    assert_int_equal(unlink("/etc/resolv.conf"), 0);
    assert_int_equal(resolv_conf_read(&conf), 0);
    assert_int_equal(conf.server_count, 1);
    assert_string_equal(text_of(&conf, 0), "127.0.0.1:53");
}

TEST_WITH(lab, a_changed_file_is_seen)
{
    struct resolv_conf conf = conf_of("nameserver 192.0.2.1\n");

    conf = conf_of("nameserver 192.0.2.7\n"); /* of the same size */
    assert_string_equal(text_of(&conf, 0), "192.0.2.7:53");
}

TEST_WITH(lab, a_changed_file_that_has_rested_before_is_seen)
{
    for (int i = 0; i < 2; i++) {
        struct resolv_conf conf;
        struct stat file;
        char text[ADDR_TEXT];

        etc_write("resolv.conf", "nameserver 192.0.2.1\noptions timeout:3\n");
        do
            assert_int_equal(stat("/etc/resolv.conf", &file), 0);
        while (!host_file_has_rested(&file));
        for (int reading = 0; reading < 3; reading++) {
            assert_int_equal(resolv_conf_read(&conf), 0);
            assert_string_equal(addr_format(&conf.servers[0], text), "192.0.2.1:53");
            assert_int_equal(conf.timeout_ms, 3000);
        }
        etc_write("resolv.conf", "nameserver 192.0.2.2\noptions timeout:2\n");
        assert_int_equal(resolv_conf_read(&conf), 0);
        assert_string_equal(addr_format(&conf.servers[0], text), "192.0.2.2:53");
        assert_int_equal(conf.timeout_ms, 2000);
    }
}

TEST_WITH(lab, reading_leaves_no_descriptor_open)
{
    int before = dup(STDIN_FILENO), after;

    close(before);
    for (int i = 0; i < 20; i++)
        conf_of("nameserver 192.0.2.1\n");
    after = dup(STDIN_FILENO);
    close(after);
    assert_int_equal(after, before);
}

/* "search ", a domain of this length, and then the rest of the file. */
static bool aborts_on(const char *keyword, int octets, const char *rest)
{
    char text[1024];

    snprintf(text, sizeof text, "nameserver 127.0.0.2\n%s%0*d%s", keyword, octets, 0, rest);
    return resolv_conf_is_unsafe_text(text);
}

TEST(a_sort_list_that_libc_stops_in_is_what_it_hangs_on)
{
    assert_true(
        resolv_conf_is_unsafe_text("sortlist 10.0.0.0\r\nnameserver 127.0.0.2\r\n"));
    assert_true(resolv_conf_is_unsafe_text("sortlist 10.0.0.0 \xff\n"));
    assert_true(resolv_conf_is_unsafe_text("search a\nsortlist\t10.0.0.0/\v\nsearch b\n"));
    assert_true(resolv_conf_is_unsafe_text("sortlist /8\n"));
    assert_true(resolv_conf_is_unsafe_text("sortlist 10.0.0.0 net/255.0.0.0\n"));
    assert_false(resolv_conf_is_unsafe_text("sortlist net 10.0.0.0/net 10.1&/&/ 9//;/\n"));
    assert_false(resolv_conf_is_unsafe_text("sortlist 10.0.0.0/255.0.0.0 192.0.2.0\n"));
    assert_false(resolv_conf_is_unsafe_text("sortlist 10.0.0.0 ; \xff\n"));
    assert_false(resolv_conf_is_unsafe_text("sortlist\r\nsortlists \r\n#sortlist \r\n"));
    assert_false(resolv_conf_is_unsafe_text("nameserver 127.0.0.2\r\n"));
}

/* glibc 2.36 was tried with each of these. */
TEST(a_later_search_domain_is_if_there_is_little_before_it)
{
    assert_false(aborts_on("search ok ", 252, "\n")); /* all has room */
    assert_true(aborts_on("search ok ", 253, "\n"));
    assert_true(aborts_on("search ok ok ok ok ok ", 256, "\n"));
    assert_false(aborts_on("search ok ok ok ok ok ok ", 256, "\n")); /* the seventh */
    assert_false(aborts_on("domain ok ", 256, "\n"));
    assert_true(aborts_on("search ok ", 253, " ok\n"));
    assert_false(aborts_on("search ", 255, " ok\n"));
    assert_false(
        aborts_on("search 123456789.123456789.123456789.123456789.123456789.123456 ", 256,
                  "\n")); /* 57 octets with their end */
    assert_true(aborts_on("search 123456789.123456789.123456789.123456789.123456789.12345 ",
                          256, "\n"));
}

TEST(a_first_search_domain_of_256_octets_is_what_libc_aborts_on)
{
    assert_false(aborts_on("search ", 255, "\n"));
    assert_true(aborts_on("search ", 256, "\n"));
    assert_true(aborts_on("search\t \t", 300, ""));
    assert_true(aborts_on("domain ", 300, " b.test\n"));
    assert_true(aborts_on("search a.test ", 300, "\n"));
    assert_false(aborts_on("#search ", 300, "\n"));
    assert_false(aborts_on("searching ", 300, "\n"));
    assert_false(aborts_on("search ", 300, "\nsearch a.test\n"));
    assert_false(resolv_conf_is_unsafe_text(""));
    assert_false(resolv_conf_is_unsafe_text("search"));
}
