#include "found.h"

#include "client/explain_answer.h"

#include <signal.h>

static void set_up(void)
{
    found_begin("alias.test", "files dns");
}

FIXTURE(words, set_up, found_end);

static void assert_server(const char *expected)
{
    char *text = explain_answer_words(&found, &found.servers[0]);

    assert_string_equal(text, expected);
    free(text);
}

TEST_WITH(words, a_server_that_has_one_family)
{
    found_at_server("192.0.2.53", "192.0.2.1 192.0.2.2");
    assert_server("192.0.2.1, 192.0.2.2 (TTL 60)");
    found.servers[0].answers[0].canonical = strdup("host.test");
    assert_server("192.0.2.1, 192.0.2.2 (TTL 60); canonical name host.test");
}

TEST_WITH(words, a_server_that_has_both)
{
    struct finding_answer *answers = found_at_server("192.0.2.53", "192.0.2.1")->answers;

    found_texts(&answers[1].found, "2001:db8::1");
    answers[1].verdict = VERDICT_RECORDS;
    answers[1].ttl = 60;
    assert_server("192.0.2.1, 2001:db8::1 (TTL 60)");
    answers[1].ttl = 30;
    assert_server("192.0.2.1 (TTL 60), 2001:db8::1 (TTL 30)");
}

TEST_WITH(words, families_that_differ)
{
    struct finding_answer *answers = found_at_server("192.0.2.53", "192.0.2.1")->answers;

    answers[1].verdict = VERDICT_FAILED;
    answers[1].rcode = 2;
    answers[1].reason = strdup("Network Error (23)");
    assert_server("IPv4: 192.0.2.1 (TTL 60); IPv6: SERVFAIL (server failure): Network "
                  "Error (23)");
}

TEST_WITH(words, servers_that_have_not_found_it)
{
    static const struct {
        enum verdict verdict;
        int error;
        const char *words;
    } rows[] = {
        {VERDICT_NO_NAME, 0, "no such name (NXDOMAIN)"},
        {VERDICT_NO_RECORDS, 0, "the name exists, but has no such records"},
        {VERDICT_FAILED, 0, "REFUSED (the server refuses to answer this query)"},
        {VERDICT_MALFORMED, 0, "a malformed reply"},
        {VERDICT_CUT, 0, "a truncated reply, of which nothing is left"},
        {VERDICT_SILENT, 0, "no reply within 5 s"},
        {VERDICT_UNREACHABLE, ECONNREFUSED, "nobody answers there"},
        {VERDICT_UNREACHABLE, ENETUNREACH, "cannot be reached: Network is unreachable"},
    };

    found_server("192.0.2.53", VERDICT_NO_NAME);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        for (size_t part = 0; part < 2; part++) {
            found.servers[0].answers[part].verdict = rows[i].verdict;
            found.servers[0].answers[part].rcode = 5;
            found.servers[0].answers[part].error = rows[i].error;
        }
        assert_server(rows[i].words);
    }
}

TEST_WITH(words, our_server_where_nobody_listens)
{
    struct finding_server *server = found_server("127.0.0.1", VERDICT_UNREACHABLE);

    server->is_ours = true;
    server->answers[0].error = server->answers[1].error = ECONNREFUSED;
    assert_server("nobody answers there: is hostdnsd running?");
}

TEST_WITH(words, where_our_server_has_it_from)
{
    struct finding_answer *answers = found_at_ours("192.0.2.1", "hosts file")->answers;

    assert_server("192.0.2.1 (TTL 60); from: hosts file");
    answers[0].source.how = WAY_FROM_CACHE;
    answers[0].source.has_age = true;
    answers[0].source.age = 12;
    assert_server("192.0.2.1 (TTL 60); from: the server's cache, 12 s old (hosts file)");
    answers[0].source.how = WAY_STALE;
    assert_server(
        "192.0.2.1 (TTL 60); from: the server's cache, stale, 12 s old (hosts file)");
    found_texts(&answers[1].found, "2001:db8::1");
    answers[1].verdict = VERDICT_RECORDS;
    answers[1].ttl = 60;
    answers[1].has_source = true;
    strcpy(answers[1].source.text, "DNS server 192.0.2.53 over UDP");
    assert_server("192.0.2.1, 2001:db8::1 (TTL 60); from: the server's cache, stale, 12 s "
                  "old (hosts file) (IPv4), DNS server 192.0.2.53 over UDP (IPv6)");
}

TEST_WITH(words, that_a_lookup_was_under_way_is_not_told)
{
    struct finding_answer *answers = found_at_ours("192.0.2.1", "hosts file")->answers;

    answers[0].source.how = WAY_JOINED;
    assert_server("192.0.2.1 (TTL 60); from: hosts file");
    found_texts(&answers[1].found, "2001:db8::1");
    answers[1].verdict = VERDICT_RECORDS;
    answers[1].ttl = 60;
    answers[1].has_source = true;
    answers[1].source.how = WAY_LOOKED_UP;
    strcpy(answers[1].source.text, "hosts file");
    assert_server("192.0.2.1, 2001:db8::1 (TTL 60); from: hosts file");
}

TEST_WITH(words, a_server_that_was_not_asked)
{
    struct finding_server *server = found_server("192.0.2.53", VERDICT_SILENT);

    server->count = 0;
    server->end = FORKED_SILENT;
    assert_server("no reply within 5 s");
    server->end = FORKED_UNABLE;
    server->detail = EAGAIN;
    assert_server("could not be asked: Resource temporarily unavailable");
    server->end = FORKED_KILLED;
    server->detail = SIGSEGV;
    assert_server("hostdns has crashed (SIGSEGV)");
}
