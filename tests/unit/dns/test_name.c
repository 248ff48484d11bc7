#include "wire.h"

#include "dns/name.h"

static bool gets(const uint8_t *data, size_t size, size_t *len)
{
    struct reader in = reader_of(data, size);
    struct name name = {0};
    bool got = name_get(&in, &name);

    *len = name.len;
    assert_int_equal(in.pos, got ? name.len : 0);
    if (got)
        assert_ptr_equal(name.wire, data);
    return got;
}

TEST(a_name_ends_with_its_root_label)
{
    const uint8_t data[] = {HOST_TEST, 0, 1};
    size_t len;

    assert_true(gets(BYTES(data), &len));
    assert_int_equal(len, 11);
}

TEST(the_root_is_a_name_of_one_octet)
{
    const uint8_t data[] = {ROOT};
    size_t len;

    assert_true(gets(BYTES(data), &len));
    assert_int_equal(len, 1);
}

TEST(a_name_cut_anywhere_is_none)
{
    const uint8_t data[] = {HOST_TEST};
    size_t len;

    for (size_t size = 0; size < sizeof data; size++)
        assert_false(gets(data, size, &len));
}

TEST(a_label_has_at_most_63_octets)
{
    uint8_t data[66] = {63};
    size_t len;

    assert_true(gets(data, 65, &len));
    assert_int_equal(len, 65);
    data[0] = 64;
    assert_false(gets(BYTES(data), &len));
}

TEST(a_name_has_at_most_255_octets)
{
    uint8_t data[256];
    size_t len;

    long_name(data, 255);
    assert_true(gets(data, 255, &len));
    assert_int_equal(len, 255);
    long_name(data, 256);
    assert_false(gets(data, 256, &len));
}

TEST(a_name_of_127_labels_is_one)
{
    uint8_t data[257] = {0};
    size_t len;

    for (size_t i = 0; i < 254; i += 2)
        data[i] = 1;
    assert_true(gets(BYTES(data), &len));
    assert_int_equal(len, 255);
    data[254] = 1;
    assert_false(gets(BYTES(data), &len));
}

TEST(a_name_with_a_pointer_or_an_odd_label_is_none)
{
    const uint8_t pointer[] = {1, 'a', 0xc0, 0, 0}, type_40[] = {0x41, 1, 1, 0},
                  type_80[] = {0x81, 1, 1, 0};
    size_t len;

    assert_false(gets(BYTES(pointer), &len));
    assert_false(gets(BYTES(type_40), &len));
    assert_false(gets(BYTES(type_80), &len));
}

TEST(a_skipped_name_may_end_in_a_pointer)
{
    const uint8_t data[] = {1, 'a', 0xc0, 12, 9}, alone[] = {0xff, 0xff, 9};
    struct reader in = reader_of(BYTES(data));

    assert_true(name_skip(&in));
    assert_int_equal(in.pos, 4);
    in = reader_of(BYTES(alone));
    assert_true(name_skip(&in));
    assert_int_equal(in.pos, 2);
}

TEST(a_skipped_name_may_be_whole)
{
    const uint8_t data[] = {HOST_TEST, 9};
    struct reader in = reader_of(BYTES(data));

    assert_true(name_skip(&in));
    assert_int_equal(in.pos, 11);
}

TEST(a_name_that_is_cut_or_odd_cannot_be_skipped)
{
    const uint8_t half_pointer[] = {1, 'a', 0xc0}, cut[] = {4, 'h', 'o', 's'},
                  endless[] = {1, 'a'}, type_40[] = {0x41, 1, 1, 0},
                  type_80[] = {0xbf, 1, 1, 0};
    struct reader in;

    in = reader_of(BYTES(half_pointer));
    assert_false(name_skip(&in));
    in = reader_of(BYTES(cut));
    assert_false(name_skip(&in));
    in = reader_of(BYTES(endless));
    assert_false(name_skip(&in));
    in = reader_of(BYTES(type_40));
    assert_false(name_skip(&in));
    in = reader_of(BYTES(type_80));
    assert_false(name_skip(&in));
    in = reader_of(NULL, 0);
    assert_false(name_skip(&in));
}

/* Or a message of labels alone would be walked over to its end, for each of its pointers.
 */
TEST(a_name_of_more_than_255_octets_cannot_be_skipped)
{
    uint8_t data[300];
    struct reader in;

    long_name(data, 255);
    in = reader_of(data, 255);
    assert_true(name_skip(&in));
    assert_int_equal(in.pos, 255);
    long_name(data, 256);
    in = reader_of(data, 256);
    assert_false(name_skip(&in));
}

/* They are folded eight at a time, and those that are left over one by one. */
TEST(each_octet_is_folded_as_ascii_wherever_it_stands)
{
    uint8_t name[19], folded[19];

    for (unsigned octet = 0; octet < 256; octet++)
        for (size_t at = 0; at < sizeof name; at++) {
            memset(name, 0xc1, sizeof name);
            name[at] = (uint8_t)octet;
            name_fold(folded, name, sizeof name);
            for (size_t i = 0; i < sizeof name; i++)
                assert_int_equal(folded[i], i != at                        ? 0xc1
                                            : octet >= 'A' && octet <= 'Z' ? octet + 32
                                                                           : octet);
            assert_true(name_equal(NAME(name), NAME(folded)));
            name[at] ^= 1;
            assert_false(name_equal(NAME(name), NAME(folded)));
        }
}

/* Eight octets are changed at a time, and those that are left over at the end. */
TEST(each_letter_whose_bit_is_set_changes_its_case_wherever_it_stands)
{
    for (unsigned octet = 0; octet < 256; octet++)
        for (size_t at = 0; at < 19; at++) {
            bool is_letter =
                (octet >= 'A' && octet <= 'Z') || (octet >= 'a' && octet <= 'z');
            uint8_t name[19], bits[3] = {0}, before[19];

            memset(name, 'q', sizeof name);
            name[at] = (uint8_t)octet;
            memcpy(before, name, sizeof name);
            name_change_case(name, sizeof name, bits);
            assert_memory_equal(name, before, sizeof name);
            bits[at / 8] = (uint8_t)(1 << at % 8);
            name_change_case(name, sizeof name, bits);
            for (size_t i = 0; i < sizeof name; i++)
                assert_int_equal(name[i], i == at && is_letter ? octet ^ 0x20 : before[i]);
            name_change_case(name, sizeof name, bits);
            assert_memory_equal(name, before, sizeof name);
        }
}

TEST(equality_knows_no_case_of_ascii_letters)
{
    const uint8_t a[] = {3, 'a', 'Z', '1', 0}, b[] = {3, 'A', 'z', '1', 0};

    assert_true(name_equal(NAME(a), NAME(b)));
}

TEST(no_other_octets_are_equal)
{
    const uint8_t at[] = {1, '@', 0}, back[] = {1, '`', 0}, open[] = {1, '[', 0},
                  brace[] = {1, '{', 0}, upper[] = {1, 0xc4, 0}, lower[] = {1, 0xe4, 0},
                  longer[] = {1, '@', 1, '@', 0};

    assert_false(name_equal(NAME(at), NAME(back)));
    assert_false(name_equal(NAME(open), NAME(brace)));
    assert_false(name_equal(NAME(upper), NAME(lower)));
    assert_false(name_equal(NAME(at), NAME(longer)));
}

static enum name_reach reach_of(uint8_t octet)
{
    const uint8_t name[] = {3, 'a', octet, 'b', 0};
    char text[NAME_TEXT];

    return name_to_host(NAME(name), text);
}

TEST(letters_digits_dash_and_underscore_go_everywhere)
{
    const char *all = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_";

    for (; *all; all++)
        assert_int_equal(reach_of((uint8_t)*all), NAME_EVERYWHERE);
}

TEST(other_octets_that_a_word_can_have_go_to_local_sources)
{
    const char *all = "!\"$%&'()*+,/:;<=>?@[]^`{|}~\1\x1f\x7f\x80\xc3\xff";

    for (; *all; all++)
        assert_int_equal(reach_of((uint8_t)*all), NAME_LOCAL_SOURCE);
}

TEST(octets_that_a_c_string_or_a_word_cannot_have_go_nowhere)
{
    const char *all = ".\\# \t\n\v\f\r";

    assert_int_equal(reach_of(0), NAME_NOWHERE);
    for (; *all; all++)
        assert_int_equal(reach_of((uint8_t)*all), NAME_NOWHERE);
}

TEST(an_address_with_a_scope_goes_nowhere)
{
    const uint8_t scoped[] = {"\12fe80::1%lo"}, name[] = {"\10per%cent\1x"};
    char text[NAME_TEXT];

    assert_int_equal(name_to_host(NAME(scoped), text), NAME_NOWHERE);
    assert_int_equal(name_to_host(NAME(name), text), NAME_LOCAL_SOURCE);
    assert_string_equal(text, "per%cent.x");
}

TEST(one_octet_decides_for_the_whole_name)
{
    const uint8_t first[] = {2, 0, '!', 1, 'a', 0}, last[] = {1, 'a', 2, '!', 0, 0};
    char text[NAME_TEXT];

    assert_int_equal(name_to_host(NAME(first), text), NAME_NOWHERE);
    assert_int_equal(name_to_host(NAME(last), text), NAME_NOWHERE);
}

TEST(a_dash_in_front_goes_to_local_sources)
{
    const uint8_t front[] = {2, '-', 'a', 1, 'b', 0}, later[] = {1, 'a', 2, '-', 'b', 0};
    char text[NAME_TEXT];

    assert_int_equal(name_to_host(NAME(front), text), NAME_LOCAL_SOURCE);
    assert_int_equal(name_to_host(NAME(later), text), NAME_EVERYWHERE);
}

TEST(the_text_for_libc_has_no_final_dot)
{
    const uint8_t name[] = {HOST_TEST};
    char text[NAME_TEXT];

    assert_int_equal(name_to_host(NAME(name), text), NAME_EVERYWHERE);
    assert_string_equal(text, "host.test");
}

TEST(the_text_keeps_the_case)
{
    const uint8_t name[] = {3, 'A', 'b', 'C', 0};
    char text[NAME_TEXT];

    name_to_host(NAME(name), text);
    assert_string_equal(text, "AbC");
}

TEST(the_text_of_the_root_is_empty)
{
    const uint8_t name[] = {ROOT};
    char text[NAME_TEXT] = "x";

    name_to_host(NAME(name), text);
    assert_string_equal(text, "");
}

TEST(the_text_of_the_longest_name_fits)
{
    uint8_t name[NAME_WIRE_MAX];
    char text[NAME_TEXT];

    long_name(name, sizeof name);
    assert_int_equal(name_to_host(NAME(name), text), NAME_EVERYWHERE);
    assert_int_equal(strlen(text), 253);
}

TEST(what_libc_takes_for_an_address_looks_numeric)
{
    assert_true(name_is_numeric("192.0.2.10"));
    assert_true(name_is_numeric("127.1"));
    assert_true(name_is_numeric("4"));
    assert_true(name_is_numeric("0x7f000001"));
    assert_true(name_is_numeric("0x7f.1"));
    assert_true(name_is_numeric("017700000001"));
    assert_true(name_is_numeric("2130706433"));
    assert_true(name_is_numeric("::1"));
    assert_true(name_is_numeric("2001:DB8::10"));
    assert_true(name_is_numeric("::ffff:192.0.2.1"));
}

TEST(a_name_that_is_no_address_does_not_look_numeric)
{
    assert_false(name_is_numeric(""));
    assert_false(name_is_numeric("host.test"));
    assert_false(name_is_numeric("4a"));
    assert_false(name_is_numeric("1.2.3.4.5"));
    assert_false(name_is_numeric("1.2.3.256"));
    assert_false(name_is_numeric("256.1.1.1"));
    assert_false(name_is_numeric("4294967296"));
    assert_false(name_is_numeric("0x7g"));
    assert_false(name_is_numeric("09"));
    assert_false(name_is_numeric("192.0.2.10.in-addr.arpa"));
    assert_false(name_is_numeric("2001:db8:10"));
    assert_false(name_is_numeric("::1.example.test"));
}

TEST(a_host_name_becomes_labels)
{
    const uint8_t expected[] = {4, 'H', 'o', '-', '1', 2, '_', 't', 0};
    uint8_t name[NAME_WIRE_MAX];

    assert_int_equal(name_from_host("Ho-1._t", name), sizeof expected);
    assert_memory_equal(name, expected, sizeof expected);
}

TEST(a_final_dot_changes_nothing)
{
    const uint8_t expected[] = {HOST_TEST};
    uint8_t name[NAME_WIRE_MAX];

    assert_int_equal(name_from_host("host.test.", name), sizeof expected);
    assert_memory_equal(name, expected, sizeof expected);
}

TEST(what_is_no_host_name_is_refused)
{
    uint8_t name[NAME_WIRE_MAX];

    assert_int_equal(name_from_host("", name), 0);
    assert_int_equal(name_from_host(".", name), 0);
    assert_int_equal(name_from_host("..", name), 0);
    assert_int_equal(name_from_host(".a", name), 0);
    assert_int_equal(name_from_host("a..b", name), 0);
    assert_int_equal(name_from_host("a b", name), 0);
    assert_int_equal(name_from_host("a\\.b", name), 0);
    assert_int_equal(name_from_host("a\\032b", name), 0);
    assert_int_equal(name_from_host("fe80::1%lo", name), 0);
    assert_int_equal(name_from_host("::1", name), 0);
    assert_int_equal(name_from_host("m\xc3\xbcller", name), 0);
    assert_int_equal(name_from_host("a\n", name), 0);
    assert_int_equal(name_from_host("@", name), 0);
}

TEST(an_address_is_no_host_name)
{
    uint8_t name[NAME_WIRE_MAX];

    assert_int_equal(name_from_host("192.0.2.10", name), 0);
    assert_int_equal(name_from_host("127.1", name), 0);
    assert_int_equal(name_from_host("0x7f000001", name), 0);
    assert_int_equal(name_from_host("4", name), 0);
}

TEST(a_label_of_a_host_name_has_at_most_63_octets)
{
    char text[66];
    uint8_t name[NAME_WIRE_MAX];

    memset(text, 'x', 64);
    text[63] = '\0';
    assert_int_equal(name_from_host(text, name), 65);
    text[63] = 'x';
    text[64] = '\0';
    assert_int_equal(name_from_host(text, name), 0);
}

/* Text of `len` characters, in labels of 49. */
static const char *long_text(size_t len)
{
    static char text[512];

    for (size_t i = 0; i < len; i++)
        text[i] = i % 50 == 49 ? '.' : 'x';
    text[len] = '\0';
    return text;
}

TEST(a_host_name_has_at_most_253_characters)
{
    uint8_t name[NAME_WIRE_MAX];

    assert_int_equal(name_from_host(long_text(253), name), 255);
    assert_int_equal(name_from_host(long_text(254), name), 0);
    assert_int_equal(name_from_host(long_text(255), name), 0);
    assert_int_equal(name_from_host(long_text(400), name), 0);
}

/* A message of `count` pointers, each to the next one, and a root label. */
static size_t pointers(uint8_t *data, unsigned count)
{
    for (unsigned i = 0; i < count; i++) {
        data[2 * i] = (uint8_t)(0xc0 | (2 * i + 2) >> 8);
        data[2 * i + 1] = (uint8_t)(2 * i + 2);
    }
    data[2 * count] = 0;
    return 2 * count + 1;
}

static bool expands(const uint8_t *data, size_t size, size_t at, uint8_t *out, size_t *len)
{
    struct reader in = reader_of(data, size);

    in.pos = at;
    return name_expand(&in, out, len);
}

TEST(a_compressed_name_is_written_in_full)
{
    const uint8_t data[] = {HOST_TEST, 1, 'a', POINTER(5), 7},
                  name[] = {1, 'a', 4, 't', 'e', 's', 't', 0};
    struct reader in = reader_of(BYTES(data));
    uint8_t out[NAME_WIRE_MAX];
    size_t len;

    in.pos = 11;
    assert_true(name_expand(&in, out, &len));
    assert_int_equal(in.pos, 15);
    assert_int_equal(len, sizeof name);
    assert_memory_equal(out, name, len);
}

/* A name has no more labels than this, and each pointer of a compressed name leads to a
 * label. */
TEST(no_more_than_127_pointers_are_followed)
{
    uint8_t data[2 * 128 + 1], out[NAME_WIRE_MAX];
    size_t len;

    assert_true(expands(data, pointers(data, 127), 0, out, &len));
    assert_int_equal(len, 1);
    assert_false(expands(data, pointers(data, 128), 0, out, &len));
}

TEST(octets_and_pointers_of_a_name_cost)
{
    const uint8_t data[] = {HOST_TEST, 1, 'a', POINTER(5)};
    struct reader in = reader_of(BYTES(data));
    uint8_t out[NAME_WIRE_MAX];
    size_t len, cost = 100;

    assert_true(name_expand_at_cost(&in, out, &len, &cost));
    assert_int_equal(cost, 100 + 11);
    assert_true(name_expand_at_cost(&in, out, &len, &cost));
    assert_int_equal(cost, 100 + 11 + 8 + 8);
}

TEST(a_pointer_that_leads_nowhere_is_no_name)
{
    const uint8_t itself[] = {POINTER(0)}, behind[] = {POINTER(2)}, cut[] = {0xc0};
    uint8_t out[NAME_WIRE_MAX];
    size_t len;

    assert_false(expands(BYTES(itself), 0, out, &len));
    assert_false(expands(BYTES(behind), 0, out, &len));
    assert_false(expands(BYTES(cut), 0, out, &len));
}

TEST(a_name_that_pointers_make_too_long_is_none)
{
    uint8_t data[300], out[NAME_WIRE_MAX];
    size_t len;

    long_name(data, 255);
    memcpy(data + 255, (const uint8_t[]){1, 'a', POINTER(0)}, 4);
    assert_true(expands(data, 259, 0, out, &len));
    assert_int_equal(len, 255);
    assert_false(expands(data, 259, 255, out, &len));
}

static void assert_text(const char *text, const uint8_t *wire, size_t wire_len)
{
    uint8_t name[NAME_WIRE_MAX];

    assert_int_equal(name_from_text(text, name), wire_len);
    assert_memory_equal(name, wire, wire_len);
}

TEST(a_text_with_escapes_is_a_name)
{
    const uint8_t host[] = {HOST_TEST}, root[] = {ROOT};
    const uint8_t odd[] = {4, 'a', '.', 0, ' ', 0};

    assert_text("host.test", BYTES(host));
    assert_text("host.test.", BYTES(host));
    assert_text(".", BYTES(root));
    assert_text("a\\.\\000\\032", BYTES(odd));
    assert_text("\\a\\..\\000", (const uint8_t[]){2, 'a', '.', 1, 0, 0}, 6);
}

TEST(a_text_that_is_no_name_is_refused)
{
    static const char *const texts[] = {"",    ".a",   "a..b",  "a..",   "..",
                                        "a\\", "\\25", "\\256", "\\12a", "\\9"};
    uint8_t name[NAME_WIRE_MAX];

    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        assert_int_equal(name_from_text(texts[i], name), 0);
}

TEST(odd_octets_of_a_name_are_escaped)
{
    const uint8_t wire[] = {8, 'a', '.', ';', '(', ')', '\\', 0, 0xff, 1, ' ', 0},
                  root[] = {0};
    char text[NAME_PRINTED];

    assert_string_equal(name_to_text(NAME(wire), text),
                        "a\\.\\;\\(\\)\\\\\\000\\255.\\032.");
    assert_string_equal(name_to_text(NAME(root), text), ".");
}

TEST(the_longest_text_fits_and_is_the_name_again)
{
    uint8_t wire[255], again[NAME_WIRE_MAX];
    char text[NAME_PRINTED];

    long_name(wire, sizeof wire);
    for (size_t at = 0; wire[at]; at += wire[at] + 1u)
        memset(wire + at + 1, 0xff, wire[at]);
    name_to_text(NAME(wire), text);
    assert_true(strlen(text) > 1000 && strlen(text) < NAME_PRINTED);
    assert_int_equal(name_from_text(text, again), sizeof wire);
    assert_memory_equal(again, wire, sizeof wire);
}
