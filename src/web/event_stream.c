#include "web/event_stream.h"

#include <inttypes.h>

#include "base/recent.h"
#include "web/figures_json.h"
#include "web/question_json.h"

enum { RETRY_MS = 1000 }; /* after which a browser connects again */

void event_stream_begin(struct event_stream *stream, const char *last_event_id)
{
    uint64_t last = last_event_id ? question_row_number(last_event_id) : 0;

    *stream = (struct event_stream){.last = last > 0 ? last : recent_newest()};
}

static bool has_questions(const struct event_stream *stream)
{
    return recent_newest() != stream->last;
}

static bool has_figures(const struct event_stream *stream, const struct figures *figures)
{
    return figures->count > 0 && figures->at != stream->figures_at;
}

bool event_stream_has_more(const struct event_stream *stream, const struct figures *figures)
{
    return !stream->has_begun || has_questions(stream) || has_figures(stream, figures);
}

static bool put_question(struct event_stream *stream, FILE *out)
{
    static struct question_row row;
    uint64_t number = question_row_behind(&row, stream->last);

    if (number == 0) {
        stream->last = recent_newest(); /* what cannot be read is passed over */
        return false;
    }
    stream->last = number;
    fprintf(out, "event: question\nid: %" PRIu64 "\ndata: ", number);
    return question_json_put(out, &row) && fputs("\n\n", out) != EOF;
}

static bool put_figures(struct event_stream *stream, const struct figures *figures,
                        FILE *out)
{
    stream->figures_at = figures->at;
    fputs("event: figures\ndata: ", out);
    return figures_json_newest(out, figures) && fputs("\n\n", out) != EOF;
}

bool event_stream_next(struct event_stream *stream, const struct figures *figures,
                       FILE *out)
{
    if (!stream->has_begun) {
        stream->has_begun = true;
        return fprintf(out, "retry: %d\n\n", RETRY_MS) > 0;
    }
    if (has_figures(stream, figures))
        return put_figures(stream, figures, out);
    return has_questions(stream) && put_question(stream, out);
}
