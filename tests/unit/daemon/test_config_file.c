#include "../command_line_said.h"
#include "daemon/config_file.h"

TEST(a_file_sets_keys)
{
    file_says("listen = 127.0.0.1:5300\nmax-lookups = 16\ntcp-idle = 4\n");
    command_line("-c test.conf");
    assert_int_equal(said.result, COMMAND_LINE_RUN);
    assert_string_equal(said.err, "");
    assert_int_equal(said.config.listen_count, 1);
    assert_string_equal(listen_at(0), "127.0.0.1:5300");
    assert_int_equal(said.config.lookup.max_lookups, 16);
    assert_int_equal(said.config.serve.tcp_idle, 4);
}

TEST(a_file_may_hold_comments_and_empty_lines)
{
    file_says("# a comment\n\n  # another\nttl=20 \n; one more\n");
    command_line("-c test.conf");
    assert_string_equal(said.err, "");
    assert_int_equal(said.config.local.ttl, 20);
}

TEST(addresses_of_a_file_add_up)
{
    file_says("listen = 127.0.0.1:5300\nlisten = [::1]:5300\n");
    command_line("-c test.conf");
    assert_int_equal(said.config.listen_count, 2);
    assert_string_equal(listen_at(1), "[::1]:5300");
}

TEST(an_unknown_key_is_told_with_its_line)
{
    assert_wrong_file(
        "ttl = 1\n\ncolour = red\n",
        "hostdnsd: test.conf:3: colour: no such key (hostdnsd -h lists them)\n");
}

TEST(a_wrong_value_is_told_with_its_line_and_key)
{
    assert_wrong_file(
        "# comment\nttl = soon\n",
        "hostdnsd: test.conf:2: ttl=soon: a number from 0 to 86400 is needed\n");
}

TEST(a_wrong_address_is_told_with_its_line_and_key)
{
    assert_wrong_file("listen = 192.0.2.1\n",
                      "hostdnsd: test.conf:1: listen=192.0.2.1:5353: not a loopback "
                      "address: allow=BLOCK must say who may ask\n");
}

TEST(a_section_is_an_error)
{
    assert_wrong_file("[server]\nttl = 1\n",
                      "hostdnsd: test.conf:1: [server]: there are no sections\n");
    assert_wrong_file("ttl = 1\n[] ttl = x\n\n [a]\n",
                      "hostdnsd: test.conf:2: []: there are no sections\n"
                      "hostdnsd: test.conf:4: [a]: there are no sections\n");
}

TEST(a_line_without_a_value_is_an_error)
{
    assert_wrong_file("ttl = 1\nverbose\n",
                      "hostdnsd: test.conf:2: the line is not \"key = value\"\n");
}

/* inih passes over all that isspace() knows, and takes an indented line for more of the one
 * above. */
TEST(any_blank_may_stand_before_a_line)
{
    file_says("ttl = 7\n\v\f\r\t ttl = 8\r\n\f# a comment\n\v\r\n");
    command_line("-c test.conf");
    assert_string_equal(said.err, "");
    assert_int_equal(said.config.local.ttl, 8);
    assert_wrong_file("\n\f[[E=a~\n\v[server]\n\rverbose\n\fttl = 1\n",
                      "hostdnsd: test.conf:2: the line is not \"key = value\"\n"
                      "hostdnsd: test.conf:3: [server]: there are no sections\n"
                      "hostdnsd: test.conf:4: the line is not \"key = value\"\n");
}

TEST(a_byte_order_mark_may_stand_before_all)
{
    file_says("\xef\xbb\xbf ttl = 7\n");
    command_line("-c test.conf");
    assert_string_equal(said.err, "");
    assert_int_equal(said.config.local.ttl, 7);
    assert_wrong_file("\xef\xbb\xbf\t\xef\xbb\xbf[a=b\n\xef\xbb\xbfttl = 1\n",
                      "hostdnsd: test.conf:1: the line is not \"key = value\"\n"
                      "hostdnsd: test.conf:2: ???ttl: no such key (hostdnsd -h lists "
                      "them)\n");
}

/* What is behind a carriage return or an octet of zero is not lost in silence. */
TEST(no_part_of_a_line_is_left_out)
{
    static const char zero[] = "ttl = 1\n\0ttl = 2\nudp-size = 1\0 # small\nttl = 3\n";

    assert_wrong_file("ttl = 1\rudp-size = 600\n",
                      "hostdnsd: test.conf:1: ttl=1?udp-size = 600: a number from 0 to "
                      "86400 is needed\n");
    file_holds(zero, sizeof zero - 1);
    command_line("-c test.conf");
    assert_string_equal(said.err, "hostdnsd: test.conf:2: the line has an octet of zero\n"
                                  "hostdnsd: test.conf:3: the line has an octet of zero\n");
    assert_int_equal(said.result, COMMAND_LINE_FAILED);
}

/* Not even a sign behind it helps, since a comment may follow a line. */
TEST(a_line_without_a_value_may_have_a_comment)
{
    assert_wrong_file("ttl ;= 1\n",
                      "hostdnsd: test.conf:1: the line is not \"key = value\"\n");
    assert_wrong_file("[server ;]\n",
                      "hostdnsd: test.conf:1: the line is not \"key = value\"\n");
    assert_wrong_file("[server\n",
                      "hostdnsd: test.conf:1: the line is not \"key = value\"\n");
    file_says("ttl;= 1\nttl = 2 ;= 3\n");
    command_line("-c test.conf");
    assert_string_equal(said.err, "hostdnsd: test.conf:1: ttl;: no such key (hostdnsd -h "
                                  "lists them)\n");
}

TEST(every_error_of_a_file_is_told)
{
    assert_wrong_file(
        "ttl = x\nudp-size = 1\ncolour = red\n",
        "hostdnsd: test.conf:1: ttl=x: a number from 0 to 86400 is needed\n"
        "hostdnsd: test.conf:2: udp-size=1: "
        "a number from 512 to 65507 is needed\n"
        "hostdnsd: test.conf:3: colour: no such key (hostdnsd -h lists them)\n");
}

TEST(lines_behind_one_without_a_value_are_checked_too)
{
    file_says("verbose\nttl = x\n");
    command_line("-c test.conf");
    assert_non_null(
        strstr(said.err, "hostdnsd: test.conf:1: the line is not \"key = value\"\n"));
    assert_non_null(strstr(
        said.err, "hostdnsd: test.conf:2: ttl=x: a number from 0 to 86400 is needed\n"));
    assert_int_equal(said.result, COMMAND_LINE_FAILED);
}

/* The operator has to mend each of them. */
TEST(every_line_without_a_value_is_told)
{
    assert_wrong_file("verbose\nttl = 1\nquiet\n",
                      "hostdnsd: test.conf:1: the line is not \"key = value\"\n"
                      "hostdnsd: test.conf:3: the line is not \"key = value\"\n");
}

/* inih's own limit of a line is 200 octets; what is beyond must not become a line. */
TEST(a_long_comment_counts_as_one_line)
{
    char text[TEXT] = "#";

    for (int i = 0; i < 100; i++)
        strcat(text, " word");
    assert_wrong_file(strcat(text, "\nttl = x\n"),
                      "hostdnsd: test.conf:2: ttl=x: a number from 0 to 86400 is needed\n");
}

TEST(a_missing_file_is_an_error)
{
    assert_wrong("-c nowhere.conf",
                 "hostdnsd: -c nowhere.conf: No such file or directory\n");
}

TEST(a_folder_is_no_file)
{
    assert_wrong("-c /", "hostdnsd: -c /: Is a directory\n");
}

GROUP(set_up, tear_down);
