#include "found.h"

static void assert_source(size_t at, const char *name, enum hosts_action on_not_found)
{
    assert_true(at < found.source_count);
    assert_string_equal(found.sources[at].name, name);
    assert_int_equal(found.sources[at].on[HOSTS_NOTFOUND], on_not_found);
}

TEST(the_line_has_sources_with_actions)
{
    found_begin("a.test", "files mdns4_minimal [NOTFOUND=return] dns");
    assert_string_equal(found.host.line, "files mdns4_minimal [NOTFOUND=return] dns");
    assert_false(found.host.is_default || found.host.is_wrong);
    assert_int_equal(found.source_count, 3);
    assert_source(0, "files", HOSTS_CONTINUE);
    assert_source(1, "mdns4_minimal", HOSTS_RETURN);
    assert_source(2, "dns", HOSTS_CONTINUE);
    assert_string_equal(found.sources[0].actions, "");
    assert_string_equal(found.sources[1].actions, "[NOTFOUND=return]");
}

TEST(a_source_that_stands_there_twice_is_one)
{
    found_begin("a.test", "dns files dns");
    assert_int_equal(found.source_count, 3);
    assert_int_equal(found.sources[0].same_as, 0);
    assert_int_equal(found.sources[1].same_as, 1);
    assert_int_equal(found.sources[2].same_as, 0);
}

static void read_text(const char *nsswitch_conf)
{
    char text[256];

    findings_free(&found);
    explain_host_sources(&found, strcpy(text, nsswitch_conf), strlen(nsswitch_conf));
}

/* glibc 2.36 to 2.42 do so. */
TEST(a_last_line_without_a_newline_is_not_read)
{
    read_text("passwd: files\nhosts: dns");
    assert_true(found.host.is_default);
}

TEST(a_wrong_line_of_another_database_has_libc_use_none)
{
    read_text("hosts: files dns\npasswd: files [\n");
    assert_true(found.host.is_wrong);
    assert_int_equal(found.source_count, 0);
    read_text("hosts: files dns\nsudoers: files [\n");
    assert_false(found.host.is_wrong);
}

TEST(without_a_line_libc_has_its_own)
{
    read_text("passwd: files\n");
    assert_true(found.host.is_default);
    assert_string_equal(found.host.line, "files dns");
    assert_int_equal(found.source_count, 2);
    findings_free(&found);
    explain_host_sources(&found, NULL, 0);
    assert_true(found.host.is_default);
    assert_int_equal(found.source_count, 2);
}

TEST(a_line_that_libc_cannot_use_has_no_sources)
{
    found_begin("a.test", "files [BROKEN] dns");
    assert_true(found.host.is_wrong);
    assert_int_equal(found.source_count, 0);
    found_begin("a.test", "");
    assert_true(found.host.is_wrong);
}

TEST(a_line_without_an_end_is_cut)
{
    char line[200] = "";

    for (size_t i = 0; i < FINDINGS_SOURCES + 4; i++)
        sprintf(line + strlen(line), "s%zu ", i);
    found_begin("a.test", line);
    assert_int_equal(found.source_count, FINDINGS_SOURCES);
    assert_false(found.host.is_wrong);
}

#define ASSERT_SERVERS(resolv_conf, expected)                                              \
    assert_servers(resolv_conf, sizeof resolv_conf - 1, expected)

static void assert_servers(const char *resolv_conf, size_t len, const char *expected)
{
    struct finding_host host = {0};
    char text[300] = "", one[ADDR_TEXT];

    found_servers(&host, resolv_conf, len);
    for (size_t i = 0; i < host.server_count; i++)
        sprintf(text + strlen(text), "%s%s", i > 0 ? " " : "",
                addr_format(&host.servers[i], one));
    assert_string_equal(text, expected);
}

TEST(name_servers_are_those_that_libc_takes)
{
    ASSERT_SERVERS("nameserver 192.0.2.1\nsearch a.test\nnameserver\t::1 \n",
                   "192.0.2.1:53 [::1]:53");
    ASSERT_SERVERS("nameserver 192.0.2.1\nnameserver 192.0.2.2\nnameserver 192.0.2.3\n"
                   "nameserver 192.0.2.4\n",
                   "192.0.2.1:53 192.0.2.2:53 192.0.2.3:53");
    ASSERT_SERVERS("#nameserver 192.0.2.1\nnameserver nowhere\nnameserver\n"
                   "nameserver 192.0.2.2\n",
                   "192.0.2.2:53");
    ASSERT_SERVERS("nameserver 192.0.2.9:5353\nnameserver 192.0.2.9:53\n"
                   "nameserver [::9]\nnameserver [::9]:53\nnameserver [fe80::9%1]\n",
                   "127.0.0.1:53");
}

/* glibc 2.36 does so with the same lines. */
TEST(an_address_ends_at_a_blank_a_tab_a_nul_or_the_end_of_its_line)
{
    ASSERT_SERVERS("nameserver 192.0.2.1\r\nnameserver ::1\r\n", "127.0.0.1:53");
    ASSERT_SERVERS("nameserver 192.0.2.1\v\nnameserver 192.0.2.2\f\n", "127.0.0.1:53");
    ASSERT_SERVERS("nameserver 192.0.2.1;x\nnameserver ::1#x\n", "127.0.0.1:53");
    ASSERT_SERVERS("nameserver 192.0.2.1 x\nnameserver ::1\tx\nnameserver 192.0.2.2",
                   "192.0.2.1:53 [::1]:53 192.0.2.2:53");
    ASSERT_SERVERS(" nameserver 192.0.2.1\nnameserver\r192.0.2.2\n", "127.0.0.1:53");
    ASSERT_SERVERS("#\0\nnameserver 192.0.2.1\0x\nnameserver 192.0.2.2\n",
                   "192.0.2.1:53 192.0.2.2:53");
}

TEST(an_address_has_the_forms_that_libc_takes)
{
    ASSERT_SERVERS("nameserver 127.1\nnameserver 010.0.0.1\nnameserver 3221225985\n",
                   "127.0.0.1:53 8.0.0.1:53 192.0.2.1:53");
    ASSERT_SERVERS("nameserver 2001:db8::1%lo\nnameserver fe80::1%nowhere\n",
                   "[2001:db8::1]:53 [fe80::1]:53");
    ASSERT_SERVERS("nameserver fe80::1%lo\n", "[fe80::1%lo]:53");
}

TEST(without_name_servers_libc_asks_this_host)
{
    struct finding_host host = {0};

    assert_servers(NULL, 0, "127.0.0.1:53");
    ASSERT_SERVERS("\n", "127.0.0.1:53");
    found_servers(&host, "search a.test\n", 14);
    assert_true(host.has_no_server);
    found_servers(&host, "nameserver 127.0.0.1\n", 21);
    assert_false(host.has_no_server);
}

TEST(comments_of_gai_conf_are_no_rules)
{
    assert_false(explain_host_has_rules(NULL));
    assert_false(explain_host_has_rules("# precedence ::ffff:0:0/96 100\n\n  #label x\n"));
    assert_false(explain_host_has_rules("reload yes\n"));
    assert_true(explain_host_has_rules("#\n  precedence ::ffff:0:0/96 100\n"));
    assert_true(explain_host_has_rules("label ::1/128 0"));
    assert_true(explain_host_has_rules("reload yes\nscopev4 ::ffff:0.0.0.0/96 14"));
}

TEST(the_hosts_own_files_are_read)
{
    findings_free(&found);
    setenv("RES_OPTIONS", "ndots:1", 1);
    explain_host_read(&found);
    unsetenv("RES_OPTIONS");
    assert_non_null(found.host.line);
    assert_true(found.host.server_count > 0);
    assert_true(texts_have(&found.host.environment, "RES_OPTIONS"));
}

GROUP(NULL, found_end);
