#include "../check.h"

#include "captured.h"
#include "client/packet.h"

static struct packets *packets;
static struct frame frame;

static void begin(void)
{
    forget_captured();
    packets = packets_new(&captured);
    frame = (struct frame){.link = 101};
}

static void end(void)
{
    if (packets)
        packets_end(packets);
    packets = NULL;
}

FIXTURE(some_packets, begin, end);

static void take(const char *octets, size_t size)
{
    frame.octets = (const uint8_t *)octets;
    frame.size = size;
    if (frame.original < size)
        frame.original = size;
    frame.number++;
    packets_take(packets, &frame);
}

#define TAKE(octets) take(octets, sizeof(octets) - 1)
#define PORT_80      "\0\x50"

TEST_WITH(some_packets, a_datagram_is_a_message)
{
    TAKE(PACKET);
    assert_int_equal(taken, 1);
    assert_string_equal(about, "127.0.0.1 port 53 -> 127.0.0.2 port 4660, UDP");
}

TEST_WITH(some_packets, the_time_is_told_if_it_is_known)
{
    frame.time =
        (struct frame_time){.is_known = true, .seconds = 1700000000, .nanoseconds = 1234};
    TAKE(PACKET);
    assert_string_equal(about, "2023-11-14 22:13:20.000001 UTC "
                               "127.0.0.1 port 53 -> 127.0.0.2 port 4660, UDP");
    frame.time.has_nanoseconds = true;
    TAKE(PACKET);
    assert_string_equal(about, "2023-11-14 22:13:20.000001234 UTC "
                               "127.0.0.1 port 53 -> 127.0.0.2 port 4660, UDP");
    frame.time.seconds = INT64_MAX; /* no calendar has it */
    TAKE(PACKET);
    assert_string_equal(about, "127.0.0.1 port 53 -> 127.0.0.2 port 4660, UDP");
}

TEST_WITH(some_packets, either_port_may_be_that_of_dns_or_of_multicast_dns)
{
    TAKE(IPV4("\6", "\x2a") TCP("\x14\xe9", "\0\0\0\1", "\x10") "\0\x13");
    TAKE(IPV4("\6", "\x2a") "\x12\x34\0\x35\0\0\0\1\0\0\0\0\x50\x10\0\0\0\0\0\0\0\x13");
    end();
    assert_string_equal(
        complaint, "127.0.0.1 port 5353 -> 127.0.0.2 port 4660, TCP: 2 octets in which no "
                   "message begins that can be told|"
                   "127.0.0.1 port 4660 -> 127.0.0.2 port 53, TCP: 2 octets in which no "
                   "message begins that can be told");
}

TEST_WITH(some_packets, on_other_ports_it_must_be_dns)
{
    TAKE(IPV4("\x11", "\x2f") UDP("\x30\x39"));
    assert_int_equal(taken, 1);
    TAKE(IPV4("\x11", "\x20") "\x30\x39\x12\x34\0\x0c\0\0noDNS");
    assert_int_equal(taken, 1);
    end();
    assert_string_equal(complaint, "");
}

TEST_WITH(some_packets, a_message_comes_in_many_segments)
{
    TAKE(IPV4("\6", "\x28") TCP("\0\x35", "\0\0\0\0", "\x12"));
    TAKE(IPV4("\6", "\x2a") TCP("\0\x35", "\0\0\0\1", "\x10") "\0\x13");
    assert_int_equal(taken, 0);
    TAKE(IPV4("\6", "\x3b") TCP("\0\x35", "\0\0\0\3", "\x10") QUERY);
    assert_int_equal(taken, 1);
    assert_string_equal(about, "127.0.0.1 port 53 -> 127.0.0.2 port 4660, TCP");
    TAKE(IPV4("\6", "\x2a") TCP("\0\x35", "\0\0\0\1", "\x10") "\0\x13"); /* again */
    end();
    assert_int_equal(taken, 1);
    assert_string_equal(complaint, "");
}

TEST_WITH(some_packets, directions_and_families_are_streams_of_their_own)
{
    TAKE(IPV4("\6", "\x2a") TCP("\0\x35", "\0\0\0\1", "\x10") "\0\x13");
    TAKE(IPV6("\6", "\x16") TCP("\0\x35", "\0\0\0\3", "\x10") "\0\0");
    end();
    assert_int_equal(taken, 0);
    assert_string_equal(
        complaint, "127.0.0.1 port 53 -> 127.0.0.2 port 4660, TCP: 2 octets in which no "
                   "message begins that can be told|"
                   "::1 port 53 -> ::2 port 4660, TCP: 2 octets in which no message "
                   "begins that can be told");
}

TEST_WITH(some_packets, other_connections_are_left_alone)
{
    TAKE(IPV4("\6", "\x28") TCP(PORT_80, "\0\0\0\0", "\x12"));
    TAKE(IPV4("\6", "\x38") TCP(PORT_80, "\0\0\0\1", "\x10") "\0\x0cHTTP/1.1 200");
    TAKE(IPV4("\6", "\x3d") TCP(PORT_80, "\0\0\0\x0f", "\x10") "\0\x13" QUERY);
    end();
    assert_int_equal(taken, 0);
    assert_string_equal(complaint, "");
}

TEST_WITH(some_packets, dns_is_known_on_any_port)
{
    TAKE(IPV4("\6", "\x28") TCP(PORT_80, "\0\0\0\0", "\x12"));
    TAKE(IPV4("\6", "\x3d") TCP(PORT_80, "\0\0\0\1", "\x10") "\0\x13" QUERY);
    TAKE(IPV4("\6", "\x2a") TCP(PORT_80, "\0\0\0\x16", "\x10") "\0\x13");
    end();
    assert_int_equal(taken, 1);
    assert_string_equal(complaint,
                        "127.0.0.1 port 80 -> 127.0.0.2 port 4660, TCP: 19 octets "
                        "are missing at the end of a message");
}

TEST_WITH(some_packets, a_message_too_short_for_one_is_told)
{
    TAKE(IPV4("\6", "\x28") TCP("\0\x35", "\0\0\0\0", "\x12"));
    TAKE(IPV4("\6", "\x2d") TCP("\0\x35", "\0\0\0\1", "\x10") "\0\3abc");
    assert_string_equal(complaint,
                        "127.0.0.1 port 53 -> 127.0.0.2 port 4660, TCP: a message "
                        "of 3 octets is too short for one");
}

TEST_WITH(some_packets, a_fragment_is_told)
{
    TAKE("\x45\0\0\x2f\0\0\x20\0\x40\x11\0\0\x7f\0\0\1\x7f\0\0\2" UDP("\0\x35"));
    assert_int_equal(taken, 1);
    assert_string_equal(about, "127.0.0.1 port 53 -> 127.0.0.2 port 4660, UDP, the first "
                               "fragment");
    assert_string_equal(complaint,
                        "packet 1 is the first fragment of a datagram, whose rest "
                        "is not put together with it");
}

TEST_WITH(some_packets, what_was_not_captured_is_told)
{
    TAKE(IPV4("\x11", "\x3f") UDP("\0\x35"));
    assert_int_equal(taken, 1);
    assert_string_equal(about, "127.0.0.1 port 53 -> 127.0.0.2 port 4660, UDP, cut when it "
                               "was captured");
    assert_string_equal(complaint, "packet 1: its last 16 octets were not captured");
    *complaint = '\0';
    frame.original = 100;
    TAKE(IPV4("\x11", "\x3f"));
    assert_string_equal(complaint, "packet 2 was cut within its headers");
}

TEST_WITH(some_packets, links_that_are_not_known_are_told_once)
{
    frame.link = 105;
    TAKE(PACKET);
    TAKE(PACKET);
    end();
    assert_int_equal(taken, 0);
    assert_string_equal(complaint, "packets on links of type 105, which are not read: 2");
}
