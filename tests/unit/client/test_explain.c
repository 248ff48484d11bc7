/* What can be explained; how that goes is for tests/system/test_explain.py. */
#include "../check.h"

#include "client/cmdline.h"
#include "client/explain.h"

static struct cmdline cmdline;
static char *said, *complained;

static void end(void)
{
    cmdline_free(&cmdline);
    free(said);
    free(complained);
    said = complained = NULL;
}

FIXTURE(explain, NULL, end);

static int explain(char *const argv[])
{
    char error[OPTION_ERROR];
    size_t size;
    FILE *out = open_memstream(&said, &size), *err = open_memstream(&complained, &size);
    int argc = 0, code;

    while (argv[argc])
        argc++;
    assert_int_equal(cmdline_parse(&cmdline, argc, argv, error), 0);
    code = explain_run(&cmdline, out, err);
    fclose(out);
    fclose(err);
    return code;
}

#define EXPLAIN(...) explain((char *[]){W("hostdns"), W("--explain"), __VA_ARGS__, NULL})
#define W(word)      ((char[]){word})

TEST_WITH(explain, records_that_libc_does_not_look_up)
{
    assert_int_equal(EXPLAIN(W("a.test"), W("MX")), EX_USAGE);
    assert_string_equal(said, "");
    assert_string_equal(complained,
                        "hostdns: \"a.test\": --explain is about addresses of a name, or "
                        "names of an address, in class IN\n");
}

TEST_WITH(explain, classes_that_libc_does_not_know)
{
    assert_int_equal(EXPLAIN(W("a.test"), W("CH")), EX_USAGE);
}

TEST_WITH(explain, names_of_a_name)
{
    assert_int_equal(EXPLAIN(W("a.test"), W("PTR")), EX_USAGE);
}

TEST_WITH(explain, what_is_no_name_in_dns)
{
    assert_int_equal(EXPLAIN(W("a..b")), EX_USAGE);
    assert_string_equal(complained, "hostdns: \"a..b\": not a domain name\n");
}

TEST_WITH(explain, names_of_a_file_are_not_explained)
{
    char error[OPTION_ERROR];

    assert_int_equal(cmdline_parse(&cmdline, 5,
                                   (char *[]){W("hostdns"), W("--explain"), W("-f"),
                                              W("names.txt"), W("a.test"), NULL},
                                   error),
                     -1);
    assert_string_equal(error, "--explain: takes names of the command line, not of a file");
}

TEST_WITH(explain, one_name_is_needed)
{
    char error[OPTION_ERROR];

    assert_int_equal(
        cmdline_parse(&cmdline, 2, (char *[]){W("hostdns"), W("--explain"), NULL}, error),
        -1);
    assert_string_equal(error, "--explain: NAME is missing");
}
