#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "daemon/options.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

enum { WORDS = 160, TEXT = 8192 };

/* What a command line came to: the result, and what was printed. */
static struct {
    enum options_result result;
    struct options options;
    char out[TEXT], err[TEXT];
} said;

static int capture(int fd, int *file)
{
    int saved = dup(fd);

    *file = memfd_create("captured", MFD_CLOEXEC);
    assert_int_equal(dup2(*file, fd), fd);
    return saved;
}

static void release(int fd, int saved, int file, char text[static TEXT])
{
    ssize_t len = pread(file, text, TEXT - 1, 0);

    assert_true(len >= 0);
    text[len] = '\0';
    assert_int_equal(dup2(saved, fd), fd);
    close(saved);
    close(file);
}

static void read_words(int argc, char **argv)
{
    int out, err, saved_out, saved_err;

    fflush(stdout);
    saved_out = capture(STDOUT_FILENO, &out);
    saved_err = capture(STDERR_FILENO, &err);
    said.result = options_read(&said.options, argc, argv);
    fflush(stdout);
    release(STDERR_FILENO, saved_err, err, said.err);
    release(STDOUT_FILENO, saved_out, out, said.out);
}

/* Reads a command line of these words, split at blanks. */
static void command_line(const char *words)
{
    char copy[TEXT], *argv[WORDS] = {(char[]){"hostdnsd"}}, *rest = copy, *word;
    int argc = 1;

    strcpy(copy, words);
    while ((word = strsep(&rest, " ")))
        if (*word)
            argv[argc++] = word;
    read_words(argc, argv);
}

/* Writes the file test.conf here; set_up has made a folder of its own. */
static void file_says(const char *text)
{
    FILE *file = fopen("test.conf", "we");

    assert_non_null(file);
    assert_true(fputs(text, file) >= 0);
    assert_int_equal(fclose(file), 0);
}

static char folder[] = "/tmp/hostdns-options-XXXXXX";
static char *start;

static int set_up(void **state)
{
    (void)state;
    start = getcwd(NULL, 0);
    return start && mkdtemp(folder) && chdir(folder) == 0 ? 0 : -1;
}

static int tear_down(void **state)
{
    (void)state;
    unlink("test.conf");
    if (chdir(start) == -1)
        return -1;
    free(start);
    return rmdir(folder);
}

static const char *listen_at(size_t i)
{
    static char text[ADDR_TEXT];

    assert_true(i < said.options.listen_count);
    return addr_format(&said.options.listen[i], text);
}

/* Defaults. */

static void nothing_need_be_said(void **state)
{
    (void)state;
    command_line("");
    assert_int_equal(said.result, OPTIONS_RUN);
    assert_string_equal(said.out, "");
    assert_string_equal(said.err, "");
    assert_false(said.options.verbose);
    assert_false(said.options.check_only);
}

static void it_listens_on_the_loopback_address(void **state)
{
    (void)state;
    command_line("");
    assert_int_equal(said.options.listen_count, 1);
    assert_string_equal(listen_at(0), "127.0.0.1:5353");
}

static void numbers_have_their_defaults(void **state)
{
    (void)state;
    command_line("");
    assert_int_equal(said.options.max_lookups, 256);
    assert_int_equal(said.options.ttl, 10);
    assert_int_equal(said.options.negative_ttl, 5);
    assert_int_equal(said.options.udp_size, 1232);
    assert_int_equal(said.options.tcp_clients, 1000);
    assert_int_equal(said.options.tcp_per_client, 500);
    assert_int_equal(said.options.tcp_idle, 10);
}

/* The command line. */

static void each_key_can_be_set(void **state)
{
    (void)state;
    command_line("-o max-lookups=16 -o ttl=20 -o negative-ttl=0 -o udp-size=4096 "
                 "-o listen=127.0.0.1:5300");
    assert_int_equal(said.result, OPTIONS_RUN);
    assert_int_equal(said.options.max_lookups, 16);
    assert_int_equal(said.options.ttl, 20);
    assert_int_equal(said.options.negative_ttl, 0);
    assert_int_equal(said.options.udp_size, 4096);
    assert_string_equal(listen_at(0), "127.0.0.1:5300");
}

static void the_last_value_counts(void **state)
{
    (void)state;
    command_line("-o ttl=20 -o ttl=30");
    assert_int_equal(said.options.ttl, 30);
}

static void addresses_add_up(void **state)
{
    (void)state;
    command_line("-l 127.0.0.1:5300 -l [::1]:5301 -o listen=127.0.0.2");
    assert_int_equal(said.options.listen_count, 3);
    assert_string_equal(listen_at(0), "127.0.0.1:5300");
    assert_string_equal(listen_at(1), "[::1]:5301");
    assert_string_equal(listen_at(2), "127.0.0.2:5353");
}

static void n_checks_only(void **state)
{
    (void)state;
    command_line("-n");
    assert_int_equal(said.result, OPTIONS_RUN);
    assert_true(said.options.check_only);
}

static void v_is_verbose(void **state)
{
    (void)state;
    command_line("-v");
    assert_true(said.options.verbose);
}

static void capital_v_prints_the_version(void **state)
{
    (void)state;
    command_line("-V");
    assert_int_equal(said.result, OPTIONS_DONE);
    assert_string_equal(said.out, "hostdnsd " HOSTDNS_VERSION "\n");
}

static void h_prints_the_help(void **state)
{
    (void)state;
    command_line("-h");
    assert_int_equal(said.result, OPTIONS_DONE);
    assert_non_null(strstr(said.out, "usage: hostdnsd "));
    assert_string_equal(said.err, "");
}

static void the_help_names_each_key_with_its_default(void **state)
{
    (void)state;
    command_line("-h");
    assert_non_null(strstr(said.out, "listen=VALUE"));
    assert_non_null(strstr(said.out, "(default 127.0.0.1:5353)"));
    assert_non_null(strstr(said.out, "max-lookups=VALUE"));
    assert_non_null(strstr(said.out, "(default 256)"));
    assert_non_null(strstr(said.out, "negative-ttl=VALUE"));
    assert_non_null(strstr(said.out, "udp-size=VALUE"));
    assert_non_null(strstr(said.out, "(default 1232)"));
    assert_non_null(strstr(said.out, "tcp-clients=VALUE"));
    assert_non_null(strstr(said.out, "(default 1000)"));
    assert_non_null(strstr(said.out, "tcp-per-client=VALUE"));
    assert_non_null(strstr(said.out, "(default 500)"));
    assert_non_null(strstr(said.out, "tcp-idle=VALUE"));
}

/* A command line with this error and no other. */
static void assert_wrong(const char *words, const char *error)
{
    command_line(words);
    assert_string_equal(said.err, error);
    assert_int_equal(said.result, OPTIONS_FAILED);
}

static void an_unknown_key_is_an_error(void **state)
{
    (void)state;
    assert_wrong("-o colour=red",
                 "hostdnsd: -o colour: no such key (hostdnsd -h lists them)\n");
}

static void a_key_without_a_value_is_an_error(void **state)
{
    (void)state;
    assert_wrong("-o ttl", "hostdnsd: -o ttl: KEY=VALUE is needed\n");
}

static void a_word_is_no_number(void **state)
{
    (void)state;
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

static void a_number_beyond_all_numbers_is_out_of_range(void **state)
{
    (void)state;
    assert_wrong("-o ttl=99999999999999999999999",
                 "hostdnsd: -o ttl=99999999999999999999999: "
                 "a number from 0 to 86400 is needed\n");
    assert_wrong("-o ttl=4294967296", /* 0 in 32 bits */
                 "hostdnsd: -o ttl=4294967296: a number from 0 to 86400 is needed\n");
}

static void max_lookups_goes_from_2_to_4096(void **state)
{
    (void)state;
    command_line("-o max-lookups=2");
    assert_int_equal(said.options.max_lookups, 2);
    command_line("-o max-lookups=4096");
    assert_int_equal(said.options.max_lookups, 4096);
    assert_wrong("-o max-lookups=1",
                 "hostdnsd: -o max-lookups=1: a number from 2 to 4096 is needed\n");
    assert_wrong("-o max-lookups=4097",
                 "hostdnsd: -o max-lookups=4097: a number from 2 to 4096 is needed\n");
}

static void ttls_go_from_0_to_a_day(void **state)
{
    (void)state;
    command_line("-o ttl=0 -o negative-ttl=86400");
    assert_int_equal(said.result, OPTIONS_RUN);
    assert_int_equal(said.options.ttl, 0);
    assert_int_equal(said.options.negative_ttl, 86400);
    assert_wrong("-o negative-ttl=86401",
                 "hostdnsd: -o negative-ttl=86401: a number from 0 to 86400 is needed\n");
}

/* Every client takes 512 octets, and no IPv4 datagram carries more than 65507. */
static void udp_size_goes_from_512_to_65507(void **state)
{
    (void)state;
    command_line("-o udp-size=512");
    assert_int_equal(said.options.udp_size, 512);
    command_line("-o udp-size=65507");
    assert_int_equal(said.options.udp_size, 65507);
    assert_wrong("-o udp-size=511",
                 "hostdnsd: -o udp-size=511: a number from 512 to 65507 is needed\n");
    assert_wrong("-o udp-size=65508",
                 "hostdnsd: -o udp-size=65508: a number from 512 to 65507 is needed\n");
}

static void tcp_limits_go_from_1(void **state)
{
    (void)state;
    command_line("-o tcp-clients=1 -o tcp-per-client=1 -o tcp-idle=1");
    assert_int_equal(said.result, OPTIONS_RUN);
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

static void a_name_is_no_address(void **state)
{
    (void)state;
    assert_wrong("-l localhost",
                 "hostdnsd: -l listen=localhost: an address such as 127.0.0.1, "
                 "127.0.0.1:5353 or [::1]:5353 is needed\n");
}

static void other_hosts_are_not_served_unless_they_are_named(void **state)
{
    (void)state;
    assert_wrong("-l 0.0.0.0", "hostdnsd: -l listen=0.0.0.0:5353: not a loopback address: "
                               "allow=BLOCK must say who may ask\n");
    assert_wrong("-o listen=[2001:db8::1]:53",
                 "hostdnsd: -o listen=[2001:db8::1]:53: not a loopback address: "
                 "allow=BLOCK must say who may ask\n");
}

static void other_hosts_are_served_where_they_are_named(void **state)
{
    char text[ADDR_TEXT];

    (void)state;
    command_line("-l 0.0.0.0 -l [::]:53 -o allow=192.0.2.0/24 -o allow=2001:db8::/32");
    assert_string_equal(said.err, "");
    assert_int_equal(said.result, OPTIONS_RUN);
    assert_string_equal(addr_format(&said.options.listen[1], text), "[::]:53");
    assert_int_equal(said.options.allow_count, 2);
    assert_int_equal(said.options.allow[0].bits, 24);
    assert_int_equal(said.options.allow[1].bits, 32);
}

static void blocks_may_stand_in_a_row(void **state)
{
    (void)state;
    command_line("");
    assert_int_equal(said.options.allow_count, 2);
    assert_int_equal(said.options.allow[0].bits, 8);
    assert_int_equal(said.options.allow[1].bits, 128);
    file_says("allow = 192.0.2.0/24  10.0.0.0/9\nallow = ::1\n");
    command_line("-c test.conf");
    assert_int_equal(said.options.allow_count, 3);
    assert_int_equal(said.options.allow[1].bits, 9);
}

static void a_block_that_is_none_is_told(void **state)
{
    (void)state;
    assert_wrong("-o allow=192.0.2.1/24",
                 "hostdnsd: -o allow=192.0.2.1/24: blocks of addresses such as "
                 "192.0.2.0/24, 2001:db8::/32 or 192.0.2.1 are needed\n");
}

static void there_may_be_64_blocks(void **state)
{
    char line[65 * 24] = "";

    (void)state;
    for (int i = 0; i < 64; i++)
        strcat(line, " -o allow=192.0.2.1");
    command_line(line + 1);
    assert_int_equal(said.options.allow_count, 64);
    strcat(line, " -o allow=192.0.2.1");
    assert_wrong(line + 1,
                 "hostdnsd: -o allow=192.0.2.1: at most 64 blocks of addresses\n");
}

static void switches_are_yes_or_no(void **state)
{
    (void)state;
    command_line("-o filter-aaaa=yes -o onion=yes -o canary=yes -o cookies=yes "
                 "-o padding=yes");
    assert_true(said.options.filter_aaaa && said.options.onion && said.options.canary &&
                said.options.cookies && said.options.padding);
    command_line("-o cookies=yes -o cookies=no");
    assert_false(said.options.cookies);
    assert_wrong("-o cookies=on", "hostdnsd: -o cookies=on: yes or no is needed\n");
}

static void texts_are_printable_and_not_too_long(void **state)
{
    static const char longest[] =
        "-o nsid=123456789012345678901234567890123456789012345678";

    (void)state;
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

static void there_may_be_sixteen_addresses(void **state)
{
    char words[TEXT] = "";

    (void)state;
    for (int i = 0; i < 15; i++)
        strcat(words, "-l127.0.0.1 ");
    command_line(strcat(words, "-l127.0.0.1 "));
    assert_int_equal(said.result, OPTIONS_RUN);
    assert_int_equal(said.options.listen_count, 16);
    assert_wrong(strcat(words, "-l127.0.0.2"),
                 "hostdnsd: -l listen=127.0.0.2: at most 16 addresses\n");
}

static void an_unknown_flag_is_an_error(void **state)
{
    (void)state;
    assert_wrong("-x", "hostdnsd: -x: unknown option (hostdnsd -h lists them)\n");
}

static void an_unknown_long_flag_is_named_whole(void **state)
{
    (void)state;
    assert_wrong("--verbose",
                 "hostdnsd: --verbose: unknown option (hostdnsd -h lists them)\n");
}

static void a_flag_without_its_value_is_an_error(void **state)
{
    (void)state;
    assert_wrong("-c", "hostdnsd: -c needs a value\n");
    assert_wrong("-l", "hostdnsd: -l needs a value\n");
    assert_wrong("-o", "hostdnsd: -o needs a value\n");
}

static void an_argument_is_an_error(void **state)
{
    (void)state;
    assert_wrong("127.0.0.1", "hostdnsd: 127.0.0.1: no arguments are taken\n");
}

static void every_error_of_a_command_line_is_told(void **state)
{
    (void)state;
    assert_wrong("-o ttl=x -z -l nowhere",
                 "hostdnsd: -o ttl=x: a number from 0 to 86400 is needed\n"
                 "hostdnsd: -z: unknown option (hostdnsd -h lists them)\n"
                 "hostdnsd: -l listen=nowhere: an address such as 127.0.0.1, "
                 "127.0.0.1:5353 or [::1]:5353 is needed\n");
}

/* The file. */

static void a_file_sets_each_key(void **state)
{
    (void)state;
    file_says("listen = 127.0.0.1:5300\nmax-lookups = 16\nttl = 20\n"
              "negative-ttl = 0\nudp-size = 4096\ntcp-clients = 3\ntcp-per-client = 2\n"
              "tcp-idle = 4\n");
    command_line("-c test.conf");
    assert_int_equal(said.result, OPTIONS_RUN);
    assert_string_equal(said.err, "");
    assert_int_equal(said.options.listen_count, 1);
    assert_string_equal(listen_at(0), "127.0.0.1:5300");
    assert_int_equal(said.options.max_lookups, 16);
    assert_int_equal(said.options.ttl, 20);
    assert_int_equal(said.options.negative_ttl, 0);
    assert_int_equal(said.options.udp_size, 4096);
    assert_int_equal(said.options.tcp_clients, 3);
    assert_int_equal(said.options.tcp_per_client, 2);
    assert_int_equal(said.options.tcp_idle, 4);
}

static void a_file_may_hold_comments_and_empty_lines(void **state)
{
    (void)state;
    file_says("# a comment\n\n  # another\nttl=20 \n; one more\n");
    command_line("-c test.conf");
    assert_string_equal(said.err, "");
    assert_int_equal(said.options.ttl, 20);
}

static void addresses_of_a_file_add_up(void **state)
{
    (void)state;
    file_says("listen = 127.0.0.1:5300\nlisten = [::1]:5300\n");
    command_line("-c test.conf");
    assert_int_equal(said.options.listen_count, 2);
    assert_string_equal(listen_at(1), "[::1]:5300");
}

static void l_replaces_the_addresses_of_the_file(void **state)
{
    (void)state;
    file_says("listen = 127.0.0.1:5300\nlisten = 127.0.0.1:5301\n");
    command_line("-c test.conf -l 127.0.0.2:5302 -l 127.0.0.2:5303");
    assert_int_equal(said.options.listen_count, 2);
    assert_string_equal(listen_at(0), "127.0.0.2:5302");
    assert_string_equal(listen_at(1), "127.0.0.2:5303");
}

static void the_command_line_wins_wherever_it_names_the_file(void **state)
{
    (void)state;
    file_says("ttl = 20\nlisten = 127.0.0.1:5300\n");
    command_line("-o ttl=30 -l 127.0.0.2 -c test.conf");
    assert_int_equal(said.options.ttl, 30);
    assert_int_equal(said.options.listen_count, 1);
    assert_string_equal(listen_at(0), "127.0.0.2:5353");
}

/* A file with this error and no other. */
static void assert_wrong_file(const char *text, const char *error)
{
    file_says(text);
    assert_wrong("-c test.conf", error);
}

static void an_unknown_key_is_told_with_its_line(void **state)
{
    (void)state;
    assert_wrong_file(
        "ttl = 1\n\ncolour = red\n",
        "hostdnsd: test.conf:3: colour: no such key (hostdnsd -h lists them)\n");
}

static void a_wrong_value_is_told_with_its_line_and_key(void **state)
{
    (void)state;
    assert_wrong_file(
        "# comment\nttl = soon\n",
        "hostdnsd: test.conf:2: ttl=soon: a number from 0 to 86400 is needed\n");
}

static void a_wrong_address_is_told_with_its_line_and_key(void **state)
{
    (void)state;
    assert_wrong_file("listen = 192.0.2.1\n",
                      "hostdnsd: test.conf:1: listen=192.0.2.1:5353: not a loopback "
                      "address: allow=BLOCK must say who may ask\n");
}

static void a_section_is_an_error(void **state)
{
    (void)state;
    assert_wrong_file("[server]\nttl = 1\n",
                      "hostdnsd: test.conf:2: [server]: there are no sections\n");
}

static void a_line_without_a_value_is_an_error(void **state)
{
    (void)state;
    assert_wrong_file("ttl = 1\nverbose\n", "hostdnsd: test.conf:2: no \"key = value\"\n");
}

static void every_error_of_a_file_is_told(void **state)
{
    (void)state;
    assert_wrong_file(
        "ttl = x\nudp-size = 1\ncolour = red\n",
        "hostdnsd: test.conf:1: ttl=x: a number from 0 to 86400 is needed\n"
        "hostdnsd: test.conf:2: udp-size=1: "
        "a number from 512 to 65507 is needed\n"
        "hostdnsd: test.conf:3: colour: no such key (hostdnsd -h lists them)\n");
}

static void lines_behind_one_without_a_value_are_checked_too(void **state)
{
    (void)state;
    file_says("verbose\nttl = x\n");
    command_line("-c test.conf");
    assert_non_null(strstr(said.err, "hostdnsd: test.conf:1: no \"key = value\"\n"));
    assert_non_null(strstr(
        said.err, "hostdnsd: test.conf:2: ttl=x: a number from 0 to 86400 is needed\n"));
    assert_int_equal(said.result, OPTIONS_FAILED);
}

/* Each of them is an error to be mended. */
static void every_line_without_a_value_is_told(void **state)
{
    (void)state;
    assert_wrong_file("verbose\nttl = 1\nquiet\n",
                      "hostdnsd: test.conf:1: no \"key = value\"\n"
                      "hostdnsd: test.conf:3: no \"key = value\"\n");
}

/* inih's own limit of a line is 200 octets; what is beyond must not become a line. */
static void a_long_comment_counts_as_one_line(void **state)
{
    char text[TEXT] = "#";

    (void)state;
    for (int i = 0; i < 100; i++)
        strcat(text, " word");
    assert_wrong_file(strcat(text, "\nttl = x\n"),
                      "hostdnsd: test.conf:2: ttl=x: a number from 0 to 86400 is needed\n");
}

static void errors_of_file_and_command_line_are_told(void **state)
{
    (void)state;
    file_says("ttl = x\n");
    assert_wrong("-o ttl=y -c test.conf",
                 "hostdnsd: test.conf:1: ttl=x: a number from 0 to 86400 is needed\n"
                 "hostdnsd: -o ttl=y: a number from 0 to 86400 is needed\n");
}

static void a_missing_file_is_an_error(void **state)
{
    (void)state;
    assert_wrong("-c nowhere.conf",
                 "hostdnsd: -c nowhere.conf: No such file or directory\n");
}

static void a_folder_is_no_file(void **state)
{
    (void)state;
    assert_wrong("-c /", "hostdnsd: -c /: Is a directory\n");
}

/* The sample. */

static void sample(char text[static TEXT])
{
    FILE *out = fmemopen(text, TEXT, "w");

    assert_non_null(out);
    options_print_sample(out);
    assert_int_equal(fclose(out), 0);
}

static void the_sample_is_the_file_that_comes_with_it(void **state)
{
    char expected[TEXT], text[TEXT], path[4096];
    FILE *file;
    size_t len;

    (void)state;
    sample(expected);
    snprintf(path, sizeof path, "%s/conf/hostdns.conf", start); /* tests run at the top */
    file = fopen(path, "re");
    assert_non_null(file);
    len = fread(text, 1, sizeof text - 1, file);
    fclose(file);
    text[len] = '\0';
    assert_string_equal(text, expected);
}

static void the_sample_changes_nothing(void **state)
{
    char text[TEXT];
    struct options defaults;

    (void)state;
    command_line("");
    defaults = said.options;
    sample(text);
    file_says(text);
    command_line("-c test.conf");
    assert_int_equal(said.result, OPTIONS_RUN);
    assert_memory_equal(&said.options, &defaults, sizeof defaults);
}

static void the_sample_with_each_key_switched_on_says_the_defaults(void **state)
{
    char text[TEXT], *mark = text;
    struct options defaults;

    (void)state;
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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_need_be_said),
        cmocka_unit_test(it_listens_on_the_loopback_address),
        cmocka_unit_test(numbers_have_their_defaults),
        cmocka_unit_test(each_key_can_be_set),
        cmocka_unit_test(the_last_value_counts),
        cmocka_unit_test(addresses_add_up),
        cmocka_unit_test(n_checks_only),
        cmocka_unit_test(v_is_verbose),
        cmocka_unit_test(capital_v_prints_the_version),
        cmocka_unit_test(h_prints_the_help),
        cmocka_unit_test(the_help_names_each_key_with_its_default),
        cmocka_unit_test(an_unknown_key_is_an_error),
        cmocka_unit_test(a_key_without_a_value_is_an_error),
        cmocka_unit_test(a_word_is_no_number),
        cmocka_unit_test(a_number_beyond_all_numbers_is_out_of_range),
        cmocka_unit_test(max_lookups_goes_from_2_to_4096),
        cmocka_unit_test(ttls_go_from_0_to_a_day),
        cmocka_unit_test(udp_size_goes_from_512_to_65507),
        cmocka_unit_test(tcp_limits_go_from_1),
        cmocka_unit_test(a_name_is_no_address),
        cmocka_unit_test(other_hosts_are_not_served_unless_they_are_named),
        cmocka_unit_test(other_hosts_are_served_where_they_are_named),
        cmocka_unit_test(blocks_may_stand_in_a_row),
        cmocka_unit_test(a_block_that_is_none_is_told),
        cmocka_unit_test(there_may_be_64_blocks),
        cmocka_unit_test(switches_are_yes_or_no),
        cmocka_unit_test(texts_are_printable_and_not_too_long),
        cmocka_unit_test(there_may_be_sixteen_addresses),
        cmocka_unit_test(an_unknown_flag_is_an_error),
        cmocka_unit_test(an_unknown_long_flag_is_named_whole),
        cmocka_unit_test(a_flag_without_its_value_is_an_error),
        cmocka_unit_test(an_argument_is_an_error),
        cmocka_unit_test(every_error_of_a_command_line_is_told),
        cmocka_unit_test(a_file_sets_each_key),
        cmocka_unit_test(a_file_may_hold_comments_and_empty_lines),
        cmocka_unit_test(addresses_of_a_file_add_up),
        cmocka_unit_test(l_replaces_the_addresses_of_the_file),
        cmocka_unit_test(the_command_line_wins_wherever_it_names_the_file),
        cmocka_unit_test(an_unknown_key_is_told_with_its_line),
        cmocka_unit_test(a_wrong_value_is_told_with_its_line_and_key),
        cmocka_unit_test(a_wrong_address_is_told_with_its_line_and_key),
        cmocka_unit_test(a_section_is_an_error),
        cmocka_unit_test(a_line_without_a_value_is_an_error),
        cmocka_unit_test(every_error_of_a_file_is_told),
        cmocka_unit_test(lines_behind_one_without_a_value_are_checked_too),
        cmocka_unit_test(every_line_without_a_value_is_told),
        cmocka_unit_test(a_long_comment_counts_as_one_line),
        cmocka_unit_test(errors_of_file_and_command_line_are_told),
        cmocka_unit_test(a_missing_file_is_an_error),
        cmocka_unit_test(a_folder_is_no_file),
        cmocka_unit_test(the_sample_is_the_file_that_comes_with_it),
        cmocka_unit_test(the_sample_changes_nothing),
        cmocka_unit_test(the_sample_with_each_key_switched_on_says_the_defaults),
    };

    return cmocka_run_group_tests(tests, set_up, tear_down);
}
