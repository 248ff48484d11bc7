#include "responder.h"

#include "../mutate.h"
#include "found.h"

#include "client/explain_dns.h"
#include "client/fork_join.h"

enum { PATIENCE_MS = 120000 };

static struct cmdline cmdline;
static struct explain_dns question;

static void set_up(void)
{
    cmdline = (struct cmdline){.settings.manner = {.tries = 1, .try_ms = 60000}};
    addr_parse(&cmdline.server, "127.0.0.1", 5353);
    found_begin("host.test", "files dns");
}

static void end(void)
{
    explain_dns_free(&question);
    found_end();
}

FIXTURE(dns, set_up, end);

static void assert_servers(const char *resolv_conf, const char *expected)
{
    char text[400] = "";

    found.server_count = 0;
    found_servers(&found.host, resolv_conf, strlen(resolv_conf));
    explain_dns_choose(&found, &cmdline);
    for (size_t i = 0; i < found.server_count; i++)
        sprintf(text + strlen(text), "%s%s%s%s", i > 0 ? ", " : "", found.servers[i].name,
                found.servers[i].is_ours ? " ours" : "",
                found.servers[i].is_stub ? " stub" : "");
    assert_string_equal(text, expected);
}

TEST_WITH(dns, each_server_is_asked_once)
{
    assert_servers("nameserver 192.0.2.1\nnameserver ::1\n",
                   "192.0.2.1, ::1, 127.0.0.1 port 5353 ours");
    assert_servers("nameserver 192.0.2.1\nnameserver 192.0.2.1\n",
                   "192.0.2.1, 127.0.0.1 port 5353 ours");
    addr_parse(&cmdline.server, "192.0.2.1", 53);
    assert_servers("nameserver 192.0.2.1\n", "192.0.2.1 ours");
    assert_servers("", "127.0.0.1, 192.0.2.1 ours");
}

TEST_WITH(dns, behind_resolve_stands_the_stub)
{
    assert_servers("nameserver 127.0.0.53\n", "127.0.0.53 stub, 127.0.0.1 port 5353 ours");
    found_begin("host.test", "files resolve [!UNAVAIL=return] dns");
    assert_servers("nameserver 192.0.2.1\n",
                   "192.0.2.1, 127.0.0.53 stub, 127.0.0.1 port 5353 ours");
    assert_servers("nameserver 192.0.2.1\nnameserver 192.0.2.2\nnameserver 192.0.2.3\n",
                   "192.0.2.1, 192.0.2.2, 192.0.2.3, 127.0.0.53 stub, "
                   "127.0.0.1 port 5353 ours");
}

static struct finding_server *ask_at(const struct addr *address)
{
    struct finding_server *server = &found.servers[0];
    struct forked forked = {
        .work = explain_dns_work, .context = &question, .patience_ms = PATIENCE_MS};

    explain_dns_free(&question);
    found.server_count = 1;
    *server = (struct finding_server){.address = *address, .took_us = -1};
    assert_int_equal(explain_dns_build(&question, &found, server, &cmdline), 0);
    assert_true(fork_join(&forked, 1, NULL));
    explain_dns_read(server, &question, &forked);
    forked_free(&forked);
    return server;
}

static struct finding_server *ask(responder_script *script)
{
    struct finding_server *server;
    struct responder responder;

    responder_start(&responder, script);
    server = ask_at(&responder.addr);
    responder_stop(&responder);
    return server;
}

TEST_WITH(dns, addresses_of_both_families)
{
    const struct finding_server *server = ask(responder_addresses);

    assert_int_equal(server->end, FORKED_DONE);
    assert_int_equal(server->count, 2);
    assert_true(server->took_us >= 0);
    assert_int_equal(server->answers[0].verdict, VERDICT_RECORDS);
    assert_string_equal(server->answers[0].found.all[0], "192.0.2.10");
    assert_int_equal(server->answers[0].ttl, 60);
    assert_string_equal(server->answers[1].found.all[0], "2001:db8::10");
    assert_string_equal(server->answers[0].canonical, "host.test");
    assert_false(server->answers[0].has_source);
}

TEST_WITH(dns, one_family_where_one_is_asked_for)
{
    found.subject.family = AF_INET6;
    assert_int_equal(ask(responder_addresses)->count, 1);
    assert_int_equal(found.servers[0].answers[0].type, TYPE_AAAA);
}

static void two_ttls(struct responder *responder, const uint8_t *query, size_t size)
{
    uint8_t records[2 * sizeof RECORD_A];

    memcpy(records, RECORD_A, sizeof RECORD_A);
    memcpy(records + sizeof RECORD_A, RECORD_A, sizeof RECORD_A);
    records[9] = 30;
    records[sizeof RECORD_A - 1] = 9;
    responder_reply(responder, query, size, 0, 2, 0, records, sizeof records);
}

TEST_WITH(dns, the_lowest_ttl_counts)
{
    found.subject.family = AF_INET;
    ask(two_ttls);
    assert_int_equal(found.servers[0].answers[0].found.count, 2);
    assert_int_equal(found.servers[0].answers[0].ttl, 30);
}

static void names(struct responder *responder, const uint8_t *query, size_t size)
{
    static const uint8_t record[] = {0xc0, 12, 0, 12, 0,   1,   0,   0, 0,
                                     9,    0,  5, 3,  'o', 'n', 'e', 0};

    responder_reply(responder, query, size, 0, 1, 0, record, sizeof record);
}

TEST_WITH(dns, names_of_an_address_are_without_their_final_dot)
{
    free(found.subject.name);
    found.subject.name = strdup("1.2.0.192.in-addr.arpa.");
    found.subject.is_address = true;
    found.subject.family = AF_INET;
    assert_int_equal(ask(names)->count, 1);
    assert_int_equal(found.servers[0].answers[0].type, TYPE_PTR);
    assert_string_equal(found.servers[0].answers[0].found.all[0], "one");
}

static void denial(struct responder *responder, const uint8_t *query, size_t size)
{
    responder_reply(responder, query, size, 3, 0, 0, "", 0);
}

TEST_WITH(dns, a_denial)
{
    ask(denial);
    assert_int_equal(found.servers[0].answers[0].verdict, VERDICT_NO_NAME);
    assert_int_equal(found.servers[0].answers[0].rcode, 3);
    assert_false(findings_server_found(&found.servers[0]));
}

TEST_WITH(dns, a_server_where_nobody_listens_is_told)
{
    struct addr nobody;

    close(responder_socket(&nobody));
    ask_at(&nobody);
    assert_int_equal(found.servers[0].answers[0].verdict, VERDICT_UNREACHABLE);
    assert_int_equal(found.servers[0].answers[0].error, ECONNREFUSED);
}

TEST_WITH(dns, a_name_that_is_none_cannot_be_asked_about)
{
    struct finding_server *server = &found.servers[0];

    free(found.subject.name);
    found.subject.name = strdup("a..b");
    found.server_count = 1;
    addr_parse(&server->address, "127.0.0.1", 53);
    assert_int_equal(explain_dns_build(&question, &found, server, &cmdline), -1);
    assert_int_equal(errno, EINVAL);
}

/* Only our own server is asked for the way, and only on this host. */
TEST_WITH(dns, the_way_is_asked_of_our_server)
{
    static const struct {
        const char *address;
        bool is_ours, wants_way;
    } rows[] = {
        {"127.0.0.1", true, true}, {"127.0.0.1", false, false}, {"192.0.2.1", true, false}};

    found.server_count = 1;
    for (size_t i = 0; i < 3; i++) {
        struct finding_server server = {.is_ours = rows[i].is_ours};

        addr_parse(&server.address, rows[i].address, 53);
        explain_dns_free(&question);
        assert_int_equal(explain_dns_build(&question, &found, &server, &cmdline), 0);
        assert_int_equal(question.inquiry.exchanges[0].ask.form.wants_way,
                         rows[i].wants_way);
    }
}

/* What the child of addresses_of_both_families would report, spoilt. */
TEST_WITH(dns, any_octets_are_a_report)
{
    uint8_t octets[512];
    struct writer to = writer_of(octets, sizeof octets);
    const struct exchange *exchange;
    struct finding_server *server = &found.servers[0];

    found.server_count = 1;
    addr_parse(&server->address, "127.0.0.1", 53);
    for (size_t i = 0; i < 20000; i++) {
        struct forked forked = {.end = FORKED_DONE};

        assert_int_equal(explain_dns_build(&question, &found, server, &cmdline), 0);
        to.pos = 0;
        for (size_t part = 0; part < 2; part++) {
            exchange = &question.inquiry.exchanges[part];
            put_u32(&to, EXCHANGE_ANSWERED);
            put_u64(&to, 0);
            put_u8(&to, 0);
            put_u32(&to, 1000);
            put_u32(&to, (uint32_t)(exchange->ask.size - 11));
            put_bytes(&to, exchange->ask.wire, exchange->ask.size - 11);
        }
        forked.report = mutate(octets, to.pos, &forked.size);
        explain_dns_read(server, &question, &forked);
        free(forked.report);
        explain_dns_free(&question);
        for (size_t part = 0; part < server->count; part++) {
            texts_free(&server->answers[part].found);
            free(server->answers[part].canonical);
            free(server->answers[part].reason);
        }
        server->count = 0;
    }
}
