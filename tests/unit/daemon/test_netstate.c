/* Which octets count in the addresses and routes of rtnetlink(7). */
#include "../lab.h"

#include "daemon/netstate.h"

#include <arpa/inet.h>
#include <linux/rtnetlink.h>

/* A message that is written attribute by attribute. */
static union {
    struct nlmsghdr head;
    char octets[512];
} message;

static void attribute(unsigned short type, const void *data, size_t len)
{
    struct rtattr *at = (void *)(message.octets + NLMSG_ALIGN(message.head.nlmsg_len));

    at->rta_type = type;
    at->rta_len = (unsigned short)RTA_LENGTH(len);
    memcpy(RTA_DATA(at), data, len);
    message.head.nlmsg_len =
        (uint32_t)(NLMSG_ALIGN(message.head.nlmsg_len) + RTA_ALIGN(at->rta_len));
}

static uint64_t hash(void)
{
    uint64_t result;

    assert_true(netstate_hash(&message.head, &result));
    return result;
}

static uint64_t address(const char *text, uint32_t flags, uint32_t lifetime)
{
    struct ifaddrmsg body = {.ifa_family = AF_INET6,
                             .ifa_prefixlen = 64,
                             .ifa_flags = (uint8_t)flags,
                             .ifa_index = 2};
    struct ifa_cacheinfo info = {.ifa_prefered = lifetime, .ifa_valid = 2 * lifetime};
    struct in6_addr octets;

    memset(&message, 0, sizeof message);
    message.head.nlmsg_type = RTM_NEWADDR;
    message.head.nlmsg_len = NLMSG_LENGTH(sizeof body);
    memcpy(NLMSG_DATA(&message.head), &body, sizeof body);
    assert_int_equal(inet_pton(AF_INET6, text, &octets), 1);
    attribute(IFA_ADDRESS, &octets, sizeof octets);
    attribute(IFA_CACHEINFO, &info, sizeof info);
    attribute(IFA_FLAGS, &flags, sizeof flags);
    return hash();
}

static uint64_t route(uint32_t interface, uint32_t expires, unsigned flags)
{
    struct rtmsg body = {
        .rtm_family = AF_INET6, .rtm_protocol = (uint8_t)expires, .rtm_flags = flags};
    struct rta_cacheinfo info = {.rta_expires = (int32_t)expires, .rta_used = expires};

    memset(&message, 0, sizeof message);
    message.head.nlmsg_type = RTM_NEWROUTE;
    message.head.nlmsg_len = NLMSG_LENGTH(sizeof body);
    memcpy(NLMSG_DATA(&message.head), &body, sizeof body);
    attribute(RTA_OIF, &interface, sizeof interface);
    attribute(RTA_METRICS, &expires, sizeof expires);
    attribute(RTA_CACHEINFO, &info, sizeof info);
    return hash();
}

TEST(lifetimes_make_no_difference)
{
    assert_int_equal(address("2001:db8::1", 0, 100), address("2001:db8::1", 0, 200));
    assert_int_equal(route(2, 100, 0), route(2, 200, 0));
}

TEST(an_address_and_where_a_route_leads_make_one)
{
    assert_int_not_equal(address("2001:db8::1", 0, 100), address("2001:db8::2", 0, 100));
    assert_int_not_equal(route(2, 100, 0), route(3, 100, 0));
    assert_int_not_equal(route(2, 100, 0), route(2, 100, RTNH_F_DEAD));
}

/* RFC 6724 rule 3 avoids deprecated addresses, and a tentative one cannot be used.
 * Whether an address has a lifetime makes no difference. */
TEST(only_flags_that_change_the_choice_of_a_source_count)
{
    uint64_t plain = address("2001:db8::1", 0, 100);

    assert_int_equal(address("2001:db8::1", IFA_F_PERMANENT | IFA_F_NOPREFIXROUTE, 100),
                     plain);
    assert_int_not_equal(address("2001:db8::1", IFA_F_DEPRECATED, 100), plain);
    assert_int_not_equal(address("2001:db8::1", IFA_F_TENTATIVE, 100), plain);
    assert_int_not_equal(address("2001:db8::1", IFA_F_TEMPORARY, 100), plain);
}

TEST(what_the_kernel_keeps_for_one_peer_or_is_cut_short_does_not_matter)
{
    uint64_t unused;

    route(2, 100, 0);
    ((struct rtmsg *)NLMSG_DATA(&message.head))->rtm_flags = RTM_F_CLONED;
    assert_false(netstate_hash(&message.head, &unused));
    ((struct rtmsg *)NLMSG_DATA(&message.head))->rtm_flags = 0;
    ((struct rtmsg *)NLMSG_DATA(&message.head))->rtm_family = AF_UNIX;
    assert_false(netstate_hash(&message.head, &unused));
    message.head.nlmsg_len = NLMSG_LENGTH(4);
    assert_false(netstate_hash(&message.head, &unused));
}

/* Attributes that do not end where the message does. */
TEST(no_octet_beyond_the_message_is_read)
{
    uint64_t unused;

    for (unsigned rta_len = 0; rta_len < 64; rta_len++) {
        size_t len = NLMSG_LENGTH(sizeof(struct rtmsg)) + sizeof(struct rtattr);
        struct nlmsghdr *exact = malloc(len);
        struct rtattr at = {.rta_len = (unsigned short)rta_len, .rta_type = RTA_OIF};
        struct rtmsg body = {.rtm_family = AF_INET};

        *exact = (struct nlmsghdr){.nlmsg_len = (uint32_t)len, .nlmsg_type = RTM_NEWROUTE};
        memcpy(NLMSG_DATA(exact), &body, sizeof body);
        memcpy((char *)exact + len - sizeof at, &at, sizeof at);
        assert_true(netstate_hash(exact, &unused));
        free(exact);
    }
}

/* Against the kernel, in the lab's own network. */

static struct netstate before, after;

static void read_both(enum netstate_kind kind, const char *command)
{
    need_lab();
    netstate_read(&before, kind);
    assert_true(before.is_known);
    assert_int_equal(system(command), 0);
    netstate_read(&after, kind);
    assert_true(after.is_known);
}

TEST(an_address_more_is_one_more_in_the_set)
{
    read_both(NETSTATE_ADDRESSES, "ip address add 10.99.0.1/32 dev lo");
    assert_int_equal(after.count, before.count + 1);
    assert_false(netstate_equal(&before, &after));
    read_both(NETSTATE_ADDRESSES, "ip address del 10.99.0.1/32 dev lo");
    assert_int_equal(after.count, before.count - 1);
}

TEST(a_route_refreshed_is_the_same_set)
{
    read_both(NETSTATE_ROUTES, "ip -6 route add 2001:db8::/64 dev lo expires 100");
    assert_false(netstate_equal(&before, &after));
    read_both(NETSTATE_ROUTES, "ip -6 route replace 2001:db8::/64 dev lo expires 200");
    assert_true(netstate_equal(&before, &after));
    read_both(NETSTATE_ROUTES, "ip -6 route del 2001:db8::/64 dev lo");
    assert_false(netstate_equal(&before, &after));
}

TEST(more_routes_than_there_is_room_for_are_not_known)
{
    need_lab();
    assert_int_equal(
        system("for i in $(seq 0 4200); do"
               " echo route add local 10.$((i / 250)).$((i % 250)).0/24 dev lo;"
               " done | ip -batch -"),
        0);
    netstate_read(&before, NETSTATE_ROUTES);
    assert_false(before.is_known);
    assert_false(netstate_equal(&before, &before));
    address("2001:db8::1", 0, 100);
    assert_false(netstate_has(&before, &message.head));
    netstate_read(&after, NETSTATE_ADDRESSES);
    assert_true(after.is_known);
    assert_int_equal(
        system("for i in $(seq 0 4200); do"
               " echo route del local 10.$((i / 250)).$((i % 250)).0/24 dev lo;"
               " done | ip -batch -"),
        0);
}
