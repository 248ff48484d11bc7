#include "lab_lookup.h"

#include "base/clock.h"
#include "lookup/sources.h"

#include <sys/un.h>

/* What becomes of `hosts: LINE` while resolved is in this state. */
static struct {
    struct sources sources;
    enum sources_line kind;
    char line[2 * SOURCES_TEXT];
} got;

static const struct sources *sources_of(const char *line, enum resolved_state resolved)
{
    static char text[SOURCES_TEXT];

    snprintf(text, sizeof text, "hosts: %s\n", line);
    got.kind = sources_in(text, resolved, &got.sources, got.line);
    return &got.sources;
}

/* The line that libc is to follow. */
static const char *line_of(const char *line, enum resolved_state resolved)
{
    sources_of(line, resolved);
    return got.kind == LINE_WRITTEN ? got.line : "as it is";
}

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

    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++)
        assert_true(sources_of(lines[i], RESOLVED_ABSENT)->follow_dns);
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

    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++)
        assert_false(sources_of(lines[i], RESOLVED_ABSENT)->follow_dns);
}

TEST(files_and_then_dns_are_just_that)
{
    static const char *const lines[] = {"files dns", "files\t dns ",
                                        "files [NOTFOUND=continue] dns",
                                        "files dns [NOTFOUND=return]"};

    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++)
        assert_true(sources_of(lines[i], RESOLVED_ABSENT)->files_then_dns);
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

    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++)
        assert_false(sources_of(lines[i], RESOLVED_ABSENT)->files_then_dns);
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

    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++)
        assert_true(sources_of(lines[i], RESOLVED_ABSENT)->end_in_dns);
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

    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++)
        assert_false(sources_of(lines[i], RESOLVED_ABSENT)->end_in_dns);
}

/* Then libc has an order of its own, or fails. */
TEST(without_a_line_that_libc_takes_any_order_is_possible)
{
    assert_int_equal(sources_in("passwd: files\n", RESOLVED_ABSENT, &got.sources, got.line),
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
    static char line[SOURCES_TEXT], expected[SOURCES_TEXT];

    for (size_t i = 0; i < 1000; i++) {
        strcat(line + 16 * i, "a[SUCCESS=merge]");
        strcat(expected + 17 * i, "a[SUCCESS=merge] ");
    }
    strcat(line, "resolve");
    strcat(expected, "dns");
    assert_string_equal(line_of(line, RESOLVED_STUB), expected);
}

/* On this host. */

static bool has_files_then_dns(void)
{
    return sources_look().files_then_dns;
}

TEST_WITH(lab, what_the_hosts_file_says_is_seen_at_once)
{
    etc_write("nsswitch.conf", "hosts: files dns\n");
    assert_true(has_files_then_dns() && sources_look().end_in_dns);
    assert_true(sources_last().end_in_dns);
    assert_false(sources_follow_dns());
    etc_write("nsswitch.conf", "hosts: dns files\n"); /* of the same size */
    assert_false(has_files_then_dns() || sources_look().end_in_dns);
    assert_true(sources_follow_dns());
    assert_int_equal(unlink("/etc/nsswitch.conf"), 0);
    assert_false(has_files_then_dns() || sources_look().end_in_dns);
    assert_true(sources_follow_dns());
}

TEST_WITH(lab, the_servers_are_those_of_resolv_conf_or_the_stub_or_none)
{
    struct resolv_conf conf;
    char text[ADDR_TEXT];

    etc_write("resolv.conf", "nameserver 127.0.0.2\nnameserver 127.0.0.3\n"
                             "options timeout:3 rotate use-vc trust-ad\n");
    sources_read_servers(SERVERS_OF_RESOLV_CONF, &conf);
    assert_int_equal(conf.server_count, 2);
    sources_read_servers(SERVERS_OF_RESOLVED, &conf);
    assert_int_equal(conf.server_count, 1);
    assert_string_equal(addr_format(&conf.servers[0], text), "127.0.0.53:53");
    assert_int_equal(conf.timeout_ms, 3000);
    assert_true(conf.trust_ad);
    assert_false(conf.rotate || conf.use_tcp);
    sources_read_servers(SERVERS_NONE, &conf);
    assert_int_equal(conf.server_count, 0);
}

/* A socket where resolved's stub listens. */
static int stub_open(void)
{
    struct addr addr = resolved_stub();
    int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

    assert_int_equal(bind(fd, &addr.sock.any, addr.len), 0);
    return fd;
}

TEST_WITH(lab, resolved_is_looked_at_again_when_it_may_have_changed)
{
    int fd;

    etc_write("nsswitch.conf", "hosts: files resolve [!UNAVAIL=return] dns\n");
    sources_forget_resolved();
    assert_int_equal(sources_look().servers, SERVERS_OF_RESOLV_CONF);
    fd = stub_open();
    sources_forget_resolved();
    assert_int_equal(sources_look().servers, SERVERS_OF_RESOLVED);
    assert_true(has_files_then_dns());
    close(fd);
    sources_forget_resolved();
    assert_int_equal(sources_look().servers, SERVERS_OF_RESOLV_CONF);
}

TEST_WITH(lab, resolved_is_looked_at_once_a_second)
{
    int64_t end = clock_ms() + 60000;
    int fd;

    etc_write("nsswitch.conf", "hosts: files resolve [!UNAVAIL=return] dns\n");
    sources_forget_resolved();
    assert_int_equal(sources_look().servers, SERVERS_OF_RESOLV_CONF);
    fd = stub_open();
    while (sources_look().servers != SERVERS_OF_RESOLVED) {
        assert_true(clock_ms() < end);
        usleep(10000);
    }
    close(fd);
    sources_forget_resolved();
}
