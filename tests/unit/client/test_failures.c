#include "responder.h"

#include "client/datagram.h"
#include "client/view_plain.h"

static char *shown, *complained;

static void show_it(const struct inquiry *inquiry, bool is_short, FILE *out, FILE *err)
{
    const struct style style = {.view = is_short ? VIEW_SHORT : VIEW_PLAIN};
    struct addr server;
    struct show show = {.style = &style, .server = &server, .out = out, .err = err};

    assert_true(addr_parse(&server, "192.0.2.53", 53));
    view_plain(&show, inquiry);
}

static void show(const char *name, uint16_t type, bool is_short, responder_script *script,
                 struct exchange_manner patience)
{
    struct wish wish = {.name = (char *)(uintptr_t)name, .type = type, .class = 0};
    struct responder responder;
    struct inquiry inquiry;
    size_t size;
    FILE *out, *err;
    int fd;

    free(shown);
    free(complained);
    out = open_memstream(&shown, &size);
    err = open_memstream(&complained, &size);
    responder_start(&responder, script);
    fd = datagram_open(&responder.addr);
    assert_int_equal(inquiry_run(&inquiry, fd, &wish, &(struct ask_form){0}, &patience), 0);
    responder_stop(&responder);
    close(fd);
    show_it(&inquiry, is_short, out, err);
    inquiry_free(&inquiry);
    fclose(out);
    fclose(err);
}

static void expect(const char *name, uint16_t type, bool is_short, responder_script *script,
                   const char *out, const char *err)
{
    show(name, type, is_short, script,
         (struct exchange_manner){.tries = 1, .try_ms = 60000});
    assert_string_equal(shown, out);
    assert_string_equal(complained, err);
}

static void end(void)
{
    free(shown);
    free(complained);
}

/* NAME CNAME x.NAME, and the address of x.NAME. */
static void alias(struct responder *responder, const uint8_t *query, size_t size)
{
    uint8_t records[] = {0xc0, 12,   0,  5, 0, 1, 0, 0, 0, 60, 0,  4, 1, 'x', 0xc0, 12, 1,
                         'x',  0xc0, 12, 0, 1, 0, 1, 0, 0, 0,  60, 0, 4, 192, 0,    2,  10};

    responder_reply(responder, query, size, 0, responder_type(query, size) == 1 ? 2 : 1, 0,
                    records, responder_type(query, size) == 1 ? sizeof records : 16);
}

TEST(addresses_have_labels)
{
    expect("Host.test", 0, false, responder_addresses,
           "Name:            Host.test\n"
           "Canonical name:  Host.test\n"
           "IPv4 address:    192.0.2.10\n"
           "IPv6 address:    2001:db8::10\n",
           "");
    expect("a.test.", 0, false, alias,
           "Name:            a.test\n"
           "Canonical name:  x.a.test\n"
           "IPv4 address:    192.0.2.10\n",
           "");
}

TEST(records_are_lines_in_presentation_form)
{
    expect("a.test", 1, false, alias,
           "a.test.\t60\tIN\tCNAME\tx.a.test.\nx.a.test.\t60\tIN\tA\t192.0.2.10\n", "");
}

TEST(short_is_nothing_but_data)
{
    expect("a.test", 0, true, alias, "192.0.2.10\n", "");
    expect("a.test", 1, true, alias, "x.a.test.\n192.0.2.10\n", ""); /* as dig does */
    expect("a.test", 5, true, alias, "x.a.test.\n", "");
}

static unsigned next_flags;

static void reply_flags(struct responder *responder, const uint8_t *query, size_t size)
{
    responder_reply(responder, query, size, next_flags, 0, 0, "", 0);
}

TEST(what_does_not_exist_is_told)
{
    next_flags = 3;
    expect("a.test", 0, false, reply_flags, "",
           "hostdns: a.test: no such name (NXDOMAIN), says 192.0.2.53 port 53\n");
    next_flags = 0;
    expect(
        "a.test", 0, false, reply_flags, "",
        "hostdns: a.test: the name exists but has no addresses, says 192.0.2.53 port 53\n");
    expect("a.test", 15, false, reply_flags, "",
           "hostdns: a.test: the name exists but has no MX records, says 192.0.2.53 port "
           "53\n");
    expect(".", 65280, true, reply_flags, "",
           "hostdns: .: the name exists but has no TYPE65280 records, says 192.0.2.53 port "
           "53\n");
}

TEST(the_end_of_a_chain_without_records_is_told)
{
    expect("a.test", 28, false, alias, "",
           "hostdns: a.test (alias of x.a.test): the name exists but has no AAAA records, "
           "says 192.0.2.53 port 53\n");
}

TEST(a_failure_is_told_by_its_code)
{
    next_flags = 2;
    expect("a.test", 0, false, reply_flags, "",
           "hostdns: a.test: SERVFAIL (server failure), says 192.0.2.53 port 53\n");
    next_flags = 5;
    expect("a.test", 15, false, reply_flags, "",
           "hostdns: a.test: REFUSED (the server refuses to answer this query), says "
           "192.0.2.53 port 53\n");
    next_flags = 14;
    expect("a.test", 15, false, reply_flags, "",
           "hostdns: a.test: RCODE 14, says 192.0.2.53 port 53\n");
}

static void with_reason(struct responder *responder, const uint8_t *query, size_t size)
{
    static const uint8_t opt[] = {0, 0,  41, 4, 0xd0, 0,  0,   0,   0,    0,  10,
                                  0, 15, 0,  6, 0,    22, 's', 'l', 0x1b, 'w'};

    responder_reply(responder, query, size, 2, 0, 1, opt, sizeof opt);
}

TEST(the_reason_is_told)
{
    expect("a.test", 0, false, with_reason, "",
           "hostdns: a.test: SERVFAIL (server failure), says 192.0.2.53 port 53: "
           "No Reachable Authority (22): sl\\027w\n");
}

static void aaaa_fails(struct responder *responder, const uint8_t *query, size_t size)
{
    if (responder_type(query, size) == 1)
        responder_addresses(responder, query, size);
    else
        responder_reply(responder, query, size, 2, 0, 0, "", 0);
}

TEST(half_a_failure_is_told_beside_the_answer)
{
    expect("a.test", 0, true, aaaa_fails, "192.0.2.10\n",
           "hostdns: a.test AAAA: SERVFAIL (server failure), says 192.0.2.53 port 53\n");
}

static void a_only(struct responder *responder, const uint8_t *query, size_t size)
{
    if (responder_type(query, size) == 1)
        responder_addresses(responder, query, size);
}

TEST(no_reply_is_told_with_the_patience)
{
    show("a.test", 28, false, a_only, (struct exchange_manner){.tries = 2, .try_ms = 50});
    assert_string_equal(
        complained,
        "hostdns: a.test: no reply from 192.0.2.53 port 53 (2 tries of 0.05 s)\n");
    show("a.test", 0, true, a_only, (struct exchange_manner){.tries = 2, .try_ms = 500});
    assert_string_equal(shown, "192.0.2.10\n");
    assert_string_equal(
        complained,
        "hostdns: a.test AAAA: no reply from 192.0.2.53 port 53 (2 tries of 0.5 s)\n");
}

TEST(a_single_try_is_one)
{
    show("a.test", 28, false, a_only, (struct exchange_manner){.tries = 1, .try_ms = 50});
    assert_string_equal(
        complained,
        "hostdns: a.test: no reply from 192.0.2.53 port 53 (1 try of 0.05 s)\n");
}

/* The kernel accepts the connection, and nobody reads from it. */
TEST(no_reply_over_tcp_is_told_with_the_time)
{
    const struct exchange_manner manner = {.tries = 2, .try_ms = 50, .use_tcp = true};
    struct wish wish = {.name = (char[]){"a.test"}, .type = TYPE_A, .class = 0};
    int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), fd;
    char *text = NULL;
    size_t size;
    FILE *err = open_memstream(&text, &size);
    struct inquiry inquiry;
    struct addr addr;

    assert_true(addr_parse(&addr, "127.0.0.1", 0));
    assert_int_equal(bind(listener, &addr.sock.any, addr.len), 0);
    assert_int_equal(listen(listener, 1), 0);
    assert_int_equal(getsockname(listener, &addr.sock.any, &addr.len), 0);
    fd = datagram_open(&addr);
    assert_int_equal(inquiry_run(&inquiry, fd, &wish, &(struct ask_form){0}, &manner), 0);
    show_it(&inquiry, false, stdout, err);
    fclose(err);
    assert_string_equal(
        text, "hostdns: a.test: no reply from 192.0.2.53 port 53 over TCP within 0.05 s\n");
    inquiry_free(&inquiry);
    free(text);
    close(fd);
    close(listener);
}

static void truncated(struct responder *responder, const uint8_t *query, size_t size)
{
    responder_reply(responder, query, size, 0x0200, 1, 0, RECORD_A, sizeof RECORD_A);
}

TEST(truncation_is_told_beside_the_answer)
{
    expect("a.test", 1, true, truncated, "192.0.2.10\n",
           "hostdns: a.test: the answer from 192.0.2.53 port 53 was truncated, records are "
           "missing, and "
           "TCP failed: Connection refused\n");
    next_flags = 0x0200;
    expect("a.test", 1, true, reply_flags, "",
           "hostdns: a.test: the answer from 192.0.2.53 port 53 was truncated, nothing of "
           "it is left, "
           "and TCP failed: Connection refused\n");
}

/* An address of two octets, and a good one. */
static void bad_address(struct responder *responder, const uint8_t *query, size_t size)
{
    static const uint8_t records[] = {0xc0, 12, 0, 1,  0,    1,  0,   0, 0, 60,
                                      0,    2,  7, 0,  0xc0, 12, 0,   1, 0, 1,
                                      0,    0,  0, 60, 0,    4,  192, 0, 2, 10};

    responder_reply(responder, query, size, 0, 2, 0, records, sizeof records);
}

TEST(octets_that_are_no_address_are_not_shown_as_one)
{
    show("a.test", 0, true, bad_address,
         (struct exchange_manner){.tries = 1, .try_ms = 60000});
    assert_string_equal(shown, "192.0.2.10\n");
    assert_string_equal(complained,
                        "hostdns: a.test A: 192.0.2.53 port 53 sent a malformed reply\n");
    expect("a.test", 1, true, bad_address, "\\# 2 0700\n192.0.2.10\n",
           "hostdns: a.test: 192.0.2.53 port 53 sent a malformed reply\n");
}

TEST(nobody_at_the_port_is_told)
{
    struct addr nobody;
    struct inquiry inquiry;
    size_t size;
    FILE *err;
    int fd;

    close(responder_socket(&nobody));
    fd = datagram_open(&nobody);
    assert_int_equal(
        inquiry_run(
            &inquiry, fd, &(struct wish){.name = (char[]){"a.test"}, .type = 0, .class = 0},
            &(struct ask_form){0}, &(struct exchange_manner){.tries = 1, .try_ms = 60000}),
        0);
    close(fd);
    free(complained);
    err = open_memstream(&complained, &size);
    show_it(&inquiry, false, err, err);
    inquiry_free(&inquiry);
    fclose(err);
    assert_string_equal(
        complained,
        "hostdns: a.test: nobody answers at 192.0.2.53 port 53 (is hostdnsd running?)\n");
}

GROUP(NULL, end);
