#include "../limit.h"

#include "net/place.h"

TEST(addresses_of_this_host_are_here)
{
    static const struct {
        const char *text;
        enum addr_place place;
    } rows[] = {{"127.0.0.1:53", PLACE_HERE},   {"127.9.9.9", PLACE_HERE},
                {"[::1]:5353", PLACE_HERE},     {"0.0.0.0", PLACE_HERE},
                {"192.0.2.1", PLACE_ELSEWHERE}, {"2001:db8::1", PLACE_ELSEWHERE}};

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct addr addr;

        assert_true(addr_parse(&addr, rows[i].text, 53));
        assert_int_equal(place_of(&addr), rows[i].place);
        assert_int_equal(place_is_missing(&addr), rows[i].place == PLACE_ELSEWHERE);
    }
}

TEST(the_place_is_unknown_while_the_kernel_cannot_be_asked)
{
    struct addr addr;

    assert_true(addr_parse(&addr, "192.0.2.1", 53));
    limit_descriptors(0);
    assert_int_equal(place_of(&addr), PLACE_UNKNOWN);
    assert_false(place_is_missing(&addr));
    limit_end(RLIMIT_NOFILE);
    assert_int_equal(place_of(&addr), PLACE_ELSEWHERE);
}
