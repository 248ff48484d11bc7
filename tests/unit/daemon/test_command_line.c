#include "../command_line_said.h"
#include "daemon/command_line.h"

TEST(addresses_add_up)
{
    command_line("-l 127.0.0.1:5300 -l [::1]:5301 -o listen=127.0.0.2");
    assert_int_equal(said.config.listen_count, 3);
    assert_string_equal(listen_at(0), "127.0.0.1:5300");
    assert_string_equal(listen_at(1), "[::1]:5301");
    assert_string_equal(listen_at(2), "127.0.0.2:5353");
}

TEST(n_checks_only)
{
    command_line("-n");
    assert_int_equal(said.result, COMMAND_LINE_RUN);
    assert_true(said.config.check_only);
}

TEST(v_is_verbose)
{
    command_line("-v");
    assert_true(said.config.verbose);
}

TEST(capital_v_prints_the_version)
{
    command_line("-V");
    assert_int_equal(said.result, COMMAND_LINE_DONE);
    assert_string_equal(said.out, "hostdnsd " HOSTDNS_VERSION "\n");
}

TEST(h_prints_the_help)
{
    command_line("-h");
    assert_int_equal(said.result, COMMAND_LINE_DONE);
    assert_non_null(strstr(said.out, "usage: hostdnsd "));
    assert_string_equal(said.err, "");
}

TEST(the_help_names_keys_with_their_defaults)
{
    command_line("-h");
    assert_non_null(strstr(said.out, "\n  tcp-idle=VALUE   Seconds until an idle TCP "));
    assert_non_null(strstr(said.out, "(default 10)\n"));
    assert_non_null(strstr(said.out, "(default none)\n"));
}

TEST(the_help_lists_keys_by_group)
{
    const char *cache, *lookups, *key;

    command_line("-h");
    cache = strstr(said.out, "\n\nCache:\n  cache-size=VALUE   ");
    lookups = strstr(said.out, "\n\nLookups:\n  max-lookups=VALUE   ");
    key = strstr(said.out, "\n  stale=VALUE   ");
    assert_non_null(cache);
    assert_true(cache < key && key < lookups);
}

TEST(a_key_without_a_value_is_an_error)
{
    assert_wrong("-o ttl", "hostdnsd: -o ttl: KEY=VALUE is needed\n");
}

TEST(an_unknown_flag_is_an_error)
{
    assert_wrong("-x", "hostdnsd: -x: unknown option (hostdnsd -h lists them)\n");
}

TEST(an_unknown_long_flag_is_named_whole)
{
    assert_wrong("--verbose",
                 "hostdnsd: --verbose: unknown option (hostdnsd -h lists them)\n");
}

TEST(a_flag_without_its_value_is_an_error)
{
    assert_wrong("-c", "hostdnsd: -c needs a value\n");
    assert_wrong("-l", "hostdnsd: -l needs a value\n");
    assert_wrong("-o", "hostdnsd: -o needs a value\n");
}

TEST(an_argument_is_an_error)
{
    assert_wrong("127.0.0.1", "hostdnsd: 127.0.0.1: no arguments are taken\n");
}

TEST(every_error_of_a_command_line_is_told)
{
    assert_wrong("-o ttl=x -z -l nowhere",
                 "hostdnsd: -o ttl=x: a number from 0 to 86400 is needed\n"
                 "hostdnsd: -z: unknown option (hostdnsd -h lists them)\n"
                 "hostdnsd: -l listen=nowhere: an address such as 127.0.0.1, "
                 "127.0.0.1:5353 or [::1]:5353 is needed\n");
}

TEST(l_replaces_the_addresses_of_the_file)
{
    file_says("listen = 127.0.0.1:5300\nlisten = 127.0.0.1:5301\n");
    command_line("-c test.conf -l 127.0.0.2:5302 -l 127.0.0.2:5303");
    assert_int_equal(said.config.listen_count, 2);
    assert_string_equal(listen_at(0), "127.0.0.2:5302");
    assert_string_equal(listen_at(1), "127.0.0.2:5303");
}

TEST(the_command_line_wins_wherever_it_names_the_file)
{
    file_says("ttl = 20\nlisten = 127.0.0.1:5300\n");
    command_line("-o ttl=30 -l 127.0.0.2 -c test.conf");
    assert_int_equal(said.config.local.ttl, 30);
    assert_int_equal(said.config.listen_count, 1);
    assert_string_equal(listen_at(0), "127.0.0.2:5353");
}

TEST(errors_of_file_and_command_line_are_told)
{
    file_says("ttl = x\n");
    assert_wrong("-o ttl=y -c test.conf",
                 "hostdnsd: test.conf:1: ttl=x: a number from 0 to 86400 is needed\n"
                 "hostdnsd: -o ttl=y: a number from 0 to 86400 is needed\n");
}

GROUP(set_up, tear_down);
