#include "../reply_text.h"

#include "dns/loop_name.h"

TEST(each_name_that_is_drawn_is_known_and_another_one)
{
    struct question one = question_of("example", "A"), other;
    uint8_t domain[NAME_WIRE_MAX];

    memcpy(domain, one.name, one.name_len);
    memcpy(one.name + LOOP_NAME_FRONT, domain, one.name_len);
    one.name_len = (uint8_t)(one.name_len + LOOP_NAME_FRONT);
    other = one;
    assert_true(loop_name_draw(one.name));
    assert_true(loop_name_draw(other.name));
    assert_true(loop_name_is_asked(&one));
    assert_true(loop_name_is_asked(&other));
    assert_memory_not_equal(one.name, other.name, LOOP_NAME_FRONT);
}

TEST(letter_case_does_not_matter)
{
    struct question question =
        question_of("0123456789abcdef.HostDNS-Loop-Check.office", "A");

    assert_true(loop_name_is_asked(&question));
}

TEST(other_names_are_not_taken_for_one)
{
    static const char *const names[] = {".", "hostdns-loop-check.",
                                        "0123456789abcde.hostdns-loop-check.office",
                                        "0123456789abcdef.hostdns-loop-chick.office",
                                        "0123456789abcdef.x.hostdns-loop-check"};

    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        struct question question = question_of(names[i], "A");

        assert_false(loop_name_is_asked(&question));
    }
}
