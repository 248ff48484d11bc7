#include "client/explain_answer.h"

#include "base/xalloc.h"
#include "client/explain_words.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static void put_unreachable(const struct finding_server *server, int error, FILE *out)
{
    if (error == ECONNREFUSED)
        fprintf(out, "nobody answers there%s",
                server->is_ours ? ": is hostdnsd running?" : "");
    else
        fprintf(out, "cannot be reached: %s", strerror(error));
}

static void put_records(const struct finding_answer *answer, FILE *out)
{
    explain_words_list(&answer->found, out);
    fprintf(out, " (TTL %u)", answer->ttl);
}

static void put_answer(const struct findings *findings, const struct finding_server *server,
                       const struct finding_answer *answer, FILE *out)
{
    switch (answer->verdict) {
    case VERDICT_RECORDS:
        put_records(answer, out);
        break;
    case VERDICT_PARTIAL:
        put_records(answer, out);
        fputs(", and more that was truncated", out);
        break;
    case VERDICT_NO_RECORDS:
        fputs("the name exists, but has no such records", out);
        break;
    case VERDICT_NO_NAME:
        fputs("no such name (NXDOMAIN)", out);
        break;
    case VERDICT_FAILED:
        show_rcode(answer->rcode, out);
        break;
    case VERDICT_MALFORMED:
        fputs("a malformed reply", out);
        break;
    case VERDICT_CUT:
        fputs("a truncated reply, of which nothing is left", out);
        break;
    case VERDICT_UNREACHABLE:
        put_unreachable(server, answer->error, out);
        break;
    case VERDICT_SILENT:
    case VERDICT_INTERRUPTED:
        explain_words_seconds(findings, "no reply", out);
        break;
    }
    if (answer->reason)
        fprintf(out, ": %s", answer->reason);
}

static char *answer_text(const struct findings *findings,
                         const struct finding_server *server,
                         const struct finding_answer *answer)
{
    char *text;
    size_t size;
    FILE *out = xopen_memstream(&text, &size);

    put_answer(findings, server, answer, out);
    fclose(out);
    return text;
}

static bool say_the_same(const struct findings *findings,
                         const struct finding_server *server)
{
    char *first = answer_text(findings, server, &server->answers[0]);
    char *second = answer_text(findings, server, &server->answers[1]);
    bool is_same = strcmp(first, second) == 0;

    free(first);
    free(second);
    return is_same;
}

/* One answer stands for both families if it has addresses and the other family has none,
 * or if both say the same. */
static const struct finding_answer *telling_answer(const struct findings *findings,
                                                   const struct finding_server *server)
{
    enum verdict first = server->answers[0].verdict, second = server->answers[1].verdict;

    if (server->count < 2 || say_the_same(findings, server) ||
        (first == VERDICT_RECORDS && second == VERDICT_NO_RECORDS))
        return &server->answers[0];
    if (second == VERDICT_RECORDS && first == VERDICT_NO_RECORDS)
        return &server->answers[1];
    return NULL;
}

/* Says where the records come from, if the server has told. A lookup that was under way
 * already explains nothing, since libc asks at the same time. */
static void put_sources(const struct finding_server *server, FILE *out)
{
    struct source sources[2];
    const char *kinds[2];
    size_t count = 0;

    for (size_t i = 0; i < server->count; i++)
        if (server->answers[i].has_source && server->answers[i].found.count > 0) {
            kinds[count] = finding_kind(&server->answers[i]);
            sources[count] = server->answers[i].source;
            if (sources[count].how == WAY_JOINED)
                sources[count].how = WAY_LOOKED_UP;
            count++;
        }
    if (count == 2 && source_is_same(&sources[0], &sources[1]))
        count = 1;
    for (size_t i = 0; i < count; i++) {
        fputs(i == 0 ? "; from: " : ", ", out);
        source_put(&sources[i], out);
        if (count > 1)
            fprintf(out, " (%s)", kinds[i]);
    }
}

/* The canonical name, of the first family that has addresses. */
static void put_end_of_chain(const struct findings *findings,
                             const struct finding_server *server, FILE *out)
{
    for (size_t i = 0; i < server->count; i++)
        if (server->answers[i].found.count > 0) {
            if (!findings->subject.is_address)
                explain_words_canonical(findings, server->answers[i].canonical, out);
            return;
        }
}

/* True if one line says it of both families. */
static bool have_same_ttl(const struct finding_answer answers[static 2])
{
    return answers[0].verdict == VERDICT_RECORDS && answers[1].verdict == VERDICT_RECORDS &&
           answers[0].ttl == answers[1].ttl && !answers[0].reason && !answers[1].reason;
}

static void put_both(const struct findings *findings, const struct finding_server *server,
                     FILE *out)
{
    const struct finding_answer *answers = server->answers;
    bool are_found = answers[0].found.count > 0 && answers[1].found.count > 0;

    if (have_same_ttl(answers)) {
        explain_words_list(&answers[0].found, out);
        fputs(", ", out);
        put_records(&answers[1], out);
        return;
    }
    fputs(are_found ? "" : "IPv4: ", out);
    put_answer(findings, server, &answers[0], out);
    fputs(are_found ? ", " : "; IPv6: ", out);
    put_answer(findings, server, &answers[1], out);
}

static void put_answers(const struct findings *findings,
                        const struct finding_server *server, FILE *out)
{
    const struct finding_answer *one = telling_answer(findings, server);

    if (one)
        put_answer(findings, server, one, out);
    else
        put_both(findings, server, out);
    put_end_of_chain(findings, server, out);
    put_sources(server, out);
}

static void put_end(const struct findings *findings, const struct finding_server *server,
                    FILE *out)
{
    switch (server->end) {
    case FORKED_KILLED:
        fprintf(out, "hostdns has crashed (SIG%s)", explain_words_signal(server->detail));
        break;
    case FORKED_UNABLE:
        fprintf(out, "could not be asked: %s", strerror(server->detail));
        break;
    case FORKED_LEFT:
        fputs("could not be asked", out);
        break;
    default:
        explain_words_seconds(findings, "no reply", out);
    }
}

char *explain_answer_words(const struct findings *findings,
                           const struct finding_server *server)
{
    char *text;
    size_t size;
    FILE *out = xopen_memstream(&text, &size);

    if (server->count > 0)
        put_answers(findings, server, out);
    else
        put_end(findings, server, out);
    fclose(out);
    return text;
}
