#include "web/page_lists.h"

#include <inttypes.h>

#include "web/html.h"
#include "web/page_text.h"

static void begin_item(FILE *out, const char *name)
{
    fputs("<li><span class=\"what\">", out);
    html_put(out, name);
    fputs("</span><span class=\"number\">", out);
}

/* The note may be "", and then it is left out. */
static void end_item(FILE *out, const char *note)
{
    fputs("</span>", out);
    if (*note) {
        fputs("<small>", out);
        html_put(out, note);
        fputs("</small>", out);
    }
    fputs("</li>\n", out);
}

static void put_none(FILE *out, size_t count)
{
    if (count == 0)
        fputs("<li class=\"nothing\">None.</li>\n", out);
}

void page_lists_sources(FILE *out, const struct summary *summary)
{
    for (size_t i = 0; i < SUMMARY_SOURCES; i++) {
        char note[40] = "";

        if (summary->sources[i].failed > 0)
            snprintf(note, sizeof note, "%" PRIu64 " failed", summary->sources[i].failed);
        begin_item(out, summary->sources[i].name);
        page_text_count(out, summary->sources[i].count);
        end_item(out, note);
    }
}

void page_lists_rcodes(FILE *out, const struct summary *summary)
{
    for (size_t i = 0; i < SUMMARY_RCODES; i++) {
        if (summary->rcodes[i].count == 0)
            continue;
        begin_item(out, summary->rcodes[i].name);
        page_text_count(out, summary->rcodes[i].count);
        end_item(out, "");
    }
    put_none(out, summary->questions);
}

static void put_names(FILE *out, const struct worst_row *rows, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        begin_item(out, rows[i].name);
        page_text_duration(out, (double)rows[i].ms);
        end_item(out, rows[i].reason);
    }
    put_none(out, count);
}

void page_lists_slowest(FILE *out, const struct summary *summary)
{
    put_names(out, summary->slowest, summary->slowest_count);
}

void page_lists_failing(FILE *out, const struct summary *summary)
{
    put_names(out, summary->failing, summary->failing_count);
}

static void put_states(FILE *out, uint32_t states)
{
    const char *between = "";

    for (int i = 0; i < NAME_SERVER_STATES_NUMBER; i++)
        if (states & 1u << i) {
            fprintf(out, "%s%s", between, name_server_words[i]);
            between = ", ";
        }
}

static void put_server(FILE *out, const struct name_server_row *server)
{
    char note[120];

    snprintf(
        note, sizeof note,
        "asked %" PRIu64 ", answered %" PRIu64 ", failed %" PRIu64 ", round trip %.1f ms",
        server->asked, server->answered, server->failed, (double)server->rtt_us / 1000);
    begin_item(out, server->address);
    put_states(out, server->states);
    end_item(out, note);
}

void page_lists_name_servers(FILE *out, const struct summary *summary)
{
    for (size_t i = 0; i < summary->server_count; i++)
        put_server(out, &summary->servers[i]);
    put_none(out, summary->server_count);
}
