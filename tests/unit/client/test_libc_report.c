#include "../mutate.h"
#include "found.h"

#include "client/libc_report.h"

static uint8_t octets[LIBC_REPORT_MAX];
static struct writer report;
static struct finding said;

static void set_up(void)
{
    report = writer_of(octets, sizeof octets);
}

static void end(void)
{
    finding_free(&said);
}

FIXTURE(report, set_up, end);

static bool read_it(void)
{
    struct reader in = reader_of(octets, report.pos);

    finding_free(&said);
    return libc_report_read(&said, &in);
}

/* Two addresses of the list of a call, one of them twice. */
enum { ADDRESSES = 4 };
static struct addr addresses[ADDRESSES];
static struct addrinfo infos[ADDRESSES];

static const struct addrinfo *some_addresses(void)
{
    static const char *const texts[ADDRESSES] = {"2001:db8::1", "fe80::1", "2001:db8::1",
                                                 "192.0.2.7"};

    for (size_t i = 0; i < ADDRESSES; i++) {
        assert_true(addr_parse(&addresses[i], texts[i], 0));
        infos[i] = (struct addrinfo){.ai_family = addresses[i].sock.any.sa_family,
                                     .ai_addr = &addresses[i].sock.any,
                                     .ai_addrlen = addresses[i].len,
                                     .ai_next = i + 1 < ADDRESSES ? &infos[i + 1] : NULL};
    }
    addresses[1].sock.ip6.sin6_scope_id = 4000000;
    return infos;
}

TEST_WITH(report, addresses_in_their_order_each_once)
{
    libc_report_addresses(&report, &(struct libc_word){.took_us = 1234}, some_addresses());
    assert_true(read_it());
    assert_int_equal(said.took_us, 1234);
    assert_int_equal(said.found.count, 3);
    assert_string_equal(said.found.all[0], "2001:db8::1");
    assert_string_equal(said.found.all[1], "fe80::1%4000000");
    assert_string_equal(said.found.all[2], "192.0.2.7");
    assert_int_equal(said.found.left_out, 0);
    assert_null(said.canonical);
}

TEST_WITH(report, codes_come_back_as_they_are)
{
    const struct libc_word word = {.code = EAI_NONAME,
                                   .resolver_error = NETDB_INTERNAL,
                                   .system_error = ENOENT,
                                   .reason = "not installed",
                                   .canonical = "host.test"};

    libc_report_addresses(&report, &word, NULL);
    assert_true(read_it());
    assert_int_equal(said.code, EAI_NONAME);
    assert_int_equal(said.resolver_error, NETDB_INTERNAL);
    assert_int_equal(said.system_error, ENOENT);
    assert_string_equal(said.reason, "not installed");
    assert_string_equal(said.canonical, "host.test");
    assert_int_equal(said.found.count, 0);
}

TEST_WITH(report, nothing_that_a_terminal_obeys)
{
    libc_report_names(&report, &(struct libc_word){.canonical = "a\n\033[31m\200"}, "b\001",
                      NULL);
    assert_true(read_it());
    assert_string_equal(said.canonical, "a\\010\\027[31m\\128");
    assert_string_equal(said.found.all[0], "b\\001");
}

TEST_WITH(report, names_of_an_address)
{
    char *aliases[] = {(char[]){"printer"}, (char[]){""}, (char[]){"printer.office"}, NULL};

    libc_report_names(&report, &(struct libc_word){0}, "printer.office", aliases);
    assert_true(read_it());
    assert_int_equal(said.found.count, 2);
    assert_string_equal(said.found.all[0], "printer.office");
    assert_string_equal(said.found.all[1], "printer");
    set_up();
    libc_report_names(&report, &(struct libc_word){0}, NULL, NULL);
    assert_true(read_it());
    assert_int_equal(said.found.count, 0);
}

TEST_WITH(report, some_of_thousands_are_listed_and_all_counted)
{
    enum { MANY = 4000 };
    static struct addrinfo many[MANY];
    static char *names[MANY + 1], name[] = "same";

    some_addresses();
    for (size_t i = 0; i < MANY; i++) {
        many[i] = infos[0];
        many[i].ai_next = i + 1 < MANY ? &many[i + 1] : NULL;
        names[i] = name;
    }
    libc_report_addresses(&report, &(struct libc_word){0}, many);
    assert_false(report.failed);
    assert_true(read_it());
    assert_int_equal(said.found.left_out, MANY - LIBC_REPORT_LISTED);
    set_up();
    libc_report_names(&report, &(struct libc_word){0}, "host.test", names);
    assert_false(report.failed);
    assert_true(read_it());
    assert_true(said.found.left_out > MANY - 64);
}

TEST_WITH(report, a_long_text_is_cut)
{
    static char name[3 * LIBC_REPORT_TEXT];

    memset(name, 'x', sizeof name - 1);
    libc_report_names(&report, &(struct libc_word){0}, name, NULL);
    assert_true(read_it());
    assert_int_equal(strlen(said.found.all[0]), LIBC_REPORT_TEXT);
}

TEST_WITH(report, every_cut_of_a_report_is_survived)
{
    size_t size;

    libc_report_addresses(&report, &(struct libc_word){.canonical = "host.test"},
                          some_addresses());
    size = report.pos;
    for (report.pos = 0; report.pos < size; report.pos++)
        assert_false(read_it());
}

TEST_WITH(report, any_octets_are_a_report)
{
    libc_report_addresses(&report, &(struct libc_word){.canonical = "host.test"},
                          some_addresses());
    for (size_t i = 0; i < 20000; i++) {
        struct reader in = {0};
        uint8_t *spoilt = mutate(octets, report.pos, &in.size);

        in.data = spoilt;
        finding_free(&said);
        libc_report_read(&said, &in);
        free(spoilt);
    }
}
