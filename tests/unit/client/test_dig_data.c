#include "../check.h"

#include "client/dig_data.h"

static const char *data(uint16_t type, const char *printed, bool is_multiline)
{
    static char *text; /* the last one */
    char copy[512];
    const uint8_t octets[] = {1, 1, 3, 13, 0, 0};
    const struct print_record record = {.type = type,
                                        .data = copy,
                                        .octets = octets,
                                        .size = sizeof octets,
                                        .is_readable = true};

    strcpy(copy, printed);
    free(text);
    return text = dig_data(&record, &(struct style){.is_multiline = is_multiline});
}

TEST(the_times_of_an_soa_are_explained)
{
    assert_string_equal(data(6, "ns.a. root.a. 7 3600 90061 604800 1", false),
                        "ns.a. root.a. 7 3600 90061 604800 1");
    assert_string_equal(data(6, "ns.a. root.a. 7 3600 90061 604800 1", true),
                        "ns.a. root.a. (\n"
                        "\t\t\t\t7          ; serial\n"
                        "\t\t\t\t3600       ; refresh (1 hour)\n"
                        "\t\t\t\t90061      ; retry (1 day 1 hour 1 minute 1 second)\n"
                        "\t\t\t\t604800     ; expire (1 week)\n"
                        "\t\t\t\t1          ; minimum (1 second)\n"
                        "\t\t\t\t)");
}

TEST(names_and_parameters_have_binds_escapes_and_quotes)
{
    assert_string_equal(data(15, "10 a@b.test.", false), "10 a\\@b.test.");
    assert_string_equal(data(2, "a\\@b\\$.test.", false), "a\\@b\\$.test.");
    assert_string_equal(data(16, "\"a@b\"", false), "\"a@b\"");
    assert_string_equal(data(65, "1 . alpn=h2,h3 port=8443", false),
                        "1 . alpn=\"h2,h3\" port=8443");
    assert_string_equal(
        data(29, "52 22 23.000 N 04 03 32.000 E -2m 0.00m 10000m 10m", false),
        "52 22 23.000 N 4 3 32.000 E -2.00m 0.00m 10000m 10m");
}

TEST(prefixes_without_an_address_are_left_as_they_are)
{
    assert_string_equal(data(42, "1:10.0.0.0/8 data 2:::/0 x: /", false),
                        "1:10.0.0.0/8 data 2:::/0 x: /");
}

TEST(names_beside_strings_have_their_escapes)
{
    assert_string_equal(data(2, "a\"b.test.", false), "a\\\"b.test.");
    assert_string_equal(data(35, "1 2 \"u@x\" \"a\\\"@b\" \"\" c@d\".test.", false),
                        "1 2 \"u@x\" \"a\\\"@b\" \"\" c\\@d\\\".test.");
    assert_string_equal(data(257, "0 issue \"\"", false), "0 issue \"\"");
}

TEST(addresses_in_data_are_written_as_short_as_bind_writes_them)
{
    assert_string_equal(
        data(42, "!2:2001:0db8:0000:0000:0000:0000:0000:0000/32 1:10.0.0.0/8", false),
        "!2:2001:db8::/32 1:10.0.0.0/8");
    assert_string_equal(data(104, "10 0014:4fff:0000:ee64", false), "10 14:4fff:0:ee64");
}

TEST(the_identity_of_a_host_has_capitals_and_lines)
{
    assert_string_equal(data(55, "2 ab01 AwEa a.test. b.test.", false),
                        "2 AB01 AwEa a.test. b.test.");
    assert_string_equal(data(55, "2 ab01 AwEa a.test.", true),
                        "( 2 AB01\n\t\t\t\tAwEa\n\t\t\t\ta.test. )");
}

TEST(the_equator_is_north)
{
    const uint8_t octets[16] = {0, 0x12, 0x16, 0x13, 0x80, 0, 0, 0, 0x80, 0, 0, 1};
    char said[] = "00 00 0.000 S 00 00 0.001 E 0m 1m 1m 1m";
    char *written = dig_data(
        &(struct print_record){
            .type = 29, .data = said, .octets = octets, .size = 16, .is_readable = true},
        &(struct style){0});

    assert_string_equal(written, "0 0 0.000 N 0 0 0.001 E 0.00m 1m 1m 1m");
    free(written);
}
