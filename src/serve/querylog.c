#include "serve/querylog.h"

#include <stdio.h>
#include <string.h>

#include "base/log.h"

/* Each octet of a reason becomes up to four, and in JSON a backslash two. */
enum { REASON_TEXT = 4 * ANSWER_TEXT, JSON_TEXT = 2 * QUESTION_TEXT };

bool querylog_wants(enum querylog_form configured)
{
    return configured != QUERYLOG_NONE || log_shows(LOG_LEVEL_DEBUG);
}

static const char *source_of(const struct querylog_entry *entry)
{
    if (entry->origin == QUERYLOG_ITSELF)
        return "itself";
    return entry->answer->source == ANSWER_FROM_HOST ? "host" : "dns";
}

/* As names are written (RFC 1035 section 5.1). */
static const char *reason_text(const char *reason, char out[static REASON_TEXT])
{
    size_t pos = 0;

    for (; *reason && pos + 5 <= REASON_TEXT; reason++) {
        unsigned char octet = (unsigned char)*reason;

        if (octet == '\\')
            pos += (size_t)snprintf(out + pos, REASON_TEXT - pos, "\\\\");
        else if (octet < ' ' || octet > '~')
            pos += (size_t)snprintf(out + pos, REASON_TEXT - pos, "\\%03u", octet);
        else
            out[pos++] = *reason;
    }
    out[pos] = '\0';
    return out;
}

const char *querylog_text(const struct querylog_entry *entry,
                          char line[static QUERYLOG_LINE])
{
    const struct answer *answer = entry->answer;
    char from[ADDR_TEXT], asked[QUESTION_TEXT], reason[REASON_TEXT], ede[16] = "";

    if (answer->ede != EDE_NONE)
        snprintf(ede, sizeof ede, ", EDE %u", answer->ede);
    snprintf(line, QUERYLOG_LINE,
             "%s asks %s over %s: %s, %u records from %s%s, %lld ms%s%s%s",
             addr_format(entry->client, from),
             entry->question ? question_text(entry->question, asked) : "no question",
             entry->over_tcp ? "TCP" : "UDP", rcode_text(answer->rcode),
             answer->count[SECTION_ANSWER], source_of(entry),
             entry->origin == QUERYLOG_CACHE ? ", cached" : "", (long long)entry->ms, ede,
             *answer->ede_text ? ": " : "", reason_text(answer->ede_text, reason));
    return line;
}

/* Of printable ASCII; in quotes. */
static const char *json_string(const char *text, char out[static JSON_TEXT])
{
    size_t pos = 0;

    out[pos++] = '"';
    for (; *text && pos + 4 <= JSON_TEXT; text++) {
        if (*text == '"' || *text == '\\')
            out[pos++] = '\\';
        out[pos++] = *text;
    }
    out[pos++] = '"';
    out[pos] = '\0';
    return out;
}

/* "name":...,"type":... A name has no space: it would be written \032. */
static void put_question(const struct question *question, char *out, size_t size)
{
    char text[QUESTION_TEXT], name[JSON_TEXT], *space;

    if (!question) {
        snprintf(out, size, "\"name\":null,\"type\":null");
        return;
    }
    question_text(question, text);
    space = strrchr(text, ' ');
    *space = '\0';
    snprintf(out, size, "\"name\":%s,\"type\":\"%s\"", json_string(text, name), space + 1);
}

static void put_reason(const struct answer *answer, char *out, size_t size)
{
    char text[REASON_TEXT], quoted[JSON_TEXT];

    if (answer->ede == EDE_NONE)
        snprintf(out, size, "\"ede\":null,\"reason\":null");
    else
        snprintf(out, size, "\"ede\":%u,\"reason\":%s", answer->ede,
                 json_string(reason_text(answer->ede_text, text), quoted));
}

const char *querylog_json(const struct querylog_entry *entry,
                          char line[static QUERYLOG_LINE])
{
    char from[ADDR_TEXT], asked[JSON_TEXT + 64], reason[JSON_TEXT + 64];
    const struct answer *answer = entry->answer;

    put_question(entry->question, asked, sizeof asked);
    put_reason(answer, reason, sizeof reason);
    snprintf(line, QUERYLOG_LINE,
             "{\"client\":\"%s\",\"transport\":\"%s\",%s,\"rcode\":\"%s\",\"records\":%u,"
             "\"source\":\"%s\",\"cached\":%s,\"ms\":%lld,%s}",
             addr_format(entry->client, from), entry->over_tcp ? "tcp" : "udp", asked,
             rcode_text(answer->rcode), answer->count[SECTION_ANSWER], source_of(entry),
             entry->origin == QUERYLOG_CACHE ? "true" : "false", (long long)entry->ms,
             reason);
    return line;
}

void querylog_write(enum querylog_form configured, const struct querylog_entry *entry)
{
    char line[QUERYLOG_LINE];

    if (!querylog_wants(configured))
        return;
    if (configured == QUERYLOG_JSON)
        log_bare(querylog_json(entry, line));
    else
        log_always("%s", querylog_text(entry, line));
}
