/*
 * A table whose rows say who was asked, how long that took, and what the answer was:
 *
 *     Name:            www.example.test
 *     hosts: line:     files dns
 *
 *     Each source by itself
 *       files           0.09 ms  no such name
 *       dns               21 ms  192.0.2.80
 */
#include "client/explain_view.h"

#include "base/xalloc.h"
#include "client/explain_answer.h"
#include "client/explain_words.h"

#include <stdlib.h>
#include <string.h>

enum { WIDTH = 80, LABEL_LEAST = 14, TIME_WIDTH = 8, BEHIND = 2 };

/* Select Graphic Rendition (ECMA-48 section 8.3.117), as in client/view_plain.c. */
static const char name_colour[] = "1", found_colour[] = "32", faint_colour[] = "2";

struct explain_table {
    FILE *out;
    bool is_coloured;
    int label_width;
};

static void put_coloured(const struct explain_table *table, const char *colour,
                         const char *text, size_t len)
{
    if (table->is_coloured && colour)
        fprintf(table->out, "\033[%sm%.*s\033[0m", colour, (int)len, text);
    else
        fprintf(table->out, "%.*s", (int)len, text);
}

/* How much of the text fits a line: up to a blank, or up to the first one if that is
 * later. */
static size_t line_length(const char *text, size_t room)
{
    size_t len = strlen(text), at = room;

    if (len <= room)
        return len;
    while (at > 0 && text[at] != ' ')
        at--;
    return at > 0 ? at : strcspn(text, " ");
}

/* Writes the text on as many lines as it takes, each indented to the column. */
static void put_wrapped(const struct explain_table *table, const char *colour,
                        const char *text, int column)
{
    size_t room = (size_t)(WIDTH - column);

    while (*text) {
        size_t len = line_length(text, room);

        put_coloured(table, colour, text, len);
        fputc('\n', table->out);
        text += len;
        text += strspn(text, " ");
        if (*text)
            fprintf(table->out, "%*s", column, "");
    }
}

static void put_row(const struct explain_table *table, const char *label, int64_t took_us,
                    bool is_found, char *text)
{
    char time[SOURCE_TIME] = "";

    if (took_us >= 0)
        source_time(took_us, time);
    fprintf(table->out, "  %-*s", table->label_width, label);
    fprintf(table->out, "%*s", TIME_WIDTH - (int)strlen(time) + BEHIND, "");
    put_coloured(table, faint_colour, time, strlen(time));
    fprintf(table->out, "%*s", BEHIND, "");
    put_wrapped(table, is_found ? found_colour : NULL, text,
                2 + table->label_width + BEHIND + TIME_WIDTH + BEHIND);
    free(text);
}

static void put_finding(const struct explain_table *table, const struct findings *findings,
                        const char *label, const struct finding *finding)
{
    put_row(table, label, finding->took_us, finding->outcome == FINDING_FOUND,
            explain_words_finding(findings, finding));
}

static void put_heading(const struct explain_table *table, const char *text)
{
    fputc('\n', table->out);
    put_coloured(table, name_colour, text, strlen(text));
    fputc('\n', table->out);
}

static void put_field(const struct explain_table *table, const char *label, char *text)
{
    fprintf(table->out, "%-17s", label);
    put_wrapped(table, NULL, text, 17);
    free(text);
}

static char *search_text(const struct search *search)
{
    char *text;
    size_t size;
    FILE *out = xopen_memstream(&text, &size);

    for (size_t i = 0; i < search->count; i++) {
        char *safe = print_safe(search->domains[i], strlen(search->domains[i]));

        fprintf(out, "%s%s", i > 0 ? " " : "", safe);
        free(safe);
    }
    fprintf(out, ", ndots:%u", search->ndots);
    fclose(out);
    return text;
}

static char *line_text(const struct finding_host *host)
{
    char *safe = print_safe(host->line, strlen(host->line));
    char *text = xasprintf("%s%s", safe,
                           host->is_wrong     ? " (libc cannot use it)"
                           : host->is_default ? " (libc's own, the file has none)"
                                              : "");

    free(safe);
    return text;
}

static void put_host(const struct explain_table *table, const struct findings *findings)
{
    const struct finding_host *host = &findings->host;

    put_field(table, findings->subject.is_address ? "Address:" : "Name:",
              xstrdup(findings->subject.text));
    put_field(table, "hosts: line:", line_text(host));
    if (host->search.count > 0 && !findings->subject.is_address)
        put_field(table, "Search list:", search_text(&host->search));
}

static void put_sources(const struct explain_table *table, const struct findings *findings)
{
    put_heading(table, "Each source by itself");
    for (size_t i = 0; i < findings->source_count; i++)
        if (findings->sources[i].same_as == i)
            put_finding(table, findings, findings->sources[i].label,
                        findings_said(findings, i));
}

/* Shows a second finding only if it differs from the first. */
static void put_second(const struct explain_table *table, const struct findings *findings,
                       const char *label, const struct finding *finding)
{
    const struct finding *all = &findings->all;

    if (finding->outcome != all->outcome || !texts_are_same(&finding->found, &all->found))
        put_finding(table, findings, label, finding);
}

static void put_libc(const struct explain_table *table, const struct findings *findings)
{
    put_heading(table, "All of them, as programs ask");
    put_finding(table, findings,
                findings->subject.is_address ? "getnameinfo()" : "getaddrinfo()",
                &findings->all);
    if (!findings->subject.is_address)
        put_second(table, findings, "AI_ADDRCONFIG", &findings->with_config);
    if (findings->host.has_nscd)
        put_second(table, findings, "without nscd", &findings->without_nscd);
}

static void put_servers(const struct explain_table *table, const struct findings *findings)
{
    put_heading(table, "Over DNS");
    for (size_t i = 0; i < findings->server_count; i++) {
        const struct finding_server *server = &findings->servers[i];

        put_row(table, server->name, server->took_us, findings_server_found(server),
                explain_answer_words(findings, server));
    }
}

static void put_why(const struct explain_table *table, const struct findings *findings)
{
    if (findings->why.count == 0)
        return;
    put_heading(table, "Why");
    for (size_t i = 0; i < findings->why.count; i++) {
        fputs("  - ", table->out);
        put_wrapped(table, NULL, findings->why.all[i], 4);
    }
}

static void widen(int *width, const char *label)
{
    int len = (int)strlen(label);

    if (len > *width)
        *width = len;
}

static int label_width(const struct findings *findings)
{
    int width = LABEL_LEAST;

    for (size_t i = 0; i < findings->source_count; i++)
        widen(&width, findings->sources[i].label);
    for (size_t i = 0; i < findings->server_count; i++)
        widen(&width, findings->servers[i].name);
    return width;
}

void explain_view(const struct findings *findings, bool is_coloured, FILE *out)
{
    const struct explain_table table = {
        .out = out, .is_coloured = is_coloured, .label_width = label_width(findings)};

    put_host(&table, findings);
    put_sources(&table, findings);
    put_libc(&table, findings);
    put_servers(&table, findings);
    put_why(&table, findings);
}
