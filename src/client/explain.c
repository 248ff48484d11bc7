/*
 * All sources and servers are asked at the same time, each in a process of its own
 * (client/forked.h), so an explanation takes only as long as the slowest of them, and none
 * can ruin it.
 */
#include "client/explain.h"

#include "base/xalloc.h"
#include "client/explain_dns.h"
#include "client/explain_host.h"
#include "client/explain_json.h"
#include "client/explain_libc.h"
#include "client/explain_search.h"
#include "client/explain_subject.h"
#include "client/explain_view.h"
#include "client/explain_why.h"
#include "client/fork_join.h"
#include "client/session.h"
#include "client/wait.h"

#include <errno.h>
#include <netdb.h>
#include <signal.h>
#include <stdlib.h>
#include <sysexits.h>
#include <unistd.h>

enum {
    LIBC_MAX = FINDINGS_SOURCES + 3, /* all, AI_ADDRCONFIG, without nscd */
    FORKED_MAX = LIBC_MAX + FINDINGS_SERVERS,
    SPARE_MS = 1000, /* for work that has a time limit of its own */
};

/* What is asked about one name. In `forked`, libc's come first. */
struct round {
    const struct cmdline *cmdline;
    struct findings *findings;
    struct explain_libc libc[LIBC_MAX];
    struct finding *said[LIBC_MAX];
    size_t libc_count;
    struct explain_dns dns[FINDINGS_SERVERS];
    struct forked forked[FORKED_MAX];
};

static int refuse(const char *name, int error, FILE *err)
{
    if (error != EDOM)
        return session_refuse(name, error, err);
    show_bad_name(name,
                  "--explain is about addresses of a name, or names of an address, in "
                  "class IN",
                  err);
    return EX_USAGE;
}

/* Asking */

/* Nothing else is shown there meanwhile. */
static FILE *progress_terminal(void)
{
    return isatty(STDERR_FILENO) ? stderr : NULL;
}

/* libc is not asked if it would read a file without an end into memory. */
static void add_libc(struct round *round, struct finding *said, const char *line,
                     const char *label, int flags)
{
    bool is_source = label != NULL;
    struct explain_libc *question = &round->libc[round->libc_count];

    *said = (struct finding){.outcome = FINDING_UNASKED, .took_us = -1};
    if (round->findings->host.endless_file)
        return;
    *question = (struct explain_libc){&round->findings->subject, line, is_source, flags};
    round->said[round->libc_count] = said;
    round->forked[round->libc_count] =
        (struct forked){.work = explain_libc_work,
                        .context = question,
                        .who = is_source ? label : "getaddrinfo()",
                        .patience_ms = round->findings->patience_ms};
    round->libc_count++;
}

static void add_all_of_libc(struct round *round)
{
    struct findings *findings = round->findings;

    for (size_t i = 0; i < findings->source_count; i++)
        if (findings->sources[i].same_as == i)
            add_libc(round, &findings->sources[i].said, findings->sources[i].name,
                     findings->sources[i].label, 0);
    add_libc(round, &findings->all, NULL, NULL, 0);
    if (!findings->subject.is_address)
        add_libc(round, &findings->with_config, NULL, NULL, AI_ADDRCONFIG);
    if (findings->host.has_nscd)
        add_libc(round, &findings->without_nscd, findings->host.line, NULL, 0);
}

static int add_servers(struct round *round)
{
    struct findings *findings = round->findings;

    explain_dns_choose(findings, round->cmdline);
    for (size_t i = 0; i < findings->server_count; i++) {
        round->forked[round->libc_count + i] = (struct forked){
            .work = explain_dns_work,
            .context = &round->dns[i],
            .who = findings->servers[i].name,
            .patience_ms =
                findings->patience_ms + round->cmdline->settings.manner.try_ms + SPARE_MS};
        if (explain_dns_build(&round->dns[i], findings, &findings->servers[i],
                              round->cmdline) != 0)
            return -1;
    }
    return 0;
}

static void read_all(struct round *round)
{
    struct findings *findings = round->findings;

    for (size_t i = 0; i < round->libc_count; i++)
        explain_libc_read(round->said[i], &round->libc[i], &round->forked[i]);
    for (size_t i = 0; i < findings->server_count; i++)
        explain_dns_read(&findings->servers[i], &round->dns[i],
                         &round->forked[round->libc_count + i]);
}

static void free_round(struct round *round)
{
    for (size_t i = 0; i < FORKED_MAX; i++)
        forked_free(&round->forked[i]);
    for (size_t i = 0; i < FINDINGS_SERVERS; i++)
        explain_dns_free(&round->dns[i]);
    free(round);
}

/* 0, or -1 with errno, which is EINTR after Ctrl+C. */
static int ask_round(struct round *round)
{
    add_all_of_libc(round);
    if (add_servers(round) != 0)
        return -1;
    if (!fork_join(round->forked, round->libc_count + round->findings->server_count,
                   progress_terminal())) {
        errno = EINTR;
        return -1;
    }
    read_all(round);
    return 0;
}

static int ask(struct findings *findings, const struct cmdline *cmdline)
{
    struct round *round = xcalloc(1, sizeof *round);
    int result, saved;

    round->cmdline = cmdline;
    round->findings = findings;
    findings->patience_ms =
        cmdline->settings.manner.tries * cmdline->settings.manner.try_ms;
    explain_host_read(findings);
    result = ask_round(round);
    saved = errno;
    free_round(round);
    errno = saved;
    if (result == 0 && !explain_search(findings, progress_terminal())) {
        errno = EINTR;
        return -1;
    }
    if (result == 0)
        explain_why(findings);
    return result;
}

/* The exit code depends on what libc says. */
static int exit_code(const struct finding *said)
{
    switch (said->outcome) {
    case FINDING_FOUND:
        return INQUIRY_RECORDS;
    case FINDING_NO_DATA:
    case FINDING_NO_NAME:
    case FINDING_ALIAS:
        return INQUIRY_NOTHING;
    case FINDING_SILENT:
        return INQUIRY_SILENT;
    default:
        return INQUIRY_FAILED;
    }
}

static void show(const struct findings *findings, const struct style *style, FILE *out)
{
    if (style->view == VIEW_JSON)
        explain_json(findings, out);
    else
        explain_view(findings, style->is_coloured, out);
}

static int explain(const struct wish *wish, const struct cmdline *cmdline, FILE *out,
                   FILE *err)
{
    struct findings findings = {0};
    int code;

    if (explain_subject_take(&findings.subject, wish, &cmdline->settings) == 0 &&
        ask(&findings, cmdline) == 0) {
        show(&findings, &cmdline->settings.style, out);
        code = exit_code(&findings.all);
    } else {
        code = errno == EINTR ? SESSION_INTERRUPTED : refuse(wish->name, errno, err);
    }
    findings_free(&findings);
    return code;
}

/* By now no process of ours is left. */
static void end_by_interrupt(void)
{
    sigset_t interrupt;

    signal(SIGINT, SIG_DFL);
    sigemptyset(&interrupt);
    sigaddset(&interrupt, SIGINT);
    raise(SIGINT);
    sigprocmask(SIG_UNBLOCK, &interrupt, NULL);
}

int explain_run(const struct cmdline *cmdline, FILE *out, FILE *err)
{
    int worst = INQUIRY_RECORDS;

    wait_catch_interrupt();
    for (size_t i = 0; i < cmdline->wishes.count; i++) {
        const struct wish *wish = &cmdline->wishes.all[i];
        struct cmdline own = *cmdline;
        int code;

        if (wish->settings)
            own.settings = *wish->settings;
        if (i > 0 && cmdline->settings.style.view != VIEW_JSON)
            fputc('\n', out);
        code = explain(wish, &own, out, err);
        if (code == SESSION_INTERRUPTED)
            end_by_interrupt();
        fflush(out);
        if (code > worst)
            worst = code;
    }
    return worst;
}
