/*
 * Names stand in a queue in the order in which they were given. Any of them may be answered
 * first, but the queue is shown from its head, so answers behind a name that hangs have to
 * wait. Their number and their memory are bounded; at the bound no more names are asked
 * about until the head has ended.
 */
#include "client/batch.h"

#include "base/clock.h"
#include "base/xalloc.h"
#include "client/outstanding.h"
#include "client/progress.h"
#include "client/queue.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { PROGRESS_MS = 200 };

struct batch {
    struct session *session; /* borrowed */
    struct outstanding *outstanding;
    struct progress progress;
    struct queue queue;
    size_t answered; /* names in all */
    bool is_broken;  /* output cannot be written, or Ctrl+C */
    bool is_interrupted;
    int worst;
};

struct batch *batch_new(struct session *session, size_t at_once, FILE *terminal)
{
    struct batch *batch = xcalloc(1, sizeof *batch);

    batch->session = session;
    batch->queue.places = at_once;
    batch->outstanding = outstanding_new(session->socket);
    progress_begin(&batch->progress, terminal, clock_ms());
    return batch;
}

static void note_code(struct batch *batch, int code)
{
    if (code > batch->worst)
        batch->worst = code;
}

static int show_complaint(struct batch *batch, const struct queue_item *item)
{
    FILE *err = batch->session->err;

    progress_hide(&batch->progress);
    fputs(item->complaint, err);
    fflush(err);
    return item->code;
}

static int show_inquiry_of(struct batch *batch, struct queue_item *item)
{
    struct inquiry *inquiry = &item->inquiry;

    inquiry_judge(inquiry);
    /* The text about a failure goes to the same terminal. */
    if (inquiry_exit(inquiry) != INQUIRY_RECORDS)
        progress_hide(&batch->progress);
    return session_show(batch->session, inquiry);
}

static void show_item(struct batch *batch, struct queue_item *item)
{
    note_code(batch,
              item->complaint ? show_complaint(batch, item) : show_inquiry_of(batch, item));
    batch->answered++;
}

static void show_finished(struct batch *batch)
{
    struct queue_item *item;

    while (!batch->is_broken && (item = queue_finished(&batch->queue))) {
        show_item(batch, item);
        queue_drop(&batch->queue);
        if (ferror(batch->session->out))
            batch->is_broken = true;
    }
}

static void ask(struct batch *batch, struct queue_item *item)
{
    for (size_t i = 0; i < item->inquiry.count; i++) {
        item->inquiry.exchanges[i].owner = item;
        outstanding_start(batch->outstanding, &item->inquiry.exchanges[i]);
    }
}

/* If the name's last question ends and there is no such name, tries the next domain of
 * the search list. */
static bool search_on(struct batch *batch, struct queue_item *item)
{
    struct inquiry next;

    if (item->waiting > 1 || !item->wish.name || !inquiry_lacks_name(&item->inquiry) ||
        session_build(batch->session, &next, &item->wish, item->attempt + 1) != 0)
        return false;
    inquiry_free(&item->inquiry);
    item->inquiry = next;
    item->attempt++;
    item->waiting = next.count;
    ask(batch, item);
    return true;
}

static void take_ended(struct batch *batch)
{
    struct exchange *exchange;

    while ((exchange = outstanding_take(batch->outstanding)))
        if (!search_on(batch, exchange->owner))
            queue_end_question(&batch->queue, exchange->owner);
}

static void show_progress(struct batch *batch)
{
    if (batch->queue.asked > 0)
        progress_show(&batch->progress, clock_ms(), batch->answered, batch->queue.asked);
    else
        progress_hide(&batch->progress);
}

/* The progress is shown every PROGRESS_MS while anything is under way. */
static int64_t next_progress(const struct batch *batch)
{
    bool is_shown = batch->progress.terminal && batch->queue.asked > 0;

    return is_shown ? clock_ms() + PROGRESS_MS : INT64_MAX;
}

/* Waits once, at the latest until `until`, and then shows all that can be shown. */
static enum wait_result turn(struct batch *batch, int input, int64_t until)
{
    int64_t progress = next_progress(batch);
    enum wait_result result;

    show_progress(batch);
    if (progress < until)
        until = progress;
    result = outstanding_turn(batch->outstanding, input,
                              until == INT64_MAX ? WAIT_FOREVER : until);
    if (result == WAIT_INTERRUPTED)
        batch->is_broken = batch->is_interrupted = true;
    take_ended(batch);
    show_finished(batch);
    return result;
}

/* A place at the end of the queue, once there is room. NULL: it makes no sense to go on. */
static struct queue_item *add(struct batch *batch)
{
    while (!batch->is_broken && !queue_has_room(&batch->queue, clock_ms()))
        turn(batch, -1, queue_next_place(&batch->queue));
    return batch->is_broken ? NULL : queue_add(&batch->queue);
}

static void start(struct batch *batch, struct queue_item *item, const struct wish *wish)
{
    item->wish = *wish;
    item->wish.name =
        session_settings(batch->session, wish)->search.is_on ? xstrdup(wish->name) : NULL;
    queue_ask(&batch->queue, item, clock_ms());
    ask(batch, item);
    take_ended(batch); /* the network may refuse at once */
}

/* The text that session_refuse() writes. */
static void refuse(struct queue_item *item, const char *name, int error)
{
    size_t size;
    FILE *stream = xopen_memstream(&item->complaint, &size);

    item->code = session_refuse(name, error, stream);
    fclose(stream);
}

bool batch_ask(struct batch *batch, const struct wish *wish)
{
    const struct session *session = batch->session;
    struct queue_item *item = add(batch);

    if (item && session_build(session, &item->inquiry, wish, 0) == 0)
        start(batch, item, wish);
    else if (item)
        refuse(item, wish->name, errno);
    show_finished(batch);
    return !batch->is_broken;
}

bool batch_complain(struct batch *batch, int code, const char *text)
{
    struct queue_item *item = add(batch);

    if (item) {
        item->complaint = xstrdup(text);
        item->code = code;
    }
    note_code(batch, code);
    show_finished(batch);
    return !batch->is_broken;
}

bool batch_wait(struct batch *batch, int input)
{
    while (!batch->is_broken)
        if (turn(batch, input, INT64_MAX) == WAIT_READY)
            break;
    return !batch->is_broken;
}

int batch_end(struct batch *batch)
{
    int code;

    while (!batch->is_broken && batch->queue.names > 0)
        turn(batch, -1, INT64_MAX);
    progress_hide(&batch->progress);
    outstanding_free(batch->outstanding);
    while (batch->queue.names > 0)
        queue_drop(&batch->queue);
    code = batch->is_interrupted ? SESSION_INTERRUPTED : batch->worst;
    free(batch);
    return code;
}
