#include "../folder.h"

#include "client/history.h"

#include <locale.h>
#include <sys/stat.h>
#include <sys/wait.h>

static char path[64], read_lines[65536];
static size_t line_count;

static void make_path(void)
{
    folder_make();
    folder_path(path, "state/hostdns/history");
}

FIXTURE(history, make_path, folder_remove);

static void take(void *arg, const char *line)
{
    assert_ptr_equal(arg, &line_count);
    line_count++;
    strcat(strcat(read_lines, line), "\n");
}

static void assert_history(const char *expected)
{
    line_count = 0;
    *read_lines = '\0';
    history_read(path, take, &line_count);
    assert_string_equal(read_lines, expected);
}

static void assert_appended(const char *line)
{
    assert_true(history_append(path, line));
}

static void put(const char *octets, size_t size)
{
    FILE *file = fopen(path, "w");

    assert_int_equal(fwrite(octets, 1, size, file), size);
    fclose(file);
}

static mode_t mode_of(const char *file)
{
    struct stat status;

    assert_int_equal(stat(file, &status), 0);
    return status.st_mode & 07777;
}

static void assert_path(const char *own, const char *state, const char *home,
                        const char *expected)
{
    char *found;

    own ? setenv("HOSTDNS_HISTORY", own, 1) : unsetenv("HOSTDNS_HISTORY");
    state ? setenv("XDG_STATE_HOME", state, 1) : unsetenv("XDG_STATE_HOME");
    home ? setenv("HOME", home, 1) : unsetenv("HOME");
    found = history_path();
    if (expected)
        assert_string_equal(found, expected);
    else
        assert_null(found);
    free(found);
}

TEST(the_environment_says_where_it_is)
{
    assert_path(NULL, NULL, "/h/a", "/h/a/.local/state/hostdns/history");
    assert_path(NULL, "/s", "/h/a", "/s/hostdns/history");
    assert_path(NULL, "relative", "/h/a", "/h/a/.local/state/hostdns/history");
    assert_path(NULL, "", "/h/a", "/h/a/.local/state/hostdns/history");
    assert_path("/h", "/s", "/h/a", "/h");
    assert_path("", "/s", "/h/a", NULL);
    assert_path(NULL, NULL, NULL, NULL);
    assert_path(NULL, NULL, "", NULL);
}

TEST_WITH(history, lines_are_kept_in_their_order_for_their_owner_alone)
{
    mode_t before = umask(0);

    assert_history("");
    assert_appended("a.test MX");
    assert_appended("b\xe4.test");
    assert_history("a.test MX\nb\xe4.test\n");
    assert_int_equal(mode_of(path), 0600);
    *strrchr(path, '/') = '\0';
    assert_int_equal(mode_of(path), 0700);
    umask(before);
}

TEST_WITH(history, the_newest_500_stay)
{
    char line[16], expected[8192] = "";

    for (int i = 0; i < 502; i++) {
        snprintf(line, sizeof line, "%d.test", i);
        assert_appended(line);
        if (i >= 2)
            strcat(strcat(expected, line), "\n");
    }
    assert_history(expected);
    assert_int_equal(line_count, 500);
    assert_appended("new");
    assert_string_equal(strstr(expected, "3.test"), expected + strlen("2.test\n"));
    strcat(expected, "new\n");
    assert_history(expected + strlen("2.test\n"));
}

TEST_WITH(history, lines_of_several_dialogues_stand_behind_one_another)
{
    char line[32];
    int status;

    for (int child = 0; child < 4; child++)
        if (fork() == 0) {
            for (int i = 0; i < 100; i++) {
                snprintf(line, sizeof line, "%d.%d.test", i, child);
                history_append(path, line);
            }
            _exit(0);
        }
    while (wait(&status) > 0)
        assert_int_equal(status, 0);
    line_count = 0;
    *read_lines = '\0';
    history_read(path, take, &line_count);
    assert_int_equal(line_count, 400);
    assert_non_null(strstr(read_lines, "99.3.test\n"));
}

TEST(what_is_blank_long_or_has_control_characters_is_not_fit)
{
    char line[HISTORY_LINE + 2];

    setlocale(LC_CTYPE, "C.UTF-8");
    assert_true(history_is_fit("a"));
    assert_true(history_is_fit("b\xc3\xbc"
                               "cher \xe4"));
    assert_false(history_is_fit(""));
    assert_false(history_is_fit("   "));
    assert_false(history_is_fit("a\tb"));
    assert_false(history_is_fit("a\033[2Jb"));
    assert_false(history_is_fit("a\x7f"));
    assert_false(history_is_fit("a\xc2\x9b"
                                "2J")); /* U+009B, CSI in one character */
    setlocale(LC_CTYPE, "C");
    memset(line, 'x', sizeof line - 1);
    line[sizeof line - 1] = '\0';
    assert_false(history_is_fit(line));
    line[HISTORY_LINE] = '\0';
    assert_true(history_is_fit(line));
}

TEST_WITH(history, what_others_have_written_is_read_with_care)
{
    assert_appended("first");
    put("a\nb\033[2J\n\n\0c\nd\0e\nlast", 20);
    assert_history("a\nlast\n");
    assert_appended("new");
    assert_history("a\nlast\nnew\n");
}

TEST_WITH(history, only_the_end_of_a_huge_file_counts)
{
    enum { SIZE = 2000000 };
    char *octets = malloc(SIZE);
    struct stat status;

    assert_appended("first");
    memset(octets, 'x', SIZE);
    memcpy(octets + SIZE - 7, "\na\nb\nc\n", 7);
    put(octets, SIZE);
    free(octets);
    assert_history("a\nb\nc\n");
    assert_appended("d");
    assert_history("a\nb\nc\nd\n");
    assert_int_equal(stat(path, &status), 0);
    assert_int_equal(status.st_size, 8);
}

TEST_WITH(history, what_is_no_plain_file_is_left_alone)
{
    assert_appended("first");
    assert_int_equal(unlink(path), 0);
    assert_int_equal(mkfifo(path, 0600), 0);
    assert_history("");
    assert_false(history_append(path, "a"));
    strcpy(path, "/dev/null");
    assert_history("");
    assert_false(history_append(path, "a"));
    strcpy(path, "/dev/null/hostdns/history");
    assert_history("");
    assert_false(history_append(path, "a"));
}
