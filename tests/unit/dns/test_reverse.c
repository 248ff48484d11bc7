#include "wire.h"

#include "dns/reverse.h"

/* Reads a name of ordinary labels from its text. */
static enum reverse_kind parse(const char *text, uint8_t address[static 16])
{
    uint8_t name[NAME_WIRE_MAX];
    size_t label = 0, at = 1;

    for (; *text; text++) {
        if (*text != '.') {
            name[at++] = (uint8_t)*text;
            continue;
        }
        name[label] = (uint8_t)(at - label - 1);
        label = at++;
    }
    name[label] = (uint8_t)(at - label - 1);
    name[at++] = 0;
    return reverse_parse((struct name){name, at}, address);
}

static enum reverse_kind kind_of(const char *text)
{
    uint8_t address[16];

    return parse(text, address);
}

#define NIBBLES_16 "0.1.2.3.4.5.6.7.8.9.a.b.c.d.e.f"

TEST(four_numbers_below_in_addr_are_an_ip4_address)
{
    const uint8_t expected[] = {192, 0, 2, 10};
    uint8_t address[16];

    assert_int_equal(parse("10.2.0.192.in-addr.arpa", address), REVERSE_IP4);
    assert_memory_equal(address, expected, 4);
}

TEST(thirty_two_nibbles_below_ip6_are_an_ip6_address)
{
    const uint8_t expected[] = {0xfe, 0xdc, 0xba, 0x98, 0x76, 0x54, 0x32, 0x10,
                                0xfe, 0xdc, 0xba, 0x98, 0x76, 0x54, 0x32, 0x10};
    uint8_t address[16];

    assert_int_equal(parse(NIBBLES_16 "." NIBBLES_16 ".ip6.arpa", address), REVERSE_IP6);
    assert_memory_equal(address, expected, 16);
}

TEST(letter_case_makes_no_difference)
{
    uint8_t address[16];

    assert_int_equal(kind_of("1.0.0.127.IN-ADDR.Arpa"), REVERSE_IP4);
    assert_int_equal(
        parse("F.E.D.C.B.A.9.8.7.6.5.4.3.2.1.0." NIBBLES_16 ".iP6.aRPA", address),
        REVERSE_IP6);
    assert_int_equal(address[15], 0xef);
}

TEST(the_largest_and_smallest_numbers_are_read)
{
    const uint8_t expected[] = {0, 255, 99, 100};
    uint8_t address[16];

    assert_int_equal(parse("100.99.255.0.in-addr.arpa", address), REVERSE_IP4);
    assert_memory_equal(address, expected, 4);
}

TEST(the_apexes_exist)
{
    assert_int_equal(kind_of("in-addr.arpa"), REVERSE_PARTIAL);
    assert_int_equal(kind_of("ip6.arpa"), REVERSE_PARTIAL);
}

TEST(the_first_labels_of_an_address_exist)
{
    assert_int_equal(kind_of("192.in-addr.arpa"), REVERSE_PARTIAL);
    assert_int_equal(kind_of("2.0.192.in-addr.arpa"), REVERSE_PARTIAL);
    assert_int_equal(kind_of("2.ip6.arpa"), REVERSE_PARTIAL);
    assert_int_equal(kind_of("1.2.3.4.5.6.7.8.9.a.b.c.d.e.f." NIBBLES_16 ".ip6.arpa"),
                     REVERSE_PARTIAL);
}

static struct reverse_part part_of(const char *text)
{
    uint8_t name[NAME_WIRE_MAX];

    return reverse_part_of((struct name){name, name_from_text(text, name)});
}

TEST(a_part_has_the_bits_of_its_labels)
{
    uint8_t address[16];

    assert_int_equal(part_of("in-addr.arpa").size, 4);
    assert_int_equal(part_of("in-addr.arpa").bits, 0);
    assert_int_equal(part_of("2.0.192.in-addr.arpa").bits, 24);
    assert_int_equal(part_of("ip6.arpa").size, 16);
    assert_int_equal(part_of("ip6.arpa").bits, 0);
    assert_int_equal(part_of("d.0.1.0.0.2.IP6.ARPA").size, 16);
    assert_int_equal(part_of("d.0.1.0.0.2.IP6.ARPA").bits, 24);
    assert_int_equal(parse("0.192.in-addr.arpa", address), REVERSE_PARTIAL);
    assert_memory_equal(address, ((const uint8_t[]){192, 0}), 2);
    assert_int_equal(parse("d.0.1.0.0.2.ip6.arpa", address), REVERSE_PARTIAL);
    assert_memory_equal(address, ((const uint8_t[]){0x20, 0x01, 0x0d}), 3);
}

TEST(what_is_no_part_of_an_ip4_address_is_junk)
{
    assert_int_equal(kind_of("256.2.0.192.in-addr.arpa"), REVERSE_JUNK);
    assert_int_equal(kind_of("300.in-addr.arpa"), REVERSE_JUNK);
    assert_int_equal(kind_of("999.2.0.192.in-addr.arpa"), REVERSE_JUNK);
    assert_int_equal(kind_of("1000.2.0.192.in-addr.arpa"), REVERSE_JUNK);
    assert_int_equal(kind_of("010.2.0.192.in-addr.arpa"), REVERSE_JUNK);
    assert_int_equal(kind_of("00.2.0.192.in-addr.arpa"), REVERSE_JUNK);
    assert_int_equal(kind_of("0x1.2.0.192.in-addr.arpa"), REVERSE_JUNK);
    assert_int_equal(kind_of("-1.2.0.192.in-addr.arpa"), REVERSE_JUNK);
    assert_int_equal(kind_of("a.2.0.192.in-addr.arpa"), REVERSE_JUNK);
    assert_int_equal(kind_of("1 .2.0.192.in-addr.arpa"), REVERSE_JUNK);
    assert_int_equal(kind_of("1.10.2.0.192.in-addr.arpa"), REVERSE_JUNK);
    assert_int_equal(kind_of("_dns-sd.10.2.0.192.in-addr.arpa"), REVERSE_JUNK);
}

/* RFC 2317. */
TEST(a_delegation_of_less_than_256_addresses_is_junk)
{
    assert_int_equal(kind_of("10.0-31.2.0.192.in-addr.arpa"), REVERSE_JUNK);
}

TEST(what_is_no_part_of_an_ip6_address_is_junk)
{
    assert_int_equal(kind_of("g.ip6.arpa"), REVERSE_JUNK);
    assert_int_equal(kind_of("10.ip6.arpa"), REVERSE_JUNK);
    assert_int_equal(kind_of("-.ip6.arpa"), REVERSE_JUNK);
    assert_int_equal(kind_of("0." NIBBLES_16 "." NIBBLES_16 ".ip6.arpa"), REVERSE_JUNK);
    assert_int_equal(kind_of("x." NIBBLES_16 "." NIBBLES_16 ".ip6.arpa"), REVERSE_JUNK);
}

TEST(a_nul_is_no_nibble)
{
    const uint8_t name[] = {1, 0, 3, 'i', 'p', '6', 4, 'a', 'r', 'p', 'a', 0};
    uint8_t address[16];

    assert_int_equal(reverse_parse(NAME(name), address), REVERSE_JUNK);
}

TEST(a_dot_inside_a_label_separates_nothing)
{
    const uint8_t name[] = {3,   '1', '.', '2', 7,   'i', 'n', '-', 'a',
                            'd', 'd', 'r', 4,   'a', 'r', 'p', 'a', 0};
    uint8_t address[16];

    assert_int_equal(reverse_parse(NAME(name), address), REVERSE_JUNK);
}

TEST(names_elsewhere_are_none_of_these)
{
    assert_int_equal(kind_of("host.test"), REVERSE_NONE);
    assert_int_equal(kind_of("arpa"), REVERSE_NONE);
    assert_int_equal(kind_of("addr.arpa"), REVERSE_NONE);
    assert_int_equal(kind_of("xin-addr.arpa"), REVERSE_NONE);
    assert_int_equal(kind_of("1.0.0.127.in-addr"), REVERSE_NONE);
    assert_int_equal(kind_of("1.0.0.127.in-addr.arpa.test"), REVERSE_NONE);
    assert_int_equal(kind_of("1.ip6.int"), REVERSE_NONE);
    assert_int_equal(kind_of("1.xip6.arpa"), REVERSE_NONE);
}

TEST(the_root_is_none_of_these)
{
    const uint8_t name[] = {ROOT};
    uint8_t address[16];

    assert_int_equal(reverse_parse(NAME(name), address), REVERSE_NONE);
}

/* The octets of the apex stand at the end, but not as labels. */
TEST(an_apex_inside_a_label_is_none)
{
    const uint8_t name[] = {10, 'x', 3, 'i', 'p', '6', 4, 'a', 'r', 'p', 'a', 0};
    uint8_t address[16];

    assert_int_equal(reverse_parse(NAME(name), address), REVERSE_NONE);
}

TEST(a_mapped_address_begins_with_80_zero_bits_and_16_ones)
{
    uint8_t address[16] = {[10] = 0xff, 0xff, 192, 0, 2, 1};

    assert_true(reverse_is_mapped(address));
    address[11] = 0xfe;
    assert_false(reverse_is_mapped(address));
    address[11] = 0xff;
    address[0] = 1;
    assert_false(reverse_is_mapped(address));
}

TEST(a_name_of_127_labels_is_safe)
{
    uint8_t name[NAME_WIRE_MAX] = {0}, address[16];
    const uint8_t apex[] = {3, 'i', 'p', '6', 4, 'a', 'r', 'p', 'a', 0};

    for (size_t i = 0; i < 254; i += 2) {
        name[i] = 1;
        name[i + 1] = '1';
    }
    assert_int_equal(reverse_parse(NAME(name), address), REVERSE_NONE);
    memcpy(name + 244, apex, sizeof apex);
    assert_int_equal(reverse_parse((struct name){name, 254}, address), REVERSE_JUNK);
}
