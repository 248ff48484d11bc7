#include "../command_line_said.h"

TEST(nothing_need_be_said)
{
    command_line("");
    assert_int_equal(said.result, COMMAND_LINE_RUN);
    assert_string_equal(said.out, "");
    assert_string_equal(said.err, "");
    assert_false(said.options.verbose);
    assert_false(said.options.check_only);
}

TEST(it_listens_on_the_loopback_address)
{
    command_line("");
    assert_int_equal(said.options.listen_count, 1);
    assert_string_equal(listen_at(0), "127.0.0.1:5353");
}

TEST(numbers_have_their_defaults)
{
    command_line("");
    assert_int_equal(said.options.max_lookups, 256);
    assert_int_equal(said.options.ttl, 10);
    assert_int_equal(said.options.negative_ttl, 5);
    assert_int_equal(said.options.udp_size, 1232);
    assert_int_equal(said.options.tcp_clients, 1000);
    assert_int_equal(said.options.tcp_per_client, 500);
    assert_int_equal(said.options.tcp_idle, 10);
}

TEST(each_key_can_be_set)
{
    command_line("-o max-lookups=16 -o ttl=20 -o negative-ttl=0 -o udp-size=4096 "
                 "-o listen=127.0.0.1:5300");
    assert_int_equal(said.result, COMMAND_LINE_RUN);
    assert_int_equal(said.options.max_lookups, 16);
    assert_int_equal(said.options.ttl, 20);
    assert_int_equal(said.options.negative_ttl, 0);
    assert_int_equal(said.options.udp_size, 4096);
    assert_string_equal(listen_at(0), "127.0.0.1:5300");
}

TEST(the_last_value_counts)
{
    command_line("-o ttl=20 -o ttl=30");
    assert_int_equal(said.options.ttl, 30);
}

TEST(an_unknown_key_is_an_error)
{
    assert_wrong("-o colour=red",
                 "hostdnsd: -o colour: no such key (hostdnsd -h lists them)\n");
}

TEST(a_word_is_no_number)
{
    assert_wrong("-o ttl=soon",
                 "hostdnsd: -o ttl=soon: a number from 0 to 86400 is needed\n");
    assert_wrong("-o ttl=10s",
                 "hostdnsd: -o ttl=10s: a number from 0 to 86400 is needed\n");
    assert_wrong("-o ttl=", "hostdnsd: -o ttl=: a number from 0 to 86400 is needed\n");
    assert_wrong("-o ttl=-1", "hostdnsd: -o ttl=-1: a number from 0 to 86400 is needed\n");
    assert_wrong("-o ttl=+1", "hostdnsd: -o ttl=+1: a number from 0 to 86400 is needed\n");
    assert_wrong("-o ttl=0x10",
                 "hostdnsd: -o ttl=0x10: a number from 0 to 86400 is needed\n");
}

TEST(a_number_beyond_all_numbers_is_out_of_range)
{
    assert_wrong("-o ttl=99999999999999999999999",
                 "hostdnsd: -o ttl=99999999999999999999999: "
                 "a number from 0 to 86400 is needed\n");
    assert_wrong("-o ttl=4294967296", /* 0 in 32 bits */
                 "hostdnsd: -o ttl=4294967296: a number from 0 to 86400 is needed\n");
}

TEST(max_lookups_goes_from_2_to_4096)
{
    command_line("-o max-lookups=2");
    assert_int_equal(said.options.max_lookups, 2);
    command_line("-o max-lookups=4096");
    assert_int_equal(said.options.max_lookups, 4096);
    assert_wrong("-o max-lookups=1",
                 "hostdnsd: -o max-lookups=1: a number from 2 to 4096 is needed\n");
    assert_wrong("-o max-lookups=4097",
                 "hostdnsd: -o max-lookups=4097: a number from 2 to 4096 is needed\n");
}

TEST(ttls_go_from_0_to_a_day)
{
    command_line("-o ttl=0 -o negative-ttl=86400");
    assert_int_equal(said.result, COMMAND_LINE_RUN);
    assert_int_equal(said.options.ttl, 0);
    assert_int_equal(said.options.negative_ttl, 86400);
    assert_wrong("-o negative-ttl=86401",
                 "hostdnsd: -o negative-ttl=86401: a number from 0 to 86400 is needed\n");
}

/* Every client takes 512 octets, and no IPv4 datagram carries more than 65507. */
TEST(udp_size_goes_from_512_to_65507)
{
    command_line("-o udp-size=512");
    assert_int_equal(said.options.udp_size, 512);
    command_line("-o udp-size=65507");
    assert_int_equal(said.options.udp_size, 65507);
    assert_wrong("-o udp-size=511",
                 "hostdnsd: -o udp-size=511: a number from 512 to 65507 is needed\n");
    assert_wrong("-o udp-size=65508",
                 "hostdnsd: -o udp-size=65508: a number from 512 to 65507 is needed\n");
}

TEST(tcp_limits_go_from_1)
{
    command_line("-o tcp-clients=1 -o tcp-per-client=1 -o tcp-idle=1");
    assert_int_equal(said.result, COMMAND_LINE_RUN);
    assert_int_equal(said.options.tcp_clients, 1);
    assert_int_equal(said.options.tcp_per_client, 1);
    assert_int_equal(said.options.tcp_idle, 1);
    command_line("-o tcp-clients=100000 -o tcp-per-client=100000 -o tcp-idle=3600");
    assert_int_equal(said.options.tcp_clients, 100000);
    assert_int_equal(said.options.tcp_per_client, 100000);
    assert_int_equal(said.options.tcp_idle, 3600);
    assert_wrong("-o tcp-clients=0",
                 "hostdnsd: -o tcp-clients=0: a number from 1 to 100000 is needed\n");
    assert_wrong("-o tcp-per-client=0",
                 "hostdnsd: -o tcp-per-client=0: a number from 1 to 100000 is needed\n");
    assert_wrong("-o tcp-idle=0",
                 "hostdnsd: -o tcp-idle=0: a number from 1 to 3600 is needed\n");
}

TEST(the_share_of_a_client_goes_from_1_to_all_places)
{
    command_line("");
    assert_int_equal(said.options.per_client, 12288);
    command_line("-o per-client=32768");
    assert_int_equal(said.options.per_client, 32768);
    assert_wrong("-o per-client=0",
                 "hostdnsd: -o per-client=0: a number from 1 to 32768 is needed\n");
}

TEST(names_add_up)
{
    command_line("");
    assert_string_equal(said.options.names, "");
    file_says("name = host.internal 10.0.2.2 fd00::2\nname = host.internal 10.0.2.3\n");
    command_line("-c test.conf -o name=");
    assert_string_equal(said.err, "");
    assert_string_equal(said.options.names,
                        "host.internal 10.0.2.2 fd00::2\nhost.internal 10.0.2.3\n");
}

/* Each line is judged by those that are right, and by none of a reading before. */
TEST(all_wrong_names_are_told_and_no_others)
{
    assert_wrong_file("name = a.internal 10.0.0.1 10.0.0\n"
                      "name = a.internal b.internal\n"
                      "name = b.internal a.internal\n"
                      "name = b.internal 10.0.0.2\n"
                      "name = b.internal c.internal\n",
                      "hostdnsd: test.conf:1: name=a.internal 10.0.0.1 10.0.0: "
                      "addresses such as 10.0.2.2 or fd00::2 are needed\n"
                      "hostdnsd: test.conf:3: name=b.internal a.internal: "
                      "a loop, or a chain of too many aliases\n"
                      "hostdnsd: test.conf:5: name=b.internal c.internal: "
                      "an alias has nothing else\n");
    assert_string_equal(said.options.names, "a.internal b.internal\nb.internal 10.0.0.2\n");
    file_says("name = a.internal 10.0.0.1\n");
    command_line("-c test.conf");
    assert_string_equal(said.err, "");
}

TEST(a_name_is_no_address)
{
    assert_wrong("-l localhost",
                 "hostdnsd: -l listen=localhost: an address such as 127.0.0.1, "
                 "127.0.0.1:5353 or [::1]:5353 is needed\n");
}

TEST(other_hosts_are_not_served_unless_they_are_named)
{
    assert_wrong("-l 0.0.0.0", "hostdnsd: -l listen=0.0.0.0:5353: not a loopback address: "
                               "allow=BLOCK must say who may ask\n");
    assert_wrong("-o listen=[2001:db8::1]:53",
                 "hostdnsd: -o listen=[2001:db8::1]:53: not a loopback address: "
                 "allow=BLOCK must say who may ask\n");
}

TEST(other_hosts_are_served_where_they_are_named)
{
    char text[ADDR_TEXT];

    command_line("-l 0.0.0.0 -l [::]:53 -o allow=192.0.2.0/24 -o allow=2001:db8::/32");
    assert_string_equal(said.err, "");
    assert_int_equal(said.result, COMMAND_LINE_RUN);
    assert_string_equal(addr_format(&said.options.listen[1], text), "[::]:53");
    assert_int_equal(said.options.allow_count, 2);
    assert_int_equal(said.options.allow[0].bits, 24);
    assert_int_equal(said.options.allow[1].bits, 32);
}

TEST(blocks_may_stand_in_a_row)
{
    command_line("");
    assert_int_equal(said.options.allow_count, 2);
    assert_int_equal(said.options.allow[0].bits, 8);
    assert_int_equal(said.options.allow[1].bits, 128);
    file_says("allow = 192.0.2.0/24  10.0.0.0/9\nallow = ::1\n");
    command_line("-c test.conf");
    assert_int_equal(said.options.allow_count, 3);
    assert_int_equal(said.options.allow[1].bits, 9);
}

TEST(a_block_that_is_none_is_told)
{
    assert_wrong("-o allow=192.0.2.1/24",
                 "hostdnsd: -o allow=192.0.2.1/24: blocks of addresses such as "
                 "192.0.2.0/24, 2001:db8::/32 or 192.0.2.1 are needed\n");
}

TEST(there_may_be_64_blocks)
{
    char line[65 * 24] = "";

    for (int i = 0; i < 64; i++)
        strcat(line, " -o allow=192.0.2.1");
    command_line(line + 1);
    assert_int_equal(said.options.allow_count, 64);
    strcat(line, " -o allow=192.0.2.1");
    assert_wrong(line + 1,
                 "hostdnsd: -o allow=192.0.2.1: at most 64 blocks of addresses\n");
}

TEST(switches_are_yes_or_no)
{
    command_line("-o filter-aaaa=yes -o onion=yes -o canary=yes -o cookies=yes "
                 "-o padding=yes");
    assert_true(said.options.filter_aaaa && said.options.onion && said.options.canary &&
                said.options.cookies && said.options.padding);
    command_line("-o cookies=yes -o cookies=no");
    assert_false(said.options.cookies);
    assert_wrong("-o cookies=on", "hostdnsd: -o cookies=on: yes or no is needed\n");
}

TEST(texts_are_printable_and_not_too_long)
{
    static const char longest[] =
        "-o nsid=123456789012345678901234567890123456789012345678";

    command_line("-o nsid=here -o identity=hostdns");
    assert_string_equal(said.options.nsid, "here");
    assert_string_equal(said.options.identity, "hostdns");
    command_line(longest);
    assert_int_equal(strlen(said.options.nsid), 48);
    assert_wrong("-o nsid=1234567890123456789012345678901234567890123456789",
                 "hostdnsd: -o nsid=1234567890123456789012345678901234567890123456789: at "
                 "most 48 printable ASCII characters are allowed\n");
    assert_wrong("-o identity=\1", "hostdnsd: -o identity=\1: at most 63 printable ASCII "
                                   "characters are allowed\n");
}

TEST(there_may_be_sixteen_addresses)
{
    char words[TEXT] = "";

    for (int i = 0; i < 15; i++)
        strcat(words, "-l127.0.0.1 ");
    command_line(strcat(words, "-l127.0.0.1 "));
    assert_int_equal(said.result, COMMAND_LINE_RUN);
    assert_int_equal(said.options.listen_count, 16);
    assert_wrong(strcat(words, "-l127.0.0.2"),
                 "hostdnsd: -l listen=127.0.0.2: at most 16 addresses\n");
}

static void sample(char text[static TEXT])
{
    FILE *out = fmemopen(text, TEXT, "w");

    assert_non_null(out);
    options_print_sample(out);
    assert_int_equal(fclose(out), 0);
}

TEST(the_sample_is_the_file_that_comes_with_it)
{
    char expected[TEXT], text[TEXT], path[4096];
    FILE *file;
    size_t len;

    sample(expected);
    snprintf(path, sizeof path, "%s/conf/hostdns.conf", start); /* tests run at the top */
    file = fopen(path, "re");
    assert_non_null(file);
    len = fread(text, 1, sizeof text - 1, file);
    fclose(file);
    text[len] = '\0';
    assert_string_equal(text, expected);
}

TEST(the_sample_changes_nothing)
{
    char text[TEXT];
    struct options defaults;

    command_line("");
    defaults = said.options;
    sample(text);
    file_says(text);
    command_line("-c test.conf");
    assert_int_equal(said.result, COMMAND_LINE_RUN);
    assert_memory_equal(&said.options, &defaults, sizeof defaults);
}

TEST(the_sample_with_each_key_switched_on_says_the_defaults)
{
    char text[TEXT], *mark = text;
    struct options defaults;

    command_line("");
    defaults = said.options;
    sample(text);
    while ((mark = strstr(mark, "\n#"))) { /* a key has no blank before it */
        mark++;
        if (mark[1] != ' ')
            memmove(mark, mark + 1, strlen(mark));
    }
    file_says(text);
    command_line("-c test.conf");
    assert_string_equal(said.err, "");
    assert_memory_equal(&said.options, &defaults, sizeof defaults);
}

GROUP(set_up, tear_down);
