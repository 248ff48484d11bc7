#include "client/explain_json.h"

#include "client/explain_answer.h"
#include "client/explain_words.h"
#include "dns/rcode.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

static const char *const outcomes[] = {
    [FINDING_FOUND] = "found",
    [FINDING_NO_DATA] = "no_data",
    [FINDING_NO_NAME] = "no_name",
    [FINDING_ALIAS] = "alias",
    [FINDING_UNAVAILABLE] = "unavailable",
    [FINDING_FAILED] = "failed",
    [FINDING_BROKEN] = "broken",
    [FINDING_ABSENT] = "absent",
    [FINDING_SILENT] = "silent",
    [FINDING_CRASHED] = "crashed",
    [FINDING_ENDED] = "ended",
    [FINDING_UNASKED] = "unasked",
};

static void set(json_t *object, const char *name, json_t *value)
{
    json_object_set_new(object, name, value);
}

static void set_text(json_t *object, const char *name, const char *text)
{
    if (text)
        set(object, name, json_string(text));
}

/* Frees the text, which is for people. */
static void set_words(json_t *object, char *words)
{
    set_text(object, "text", words);
    free(words);
}

/* Texts of the host's files may have any octets. */
static json_t *safe_string(const char *text)
{
    char *safe = print_safe(text, strlen(text));
    json_t *string = json_string(safe);

    free(safe);
    return string;
}

static json_t *list_of(const struct texts *texts)
{
    json_t *list = json_array();

    for (size_t i = 0; i < texts->count; i++)
        json_array_append_new(list, json_string(texts->all[i]));
    return list;
}

static void set_found(json_t *object, const struct findings *findings,
                      const struct texts *found)
{
    if (found->count == 0)
        return;
    set(object, findings->subject.is_address ? "names" : "addresses", list_of(found));
    if (found->left_out > 0)
        set(object, "left_out", json_integer((json_int_t)found->left_out));
}

static void set_time(json_t *object, int64_t took_us)
{
    if (took_us >= 0)
        set(object, "time_us", json_integer(took_us));
}

static json_t *finding_of(const struct findings *findings, const struct finding *finding)
{
    json_t *object = json_object();

    set_text(object, "outcome", outcomes[finding->outcome]);
    set_words(object, explain_words_finding(findings, finding));
    set_time(object, finding->took_us);
    set_found(object, findings, &finding->found);
    set_text(object, "canonical", finding->canonical);
    set_text(object, "printed", finding->printed);
    return object;
}

static json_t *sources_of(const struct findings *findings)
{
    json_t *list = json_array();

    for (size_t i = 0; i < findings->source_count; i++) {
        json_t *object;

        if (findings->sources[i].same_as != i)
            continue;
        object = finding_of(findings, findings_said(findings, i));
        set_text(object, "source", findings->sources[i].label);
        json_array_append_new(list, object);
    }
    return list;
}

static void set_source(json_t *object, const struct finding_answer *answer)
{
    const struct source *source = &answer->source;

    if (!answer->has_source)
        return;
    set_text(object, "source", source->text);
    if (source->has_age) {
        set(object, "cache_age", json_integer(source->age));
        set(object, "cache_left", json_integer(source->left));
    }
    if (source->how == WAY_STALE)
        set(object, "stale", json_true());
}

static bool is_reply(const struct finding_answer *answer)
{
    return answer->verdict != VERDICT_SILENT && answer->verdict != VERDICT_UNREACHABLE &&
           answer->verdict != VERDICT_INTERRUPTED;
}

static json_t *answer_of(const struct findings *findings,
                         const struct finding_answer *answer)
{
    json_t *object = json_object();
    char type[TYPE_TEXT];

    set_text(object, "QTYPEname", type_to_text(answer->type, type));
    if (is_reply(answer))
        set_text(object, "status", rcode_text(answer->rcode));
    set_found(object, findings, &answer->found);
    if (answer->found.count > 0) {
        set(object, "TTL", json_integer(answer->ttl));
        set_text(object, "canonical", answer->canonical);
    }
    set_text(object, "reason", answer->reason);
    set_source(object, answer);
    return object;
}

static json_t *server_of(const struct findings *findings,
                         const struct finding_server *server)
{
    json_t *object = json_object(), *answers = json_array();
    char address[ADDR_TEXT];

    set_text(object, "server", addr_format(&server->address, address));
    set_words(object, explain_answer_words(findings, server));
    set_time(object, server->took_us);
    for (size_t i = 0; i < server->count; i++)
        json_array_append_new(answers, answer_of(findings, &server->answers[i]));
    set(object, "answers", answers);
    return object;
}

static json_t *servers_of(const struct findings *findings)
{
    json_t *list = json_array();

    for (size_t i = 0; i < findings->server_count; i++)
        json_array_append_new(list, server_of(findings, &findings->servers[i]));
    return list;
}

static json_t *search_of(const struct search *search)
{
    json_t *list = json_array();

    for (size_t i = 0; i < search->count; i++)
        json_array_append_new(list, safe_string(search->domains[i]));
    return list;
}

static void set_host(json_t *object, const struct finding_host *host)
{
    set(object, "hosts", safe_string(host->line));
    set(object, "search", search_of(&host->search));
    set(object, "ndots", json_integer(host->search.ndots));
}

static void set_libc(json_t *object, const struct findings *findings)
{
    if (findings->subject.is_address) {
        set(object, "getnameinfo", finding_of(findings, &findings->all));
    } else {
        set(object, "getaddrinfo", finding_of(findings, &findings->all));
        set(object, "AI_ADDRCONFIG", finding_of(findings, &findings->with_config));
    }
    if (findings->host.has_nscd)
        set(object, "without_nscd", finding_of(findings, &findings->without_nscd));
}

void explain_json(const struct findings *findings, FILE *out)
{
    json_t *object = json_object();

    set_text(object, findings->subject.is_address ? "address" : "name",
             findings->subject.text);
    set_host(object, &findings->host);
    set(object, "sources", sources_of(findings));
    set_libc(object, findings);
    set(object, "servers", servers_of(findings));
    set(object, "why", list_of(&findings->why));
    json_dumpf(object, out, JSON_COMPACT | JSON_ENSURE_ASCII);
    json_decref(object);
    fputc('\n', out);
}
