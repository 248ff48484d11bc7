/* What libc says, of the sources and name servers of the lab. */
#include "lab_lookup.h"

#include "lookup/libc.h"

/* The lab's name server stands in for the stub. */
static struct addr stub;
static atomic_bool asked;

static const struct libc_dns *dns(void)
{
    static const struct libc_dns at_stub = {.stub = &stub, .asked = &asked};

    assert_true(addr_parse(&stub, "127.0.0.2", 53));
    return &at_stub;
}

static enum libc_outcome outcome(const char *name, int family)
{
    struct libc_result said = libc_ask_name(name, family, dns(), 0);
    enum libc_outcome outcome = said.outcome;

    assert_int_equal(said.addresses != NULL, outcome == LIBC_FOUND);
    libc_free(&said);
    return outcome;
}

TEST_WITH(lab, codes_of_a_name_are_read_together)
{
    need_lab();
    assert_int_equal(outcome("v4only.lab", AF_UNSPEC), LIBC_FOUND);
    assert_int_equal(outcome("a.example.test", AF_INET), LIBC_FOUND);
    assert_int_equal(outcome("a.example.test", AF_INET6), LIBC_NO_DATA);
    assert_int_equal(outcome("nosuch.example.test", AF_INET), LIBC_NO_NAME);
    assert_int_equal(outcome("cname-a.example.test", AF_INET6), LIBC_ALIAS);
    assert_int_equal(outcome("x.broken.test", AF_INET), LIBC_FAILURE);
}

static enum libc_outcome outcome_of_address(const uint8_t octets[static 4])
{
    struct libc_address address = {.family = AF_INET, .size = 4};
    struct libc_result said;
    enum libc_outcome outcome;

    memcpy(address.octets, octets, 4);
    said = libc_ask_address(&address, dns(), 0);
    outcome = said.outcome;
    if (outcome == LIBC_FOUND)
        assert_non_null(said.entry.h_name);
    libc_free(&said);
    return outcome;
}

TEST_WITH(lab, codes_of_an_address_are_read_likewise)
{
    need_lab();
    assert_int_equal(outcome_of_address((const uint8_t[]){10, 0, 0, 4}), LIBC_FOUND);
    assert_int_equal(outcome_of_address((const uint8_t[]){192, 0, 2, 1}), LIBC_FOUND);
    assert_int_equal(outcome_of_address((const uint8_t[]){192, 0, 2, 99}), LIBC_NO_NAME);
    assert_int_equal(outcome_of_address((const uint8_t[]){203, 0, 113, 1}), LIBC_FAILURE);
}

static bool comes_to_dns(const struct libc_dns *where)
{
    struct libc_result said = libc_ask_name("v4only.lab", AF_INET, where, RESOLVER_PROBE);
    bool came = said.used_dns;

    libc_free(&said);
    return came;
}

TEST_WITH(lab, the_stub_tells_whether_it_came_to_dns)
{
    const struct libc_dns unseen = {0}, unwatched = {.stub = &stub};

    need_lab();
    asked = false;
    assert_false(comes_to_dns(dns()));
    asked = true;
    assert_true(comes_to_dns(dns()));
    assert_true(comes_to_dns(&unseen));
    assert_true(comes_to_dns(&unwatched));
    assert_false(comes_to_dns(NULL));
}

TEST_WITH(lab, without_a_server_it_fails_in_dns)
{
    struct libc_result said;

    need_lab();
    said = libc_ask_name("nosuch.lab", AF_UNSPEC, NULL, RESOLVER_PROBE);
    assert_true(libc_failed_in_dns(&said));
    assert_false(libc_is_broken(&said));
    libc_free(&said);
    assert_true(libc_leads_to_dns());
    etc_write("nsswitch.conf", "hosts: files\n");
    assert_false(libc_leads_to_dns());
}

TEST_WITH(lab, a_failure_is_told_with_libcs_words)
{
    struct question question = question_of("x.broken.test", "A");
    struct libc_result said;
    struct answer answer;

    need_lab();
    lab_answer_init(&answer, &question);
    said = libc_ask_name("x.broken.test", AF_INET, dns(), 0);
    libc_tell_failure(&said, &answer);
    libc_free(&said);
    assert_string_equal(answer_text(&question, &answer),
                        "SERVFAIL: No Reachable Authority (22): host resolver: Temporary "
                        "failure in name resolution\n");
}
