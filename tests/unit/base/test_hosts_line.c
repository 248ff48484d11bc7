#include "../check.h"

#include <sys/mman.h>
#include <unistd.h>

#include "base/hosts_line.h"

/* The line that counts, or "none". */
static const char *found_in(const char *text)
{
    static char line[256];
    size_t len;
    const char *found = hosts_line_find(text, &len);

    snprintf(line, sizeof line, "%.*s", found ? (int)len : 4, found ? found : "none");
    return line;
}

TEST(the_line_may_hold_blanks_and_colons_as_libc_has_it)
{
    assert_string_equal(found_in("hosts: files dns\n"), "files dns");
    assert_string_equal(found_in("passwd: files\n \thosts :\tfiles dns\n"), "files dns");
    assert_string_equal(found_in("hosts:files dns"), "files dns");
    assert_string_equal(found_in("hosts:: files\n"), "files");
    assert_string_equal(found_in("hosts files\n"), "files");
    assert_string_equal(found_in("hosts:\nnetworks: dns\n"), "");
}

/* glibc 2.36 does so: its parser stores each line over the one before. */
TEST(the_last_of_several_lines_counts)
{
    assert_string_equal(found_in("hosts: files\nhosts: dns\npasswd: ldap\n"), "dns");
}

/* The line that counts in a file of these octets. */
#define FOUND_IN_FILE(octets) found_in_file(octets, sizeof(octets) - 1)

static const char *found_in_file(const char *octets, size_t len)
{
    char text[256];

    memcpy(text, octets, len);
    assert_true(hosts_line_prepare(text, len));
    return found_in(text);
}

/* glibc 2.33 and later take the end of the file for the end of its lines. */
TEST(a_last_line_without_a_newline_is_not_read)
{
    assert_string_equal(FOUND_IN_FILE("hosts: files\nhosts: dns"), "files");
    assert_string_equal(FOUND_IN_FILE("hosts: dns"), "none");
    assert_string_equal(FOUND_IN_FILE("hosts: dns\r"), "none");
    assert_string_equal(FOUND_IN_FILE(""), "none");
}

TEST(a_nul_ends_its_line_and_not_the_file)
{
    assert_string_equal(FOUND_IN_FILE("# \0\nhosts: dns\n"), "dns");
    assert_string_equal(FOUND_IN_FILE("hosts: files\0x\nhosts: dns\n"), "dns");
    assert_string_equal(FOUND_IN_FILE("hosts: dns\0x\n"), "dns  ");
    assert_string_equal(FOUND_IN_FILE("hosts:\0dns\n"), "");
    assert_string_equal(FOUND_IN_FILE("\0hosts: dns\n"), "none");
    assert_string_equal(FOUND_IN_FILE("hosts\0: dns\n"), "none");
    assert_string_equal(FOUND_IN_FILE(" hosts\0\n"), "none");
}

static bool is_right(const char *octets)
{
    char text[256];

    return hosts_line_prepare(strcpy(text, octets), strlen(octets));
}

/* Behind the room for a NUL, which nothing has been written to, comes memory that cannot be
 * read. */
TEST(nothing_is_read_behind_the_octets)
{
    size_t page = (size_t)sysconf(_SC_PAGESIZE);
    char *pages =
        mmap(NULL, 2 * page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    char *text = pages + page - 2;

    assert_ptr_not_equal(pages, MAP_FAILED);
    assert_int_equal(mprotect(pages + page, page, PROT_NONE), 0);
    memcpy(text, "\n ", 2);
    assert_true(hosts_line_prepare(text, 1));
    assert_string_equal(text, "\n");
    munmap(pages, 2 * page);
}

/* glibc 2.33 and later use no line of a file in which they reject one. */
TEST(a_wrong_line_of_any_database_makes_the_file_wrong)
{
    assert_false(is_right("hosts: files [\n"));
    assert_false(is_right("hosts: files [\nhosts: files\n"));
    assert_false(is_right("passwd: files [x=y]\nhosts: files\n"));
    assert_false(is_right("hosts: files\n shadow_compat files [NOTFOUND=return\n"));
    assert_true(is_right("hosts: files\nsudoers: files [\n"));
    assert_true(is_right("hosts: files\n#passwd: files [\n"));
    assert_true(is_right("hosts: files\ngroup: [\n"));
    assert_true(is_right("hosts: files\npasswd: files [")); /* it is not read */
}

TEST(other_lines_are_not_the_hosts_line)
{
    static const char *const texts[] = {
        "",
        "passwd: files\n",
        "# hosts: dns\n#hosts: dns\n",
        "HOSTS: dns\n",
        "hostsx: dns\n",
    };

    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        assert_string_equal(found_in(texts[i]), "none");
}

/* The sources of a line, each with its actions after SUCCESS, NOTFOUND, UNAVAIL and
 * TRYAGAIN: c, r or m. "wrong" if libc rejects the line. */
static const char *sources_of(const char *line)
{
    static char text[256];
    struct hosts_source source;
    enum hosts_next next;
    size_t len = 0;

    *text = '\0';
    while ((next = hosts_line_next(&line, &source)) == HOSTS_SOURCE) {
        len += (size_t)sprintf(text + len, "%s%.*s ", len > 0 ? " " : "",
                               (int)source.name_len, source.name);
        for (int i = 0; i < HOSTS_STATUSES; i++)
            text[len++] = "crm"[source.on[i]];
        text[len] = '\0';
    }
    return next == HOSTS_WRONG ? "wrong" : text;
}

TEST(sources_go_on_unless_they_know_the_name)
{
    assert_string_equal(sources_of("files\tdns "), "files rccc dns rccc");
    assert_string_equal(sources_of(""), "");
}

/* glibc 2.36 takes no comments behind the sources. */
TEST(a_comment_is_words)
{
    assert_string_equal(sources_of("dns #x"), "dns rccc #x rccc");
}

TEST(actions_are_what_libc_makes_of_them)
{
    assert_string_equal(sources_of("x [NOTFOUND=return] dns"), "x rrcc dns rccc");
    assert_string_equal(sources_of("x[notfound=Return]dns"), "x rrcc dns rccc");
    assert_string_equal(sources_of("x [ UNAVAIL = return  TRYAGAIN=return ]"), "x rcrr");
    assert_string_equal(sources_of("x [!UNAVAIL=return]"), "x rrcr");
    assert_string_equal(sources_of("x [SUCCESS=merge]"), "x mccc");
    assert_string_equal(sources_of("x [!NOTFOUND=continue TRYAGAIN=return]"), "x cccr");
    assert_string_equal(sources_of("x [NOTFOUND=return NOTFOUND=continue]"), "x rccc");
}

TEST(libc_ends_its_list_at_a_bracket_without_a_source)
{
    assert_string_equal(sources_of("[NOTFOUND=return] files"), "");
    assert_string_equal(sources_of("files [NOTFOUND=return] [UNAVAIL=return] dns"),
                        "files rrcc");
}

TEST(libc_takes_no_such_line)
{
    static const char *const lines[] = {
        "files [] dns",
        "files [NOTFOUND=return",
        "files [NOTFOUND=return #] dns",
        "files [FOUND=return]",
        "files [NOTFOUND=stop]",
        "files [NOTFOUND]",
        "files [!!UNAVAIL=return]",
        "files [=return]",
        "files [NOTFOUND=]",
        "files dns # was [NOTFOUND=x]",
    };

    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++)
        assert_string_equal(sources_of(lines[i]), "wrong");
}

static bool ends(const char *line)
{
    struct hosts_source source;

    assert_int_equal(hosts_line_next(&line, &source), HOSTS_SOURCE);
    return hosts_source_ends(&source);
}

TEST(a_source_ends_the_search_whatever_it_says)
{
    assert_true(ends("resolve [!UNAVAIL=return] dns"));
    assert_true(ends("resolve [NOTFOUND=return TRYAGAIN=return]"));
    assert_false(ends("resolve [NOTFOUND=return]"));
    assert_false(ends("resolve [!UNAVAIL=return SUCCESS=merge]"));
    assert_false(ends("resolve"));
}

TEST(a_source_has_its_whole_name)
{
    struct hosts_source source;
    const char *line = "resolve[NOTFOUND=return] dns";

    assert_int_equal(hosts_line_next(&line, &source), HOSTS_SOURCE);
    assert_true(hosts_source_is(&source, "resolve"));
    assert_false(hosts_source_is(&source, "resolv") ||
                 hosts_source_is(&source, "resolver"));
    assert_int_equal(source.len, strlen("resolve[NOTFOUND=return]"));
    assert_string_equal(line, " dns");
}
