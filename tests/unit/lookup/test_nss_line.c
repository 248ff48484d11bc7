#include "../check.h"

#include "lookup/nss_line.h"

/* What becomes of `hosts: LINE` while resolved is in this state. */
static struct {
    struct sources sources;
    enum nss_line kind;
    char line[2 * NSS_TEXT];
} got;

static const struct sources *sources_of(const char *line, enum resolved_state resolved)
{
    static char text[NSS_TEXT];

    snprintf(text, sizeof text, "hosts: %s\n", line);
    got.kind = nss_line_read(text, resolved, &got.sources, got.line);
    return &got.sources;
}

/* The line that libc is to follow. */
static const char *line_of(const char *line, enum resolved_state resolved)
{
    sources_of(line, resolved);
    return got.kind == LINE_WRITTEN ? got.line : "as it is";
}

/* What each line says while resolved does not run. */
#define ASSERT_EACH(lines, member, expected)                                               \
    for (size_t i = 0; i < sizeof(lines) / sizeof *(lines); i++)                           \
    assert_int_equal(sources_of((lines)[i], RESOLVED_ABSENT)->member, expected)

TEST(sources_behind_dns_are_seen)
{
    static const char *const lines[] = {
        "dns files",
        "files dns myhostname",
        "dns [NOTFOUND=continue] files",
        "dns[NOTFOUND=continue]files",
        "files\tdns\tmyhostname",
        "files dns dns",
        "files dns # a comment is words",
    };

    ASSERT_EACH(lines, follow_dns, true);
}

TEST(nothing_stands_behind_dns_here)
{
    static const char *const lines[] = {
        "files dns",
        "dns",
        "files myhostname",
        "dnssd files",
        "files mdns4_minimal [NOTFOUND=return] dns",
        "files dns [!UNAVAIL=return]",
        "files dns [ NOTFOUND=return  TRYAGAIN=return ]",
    };

    ASSERT_EACH(lines, follow_dns, false);
}

static bool bounds_are(const char *line, bool files, bool machine, bool mdns)
{
    const struct sources *sources = sources_of(line, RESOLVED_ABSENT);

    return sources->are_bounded && sources->has_dns && sources->have_files == files &&
           sources->have_machine == machine && sources->have_mdns == mdns;
}

TEST(sources_that_know_certain_names_only_are_seen)
{
    assert_true(bounds_are("dns", false, false, false));
    assert_true(bounds_are("files dns", true, false, false));
    assert_true(bounds_are("dns files", true, false, false));
    assert_true(bounds_are("files dns [NOTFOUND=return]", true, false, false));
    assert_true(bounds_are("files myhostname dns", true, true, false));
    assert_true(bounds_are("files dns myhostname", true, true, false));
    assert_true(bounds_are("mdns4_minimal [NOTFOUND=return] dns", false, false, true));
    assert_true(bounds_are("files mdns_minimal dns mdns6_minimal", true, false, true));
    assert_true(bounds_are("files resolve [!UNAVAIL=return] dns", true, false, false));
    assert_true(bounds_are("files myhostname mdns4_minimal [NOTFOUND=return] "
                           "resolve [!UNAVAIL=return] dns",
                           true, true, true));
    assert_true(
        sources_of("files resolve [!UNAVAIL=return] dns", RESOLVED_STUB)->are_bounded);
}

TEST(a_line_without_dns_is_seen)
{
    assert_false(sources_of("files", RESOLVED_ABSENT)->has_dns);
    assert_true(sources_of("files myhostname", RESOLVED_ABSENT)->are_bounded);
    assert_true(sources_of("files dns", RESOLVED_ABSENT)->has_dns);
}

TEST(files_that_come_first_are_seen)
{
    assert_true(sources_of("files", RESOLVED_ABSENT)->files_first);
    assert_true(sources_of("files dns myhostname", RESOLVED_ABSENT)->files_first);
    assert_false(sources_of("dns files", RESOLVED_ABSENT)->files_first);
    assert_false(sources_of("myhostname files dns", RESOLVED_ABSENT)->files_first);
    assert_false(sources_of("files [SUCCESS=merge] dns", RESOLVED_ABSENT)->files_first);
}

TEST(others_may_know_any_name)
{
    static const char *const lines[] = {
        "files mdns4 dns",
        "files mdns4_minimal [NOTFOUND=return] dns mdns4",
        "files libvirt dns",
        "files dns sss",
        "files mymachines dns",
        "files dns dns",
        "dnssd dns",
        "minimal dns",
        "_minimal dns",
        "xmdns4_minimal dns",
    };

    ASSERT_EACH(lines, are_bounded, false);
    assert_false(sources_of("files resolve dns", RESOLVED_HIDDEN)->are_bounded);
    assert_false(nss_line_read("passwd: files\n", RESOLVED_ABSENT, &got.sources,
                               got.line) == LINE_AS_IT_IS ||
                 got.sources.are_bounded);
}

TEST(actions_may_end_the_search_before_dns)
{
    static const char *const lines[] = {
        "files [NOTFOUND=return] dns",
        "files [!UNAVAIL=return] dns",
        "files [UNAVAIL=return] dns",
        "files [TRYAGAIN=return] dns",
        "files [SUCCESS=merge] dns",
        "files myhostname [NOTFOUND=return] dns",
        "files mdns4_minimal [UNAVAIL=return] dns",
        "files mdns4_minimal [!SUCCESS=return] dns",
        "files dns [SUCCESS=merge] myhostname",
        "files dns [SUCCESS=continue] myhostname",
        "files dns [NOTFOUND=merge] myhostname",
    };

    ASSERT_EACH(lines, are_bounded, false);
}

TEST(files_and_then_dns_are_just_that)
{
    static const char *const lines[] = {"files dns", "files\t dns ",
                                        "files [NOTFOUND=continue] dns",
                                        "files dns [NOTFOUND=return]"};

    ASSERT_EACH(lines, files_then_dns, true);
}

TEST(other_sources_orders_and_actions_are_more)
{
    static const char *const lines[] = {
        "",
        "files",
        "dns",
        "dns files",
        "files dns dns",
        "files files dns",
        "files dnsx",
        "filesx dns",
        "Files DNS",
        "files dns myhostname",
        "files myhostname dns",
        "myhostname files dns",
        "files [SUCCESS=merge] dns",
        "files dns [SUCCESS=merge]",
        "files [NOTFOUND=return] dns",
        "files [NOTFOUND=x] dns",
    };

    ASSERT_EACH(lines, files_then_dns, false);
}

TEST(dns_is_the_end_of_these)
{
    static const char *const lines[] = {
        "files dns",
        "dns",
        "files myhostname dns",
        "mymachines\tfiles ldap dns",
        "files mdns4_minimal [NOTFOUND=return] dns",
        "files[notfound=Return]dns",
        "ldap [ NOTFOUND=return ] dns",
        "files dns [NOTFOUND=return]",
        "dnsmasq dns",
    };

    ASSERT_EACH(lines, end_in_dns, true);
}

/* Actions may end the search before DNS with the code that tells of DNS without a server.
 */
TEST(dns_is_not_the_end_of_these)
{
    static const char *const lines[] = {
        "",
        "files",
        "dns files",
        "files dns myhostname",
        "ldap [TRYAGAIN=return] dns",
        "ldap [NOTFOUND=return TRYAGAIN=return] dns",
        "ldap [!UNAVAIL=return] dns",
        "files [SUCCESS=merge] dns",
        "files dns [SUCCESS=merge]",
        "files dns]",
        "files dnsx",
    };

    ASSERT_EACH(lines, end_in_dns, false);
}

/* Then libc has an order of its own, or fails. */
TEST(without_a_line_that_libc_takes_any_order_is_possible)
{
    assert_int_equal(
        nss_line_read("passwd: files\n", RESOLVED_ABSENT, &got.sources, got.line),
        LINE_MISSING);
    assert_true(got.sources.follow_dns);
    assert_true(sources_of("files [NOTFOUND=retrun] dns", RESOLVED_STUB)->follow_dns);
    assert_int_equal(got.kind, LINE_WRONG);
}

/* Of an empty list libc reads more than there is (glibc 2.36). */
TEST(an_empty_line_is_a_source_that_there_is_nowhere)
{
    assert_string_equal(line_of("", RESOLVED_ABSENT), "hostdns_none");
    assert_string_equal(line_of("[NOTFOUND=return] files", RESOLVED_ABSENT),
                        "hostdns_none");
}

/* What libc follows where the stub listens, and who is asked. */
static const char fedora[] =
    "files myhostname mdns4_minimal [NOTFOUND=return] resolve [!UNAVAIL=return] dns";
static const char arch[] = "mymachines resolve [!UNAVAIL=return] files myhostname dns";

TEST(resolve_is_dns_where_its_stub_listens)
{
    assert_string_equal(line_of(fedora, RESOLVED_STUB),
                        "files myhostname mdns4_minimal [NOTFOUND=return] dns");
    assert_int_equal(got.sources.servers, SERVERS_OF_RESOLVED);
    assert_int_equal(got.sources.then, SERVERS_NONE);
    assert_true(got.sources.end_in_dns);
    assert_false(got.sources.follow_dns || got.sources.doubted);
}

TEST(sources_behind_resolve_do_not_count_where_its_action_ends_the_search)
{
    assert_string_equal(line_of(arch, RESOLVED_STUB), "mymachines dns");
    assert_string_equal(line_of("resolve [!unavail = RETURN] files", RESOLVED_STUB), "dns");
    assert_string_equal(
        line_of("files resolve [SUCCESS=return NOTFOUND=return TRYAGAIN=return] dns",
                RESOLVED_STUB),
        "files dns");
    assert_true(got.sources.files_then_dns);
}

TEST(sources_behind_resolve_count_where_its_action_goes_on)
{
    assert_string_equal(line_of("resolve files", RESOLVED_STUB), "dns files");
    assert_true(got.sources.follow_dns);
    assert_string_equal(line_of("resolve [NOTFOUND=return] files", RESOLVED_STUB),
                        "dns [NOTFOUND=return] files");
    assert_string_equal(line_of("resolve [SUCCESS=merge] files", RESOLVED_STUB),
                        "dns [SUCCESS=merge] files");
    assert_false(got.sources.end_in_dns);
}

TEST(other_name_servers_are_asked_next_where_the_action_goes_on)
{
    assert_string_equal(line_of("files resolve dns", RESOLVED_STUB), "files dns");
    assert_int_equal(got.sources.servers, SERVERS_OF_RESOLVED);
    assert_int_equal(got.sources.then, SERVERS_OF_RESOLV_CONF);
    assert_string_equal(line_of("files dns resolve", RESOLVED_STUB), "files dns");
    assert_int_equal(got.sources.servers, SERVERS_OF_RESOLV_CONF);
    assert_int_equal(got.sources.then, SERVERS_OF_RESOLVED);
}

TEST(other_name_servers_are_asked_for_what_the_action_goes_on_with)
{
    sources_of("files resolve [UNAVAIL=return] dns", RESOLVED_STUB);
    assert_true(got.sources.then_if_denied && got.sources.then_if_failed);
    sources_of("files resolve [NOTFOUND=return] dns", RESOLVED_STUB);
    assert_true(!got.sources.then_if_denied && got.sources.then_if_failed);
    sources_of("files dns [TRYAGAIN=return] resolve", RESOLVED_STUB);
    assert_true(got.sources.then_if_denied && !got.sources.then_if_failed);
    sources_of("files dns [!UNAVAIL=return] resolve", RESOLVED_STUB);
    assert_false(got.sources.then_if_denied || got.sources.then_if_failed);
}

/* libc is not to ask resolved by itself. */
TEST(resolve_is_dns_wherever_it_stands)
{
    assert_string_equal(line_of("resolve files resolve", RESOLVED_STUB), "dns files dns");
    assert_string_equal(
        line_of("resolve dns resolve [NOTFOUND=return] files", RESOLVED_STUB),
        "dns dns [NOTFOUND=return] files");
    assert_true(got.sources.follow_dns);
}

/* To libc it is unavailable then. */
TEST(resolve_is_left_out_where_it_does_not_run)
{
    assert_string_equal(line_of(fedora, RESOLVED_ABSENT),
                        "files myhostname mdns4_minimal [NOTFOUND=return] dns");
    assert_string_equal(line_of(arch, RESOLVED_ABSENT), "mymachines files myhostname dns");
    assert_int_equal(got.sources.servers, SERVERS_OF_RESOLV_CONF);
    assert_false(got.sources.doubted);
    assert_string_equal(line_of("dns resolve files", RESOLVED_ABSENT), "dns files");
}

/* That would be a denial of what nobody was asked for. */
TEST(without_resolved_and_dns_there_is_no_server)
{
    assert_string_equal(line_of("files resolve", RESOLVED_ABSENT), "files dns");
    assert_int_equal(got.sources.servers, SERVERS_NONE);
    assert_string_equal(line_of("resolve [!UNAVAIL=return] files", RESOLVED_ABSENT),
                        "dns files");
    assert_int_equal(got.sources.servers, SERVERS_NONE);
    assert_string_equal(line_of("files resolve [UNAVAIL=return] dns", RESOLVED_ABSENT),
                        "files dns");
    assert_int_equal(got.sources.servers, SERVERS_NONE);
}

TEST(resolve_is_left_out_where_its_stub_leads_back)
{
    assert_string_equal(line_of(arch, RESOLVED_LOOPS), "mymachines files myhostname dns");
    assert_int_equal(got.sources.servers, SERVERS_OF_RESOLV_CONF);
    assert_false(got.sources.doubted);
}

/* They say why. */
TEST(without_dns_a_stub_that_leads_back_is_the_only_server)
{
    assert_string_equal(line_of("resolve [!UNAVAIL=return] files", RESOLVED_LOOPS),
                        "dns files");
    assert_int_equal(got.sources.servers, SERVERS_OF_RESOLVED);
    assert_true(got.sources.stub_loops);
}

TEST(libc_asks_resolved_where_its_stub_is_off)
{
    assert_string_equal(line_of(fedora, RESOLVED_HIDDEN), "as it is");
    assert_int_equal(got.sources.servers, SERVERS_OF_RESOLV_CONF);
    assert_true(got.sources.doubted);
    assert_false(got.sources.end_in_dns);
}

TEST(a_line_without_resolve_is_left_as_it_is)
{
    for (int state = RESOLVED_ABSENT; state <= RESOLVED_STUB; state++) {
        assert_string_equal(line_of("files resolver dns", (enum resolved_state)state),
                            "as it is");
        assert_int_equal(got.sources.servers, SERVERS_OF_RESOLV_CONF);
        assert_false(got.sources.doubted);
    }
}

TEST(a_line_of_16_kib_is_followed)
{
    static char line[NSS_TEXT], expected[NSS_TEXT];

    for (size_t i = 0; i < 1000; i++) {
        strcat(line + 16 * i, "a[SUCCESS=merge]");
        strcat(expected + 17 * i, "a[SUCCESS=merge] ");
    }
    strcat(line, "resolve");
    strcat(expected, "dns");
    assert_string_equal(line_of(line, RESOLVED_STUB), expected);
}
