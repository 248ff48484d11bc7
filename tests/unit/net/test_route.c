#include "../limit.h"
#include "sockets.h"

#include "net/route.h"

static bool leaves(const char *text)
{
    struct addr addr;

    assert_true(addr_parse(&addr, text, 53));
    return route_leaves_host(&addr);
}

TEST(a_packet_to_this_host_does_not_leave_it)
{
    assert_false(leaves("127.0.0.1"));
    assert_false(leaves("127.9.9.9"));
    assert_false(leaves("::ffff:127.0.0.1"));
    need_ip6();
    assert_false(leaves("::1"));
}

TEST(a_packet_to_another_host_leaves_even_if_there_is_no_route)
{
    assert_true(leaves("192.0.2.1"));
    assert_true(leaves("::ffff:192.0.2.1"));
    need_ip6();
    assert_true(leaves("2001:db8::1"));
}

TEST(what_the_kernel_cannot_be_asked_does_not_leave)
{
    limit_descriptors(0);
    assert_false(leaves("192.0.2.1"));
    limit_end(RLIMIT_NOFILE);
    assert_true(leaves("192.0.2.1"));
}
