#include "lab_lookup.h"

#include "base/clock.h"
#include "lookup/sources.h"

static bool has_files_then_dns(void)
{
    return sources_now().files_then_dns;
}

TEST_WITH(lab, what_the_hosts_file_says_is_seen_at_once)
{
    etc_write("nsswitch.conf", "hosts: files dns\n");
    assert_true(has_files_then_dns() && sources_now().end_in_dns);
    assert_true(sources_last().end_in_dns);
    assert_false(sources_now().follow_dns);
    etc_write("nsswitch.conf", "hosts: dns files\n"); /* of the same size */
    assert_false(has_files_then_dns() || sources_now().end_in_dns);
    assert_true(sources_now().follow_dns);
    assert_int_equal(unlink("/etc/nsswitch.conf"), 0);
    assert_false(has_files_then_dns() || sources_now().end_in_dns);
    assert_true(sources_now().follow_dns);
}

TEST_WITH(lab, each_change_of_the_line_is_another_version)
{
    unsigned before;

    etc_write("nsswitch.conf", "hosts: files dns\n");
    before = sources_now().version;
    assert_int_equal(sources_now().version, before);
    etc_write("nsswitch.conf", "hosts: dns files\n");
    assert_int_not_equal(sources_now().version, before);
    before = sources_now().version;
    assert_int_equal(unlink("/etc/nsswitch.conf"), 0);
    assert_int_not_equal(sources_now().version, before);
    before = sources_now().version;
    assert_int_equal(sources_now().version, before);
    etc_write("nsswitch.conf", "hosts: dns files\n");
    assert_int_not_equal(sources_now().version, before);
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
    assert_int_equal(sources_now().servers, SERVERS_OF_RESOLV_CONF);
    fd = stub_open();
    sources_forget_resolved();
    assert_int_equal(sources_now().servers, SERVERS_OF_RESOLVED);
    assert_true(has_files_then_dns());
    close(fd);
    sources_forget_resolved();
    assert_int_equal(sources_now().servers, SERVERS_OF_RESOLV_CONF);
}

TEST_WITH(lab, resolved_is_looked_at_once_a_second)
{
    int64_t end = clock_ms() + 60000;
    int fd;

    etc_write("nsswitch.conf", "hosts: files resolve [!UNAVAIL=return] dns\n");
    sources_forget_resolved();
    assert_int_equal(sources_now().servers, SERVERS_OF_RESOLV_CONF);
    fd = stub_open();
    while (sources_now().servers != SERVERS_OF_RESOLVED) {
        assert_true(clock_ms() < end);
        usleep(10000);
    }
    close(fd);
    sources_forget_resolved();
}
