#include "found.h"

#include "client/explain_libc.h"
#include "client/fork_join.h"
#include "client/libc_report.h"

#include <netdb.h>
#include <nss.h>
#include <signal.h>
#include <sys/socket.h>

enum { PATIENCE_MS = 120000 };

static struct finding said;
static struct finding_subject subject;

static void end(void)
{
    /* As findings_free does with each. */
    found_begin("a.test", "files");
    found.sources[0].said = said;
    found_end();
    said = (struct finding){0};
    subject = (struct finding_subject){0};
}

FIXTURE(libc, NULL, end);

static struct explain_libc question(const char *source)
{
    return (struct explain_libc){.subject = &subject, .line = source, .is_source = true};
}

static void ask(char *name, int family, const char *source)
{
    struct explain_libc asked = question(source);
    struct forked forked = {
        .work = explain_libc_work, .context = &asked, .patience_ms = PATIENCE_MS};

    end();
    subject = (struct finding_subject){.text = name, .name = name, .family = family};
    assert_true(fork_join(&forked, 1, NULL));
    explain_libc_read(&said, &asked, &forked);
    forked_free(&forked);
}

/* Numbers are read without any source, so that this is so on every host. */
TEST_WITH(libc, addresses_come_with_the_time_that_they_took)
{
    ask((char[]){"192.0.2.1"}, AF_UNSPEC, "files");
    assert_int_equal(said.outcome, FINDING_FOUND);
    assert_int_equal(said.found.count, 1);
    assert_string_equal(said.found.all[0], "192.0.2.1");
    assert_string_equal(said.canonical, "192.0.2.1");
    assert_true(said.took_us >= 0);
    ask((char[]){"2001:db8::1"}, AF_UNSPEC, "files");
    assert_string_equal(said.found.all[0], "2001:db8::1");
    ask((char[]){"192.0.2.1"}, AF_INET6, "files");
    assert_int_equal(said.outcome, FINDING_NO_DATA);
}

TEST_WITH(libc, a_name_that_is_not_in_the_hosts_file)
{
    ask((char[]){"nowhere.invalid"}, AF_UNSPEC, "files");
    assert_int_equal(said.outcome, FINDING_NO_NAME);
    assert_int_equal(said.found.count, 0);
}

TEST_WITH(libc, a_module_that_is_not_there)
{
    ask((char[]){"nowhere.invalid"}, AF_UNSPEC, "hostdns_none");
    assert_int_equal(said.outcome, FINDING_ABSENT);
    assert_string_equal(said.reason, "not installed (libnss_hostdns_none.so.2)");
}

/* A report as the child writes it. */
static uint8_t octets[4096];
static struct writer report;

static void read_report(const char *source, enum forked_end how, int detail)
{
    struct explain_libc asked = question(source);
    struct forked forked = {
        .end = how, .detail = detail, .report = octets, .size = report.pos};

    asked.is_source = source != NULL;
    explain_libc_read(&said, &asked, &forked);
}

static enum finding_outcome outcome(const char *source, int code, int resolver_error,
                                    int system_error)
{
    const struct libc_word word = {
        .code = code, .resolver_error = resolver_error, .system_error = system_error};

    end();
    report = writer_of(octets, sizeof octets);
    libc_report_addresses(&report, &word, NULL);
    read_report(source, FORKED_DONE, 0);
    return said.outcome;
}

TEST_WITH(libc, what_its_codes_mean)
{
    static const struct {
        const char *source;
        int code, resolver_error, system_error;
        enum finding_outcome outcome;
    } rows[] = {
        {"dns", EAI_NONAME, HOST_NOT_FOUND, 0, FINDING_NO_NAME},
        {"dns", EAI_NODATA, NO_DATA, 0, FINDING_NO_DATA},
        {"dns", EAI_ADDRFAMILY, 0, 0, FINDING_NO_DATA},
        {"dns", EAI_AGAIN, TRY_AGAIN, EAGAIN, FINDING_FAILED},
        {"dns", EAI_NONAME, NO_RECOVERY, ENOENT, FINDING_ALIAS},
        {"dns", EAI_NONAME, NO_RECOVERY, EMSGSIZE, FINDING_FAILED},
        {"mdns4_minimal", EAI_NONAME, NO_RECOVERY, ENOENT, FINDING_UNAVAILABLE},
        {"mdns4_minimal", EAI_NONAME, NETDB_INTERNAL, 0, FINDING_UNAVAILABLE},
        {"mdns4_minimal", EAI_NONAME, 0, 0, FINDING_NO_NAME},
        {"files", EAI_SYSTEM, NETDB_INTERNAL, EMFILE, FINDING_BROKEN},
        {"mymachines", EAI_SYSTEM, NETDB_INTERNAL, 0, FINDING_UNAVAILABLE},
        {NULL, EAI_SYSTEM, NETDB_INTERNAL, 0, FINDING_BROKEN},
        {"files", EAI_MEMORY, 0, 0, FINDING_BROKEN},
        {"files", 4711, 4711, 4711, FINDING_BROKEN},
        {"files", 0, 0, 0, FINDING_NO_DATA},
        {NULL, EAI_NONAME, NO_RECOVERY, ENOENT, FINDING_NO_NAME},
        {NULL, EAI_NONAME, NETDB_INTERNAL, 0, FINDING_NO_NAME},
    };

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        assert_int_equal(outcome(rows[i].source, rows[i].code, rows[i].resolver_error,
                                 rows[i].system_error),
                         rows[i].outcome);
}

TEST_WITH(libc, how_a_process_may_end)
{
    read_report("files", FORKED_SILENT, 0);
    assert_int_equal(said.outcome, FINDING_SILENT);
    assert_int_equal(said.took_us, -1);
    read_report("files", FORKED_KILLED, SIGSEGV);
    assert_int_equal(said.outcome, FINDING_CRASHED);
    assert_int_equal(said.detail, SIGSEGV);
    read_report("files", FORKED_LEFT, 3);
    assert_int_equal(said.outcome, FINDING_ENDED);
    assert_int_equal(said.detail, 3);
    read_report("files", FORKED_UNABLE, EAGAIN);
    assert_int_equal(said.outcome, FINDING_UNASKED);
    report.pos = 0;
    read_report("files", FORKED_DONE, 0);
    assert_int_equal(said.outcome, FINDING_ENDED);
}

TEST_WITH(libc, what_a_module_prints_is_told)
{
    struct explain_libc asked = question("files");
    struct forked forked = {.end = FORKED_SILENT, .printed = "so\033", .printed_size = 3};

    explain_libc_read(&said, &asked, &forked);
    assert_string_equal(said.printed, "so\\027");
}

static void ask_address(uint8_t last, bool is_source)
{
    struct explain_libc asked = {
        .subject = &subject, .line = "files", .is_source = is_source};
    struct forked forked = {
        .work = explain_libc_work, .context = &asked, .patience_ms = PATIENCE_MS};

    end();
    subject = (struct finding_subject){
        .family = AF_INET, .is_address = true, .octets = {127, 0, 0, last}};
    assert_true(fork_join(&forked, 1, NULL));
    explain_libc_read(&said, &asked, &forked);
    forked_free(&forked);
}

/* Every host's file has the one of loopback, the lab's has no other one. */
TEST_WITH(libc, an_address_of_the_hosts_file)
{
    for (int is_source = 0; is_source < 2; is_source++) {
        ask_address(1, is_source);
        assert_int_equal(said.outcome, FINDING_FOUND);
        assert_string_equal(said.found.all[0], "localhost");
        ask_address(211, is_source);
        assert_int_equal(said.outcome, FINDING_NO_NAME);
    }
}
