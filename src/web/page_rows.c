#include "web/page_rows.h"

#include <inttypes.h>
#include <string.h>
#include <time.h>

#include "web/html.h"
#include "web/page_text.h"

#define NOTHING "\xe2\x80\x93" /* a dash */

static void put_time(FILE *out, int64_t ms)
{
    time_t seconds = (time_t)(ms / 1000);
    char text[sizeof "00:00:00"] = "";
    struct tm tm;

    if (gmtime_r(&seconds, &tm))
        strftime(text, sizeof text, "%T", &tm);
    fputs(text, out);
}

static void begin_cell(FILE *out, const char *name)
{
    fprintf(out, "<td class=\"%s\">", name);
}

static void put_text(FILE *out, const char *text)
{
    if (*text)
        html_put(out, text);
    else
        fputs(NOTHING, out);
}

/* A note behind the text of a cell; "" is left out. */
static void end_cell(FILE *out, const char *note)
{
    if (*note) {
        fputs("<small>", out);
        html_put(out, note);
        fputs("</small>", out);
    }
    fputs("</td>", out);
}

static void put_cell(FILE *out, const char *name, const char *text, const char *note)
{
    begin_cell(out, name);
    put_text(out, text);
    end_cell(out, note);
}

static void put_name(FILE *out, const struct question_row *row)
{
    begin_cell(out, "name");
    fprintf(out, "<a href=\"/question/%" PRIu64 "\">", row->number);
    put_text(out, row->name);
    fputs("</a></td>", out);
}

static void put_outcome(FILE *out, const struct question_row *row)
{
    begin_cell(out, "outcome");
    fputs("<span>", out);
    put_text(out, row->rcode);
    fputs("</span>", out);
    end_cell(out, row->error);
}

static bool has_failed(const struct question_row *row)
{
    return strcmp(row->rcode, "NOERROR") != 0 && strcmp(row->rcode, "NXDOMAIN") != 0;
}

void page_rows_put(FILE *out, const struct question_row *row)
{
    fputs(has_failed(row) ? "<tr class=\"failed\">" : "<tr>", out);
    begin_cell(out, "time");
    put_time(out, row->at);
    end_cell(out, "");
    put_cell(out, "client", row->client, strcmp(row->transport, "tcp") == 0 ? "TCP" : "");
    put_name(out, row);
    put_cell(out, "type", row->type, "");
    put_cell(out, "source", row->source, row->is_cached ? "cached" : "");
    put_outcome(out, row);
    begin_cell(out, "took number");
    page_text_duration(out, (double)row->us / 1000);
    end_cell(out, "");
    fputs("</tr>\n", out);
}

void page_rows(FILE *out)
{
    static struct question_row row;
    uint64_t number = UINT64_MAX;

    for (int i = 0; i < QUESTION_ROWS && (number = question_row_before(&row, number)) > 0;
         i++)
        page_rows_put(out, &row);
}
