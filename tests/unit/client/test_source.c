/* The line that says where an answer came from. */
#include "told.h"

#include "../mutate.h"
#include "../written.h"

#include "client/source.h"

static void set_up(void)
{
    told_inquiry = (struct inquiry){.count = 1, .for_addresses = true};
}

FIXTURE(source, set_up, NULL);

static const char *show(void)
{
    FILE *out = written_begin();

    source_show(&told_inquiry, "192.0.2.1 port 53", out);
    return written_end(out);
}

static struct way_step served(enum way_how how)
{
    return (struct way_step){.kind = WAY_SERVE, .code = (uint16_t)how};
}

TEST_WITH(source, a_source_of_the_host)
{
    static const struct {
        enum answer_source source;
        const char *owner, *line;
    } rows[] = {
        {ANSWER_FROM_FILES, "files", "hosts file"},
        {ANSWER_FROM_MDNS, "mdns4_minimal", "mDNS (mdns4_minimal)"},
        {ANSWER_FROM_MACHINE, "myhostname", "this machine's own names (myhostname)"},
        {ANSWER_FROM_MACHINE, "", "this machine's own names"},
        {ANSWER_FROM_RESOLVED, "resolve", "systemd-resolved (resolve)"},
        {ANSWER_FROM_HOST, "libvirt", "NSS source libvirt"},
        {ANSWER_FROM_HOST, "libvirt winbind", "one of the NSS sources libvirt winbind"},
        {ANSWER_FROM_HOST, "", "another source of the host than DNS"},
        {ANSWER_FROM_HOST, "\033[31m\200", "NSS source \\027[31m\\128"},
        {(enum answer_source)7, "", "another source of the host than DNS"},
    };
    char line[200];

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        TOLD(0, 410, served(WAY_LOOKED_UP), told_source(rows[i].source, false),
             told_text(WAY_OWNER, rows[i].owner));
        snprintf(line, sizeof line, "From:            %s, in 0.41 ms\n", rows[i].line);
        assert_string_equal(show(), line);
    }
}

TEST_WITH(source, a_name_server_and_how_it_was_asked)
{
    TOLD(0, 23400, served(WAY_LOOKED_UP), told_source(ANSWER_FROM_DNS, true),
         told_try(WAY_TRUNCATED, 0, 1), told_try(RCODE_NOERROR, WAY_OVER_TCP, 1));
    assert_string_equal(show(),
                        "From:            DNS server 192.0.2.53 over TCP, in 23 ms\n");
    TOLD(0, 1230000, served(WAY_JOINED), told_source(ANSWER_FROM_DNS, false),
         told_try(RCODE_NOERROR, 0, 1));
    assert_string_equal(show(), "From:            DNS server 192.0.2.53 over UDP, by a "
                                "lookup under way, in 1.2 s\n");
    TOLD(0, 100, served(WAY_LOOKED_UP), told_source(ANSWER_FROM_DNS, false));
    assert_string_equal(show(), "From:            a DNS server, in 0.10 ms\n");
}

TEST_WITH(source, systemd_resolved_is_known_by_its_address)
{
    struct way_endpoint stub = {.port = 53, .ip_len = 4, .ip = {127, 0, 0, 53}};
    struct way_step from = {.kind = WAY_SOURCE, .code = ANSWER_FROM_DNS};

    way_set_source(&from, &stub);
    TOLD(0, 100, served(WAY_LOOKED_UP), from);
    assert_string_equal(show(),
                        "From:            systemd-resolved 127.0.0.53, in 0.10 ms\n");
    stub.port = 5353;
    way_set_source(&from, &stub);
    TOLD(0, 100, served(WAY_LOOKED_UP), from);
    assert_string_equal(show(),
                        "From:            DNS server 127.0.0.53 port 5353, in 0.10 ms\n");
}

TEST_WITH(source, the_cache_has_an_age)
{
    TOLD(0, 100, served(WAY_FROM_CACHE), told_kept(12, 48),
         told_source(ANSWER_FROM_DNS, true));
    assert_string_equal(show(), "From:            the server's cache, 12 s old (DNS server "
                                "192.0.2.53), in 0.10 ms\n");
    TOLD(0, 100, served(WAY_STALE), told_kept(75, 0),
         told_source(ANSWER_FROM_FILES, false));
    assert_string_equal(show(),
                        "From:            the server's cache, stale, 75 s old (hosts "
                        "file), in 0.10 ms\n");
}

TEST_WITH(source, the_server_itself)
{
    TOLD(0, 100, served(WAY_BY_ITSELF));
    assert_string_equal(show(), "From:            the server itself, in 0.10 ms\n");
}

TEST_WITH(source, records_stay_a_master_file)
{
    told_inquiry.for_addresses = false;
    TOLD(0, 100, served(WAY_BY_ITSELF));
    assert_string_equal(show(), "; From: the server itself, in 0.10 ms\n");
}

TEST_WITH(source, two_families_of_one_source_are_one)
{
    told_inquiry.count = 2;
    TOLD(0, 100, served(WAY_FROM_CACHE), told_kept(12, 48),
         told_source(ANSWER_FROM_DNS, true));
    TOLD(1, 250, served(WAY_FROM_CACHE), told_kept(11, 49),
         told_source(ANSWER_FROM_DNS, true));
    assert_string_equal(show(), "From:            the server's cache, 12 s old (DNS server "
                                "192.0.2.53), in 0.25 ms\n");
    TOLD(1, 250, served(WAY_LOOKED_UP), told_source(ANSWER_FROM_FILES, false));
    assert_string_equal(show(), "From:            the server's cache, 12 s old (DNS server "
                                "192.0.2.53) (IPv4); hosts file (IPv6), in 0.25 ms\n");
}

TEST_WITH(source, only_a_source_that_has_found_something_counts)
{
    told_inquiry.count = 2;
    TOLD(0, 100, served(WAY_BY_ITSELF))->verdict = VERDICT_NO_RECORDS;
    TOLD(1, 100, served(WAY_LOOKED_UP), told_source(ANSWER_FROM_FILES, false));
    assert_string_equal(show(), "From:            hosts file, in 0.10 ms\n");
    told_inquiry.exchanges[1].verdict = VERDICT_NO_NAME;
    assert_string_equal(show(), "");
}

TEST_WITH(source, a_server_that_tells_nothing_is_named_by_its_address)
{
    struct exchange *exchange = TOLD(0, 100, told_text(WAY_OWNER, "files"));

    assert_string_equal(show(), "From:            192.0.2.1 port 53, in 0.10 ms\n");
    exchange->is_over_tcp = true;
    assert_string_equal(show(),
                        "From:            192.0.2.1 port 53 over TCP, in 0.10 ms\n");
}

TEST_WITH(source, a_server_that_was_not_asked_is_not_believed)
{
    struct exchange *exchange =
        TOLD(0, 100, served(WAY_LOOKED_UP), told_source(ANSWER_FROM_FILES, false));

    exchange->ask.form.wants_way = false;
    assert_string_equal(show(), "From:            192.0.2.1 port 53, in 0.10 ms\n");
}

TEST_WITH(source, any_octets_can_be_told)
{
    struct exchange *exchange =
        TOLD(0, 100, served(WAY_FROM_CACHE), told_kept(12, 48),
             told_source(ANSWER_FROM_HOST, true), told_text(WAY_OWNER, "libvirt"),
             told_try(RCODE_NOERROR, 0, 9));

    for (int i = 0; i < 5000; i++) {
        uint8_t *spoilt = mutate(told_wire[0], exchange->size, &exchange->size);

        exchange->wire = spoilt;
        for (const char *at = show(); *at && *at != '\n'; at++)
            assert_in_range(*at, ' ', '~');
        free(spoilt);
        exchange = TOLD(0, 100, served(WAY_FROM_CACHE), told_kept(12, 48),
                        told_source(ANSWER_FROM_HOST, true),
                        told_text(WAY_OWNER, "libvirt"), told_try(RCODE_NOERROR, 0, 9));
    }
}
