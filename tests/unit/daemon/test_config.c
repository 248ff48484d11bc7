#include "../command_line_said.h"

TEST(nothing_need_be_said)
{
    command_line("");
    assert_int_equal(said.result, COMMAND_LINE_RUN);
    assert_string_equal(said.out, "");
    assert_string_equal(said.err, "");
    assert_false(said.config.verbose);
    assert_false(said.config.check_only);
}

TEST(it_listens_on_the_loopback_address)
{
    command_line("");
    assert_int_equal(said.config.listen_count, 1);
    assert_string_equal(listen_at(0), "127.0.0.1:5353");
}

static void numbers_have_defaults(void)
{
    assert_int_equal(said.config.lookup.max_lookups, 256);
    assert_int_equal(said.config.local.ttl, 10);
    assert_int_equal(said.config.local.negative_ttl, 5);
    assert_int_equal(said.config.serve.udp_size, 1232);
    assert_int_equal(said.config.serve.tcp_clients, 1000);
    assert_int_equal(said.config.serve.tcp_per_client, 500);
    assert_int_equal(said.config.serve.tcp_idle, 10);
    assert_int_equal(said.config.serve.per_client, 12288);
}

TEST(numbers_have_their_defaults)
{
    command_line("");
    numbers_have_defaults();
}

TEST(each_key_can_be_set)
{
    command_line("-o max-lookups=16 -o ttl=20 -o negative-ttl=0 -o udp-size=4096 "
                 "-o listen=127.0.0.1:5300");
    assert_int_equal(said.result, COMMAND_LINE_RUN);
    assert_int_equal(said.config.lookup.max_lookups, 16);
    assert_int_equal(said.config.local.ttl, 20);
    assert_int_equal(said.config.local.negative_ttl, 0);
    assert_int_equal(said.config.serve.udp_size, 4096);
    assert_string_equal(listen_at(0), "127.0.0.1:5300");
}

TEST(the_last_value_counts)
{
    command_line("-o ttl=20 -o ttl=30");
    assert_int_equal(said.config.local.ttl, 30);
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

/* An option whose value may be a number from `least` to `most`. */
static void assert_range(const char *key, const unsigned *field, unsigned least,
                         unsigned most)
{
    const unsigned ends[] = {least, most}, beyond[] = {least - 1, most + 1};
    char words[64], error[160];

    for (int i = 0; i < 2; i++) {
        snprintf(words, sizeof words, "-o %s=%u", key, ends[i]);
        command_line(words);
        assert_string_equal(said.err, "");
        assert_int_equal(*field, ends[i]);
        if (beyond[i] > most && i == 0)
            continue; /* below 0 there is no number */
        snprintf(words, sizeof words, "-o %s=%u", key, beyond[i]);
        snprintf(error, sizeof error, "hostdnsd: %s: a number from %u to %u is needed\n",
                 words, least, most);
        assert_wrong(words, error);
    }
}

TEST(numbers_have_their_ranges)
{
    assert_range("max-lookups", &said.config.lookup.max_lookups, 2, 4096);
    assert_range("ttl", &said.config.local.ttl, 0, 86400);
    assert_range("negative-ttl", &said.config.local.negative_ttl, 0, 86400);
    assert_range("tcp-clients", &said.config.serve.tcp_clients, 1, 100000);
    assert_range("tcp-per-client", &said.config.serve.tcp_per_client, 1, 100000);
    assert_range("tcp-idle", &said.config.serve.tcp_idle, 1, 3600);
    assert_range("per-client", &said.config.serve.per_client, 1, 32768);
    assert_range("timeout", &said.config.serve.timeout, 100, 60000);
    assert_range("workers", &said.config.workers, 1, WORKERS_MAX);
}

/* Every client takes 512 octets, and no IPv4 datagram carries more than 65507. */
TEST(udp_size_goes_from_512_to_65507)
{
    assert_range("udp-size", &said.config.serve.udp_size, 512, 65507);
}

/* Whether one of the names that were given is this one, in wire form. */
static bool has_name(const char *wire)
{
    struct question question = {.name_len = (uint8_t)(strlen(wire) + 1)};

    memcpy(question.name, wire, question.name_len);
    return names_have(said.config.serve.names, &question);
}

TEST(names_add_up)
{
    command_line("");
    assert_null(said.config.serve.names);
    file_says("name = host.internal 10.0.2.2 fd00::2\nname = other.internal 10.0.2.3\n");
    command_line("-c test.conf -o name=");
    assert_string_equal(said.err, "");
    assert_true(has_name("\4host\10internal") && has_name("\5other\10internal"));
}

/* Each line is judged by the right ones before it, and by none of an earlier reading. */
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
                      "an alias has one target and no addresses\n");
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
    assert_string_equal(endpoint_format(&said.config.listen[1], text), "[::]:53");
    assert_int_equal(said.config.serve.policy.allow_count, 2);
    assert_int_equal(said.config.serve.policy.allow[0].bits, 24);
    assert_int_equal(said.config.serve.policy.allow[1].bits, 32);
}

TEST(blocks_may_stand_in_a_row)
{
    command_line("");
    assert_int_equal(said.config.serve.policy.allow_count, 2);
    assert_int_equal(said.config.serve.policy.allow[0].bits, 8);
    assert_int_equal(said.config.serve.policy.allow[1].bits, 128);
    file_says("allow = 192.0.2.0/24  10.0.0.0/9\nallow = ::1\n");
    command_line("-c test.conf");
    assert_int_equal(said.config.serve.policy.allow_count, 3);
    assert_int_equal(said.config.serve.policy.allow[1].bits, 9);
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
    assert_int_equal(said.config.serve.policy.allow_count, 64);
    strcat(line, " -o allow=192.0.2.1");
    assert_wrong(line + 1,
                 "hostdnsd: -o allow=192.0.2.1: at most 64 blocks of addresses\n");
}

TEST(switches_are_yes_or_no)
{
    command_line("-o filter-aaaa=yes -o onion=yes -o canary=yes -o cookies=yes "
                 "-o padding=yes");
    assert_true(said.config.local.filter_aaaa && said.config.serve.policy.special.onion &&
                said.config.serve.policy.special.canary &&
                said.config.serve.policy.cookies && said.config.serve.padding);
    command_line("-o cookies=yes -o cookies=no");
    assert_false(said.config.serve.policy.cookies);
    assert_wrong("-o cookies=on", "hostdnsd: -o cookies=on: yes or no is needed\n");
}

TEST(texts_are_printable_and_not_too_long)
{
    static const char longest[] =
        "-o nsid=123456789012345678901234567890123456789012345678";

    command_line("-o nsid=here -o identity=hostdns");
    assert_string_equal(said.config.serve.nsid, "here");
    assert_string_equal(said.config.serve.policy.identity, "hostdns");
    command_line(longest);
    assert_int_equal(strlen(said.config.serve.nsid), 48);
    assert_wrong("-o nsid=1234567890123456789012345678901234567890123456789",
                 "hostdnsd: -o nsid=1234567890123456789012345678901234567890123456789: at "
                 "most 48 printable ASCII characters are allowed\n");
    assert_wrong("-o identity=\1", "hostdnsd: -o identity=?: at most 63 printable ASCII "
                                   "characters are allowed\n");
}

TEST(dnstap_goes_to_a_socket_or_a_file)
{
    static const char why[] =
        "unix:PATH or file:PATH is needed, with an absolute path of at most 107 or 255 "
        "octets\n";
    static const char *const wrong[] = {
        "reader",      "/reader", "unix:",    "unix:reader",
        "tcp:/reader", "file:.",  "file:./x", "Unix:/reader"};
    char words[TEXT], error[TEXT];

    command_line("-o dnstap=unix:/run/reader");
    assert_int_equal(said.config.tap.output, TAP_OUTPUT_UNIX);
    assert_string_equal(said.config.tap.path, "/run/reader");
    command_line("-o dnstap=file:/var/log/tap -o dnstap-identity=me -o dnstap-version=1");
    assert_int_equal(said.config.tap.output, TAP_OUTPUT_FILE);
    assert_string_equal(said.config.tap.path, "/var/log/tap");
    assert_string_equal(said.config.tap.identity, "me");
    assert_string_equal(said.config.tap.version, "1");
    command_line("-o dnstap=file:/var/log/tap -o dnstap=");
    assert_int_equal(said.config.tap.output, TAP_OUTPUT_NONE);
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        snprintf(words, sizeof words, "-o dnstap=%s", wrong[i]);
        snprintf(error, sizeof error, "hostdnsd: -o dnstap=%s: %s", wrong[i], why);
        assert_wrong(words, error);
    }
}

TEST(the_path_of_dnstap_has_a_longest_length)
{
    const int longest[] = {107, 255};
    const char *const kinds[] = {"unix", "file"};
    char words[TEXT];

    for (int i = 0; i < 2; i++) {
        sprintf(words, "-o dnstap=%s:/%0*d", kinds[i], longest[i] - 1, 0);
        command_line(words);
        assert_int_equal(said.result, COMMAND_LINE_RUN);
        assert_int_equal(strlen(said.config.tap.path), longest[i]);
        sprintf(words, "-o dnstap=%s:/%0*d", kinds[i], longest[i], 0);
        command_line(words);
        assert_int_equal(said.result, COMMAND_LINE_FAILED);
    }
}

TEST(there_may_be_sixteen_addresses)
{
    char words[TEXT] = "";

    for (int i = 0; i < 15; i++)
        strcat(words, "-l127.0.0.1 ");
    command_line(strcat(words, "-l127.0.0.1 "));
    assert_int_equal(said.result, COMMAND_LINE_RUN);
    assert_int_equal(said.config.listen_count, 16);
    assert_wrong(strcat(words, "-l127.0.0.2"),
                 "hostdnsd: -l listen=127.0.0.2: at most 16 addresses\n");
}

TEST(there_is_no_web_page_unless_it_has_an_address)
{
    char text[ADDR_TEXT];

    command_line("");
    assert_false(said.config.has_web);
    assert_int_equal(said.config.web.socket, -1);
    assert_false(said.config.web.privacy);
    command_line("-o web=127.0.0.1 -o web-privacy=yes");
    assert_true(said.config.has_web);
    assert_true(said.config.web.privacy);
    assert_string_equal(endpoint_format(&said.config.web_address, text), "127.0.0.1:8053");
    command_line("-o web=127.0.0.1:80 -o web=[::1]:81");
    assert_string_equal(endpoint_format(&said.config.web_address, text), "[::1]:81");
    command_line("-o web=127.0.0.1:80 -o web=");
    assert_false(said.config.has_web);
}

TEST(a_web_page_needs_an_address)
{
    assert_wrong("-o web=yes", "hostdnsd: -o web=yes: an address such as 127.0.0.1:8053 or "
                               "[::1]:8053 is needed\n");
}

TEST(hosts_of_the_web_page_add_up)
{
    command_line("-o web-host=dns.example -o web-host=ns");
    assert_int_equal(said.config.web.hosts.count, 2);
    assert_string_equal(said.config.web.hosts.names[1], "ns");
    assert_wrong("-o web-host=a/b", "hostdnsd: -o web-host=a/b: a host name such as "
                                    "dns.example is needed, at most 16 of them\n");
}

/* `make check` proves that this file has each key of the table with its default. */
TEST(the_sample_with_each_key_switched_on_says_the_defaults)
{
    char text[TEXT], path[4096], *mark = text;
    FILE *file;

    snprintf(path, sizeof path, "%s/conf/hostdns.conf", start); /* tests run at the top */
    file = fopen(path, "re");
    assert_non_null(file);
    text[fread(text, 1, sizeof text - 1, file)] = '\0';
    fclose(file);
    while ((mark = strstr(mark, "\n#"))) { /* a key has no blank before it */
        mark++;
        if (mark[1] != ' ')
            memmove(mark, mark + 1, strlen(mark));
    }
    file_says(text);
    command_line("-c test.conf");
    assert_string_equal(said.err, "");
    assert_string_equal(listen_at(0), "127.0.0.1:5353");
    numbers_have_defaults();
}

GROUP(set_up, tear_down);
