#include "client/view_wire.h"

#include "client/source.h"
#include "dns/annotate.h"

#include <string.h>

enum { NAME_WIDTH = 24, VALUE_WIDTH = 26 };

/* "0010  77 77 77", and the blanks up to the next column. */
static void put_octets(FILE *out, const uint8_t *wire, size_t at, size_t len)
{
    fprintf(out, "%04zx ", at);
    for (size_t i = 0; i < VIEW_WIRE_OCTETS; i++)
        if (i < len)
            fprintf(out, " %02x", wire[at + i]);
        else
            fputs("   ", out);
}

struct dump {
    FILE *out;
    const uint8_t *wire;
};

/* name, value, meaning, source; no blanks at the end. */
static void put_words(FILE *out, const struct annotation *field)
{
    int indent = (int)field->depth * 2, width = NAME_WIDTH - indent;

    fprintf(out, "  %*s%-*s", indent, "", width > 0 ? width : 0, field->name);
    if (*field->value == '\0')
        return;
    if (*field->meaning == '\0' && *field->source == '\0') {
        fprintf(out, " %s", field->value);
        return;
    }
    fprintf(out, " %-*s", VALUE_WIDTH, field->value);
    if (*field->meaning)
        fprintf(out, " %s", field->meaning);
    if (*field->source)
        fprintf(out, " [%s]", field->source);
}

static void put_field(void *context, const struct annotation *field)
{
    const struct dump *dump = context;
    size_t first = field->len < VIEW_WIRE_OCTETS ? field->len : VIEW_WIRE_OCTETS;

    if (field->len > 0)
        put_octets(dump->out, dump->wire, field->at, first);
    else
        fprintf(dump->out, "%*s", 5 + 3 * VIEW_WIRE_OCTETS, "");
    put_words(dump->out, field);
    fputc('\n', dump->out);
    for (size_t done = first; done < field->len; done += VIEW_WIRE_OCTETS) {
        size_t left = field->len - done;

        put_octets(dump->out, dump->wire, field->at + done,
                   left < VIEW_WIRE_OCTETS ? left : VIEW_WIRE_OCTETS);
        fputc('\n', dump->out);
    }
}

void view_wire_message(FILE *out, const uint8_t *wire, size_t size)
{
    annotate(wire, size, put_field, &(struct dump){out, wire});
}

void view_wire_legend(FILE *out)
{
    fprintf(out, "%-*s  %-*s %-*s %s\n", 5 + 3 * VIEW_WIRE_OCTETS, VIEW_WIRE_LEGEND,
            NAME_WIDTH, "field", VALUE_WIDTH, "value", "meaning [where it is written]");
}

static void put_heading(FILE *out, const char *what, const struct show *show,
                        const struct exchange *exchange, size_t size)
{
    char server[SHOW_SERVER];

    fprintf(out, "\n%s %s over %s, %zu octets", what, show_server(show->server, server),
            exchange->is_over_tcp ? "TCP, behind 2 octets of length" : "UDP", size);
}

void view_wire(struct show *show, const struct exchange *exchange)
{
    char time[SOURCE_TIME];
    FILE *out = show->out;

    if (!show->has_begun)
        view_wire_legend(out);
    put_heading(out, "Query to", show, exchange, exchange->ask.size);
    fputc('\n', out);
    view_wire_message(out, exchange->ask.wire, exchange->ask.size);
    if (exchange->state != EXCHANGE_ANSWERED) {
        fprintf(out, "\nNo reply: %s\n",
                exchange->state == EXCHANGE_UNREACHABLE ? show_system_error(exchange->error)
                                                        : "timed out");
        return;
    }
    put_heading(out, "Reply from", show, exchange, exchange->size);
    fprintf(out, ", after %s\n", source_time(exchange->ended_us - exchange->sent_us, time));
    view_wire_message(out, exchange->wire, exchange->size);
}
