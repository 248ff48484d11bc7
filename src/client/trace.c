/*
 * From the client through serve and lookup to libc and the name servers, and back:
 *
 *     hostdns       www.example.test. A
 *      |  UDP over loopback to 127.0.0.1 port 5353
 *      +-> serve    not in the cache: a new lookup
 *           |  a channel between the processes
 *           +-> lookup
 *                |-- libc without DNS: files dns            0.31 ms  DNS is next
 *                |-- DNS server 192.0.2.1 over UDP: A         23 ms  NOERROR
 *                |-- libc on the reply                      0.00 ms  not needed
 *           +<- lookup                                        24 ms
 *      +<- serve                                              24 ms
 *     hostdns       71 octets                                 25 ms
 *
 * The server's part comes from the network, and no text of it is printed as it is.
 */
#include "client/trace.h"

#include "client/source.h"

#include <stdarg.h>
#include <string.h>

enum { ROWS_MAX = WAY_STEPS_MAX + 12, ROW_TEXT = 240, COLUMN_MAX = 64 };

struct picture_row {
    char text[ROW_TEXT]; /* with the lines of the picture */
    char time[SOURCE_TIME];
    const char *outcome;
};

struct picture {
    struct picture_row rows[ROWS_MAX];
    size_t count;
};

/* The stems on which rows hang. */
static const char at_client[] = " |  ", to_serve[] = " +-> ", from_serve[] = " +<- ",
                  at_serve[] = "      |  ", to_lookup[] = "      +-> ",
                  from_lookup[] = "      +<- ", at_lookup[] = "           |-- ";

/* The row, for its time and outcome. */
__attribute__((format(printf, 3, 4))) static struct picture_row *
add(struct picture *picture, const char *stem, const char *format, ...)
{
    struct picture_row *row = &picture->rows[picture->count];
    size_t len = strlen(stem);
    va_list args;

    if (picture->count + 1 < ROWS_MAX)
        picture->count++;
    *row = (struct picture_row){.outcome = ""};
    memcpy(row->text, stem, len);
    va_start(args, format);
    vsnprintf(row->text + len, sizeof row->text - len, format, args);
    va_end(args);
    return row;
}

static void set_time(struct picture_row *row, int64_t us)
{
    source_time(us, row->time);
}

/* Adds what lookup did; the other steps have their own places in the picture. */
static void add_step(struct picture *picture, const struct way *way,
                     const struct way_step *step)
{
    struct picture_row *row;
    struct way_words words;

    if (step->kind < WAY_PROBE || !way_text_step(&words, way, step))
        return;
    row = add(picture, at_lookup, "%s", words.text);
    row->outcome = words.outcome;
    if (step->kind != WAY_OWNER)
        set_time(row, step->took);
}

static void add_lookup(struct picture *picture, const struct way *way)
{
    const struct way_step *all = way_find(way, WAY_LOOKUP);

    if (!all)
        return;
    add(picture, at_serve, "a channel between the processes");
    add(picture, to_lookup, "lookup");
    for (size_t i = 0; i < way->count; i++)
        add_step(picture, way, &way->steps[i]);
    set_time(add(picture, from_lookup, "lookup"), all->took);
}

static void add_words(struct picture *picture, const struct way *way, enum way_kind kind)
{
    const struct way_step *step = way_find(way, kind);
    struct way_words words;

    if (step && way_text_step(&words, way, step))
        add(picture, at_serve, "%s", words.text);
}

static void add_kept(struct picture *picture, const struct way *way)
{
    const struct way_step *kept = way_find(way, WAY_KEPT);
    uint32_t age, left;

    if (!kept || !way_get_kept(kept, &age, &left))
        return;
    add_words(picture, way, WAY_KEPT);
    add_words(picture, way, WAY_SOURCE);
}

static void add_serve(struct picture *picture, const struct way *way)
{
    const struct way_step *serve = way_find(way, WAY_SERVE);
    struct way_words words;

    way_text_step(&words, way, serve);
    add(picture, to_serve, "serve    %s", words.outcome);
    add_kept(picture, way);
    if (serve->flags & WAY_FAST)
        add(picture, at_serve, "without +trace it would have taken the fast path");
    add_lookup(picture, way);
    set_time(add(picture, from_serve, "serve"), serve->took);
}

static void add_untold(struct picture *picture, const struct exchange *exchange,
                       const char *server)
{
    add(picture, to_serve, "%s    %s", server,
        exchange->ask.form.wants_way ? "does not tell its way"
                                     : "is not on this host, so its way is not told");
}

static void add_server(struct picture *picture, const struct exchange *exchange,
                       const char *server)
{
    struct way way;

    if (exchange->state != EXCHANGE_ANSWERED)
        return;
    if (source_way(exchange, &way))
        add_serve(picture, &way);
    else
        add_untold(picture, exchange, server);
}

static void add_end(struct picture *picture, const struct exchange *exchange)
{
    struct picture_row *row;

    if (exchange->state == EXCHANGE_ANSWERED)
        row = add(picture, "", "hostdns       %zu octets", exchange->size);
    else
        row = add(picture, "", "hostdns       %s",
                  exchange->state == EXCHANGE_SILENT ? "no reply" : "cannot reach it");
    set_time(row, exchange->ended_us - exchange->sent_us);
}

static bool came_over_tcp(const struct exchange *exchange)
{
    return exchange->is_over_tcp || exchange->manner.use_tcp;
}

static void draw(struct picture *picture, const struct exchange *exchange,
                 const char *server)
{
    const struct ask *ask = &exchange->ask;
    char type[TYPE_TEXT];

    picture->count = 0;
    add(picture, "", "hostdns       %.*s %s", COLUMN_MAX, ask->name,
        type_to_text(ask->question.type, type));
    add(picture, at_client, "%s%s to %s", came_over_tcp(exchange) ? "TCP" : "UDP",
        ask->form.wants_way ? " over loopback" : "", server);
    add_server(picture, exchange, server);
    add_end(picture, exchange);
}

/* A row that is longer than COLUMN_MAX moves only its own time. */
static int column_of(const struct picture *picture)
{
    size_t column = 0;

    for (size_t i = 0; i < picture->count; i++) {
        size_t len = strlen(picture->rows[i].text);

        if (*picture->rows[i].time && len > column && len <= COLUMN_MAX)
            column = len;
    }
    return (int)column;
}

static void print(const struct picture *picture, FILE *out)
{
    int column = column_of(picture);

    for (size_t i = 0; i < picture->count; i++) {
        const struct picture_row *row = &picture->rows[i];

        if (!*row->time)
            fprintf(out, "%s\n", row->text);
        else
            fprintf(out, "%-*s  %8s%s%s\n", column, row->text, row->time,
                    *row->outcome ? "  " : "", row->outcome);
    }
}

void trace_show(const struct inquiry *inquiry, const char *server, FILE *out)
{
    static struct picture picture;

    for (size_t i = 0; i < inquiry->count; i++) {
        draw(&picture, &inquiry->exchanges[i], server);
        fputc('\n', out);
        print(&picture, out);
    }
}
