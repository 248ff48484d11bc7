#include "client/findings.h"

#include "base/xalloc.h"

#include <stdlib.h>
#include <string.h>

void finding_free(struct finding *finding)
{
    texts_free(&finding->found);
    free(finding->canonical);
    free(finding->reason);
    free(finding->printed);
    *finding = (struct finding){0};
}

static void free_answer(struct finding_answer *answer)
{
    texts_free(&answer->found);
    free(answer->canonical);
    free(answer->reason);
    *answer = (struct finding_answer){0};
}

void findings_free(struct findings *findings)
{
    for (size_t i = 0; i < findings->source_count; i++) {
        finding_free(&findings->sources[i].said);
        free(findings->sources[i].label);
    }
    for (size_t i = 0; i < findings->server_count; i++)
        for (size_t part = 0; part < findings->servers[i].count; part++)
            free_answer(&findings->servers[i].answers[part]);
    finding_free(&findings->all);
    finding_free(&findings->with_config);
    finding_free(&findings->without_nscd);
    free(findings->host.line);
    texts_free(&findings->host.environment);
    free(findings->subject.text);
    free(findings->subject.name);
    free(findings->searched);
    texts_free(&findings->why);
    *findings = (struct findings){0};
}

bool finding_is_found(const struct finding *finding)
{
    return finding->outcome == FINDING_FOUND;
}

bool finding_is_single_label(const struct finding_subject *subject)
{
    const char *dot = strchr(subject->name, '.');

    return !dot || dot[1] == '\0';
}

const struct finding *findings_said(const struct findings *findings, size_t source)
{
    return &findings->sources[findings->sources[source].same_as].said;
}

/* True if libc looks no further; if it does not come back, actions do not matter. */
static bool ends(const struct finding_source *source, const struct finding *said)
{
    switch (said->outcome) {
    case FINDING_FOUND:
        return source->on[HOSTS_SUCCESS] == HOSTS_RETURN;
    case FINDING_NO_DATA:
    case FINDING_NO_NAME:
    case FINDING_ALIAS:
        return source->on[HOSTS_NOTFOUND] == HOSTS_RETURN;
    case FINDING_UNAVAILABLE:
    case FINDING_BROKEN:
    case FINDING_ABSENT:
        return source->on[HOSTS_UNAVAIL] == HOSTS_RETURN;
    case FINDING_FAILED:
        return source->on[HOSTS_TRYAGAIN] == HOSTS_RETURN;
    case FINDING_SILENT:
    case FINDING_CRASHED:
    case FINDING_ENDED:
        return true;
    default:
        return false;
    }
}

size_t findings_last_asked(const struct findings *findings)
{
    size_t at = 0;

    while (at < findings->source_count &&
           !ends(&findings->sources[at], findings_said(findings, at)))
        at++;
    return at;
}

const struct finding *findings_of(const struct findings *findings, const char *source)
{
    for (size_t i = 0; i < findings->source_count; i++)
        if (strcmp(findings->sources[i].name, source) == 0)
            return findings_said(findings, i);
    return NULL;
}

const struct finding_server *findings_ours(const struct findings *findings)
{
    for (size_t i = 0; i < findings->server_count; i++)
        if (findings->servers[i].is_ours)
            return &findings->servers[i];
    return NULL;
}

const char *finding_kind(const struct finding_answer *answer)
{
    return answer->type == TYPE_A ? "IPv4" : answer->type == TYPE_AAAA ? "IPv6" : "PTR";
}

bool finding_has_answered(const struct finding_answer *answer)
{
    return answer->verdict == VERDICT_RECORDS || answer->verdict == VERDICT_PARTIAL ||
           answer->verdict == VERDICT_NO_RECORDS || answer->verdict == VERDICT_NO_NAME;
}

bool finding_is_heard(const struct finding_server *server)
{
    return server->count > 0 && finding_has_answered(&server->answers[0]) &&
           (server->count == 1 || finding_has_answered(&server->answers[1]));
}

bool findings_server_found(const struct finding_server *server)
{
    for (size_t i = 0; i < server->count; i++)
        if (server->answers[i].found.count > 0)
            return true;
    return false;
}

struct texts findings_server_texts(const struct finding_server *server)
{
    struct texts texts = {0};
    size_t count = 0;

    for (size_t i = 0; i < server->count; i++)
        count += server->answers[i].found.count;
    texts.all = xcalloc(count, sizeof *texts.all);
    for (size_t i = 0; i < server->count; i++)
        for (size_t at = 0; at < server->answers[i].found.count; at++)
            texts.all[texts.count++] = server->answers[i].found.all[at];
    return texts;
}

bool findings_server_says(const struct finding_server *server, const struct texts *texts)
{
    struct texts told = findings_server_texts(server);
    bool is_same = texts_are_same(&told, texts);

    free(told.all);
    return is_same;
}
