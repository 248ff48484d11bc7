#include "../check.h"

#include "client/hex_text.h"

static char read_octets[512], error[HEX_TEXT_ERROR];
static bool was_packet;

/* The messages as text, each with "/" behind it. */
static void take(void *context, const uint8_t *octets, size_t size, bool is_packet)
{
    size_t len = strlen(read_octets);

    (void)context;
    was_packet = is_packet;
    snprintf(read_octets + len, sizeof read_octets - len, "%.*s/", (int)size,
             (const char *)octets);
}

static const char *of(const char *text)
{
    size_t size = strlen(text);
    uint8_t *room = malloc(hex_text_room((const uint8_t *)text, size));

    *read_octets = '\0';
    if (!hex_text_read((const uint8_t *)text, size, room, take, NULL, error))
        snprintf(read_octets + strlen(read_octets),
                 sizeof read_octets - strlen(read_octets), "%s", error);
    free(room);
    return read_octets;
}

TEST(only_lines_that_stand_for_others_take_more_room_than_their_digits)
{
    assert_int_equal(hex_text_room((const uint8_t *)"6162\n", 5), 2);
    assert_true(hex_text_room((const uint8_t *)"6162\n*\n", 7) >= 1 << 20);
    assert_int_equal(hex_text_room(NULL, 0), 0);
}

TEST(lines_belong_together)
{
    assert_string_equal(of("6162\n63\n"), "abc/");
    assert_string_equal(of("\xef\xbb\xbf"
                           "6162\r\n\r\n63\r\n"),
                        "abc/");
    assert_string_equal(of("; a comment\n61 # and\n\n// one more\n62"), "ab/");
    assert_string_equal(of("; nothing\n"), "");
}

TEST(a_place_tells_how_many_octets_are_before_it)
{
    assert_string_equal(of("0000  61 62\n0002  63\n0003\n"), "abc/");
    assert_string_equal(of("0000000 61 62 63 64 65 66 67 68\n0000010 69\n0000011\n"),
                        "abcdefghi/");
    assert_string_equal(of("0000000 61 62 63 64 65 66 67 68\n0000008 69\n0000009\n"),
                        "abcdefghi/");
    assert_string_equal(of("00000000: 6162\n00000003: 63\n"),
                        "line 2: octets are missing before it");
    assert_string_equal(of("0000  61 62\n0002  63\n0004\n"),
                        "line 3: octets are missing before it");
    assert_string_equal(of("0000  61 62\n63\n"),
                        "line 2: a line without a place among others that have one");
}

TEST(a_place_of_0_begins_a_message)
{
    assert_string_equal(of("0000  61 62\n0000  63\n"), "ab/c/");
    assert_string_equal(of("00000000  61 62\n00000002\n00000000  63\n00000001"), "ab/c/");
}

TEST(four_digits_need_not_be_a_place)
{
    assert_string_equal(of("6162 6364"), "abcd/");
    assert_string_equal(of("6162 63"), "abc/");
}

TEST(a_star_stands_for_lines_like_the_last)
{
    assert_string_equal(of("0000  61 62\n*\n0008  63\n"), "abababab"
                                                          "c/");
    assert_string_equal(of("0000  61 62\n*\n"), "line 3: no place behind the line with *");
    assert_string_equal(of("0000  61 62\n*\n0007  63\n"),
                        "line 3: octets are missing before it");
    assert_string_equal(of("0000  61 62\n*\n10000000  63\n"),
                        "line 3: too many lines as the one before *");
    assert_string_equal(of("61 62\n*\n63"),
                        "line 2: lines are left out, and not told how many");
}

TEST(tcpdump_has_lines_of_words)
{
    assert_string_equal(of("12:00 IP a > b\n\t0x0000:  6162\n\t0x0002:  63\n12:01 IP b\n"
                           "    more\n\t0x0000:  64\n"),
                        "abc/d/");
    assert_true(was_packet);
    assert_string_equal(of("words\n\t0x0000:  6162\n\t0x0004:  63\n"),
                        "line 3: octets are missing before it");
}

TEST(what_wire_shows_can_be_read_again)
{
    assert_string_equal(
        of("at    octets (hexadecimal)  field\n\n"
           "Message 1, 3 octets\n0000  61 62 63 64 65 66 67 68  ab   12 34\n"
           "0008  69\n                 AA  bb\n\nMessage 2\n0000  62  cd\n"),
        "abcdefghi/b/");
    assert_false(was_packet);
}

TEST(dig_tells_how_many_octets_a_bad_reply_has)
{
    assert_string_equal(of(";; Got bad packet: FORMERR\n18 bytes\n"
                           "61 62 63 64 65 66 67 68 69 6a 6b 6c 6d 6e 6f 70          ab\n"
                           "71 72                                                    cd\n"),
                        "abcdefghijklmnopqr/");
    assert_string_equal(of("3 bytes\n61 62\n"), "line 3: not as many octets as are told");
}

TEST(the_line_that_is_wrong_is_named)
{
    assert_string_equal(of("hello"), "line 1: text that is not hexadecimal digits");
    assert_string_equal(of("61\n62\n6"), "line 3: an odd number of digits");
    assert_string_equal(of("0000000 6261 6463\n"),
                        "line 1: words of several octets, in an order that is not told");
}

TEST(text_has_no_control_characters)
{
    assert_true(hex_text_is((const uint8_t *)"a\t\xc3\xbc\r\n", 6));
    assert_false(hex_text_is((const uint8_t *)"a\0", 2));
    assert_false(hex_text_is((const uint8_t *)"a\x1b", 2));
    assert_false(hex_text_is((const uint8_t *)"", 0));
}

TEST(any_text_is_read)
{
    const char letters[] = "0123456789abcdef00000000     \n\n::**x|>;#";
    char text[200];

    srandom(7);
    for (int i = 0; i < 5000; i++) {
        size_t size = (size_t)random() % (sizeof text - 1);

        for (size_t j = 0; j < size; j++)
            text[j] = letters[(size_t)random() % (sizeof letters - 1)];
        text[size] = '\0';
        of(text);
    }
}
