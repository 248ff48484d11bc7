#include "found.h"

#include "client/explain_words.h"

#include <netdb.h>
#include <signal.h>

static struct finding *files;

static void set_up(void)
{
    found_begin("alias.test", "files dns");
    files = found_source("files");
}

FIXTURE(words, set_up, found_end);

static void assert_finding(const char *expected)
{
    char *text = explain_words_finding(&found, files);

    assert_string_equal(text, expected);
    free(text);
}

TEST_WITH(words, what_libc_has_found)
{
    found_by(files, "192.0.2.1 2001:db8::1", "ALIAS.test.");
    assert_finding("192.0.2.1, 2001:db8::1");
    free(files->canonical);
    files->canonical = strdup("host.test");
    assert_finding("192.0.2.1, 2001:db8::1; canonical name host.test");
}

TEST_WITH(words, what_libc_has_not_found)
{
    static const struct {
        enum finding_outcome outcome;
        int detail, code, system_error;
        const char *words;
    } rows[] = {
        {FINDING_NO_NAME, 0, 0, 0, "no such name"},
        {FINDING_NO_DATA, 0, 0, 0, "the name exists, but has no such addresses"},
        {FINDING_ALIAS, 0, 0, 0, "an alias (CNAME) that leads to no addresses"},
        {FINDING_UNAVAILABLE, 0, 0, 0, "not available for this"},
        {FINDING_FAILED, 0, 0, 0, "failed for now"},
        {FINDING_BROKEN, 0, EAI_SYSTEM, EMFILE, "failed: Too many open files"},
        {FINDING_BROKEN, 0, EAI_FAIL, 0,
         "failed: Non-recoverable failure in name resolution"},
        {FINDING_ABSENT, 0, 0, 0, "not installed"},
        {FINDING_SILENT, 0, 0, 0, "no answer within 5 s"},
        {FINDING_CRASHED, SIGSEGV, 0, 0, "crashed (SIGSEGV)"},
        {FINDING_CRASHED, SIGKILL, 0, 0, "was killed (SIGKILL)"},
        {FINDING_CRASHED, 4711, 0, 0, "crashed (SIGunknown)"},
        {FINDING_ENDED, 3, 0, 0, "ended the process that asked it (exit status 3)"},
        {FINDING_UNASKED, 0, 0, 0, "was not asked"},
        {FINDING_UNASKED, EAGAIN, 0, 0,
         "could not be asked: Resource temporarily unavailable"},
    };

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        files->outcome = rows[i].outcome;
        files->detail = rows[i].detail;
        files->code = rows[i].code;
        files->system_error = rows[i].system_error;
        assert_finding(rows[i].words);
    }
    found.subject.is_address = true;
    files->outcome = FINDING_NO_NAME;
    assert_finding("no name");
}

TEST_WITH(words, what_a_module_prints)
{
    files->printed = strdup("hello\\010");
    assert_finding("no such name; it printed \"hello\\010\"");
}

TEST_WITH(words, a_canonical_name_that_tells_nothing)
{
    static const char *const rows[] = {"alias.test", "ALIAS.TEST", "alias.test."};

    found_by(files, "192.0.2.1", NULL);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        free(files->canonical);
        files->canonical = strdup(rows[i]);
        assert_finding("192.0.2.1");
    }
    free(files->canonical);
    files->canonical = strdup("alias.tes");
    assert_finding("192.0.2.1; canonical name alias.tes");
}
