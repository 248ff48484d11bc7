/* What is made of a list of addresses. Aliases are seen in test_by_name.c. */
#include "lab_lookup.h"

#include <netdb.h>

#include "lookup/nss_answer.h"

/* The answer that has these addresses of one name. */
static const char *answer_with(const char *type, const char *const *addresses, int count)
{
    static const struct addrinfo hints = {.ai_flags = AI_NUMERICHOST,
                                          .ai_socktype = SOCK_STREAM};
    struct question question = question_of("host.test", type);
    struct addrinfo *list = NULL, *one;
    struct answer answer;

    while (count-- > 0) {
        assert_int_equal(getaddrinfo(addresses[count], NULL, &hints, &one), 0);
        one->ai_next = list;
        list = one;
    }
    lab_answer_init(&answer, &question);
    nss_answer_addresses(&lab_config, &question, &answer, list);
    freeaddrinfo(list);
    return answer_text(&question, &answer);
}

static const char *const both[] = {"2001:db8::1", "192.0.2.2", "192.0.2.1"};

TEST(addresses_of_the_family_stay_in_their_order)
{
    assert_string_equal(answer_with("A", both, 3), "NOERROR\n"
                                                   "host.test. 10 A 192.0.2.2\n"
                                                   "host.test. 10 A 192.0.2.1\n");
    assert_string_equal(answer_with("AAAA", both, 3), "NOERROR\n"
                                                      "host.test. 10 AAAA 2001:db8::1\n");
}

TEST(any_has_both_families)
{
    assert_string_equal(answer_with("ANY", both, 2), "NOERROR\n"
                                                     "host.test. 10 A 192.0.2.2\n"
                                                     "host.test. 10 AAAA 2001:db8::1\n");
}

TEST(without_addresses_of_the_family_there_is_no_data)
{
    assert_string_equal(answer_with("A", both, 1), "NOERROR\n"
                                                   "authority host.test." SOA);
    assert_string_equal(answer_with("MX", both, 3), "NOERROR\n"
                                                    "authority host.test." SOA);
}

TEST_WITH(lab, a_text_that_looks_like_an_address_gets_a_dot)
{
    struct question number = question_of("1.2.3", "A"), name = question_of("v4.lab", "A");
    char text[NAME_TEXT + 1];

    assert_int_equal(nss_answer_text(&number, text), NAME_EVERYWHERE);
    assert_string_equal(text, "1.2.3.");
    assert_int_equal(nss_answer_text(&name, text), NAME_EVERYWHERE);
    assert_string_equal(text, "v4.lab");
}

TEST_WITH(lab, a_name_that_the_hosts_file_has_only_with_a_dot_gets_a_dot)
{
    struct question question = question_of("dotted.lab", "A");
    char text[NAME_TEXT + 1];

    etc_write("hosts", "10.0.0.1 dotted.lab.\n");
    nss_answer_text(&question, text);
    assert_string_equal(text, "dotted.lab.");
}
