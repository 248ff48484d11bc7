#include "serve/querylog.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "base/counters.h"
#include "base/log.h"
#include "serve/repeats.h"

/* An octet of a reason is written as up to four, and a backslash in JSON as two. */
enum { REASON_TEXT = 4 * ANSWER_TEXT, JSON_TEXT = 2 * QUESTION_TEXT };

bool querylog_wants(enum querylog_form configured)
{
    return configured != QUERYLOG_NONE || log_shows(LOG_LEVEL_DEBUG);
}

enum { TIME_TEXT = 64 };

/* As RFC 3339 has it: 2026-11-29T12:00:00.000Z */
static const char *time_text(int64_t at, char out[static TIME_TEXT])
{
    time_t seconds = (time_t)(at / 1000);
    struct tm date;
    size_t len;

    gmtime_r(&seconds, &date);
    len = strftime(out, TIME_TEXT, "%Y-%m-%dT%H:%M:%S", &date);
    snprintf(out + len, TIME_TEXT - len, ".%03dZ", (int)(at % 1000));
    return out;
}

/* Writes milliseconds with three decimals, such as 0.042. */
static const char *duration_text(int64_t us, char out[static TIME_TEXT])
{
    snprintf(out, TIME_TEXT, "%" PRId64 ".%03d", us / 1000, (int)(us % 1000));
    return out;
}

static const char *source_of(const struct querylog_entry *entry)
{
    if (entry->origin == QUERYLOG_ITSELF)
        return "itself";
    return answer_is_of_host(entry->answer) ? "host" : "dns";
}

/* Odd octets are escaped as in names (RFC 1035 section 5.1). */
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
    char at[TIME_TEXT], took[TIME_TEXT];
    bool is_timed = !log_has_times();

    if (answer->ede != EDE_NONE)
        snprintf(ede, sizeof ede, ", EDE %u", answer->ede);
    snprintf(line, QUERYLOG_LINE,
             "%s%s%s asks %s over %s: %s, %u records from %s%s, %s ms%s%s%s",
             is_timed ? time_text(entry->at, at) : "", is_timed ? " " : "",
             addr_format(entry->client, from),
             entry->question ? question_text(entry->question, asked) : "no question",
             entry->over_tcp ? "TCP" : "UDP", rcode_text(answer->rcode),
             answer->count[SECTION_ANSWER], source_of(entry),
             entry->origin == QUERYLOG_CACHE ? ", cached" : "",
             duration_text(entry->us, took), ede, *answer->ede_text ? ": " : "",
             reason_text(answer->ede_text, reason));
    return line;
}

/* Writes printable ASCII as a string of JSON. */
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

/* Writes "name":...,"type":... The text of a name has no space, which is written \032. */
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
    char from[ADDR_TEXT], asked[JSON_TEXT + 64], reason[JSON_TEXT + 64], at[TIME_TEXT];
    char took[TIME_TEXT];
    const struct answer *answer = entry->answer;

    put_question(entry->question, asked, sizeof asked);
    put_reason(answer, reason, sizeof reason);
    snprintf(line, QUERYLOG_LINE,
             "{\"time\":\"%s\",\"client\":\"%s\",\"transport\":\"%s\",%s,\"rcode\":\"%s\","
             "\"records\":%u,"
             "\"source\":\"%s\",\"cached\":%s,\"ms\":%s,%s}",
             time_text(entry->at, at), addr_format(entry->client, from),
             entry->over_tcp ? "tcp" : "udp", asked, rcode_text(answer->rcode),
             answer->count[SECTION_ANSWER], source_of(entry),
             entry->origin == QUERYLOG_CACHE ? "true" : "false",
             duration_text(entry->us, took), reason);
    return line;
}

static struct repeats repeats;
static enum querylog_form left_out_form; /* of the last line */
static struct loop *loop;                /* NULL: the end alone tells */
static struct timer timer;

static void tell_json(const struct repeat *repeat, uint64_t left_out)
{
    char at[TIME_TEXT], from[ADDR_IP_TEXT], asked[JSON_TEXT + 64];

    put_question(repeat->question.name_len > 0 ? &repeat->question : NULL, asked,
                 sizeof asked);
    log_bare("{\"time\":\"%s\",\"client\":\"%s\",\"transport\":\"%s\",%s,\"rcode\":\"%s\","
             "\"left-out\":%" PRIu64 "}",
             time_text(clock_unix_ms(), at), addr_format_ip(&repeat->client, from),
             repeat->over_tcp ? "tcp" : "udp", asked, rcode_text(repeat->rcode), left_out);
}

static void tell_text(const struct repeat *repeat, uint64_t left_out)
{
    char at[TIME_TEXT], from[ADDR_IP_TEXT], asked[QUESTION_TEXT];
    bool is_timed = !log_has_times();

    log_always("%s%s%s asks %s over %s: %s, %" PRIu64 " more such line%s left out",
               is_timed ? time_text(clock_unix_ms(), at) : "", is_timed ? " " : "",
               addr_format_ip(&repeat->client, from),
               repeat->question.name_len > 0 ? question_text(&repeat->question, asked)
                                             : "no question",
               repeat->over_tcp ? "TCP" : "UDP", rcode_text(repeat->rcode), left_out,
               left_out == 1 ? " was" : "s were");
}

static void tell(const struct repeat *repeat, uint64_t left_out)
{
    (left_out_form == QUERYLOG_JSON ? tell_json : tell_text)(repeat, left_out);
}

static void period_ended(void *context)
{
    int64_t now = clock_ms();

    (void)context;
    if (repeats_end(&repeats, now - REPEATS_MS, tell))
        timer_set(loop, &timer, now + 1000);
}

void querylog_open(struct loop *of)
{
    loop = of;
    timer_init(&timer, period_ended, NULL);
}

void querylog_close(void)
{
    repeats_end(&repeats, INT64_MAX, tell);
    if (loop)
        timer_cancel(&timer);
    loop = NULL;
}

static bool is_left_out(const struct querylog_entry *entry)
{
    struct repeat line = {.client = *entry->client,
                          .over_tcp = entry->over_tcp,
                          .rcode = entry->answer->rcode};
    int64_t now = clock_ms();

    if (entry->question)
        question_fold(&line.question, entry->question);
    line.question.flags = 0;
    if (repeats_allow(&repeats, &line, now, tell))
        return false;
    count(COUNT_LOG_LEFT_OUT);
    if (loop && !timer_is_set(&timer))
        timer_set(loop, &timer, now + REPEATS_MS);
    return true;
}

void querylog_write(enum querylog_form configured, const struct querylog_entry *entry)
{
    char line[QUERYLOG_LINE];

    if (!querylog_wants(configured))
        return;
    left_out_form = configured;
    if (is_left_out(entry))
        return;
    if (configured == QUERYLOG_JSON)
        log_bare("%s", querylog_json(entry, line));
    else
        log_always("%s", querylog_text(entry, line));
}
