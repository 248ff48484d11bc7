#include "../written.h"
#include "found.h"

#include "client/explain_json.h"

#include <jansson.h>

static json_t *root;

static void end(void)
{
    found_end();
    json_decref(root);
    root = NULL;
}

FIXTURE(json, NULL, end);

/* The object of the only line. */
static void show(void)
{
    FILE *out = written_begin();

    explain_json(&found, out);
    root = json_loads(written_end(out), 0, NULL);
    assert_ptr_equal(strchr(written, '\n'), written + written_len - 1);
    assert_non_null(root);
}

/* A member, by the names and numbers that lead to it. */
static json_t *at(const char *path)
{
    char *copy = strdup(path), *rest = copy, *word;
    json_t *value = root;

    while ((word = strsep(&rest, ".")))
        value = json_is_array(value) ? json_array_get(value, (size_t)atoi(word))
                                     : json_object_get(value, word);
    free(copy);
    return value;
}

static void assert_text(const char *path, const char *expected)
{
    assert_string_equal(json_string_value(at(path)), expected);
}

static void assert_number(const char *path, json_int_t expected)
{
    assert_true(json_is_integer(at(path)));
    assert_int_equal(json_integer_value(at(path)), expected);
}

TEST_WITH(json, a_name_with_all_that_was_said)
{
    found_begin("www", "files dns files");
    found_by(found_source("dns"), "192.0.2.80 2001:db8::80", "www.example.test");
    found_by_all("192.0.2.80", NULL);
    found.host.search.count = 1;
    strcpy(found.host.search.domains[0], "example.test");
    found_server("192.0.2.53", VERDICT_NO_NAME)->answers[0].rcode = 3;
    addr_parse(&found.servers[0].address, "192.0.2.53", 53);
    found_at_ours("192.0.2.80", "hosts file");
    addr_parse(&found.servers[1].address, "127.0.0.1", 5353);
    found.servers[1].answers[0].source.has_age = true;
    found.servers[1].answers[0].source.age = 12;
    found.servers[1].answers[0].source.left = 48;
    texts_add(&found.why, "Because.");
    show();
    assert_text("name", "www");
    assert_text("hosts", "files dns files");
    assert_text("search.0", "example.test");
    assert_number("ndots", 1);
    assert_int_equal(json_array_size(at("sources")), 2);
    assert_text("sources.0.source", "files");
    assert_text("sources.0.outcome", "no_name");
    assert_text("sources.0.text", "no such name");
    assert_number("sources.0.time_us", 100);
    assert_null(at("sources.0.addresses"));
    assert_text("sources.1.outcome", "found");
    assert_text("sources.1.addresses.1", "2001:db8::80");
    assert_text("sources.1.canonical", "www.example.test");
    assert_text("getaddrinfo.outcome", "found");
    assert_text("AI_ADDRCONFIG.addresses.0", "192.0.2.80");
    assert_null(at("without_nscd"));
    assert_text("servers.0.server", "192.0.2.53:53");
    assert_text("servers.0.answers.0.status", "NXDOMAIN");
    assert_text("servers.1.answers.0.QTYPEname", "A");
    assert_text("servers.1.answers.0.addresses.0", "192.0.2.80");
    assert_number("servers.1.answers.0.TTL", 60);
    assert_text("servers.1.answers.0.source", "hosts file");
    assert_number("servers.1.answers.0.cache_age", 12);
    assert_number("servers.1.answers.0.cache_left", 48);
    assert_null(at("servers.1.answers.0.stale"));
    assert_text("why.0", "Because.");
}

TEST_WITH(json, an_address_has_names)
{
    found_begin("192.0.2.1", "files");
    found.subject.is_address = true;
    found_by(&found.all, "host.test", NULL);
    show();
    assert_text("address", "192.0.2.1");
    assert_text("getnameinfo.names.0", "host.test");
    assert_null(at("getaddrinfo"));
}

TEST_WITH(json, what_failed_is_told_too)
{
    found_begin("a.test", "files");
    found.host.has_nscd = true;
    found.all.outcome = FINDING_SILENT;
    found.all.took_us = -1;
    found.all.printed = strdup("x");
    found_server("192.0.2.53", VERDICT_SILENT);
    show();
    assert_text("getaddrinfo.outcome", "silent");
    assert_null(at("getaddrinfo.time_us"));
    assert_text("getaddrinfo.printed", "x");
    assert_text("without_nscd.outcome", "no_name");
    assert_null(at("servers.0.answers.0.status"));
    assert_text("servers.0.text", "no reply within 5 s");
}

TEST_WITH(json, any_octets_of_the_line_are_ascii)
{
    found_begin("a.test", "fi\200les");
    show();
    assert_text("hosts", "fi\\128les");
    assert_text("sources.0.source", "fi\\128les");
}
