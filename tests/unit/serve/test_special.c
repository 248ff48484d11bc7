/* Special-use names: what is said to them, and which are left to the host. */
#include "../reply_text.h"

#include "serve/special.h"

static struct local_data local;
static struct special_config config;

static void start(void)
{
    local = (struct local_data){.ttl = 10, .negative_ttl = 5};
    config = (struct special_config){.local = &local};
}

FIXTURE(special, start, NULL);

static const char *said(const char *name, const char *type)
{
    struct question question = question_of(name, type);
    uint8_t records[SPECIAL_RECORDS];
    struct answer answer;

    answer_init(&answer, &question, records, sizeof records);
    if (!special_settles(&config, &question, &answer))
        return "looked up";
    return answer_text(&question, &answer);
}

#define SYNTHESIZED(rfc) ": Synthesized (29): special-use name (" rfc ")\n"
#define SOA(apex)        "authority " apex " 5 SOA localhost. nobody.invalid. 1 3600 600 86400 5\n"

TEST_WITH(special, other_names_are_looked_up)
{
    assert_string_equal(said("a.example.", "A"), "looked up");
    assert_string_equal(said(".", "A"), "looked up");
    assert_string_equal(said("xinvalid.", "A"), "looked up");
    assert_string_equal(said("invalid.example.", "A"), "looked up");
    assert_string_equal(said("arpa.", "A"), "looked up");
    assert_string_equal(said("localhost.", "A"), "looked up");
    assert_string_equal(said("1.0.0.127.in-addr.arpa.", "PTR"), "looked up");
    assert_string_equal(said("use-application-dns.net.", "A"), "looked up");
}

TEST_WITH(special, names_below_localhost_are_loopback)
{
    assert_string_equal(
        said("foo.localhost.", "A"),
        "NOERROR" SYNTHESIZED("RFC 6761") "foo.localhost. 10 A 127.0.0.1\n");
    assert_string_equal(said("A.b.LOCALHOST.", "AAAA"),
                        "NOERROR" SYNTHESIZED("RFC 6761") "A.b.LOCALHOST. 10 AAAA ::1\n");
    assert_string_equal(said("foo.localhost.", "ANY"),
                        "NOERROR" SYNTHESIZED("RFC 6761") "foo.localhost. 10 A 127.0.0.1\n"
                                                          "foo.localhost. 10 AAAA ::1\n");
    assert_string_equal(said("foo.localhost.", "MX"),
                        "NOERROR" SYNTHESIZED("RFC 6761") SOA("localhost."));
}

TEST_WITH(special, without_aaaa_loopback_is_ipv4)
{
    local.filter_aaaa = true;
    assert_string_equal(said("foo.localhost.", "AAAA"),
                        "NOERROR" SYNTHESIZED("RFC 6761") SOA("localhost."));
    assert_string_equal(
        said("foo.localhost.", "ANY"),
        "NOERROR" SYNTHESIZED("RFC 6761") "foo.localhost. 10 A 127.0.0.1\n");
}

TEST_WITH(special, invalid_and_alt_have_no_names)
{
    assert_string_equal(said("x.y.invalid.", "A"),
                        "NXDOMAIN" SYNTHESIZED("RFC 6761") SOA("invalid."));
    assert_string_equal(said("invalid.", "MX"),
                        "NXDOMAIN" SYNTHESIZED("RFC 6761") SOA("invalid."));
    assert_string_equal(said("x.alt.", "A"),
                        "NXDOMAIN" SYNTHESIZED("RFC 9476") SOA("alt."));
}

TEST_WITH(special, onion_has_none_unless_the_host_knows_better)
{
    assert_string_equal(said("x.onion.", "AAAA"),
                        "NXDOMAIN" SYNTHESIZED("RFC 7686") SOA("onion."));
    config.onion = true;
    assert_string_equal(said("x.onion.", "AAAA"), "looked up");
}

TEST_WITH(special, the_canary_exists_unless_it_is_not_to)
{
    config.canary = true;
    assert_string_equal(said("use-application-dns.net.", "A"),
                        "NXDOMAIN" SYNTHESIZED("option canary")
                            SOA("use-application-dns.net."));
}

TEST_WITH(special, nobody_else_is_the_designated_resolver)
{
    assert_string_equal(said("resolver.arpa.", "A"),
                        "NOERROR" SYNTHESIZED("RFC 9462") SOA("resolver.arpa."));
    assert_string_equal(said("_dns.resolver.arpa.", "TYPE64"),
                        "NOERROR" SYNTHESIZED("RFC 9462") SOA("resolver.arpa."));
    assert_string_equal(said("x.resolver.arpa.", "A"),
                        "NXDOMAIN" SYNTHESIZED("RFC 9462") SOA("resolver.arpa."));
}

TEST_WITH(special, without_a_negative_ttl_there_is_no_soa)
{
    local.negative_ttl = 0;
    assert_string_equal(said("x.invalid.", "A"), "NXDOMAIN" SYNTHESIZED("RFC 6761"));
}
