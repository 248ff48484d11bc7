/*
 * The client's only calls of libc's resolver. A child makes them and reports the result
 * (client/libc_report.h), and its parent judges it.
 */
#include "client/explain_libc.h"

#include "base/clock.h"
#include "base/xalloc.h"
#include "client/libc_report.h"

#include <dlfcn.h>
#include <errno.h>
#include <netdb.h>
#include <nss.h>
#include <string.h>

enum { ENTRY_MAX = 1 << 20 }; /* octets; no host has that many names */

/* The child */

/* errno still has the value that the call has set. */
static void end_call(struct libc_word *word, int resolver_error, int64_t began)
{
    word->system_error = errno;
    word->resolver_error = resolver_error;
    word->took_us = clock_us() - began;
}

/* With one socket type; otherwise each address comes three times. */
static void ask_for_addresses(const struct explain_libc *question, struct writer *to)
{
    const struct addrinfo hints = {.ai_flags = AI_CANONNAME | question->flags,
                                   .ai_family = question->subject->family,
                                   .ai_socktype = SOCK_STREAM};
    struct addrinfo *found = NULL;
    struct libc_word word = {0};
    int64_t began = clock_us();

    errno = h_errno = 0;
    word.code = getaddrinfo(question->subject->name, NULL, &hints, &found);
    end_call(&word, h_errno, began);
    if (word.code != 0)
        found = NULL;
    word.canonical = found ? found->ai_canonname : NULL;
    libc_report_addresses(to, &word, found);
}

static int code_of(int resolver_error)
{
    return resolver_error == TRY_AGAIN        ? EAI_AGAIN
           : resolver_error == NO_DATA        ? EAI_NODATA
           : resolver_error == NETDB_INTERNAL ? EAI_SYSTEM
                                              : EAI_NONAME;
}

/* Asks one source, with gethostbyaddr_r(), which also tells aliases and a reason. */
static void ask_for_entry(const struct explain_libc *question, struct writer *to)
{
    const struct finding_subject *subject = question->subject;
    socklen_t size = subject->family == AF_INET ? 4 : 16;
    struct hostent entry, *found = NULL;
    struct libc_word word = {0};
    int64_t began = clock_us();
    int resolver_error = 0, result = ERANGE;
    char *buffer = NULL;

    for (size_t room = 1024; result == ERANGE && room <= ENTRY_MAX; room *= 2) {
        buffer = xreallocarray(buffer, room, 1);
        errno = 0;
        result = gethostbyaddr_r(subject->octets, size, subject->family, &entry, buffer,
                                 room, &found, &resolver_error);
    }
    end_call(&word, resolver_error, began);
    word.code = found ? 0 : code_of(resolver_error);
    libc_report_names(to, &word, found ? found->h_name : NULL,
                      found ? found->h_aliases : NULL);
}

static void ask_for_name(const struct explain_libc *question, struct writer *to)
{
    const struct finding_subject *subject = question->subject;
    struct addr addr = {.sock.any.sa_family = (sa_family_t)subject->family};
    char name[NI_MAXHOST] = "";
    struct libc_word word = {0};
    int64_t began = clock_us();

    if (subject->family == AF_INET)
        memcpy(&addr.sock.ip4.sin_addr, subject->octets, 4);
    else
        memcpy(&addr.sock.ip6.sin6_addr, subject->octets, 16);
    addr.len = subject->family == AF_INET ? sizeof addr.sock.ip4 : sizeof addr.sock.ip6;
    errno = h_errno = 0;
    word.code =
        getnameinfo(&addr.sock.any, addr.len, name, sizeof name, NULL, 0, NI_NAMEREQD);
    end_call(&word, h_errno, began);
    libc_report_names(to, &word, word.code == 0 ? name : NULL, NULL);
}

/* Two sources are part of libc (glibc 2.34). For a module that cannot be loaded libc
 * only says "system error", but the loader says why. */
static bool load(const char *source, char reason[static LIBC_REPORT_TEXT])
{
    char file[FINDINGS_WORD + 16];
    const char *error;

    snprintf(file, sizeof file, "libnss_%s.so.2", source);
    if (strcmp(source, "files") == 0 || strcmp(source, "dns") == 0 ||
        dlopen(file, RTLD_LAZY))
        return true;
    error = dlerror();
    if (!error || strstr(error, "No such file or directory"))
        snprintf(reason, LIBC_REPORT_TEXT, "not installed (%s)", file);
    else
        snprintf(reason, LIBC_REPORT_TEXT, "cannot be loaded: %s", error);
    return false;
}

void explain_libc_work(const void *context, int report)
{
    static uint8_t octets[LIBC_REPORT_MAX];
    const struct explain_libc *question = context;
    struct writer to = writer_of(octets, sizeof octets);
    char reason[LIBC_REPORT_TEXT];
    bool is_loaded = !question->is_source || load(question->line, reason);

    if (question->line)
        __nss_configure_lookup("hosts", question->line);
    if (!is_loaded)
        libc_report_addresses(
            &to, &(struct libc_word){.code = EAI_SYSTEM, .reason = reason}, NULL);
    else if (!question->subject->is_address)
        ask_for_addresses(question, &to);
    else if (question->is_source)
        ask_for_entry(question, &to);
    else
        ask_for_name(question, &to);
    forked_tell(report, octets, to.pos);
}

/* The parent */

/* EAI_NONAME has many meanings. Since glibc 2.31, though that is not documented, h_errno
 * is the result of the last source that was asked. */
static enum finding_outcome outcome_of_no_name(const struct finding *finding,
                                               const struct explain_libc *question)
{
    bool is_dns = question->is_source && strcmp(question->line, "dns") == 0;

    switch (finding->resolver_error) {
    case NO_RECOVERY:
        if (is_dns)
            return finding->system_error == ENOENT ? FINDING_ALIAS : FINDING_FAILED;
        break;
    case NETDB_INTERNAL:
        break;
    default:
        return FINDING_NO_NAME;
    }
    return question->is_source ? FINDING_UNAVAILABLE : FINDING_NO_NAME;
}

static enum finding_outcome outcome_of(const struct finding *finding,
                                       const struct explain_libc *question)
{
    if (finding->reason)
        return FINDING_ABSENT;
    switch (finding->code) {
    case 0:
        return finding->found.count > 0 ? FINDING_FOUND : FINDING_NO_DATA;
    case EAI_NODATA:
    case EAI_ADDRFAMILY:
        return FINDING_NO_DATA;
    case EAI_NONAME:
        return outcome_of_no_name(finding, question);
    case EAI_AGAIN:
        return FINDING_FAILED;
    case EAI_SYSTEM: /* some modules say this if they have nobody to ask */
        return question->is_source && finding->system_error == 0 ? FINDING_UNAVAILABLE
                                                                 : FINDING_BROKEN;
    default:
        return FINDING_BROKEN;
    }
}

static enum finding_outcome outcome_of_end(enum forked_end end)
{
    switch (end) {
    case FORKED_KILLED:
        return FINDING_CRASHED;
    case FORKED_LEFT:
    case FORKED_DONE:
        return FINDING_ENDED;
    case FORKED_UNABLE:
        return FINDING_UNASKED;
    default:
        return FINDING_SILENT;
    }
}

void explain_libc_read(struct finding *finding, const struct explain_libc *question,
                       const struct forked *forked)
{
    struct reader in = reader_of(forked->report, forked->size);

    *finding = (struct finding){.took_us = -1, .detail = forked->detail};
    if (forked->end == FORKED_DONE && libc_report_read(finding, &in))
        finding->outcome = outcome_of(finding, question);
    else
        finding->outcome = outcome_of_end(forked->end);
    if (finding->outcome == FINDING_ABSENT)
        finding->took_us = -1; /* nobody was asked */
    if (forked->printed_size > 0)
        finding->printed = print_safe(forked->printed, forked->printed_size);
}
