/* Where libc's word is not needed. */
#include "lab_lookup.h"

#include "lookup/shortcut.h"

#include <sys/stat.h>

TEST_WITH(lab, files_and_then_dns_need_no_thread_where_the_hosts_file_is_short)
{
    static char text[4097];

    memset(text, '\n', sizeof text - 1);
    etc_write("hosts", text);
    assert_true(shortcut_probe(1));
    etc_write("nsswitch.conf", "hosts: dns files\n");
    assert_false(shortcut_probe(2));
}

TEST_WITH(lab, a_long_hosts_file_is_read_by_a_thread)
{
    static char text[4098];

    memset(text, '\n', sizeof text - 1);
    etc_write("hosts", text);
    assert_false(shortcut_probe(1));
    etc_write("hosts", "");
    assert_true(shortcut_probe(2));
    assert_int_equal(unlink("/etc/hosts"), 0);
    assert_true(shortcut_probe(3));
    assert_int_equal(mkfifo("/etc/hosts", 0644), 0); /* who reads it waits for ever */
    assert_false(shortcut_probe(4));
    assert_int_equal(unlink("/etc/hosts"), 0);
}

TEST_WITH(lab, the_host_is_looked_at_once_in_a_millisecond)
{
    etc_write("nsswitch.conf", "hosts: files dns\n");
    assert_true(shortcut_probe(1));
    etc_write("nsswitch.conf", "hosts: dns\n");
    assert_true(shortcut_probe(1));
    assert_false(shortcut_probe(2));
}

/* With this line, what libc says of an unknown name leads to DNS. */
static bool leads_to_dns(const char *line, const char *name)
{
    struct sources sources;
    struct libc_said both;
    bool leads;

    etc_write("nsswitch.conf", line);
    sources = sources_look();
    both = libc_ask_name(name, AF_UNSPEC, NULL, RESOLVER_PROBE);
    leads = shortcut_leads_to_dns(&sources, name, AF_INET6, &both);
    libc_free(&both);
    return leads;
}

TEST_WITH(lab, a_name_that_no_source_before_it_knows_leads_to_dns)
{
    assert_true(leads_to_dns("hosts: files dns\n", "nosuch.lab"));
    assert_true(leads_to_dns("hosts: files myhostname dns\n", "nosuch.lab"));
    assert_false(leads_to_dns("hosts: files dns\n", "v4only.lab"));
    assert_false(leads_to_dns("hosts: files dns myhostname\n", "nosuch.lab"));
    assert_false(leads_to_dns("hosts: files\n", "nosuch.lab"));
}

/* A reply with one address, or its header alone. */
static const uint8_t reply[] = {0, 0,   0x81, 0x80, 0,  1, 0, 1,    0,  0, 0, 0,
                                1, 'x', 0,    0,    1,  0, 1, 0xc0, 12, 0, 1, 0,
                                1, 0,   0,    0,    60, 0, 4, 192,  0,  2, 1};

static bool is_final(enum lookup_next next, uint16_t asked, size_t reply_len)
{
    const struct question question = question_of("x", "A");
    const struct heard heard = {.reply = reply_len > 0 ? reply : NULL,
                                .reply_len = reply_len};

    return shortcut_verdict(next, &question, asked, &heard);
}

TEST(what_is_passed_on_needs_no_verdict)
{
    assert_true(is_final(LOOKUP_RELAY, TYPE_A, 5));
    assert_true(is_final(LOOKUP_EXISTS, TYPE_A, 5));
    assert_false(is_final(LOOKUP_VERDICT, TYPE_A, sizeof reply));
}

TEST(where_dns_decides_a_clear_reply_or_none_is_the_verdict)
{
    assert_true(is_final(LOOKUP_DNS_DECIDES, TYPE_A, sizeof reply));
    assert_true(is_final(LOOKUP_DNS_DECIDES, TYPE_A, 0));
    assert_false(is_final(LOOKUP_DNS_DECIDES, TYPE_A, sizeof reply - 1));
    assert_false(is_final(LOOKUP_DNS_DECIDES, TYPE_AAAA, sizeof reply));
}
