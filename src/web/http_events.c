#include "web/http_events.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/shortage.h"
#include "web/event_stream.h"

enum {
    LOOK_MS = 100,       /* between two looks at the ring */
    PIECE_OCTETS = 4096, /* of a reply, at most, that are written at once */
};

struct event_reader {
    struct list link;
    struct http_events *events;
    struct MHD_Connection *connection;
    struct event_stream stream;
    bool is_suspended;
    char *text; /* an event of which `at` octets have been given to the library */
    size_t at, len;
};

static bool has_more(const struct event_reader *reader)
{
    return event_stream_has_more(&reader->stream, reader->events->site->figures);
}

/* Writes the next event. False if there is none. */
static bool refill(struct event_reader *reader)
{
    unsigned refused = shortage_count();
    FILE *out;
    bool is_whole;

    free(reader->text);
    reader->text = NULL;
    reader->at = reader->len = 0;
    out = open_memstream(&reader->text, &reader->len);
    if (!out)
        return false;
    is_whole = event_stream_next(&reader->stream, reader->events->site->figures, out);
    /* libc does not say so if a part of the text found no memory (web/routes). */
    if (fclose(out) == 0 && is_whole && shortage_count() == refused)
        return true;
    reader->len = 0;
    return false;
}

/* Called by the library when the connection takes more. */
static ssize_t read_piece(void *context, uint64_t pos, char *to, size_t most)
{
    struct event_reader *reader = context;
    size_t len;

    (void)pos;
    if (reader->events->is_over)
        return MHD_CONTENT_READER_END_OF_STREAM;
    if (reader->at == reader->len && !refill(reader)) {
        reader->is_suspended = true;
        mhd.suspend_connection(reader->connection);
        return 0;
    }
    len = reader->len - reader->at;
    len = len < most ? len : most;
    memcpy(to, reader->text + reader->at, len);
    reader->at += len;
    return (ssize_t)len;
}

static void free_reader(void *context)
{
    struct event_reader *reader = context;

    list_remove(&reader->link);
    if (--reader->events->count == 0)
        timer_cancel(&reader->events->timer);
    free(reader->text);
    free(reader);
}

static void resume(struct event_reader *reader)
{
    if (!reader->is_suspended)
        return;
    reader->is_suspended = false;
    mhd.resume_connection(reader->connection);
}

/* Nobody tells that the ring has more: serve would have to wake this process. */
static void look(void *context)
{
    struct http_events *events = context;
    bool any = false;

    timer_set(events->loop, &events->timer, clock_ms() + LOOK_MS);
    list_each(&events->readers, struct event_reader, reader, link)
        if (reader->is_suspended && has_more(reader)) {
            resume(reader);
            any = true;
        }
    if (any)
        events->run(events->context);
}

void http_events_init(struct http_events *events, struct loop *loop,
                      const struct site *site, void (*run)(void *context), void *context)
{
    *events =
        (struct http_events){.loop = loop, .site = site, .run = run, .context = context};
    list_init(&events->readers);
    timer_init(&events->timer, look, events);
}

struct MHD_Response *http_events_reply(struct http_events *events,
                                       struct MHD_Connection *connection, const char *last)
{
    struct event_reader *reader;
    struct MHD_Response *response;

    if (events->count == HTTP_EVENTS_READERS)
        return NULL;
    reader = calloc(1, sizeof *reader);
    if (!reader)
        return NULL;
    reader->events = events;
    reader->connection = connection;
    event_stream_begin(&reader->stream, last);
    list_init(&reader->link);
    response = mhd.create_response_from_callback(MHD_SIZE_UNKNOWN, PIECE_OCTETS, read_piece,
                                                 reader, free_reader);
    if (!response) {
        free(reader);
        return NULL;
    }
    list_append(&events->readers, &reader->link);
    if (events->count++ == 0)
        timer_set(events->loop, &events->timer, clock_ms() + LOOK_MS);
    return response;
}

void http_events_end(struct http_events *events)
{
    events->is_over = true;
    list_each(&events->readers, struct event_reader, reader, link)
        resume(reader);
    timer_cancel(&events->timer);
    events->run(events->context);
}
