#include "dnstap/tap_writer.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/prctl.h>
#include <time.h>
#include <unistd.h>

#include "base/bytes.h"
#include "base/clock.h"
#include "base/counters.h"
#include "base/log.h"
#include "channel/channel.h"
#include "dnstap/tap_file.h"
#include "dnstap/tap_memory.h"
#include "dnstap/tap_socket.h"
#include "net/loop.h"

enum {
    LOOK_MS = 20, /* between two looks at the rings */
    FILE_RETRY_MS = 1000,
    OPEN_PAUSE_MS = 50, /* between two tries to open the file at the start */
    OPEN_TRIES = 10,
    WITHOUT_OUTPUT_MS = 1000, /* that messages wait in the rings for an output */
    LEAVE_MS = 500,           /* that the reader may take for what is in the rings */
    END_MS = 500,             /* that the reader may take to say that it has read all */
};

struct tap_writer {
    const struct tap_writer_config *config;
    struct loop *loop;
    int supervisor;
    struct watch *control; /* of `supervisor` */
    void *memory;
    bool is_alone;           /* no other process takes from the rings */
    struct tap_socket *sock; /* NULL: it is a file */
    int file;                /* -1: it is a socket, or cannot be opened */
    bool is_file_ready;
    int64_t file_tried;  /* clock_ms(): when it was begun, or failed */
    int64_t last_output; /* clock_ms(): when messages could last be given to anybody */
    unsigned next;       /* the slot to begin with, so that each has its turn */
    struct timer look;
    struct timer end; /* set while it leaves */
    bool is_leaving;  /* it gives what is in the rings, and ends when they are empty */
    bool is_ending;   /* the stream is being ended */
};

static struct tap_batch batch;

static bool has_output(const struct tap_writer *writer)
{
    return writer->sock ? tap_socket_is_open(writer->sock) : writer->is_file_ready;
}

/* Takes one message from any ring. False if all are empty. */
static bool take(struct tap_writer *writer, struct tap_record *record,
                 uint8_t message[static TAP_MESSAGE_MAX])
{
    for (unsigned i = 0; i < COUNTERS_SLOTS; i++) {
        unsigned slot = (writer->next + i) % COUNTERS_SLOTS;

        switch (tap_ring_take(tap_memory_at(writer->memory, slot), record, message)) {
        case TAP_RING_TAKEN:
            writer->next = slot;
            return true;
        case TAP_RING_BROKEN:
            count(COUNT_DNSTAP_LOST);
            break;
        case TAP_RING_EMPTY:
            break;
        }
    }
    return false;
}

/* False if the rings have been emptied. */
static bool fill_batch(struct tap_writer *writer)
{
    static uint8_t message[TAP_MESSAGE_MAX];
    struct tap_record record;
    bool is_more = true;

    for (int i = 0; i < LOOP_BUDGET && is_more && tap_batch_has_room(&batch); i++) {
        is_more = take(writer, &record, message);
        if (is_more)
            tap_batch_add(&batch, &writer->config->tap, &record, message);
    }
    writer->next = (writer->next + 1) % COUNTERS_SLOTS;
    return is_more;
}

/* They would be old news when the reader comes. True if there may be more. */
static bool throw_away(struct tap_writer *writer)
{
    bool is_more = fill_batch(writer);

    tap_batch_settle(&batch);
    return is_more;
}

static void file_failed(struct tap_writer *writer)
{
    log_warning("dnstap cannot write to %s: %s; it is tried again each second, and frames "
                "are lost meanwhile",
                writer->config->tap.path, strerror(errno));
    writer->is_file_ready = false;
    writer->file_tried = clock_ms();
}

static void give(struct tap_writer *writer)
{
    if (writer->sock)
        tap_socket_send(writer->sock, &batch);
    else if (!tap_file_write(writer->file, &batch))
        file_failed(writer);
}

/* True if there may be more to give at once. While a batch is on its way, the socket tells
 * when the reader takes more. */
static bool give_some(struct tap_writer *writer)
{
    bool is_more;

    if (batch.len > 0)
        return false;
    is_more = fill_batch(writer);
    if (batch.len > 0)
        give(writer);
    return is_more && has_output(writer) && batch.len == 0;
}

/* A disk may have room again, or another server may have ended. */
static void begin_file(struct tap_writer *writer)
{
    static struct log_limit limit;

    writer->file_tried = clock_ms();
    writer->is_file_ready = tap_memory_lock(writer->file) && tap_file_begin(writer->file);
    if (writer->is_file_ready || !log_limit_allows(&limit, clock_ms()))
        return;
    log_warning("dnstap cannot use the file %s: %s; it is tried again each second",
                writer->config->tap.path,
                errno == EILSEQ                      ? "it is not dnstap's"
                : errno == EAGAIN || errno == EACCES ? "another server writes it"
                                                     : strerror(errno));
}

/* True if there may be more to throw away at once. */
static bool do_without(struct tap_writer *writer)
{
    int64_t now = clock_ms();
    bool is_more = now - writer->last_output >= WITHOUT_OUTPUT_MS && throw_away(writer);

    if (writer->file != -1 && now - writer->file_tried >= FILE_RETRY_MS)
        begin_file(writer);
    return is_more;
}

/* The process of before a reload still writes what it has taken. */
static bool is_alone(struct tap_writer *writer)
{
    if (!writer->is_alone && tap_memory_lock(writer->config->memory)) {
        writer->is_alone = true;
        writer->last_output = clock_ms();
        if (writer->file != -1)
            begin_file(writer);
    }
    return writer->is_alone;
}

/* True if there may be more to do at once. */
static bool work(struct tap_writer *writer)
{
    if (!has_output(writer))
        return do_without(writer);
    writer->last_output = clock_ms();
    return give_some(writer);
}

static void end_stream(struct tap_writer *writer)
{
    writer->is_ending = true;
    timer_cancel(&writer->look);
    timer_set(writer->loop, &writer->end, clock_ms() + END_MS);
    if (writer->sock) {
        tap_socket_end(writer->sock);
        return;
    }
    if (writer->is_file_ready && !tap_file_end(writer->file))
        file_failed(writer);
    loop_stop(writer->loop);
}

static void look_expired(void *context)
{
    struct tap_writer *writer = context;
    bool is_more = is_alone(writer) && work(writer);

    count_set(COUNT_DNSTAP_WAITING, !has_output(writer));
    if (writer->is_leaving && !is_more && batch.len == 0)
        end_stream(writer);
    else
        timer_set(writer->loop, &writer->look, clock_ms() + (is_more ? 0 : LOOK_MS));
}

/* A reader that does not take the messages, or does not say that it has read all, must not
 * delay the end of the server. */
static void end_expired(void *context)
{
    struct tap_writer *writer = context;

    if (writer->is_ending)
        loop_stop(writer->loop);
    else
        end_stream(writer);
}

/* Gives what is in the rings first, even if it has not looked yet. */
static void leave(struct tap_writer *writer)
{
    if (writer->is_leaving)
        return;
    writer->is_leaving = true;
    if (writer->sock)
        timer_set(writer->loop, &writer->end, clock_ms() + LEAVE_MS);
    timer_set(writer->loop, &writer->look, clock_ms());
}

static void socket_changed(void *context)
{
    struct tap_writer *writer = context;

    if (!writer->is_ending)
        timer_set(writer->loop, &writer->look, clock_ms());
    else if (tap_socket_has_ended(writer->sock))
        loop_stop(writer->loop);
}

/* If the request cannot be sent, the next one may be. */
static void ask_to_connect(void *context)
{
    const struct tap_writer *writer = context;

    channel_send_control(writer->supervisor, CONTROL_CONNECT, NULL, 0);
}

/* Takes the socket over if there is one. */
static void connected(struct tap_writer *writer, const uint8_t *data, size_t len, int fd)
{
    struct reader in = reader_of(data, len);
    uint32_t error = 0;

    if (writer->sock && get_u32(&in, &error))
        tap_socket_connected(writer->sock, fd, (int)error);
    else if (fd != -1)
        close(fd);
}

static void supervisor_said(struct tap_writer *writer, enum control_message message,
                            const uint8_t *data, size_t len)
{
    if (message == CONTROL_RETIRE)
        leave(writer);
    else if (message == CONTROL_LOG_LEVEL && len == 1)
        log_set_level((enum log_level)data[0]);
    else if (message == CONTROL_PING)
        channel_send_control(writer->supervisor, CONTROL_PONG, NULL, 0);
}

static void control_ready(void *context, short revents)
{
    struct tap_writer *writer = context;
    uint8_t data[CONTROL_DATA_MAX];
    enum control_message message;
    size_t len;
    int fd;

    (void)revents;
    switch (channel_receive_control(writer->supervisor, &message, data, &len, &fd,
                                    CHANNEL_TRY)) {
    case CHANNEL_DONE:
        if (message == CONTROL_CONNECTED)
            connected(writer, data, len, fd);
        else
            supervisor_said(writer, message, data, len);
        break;
    case CHANNEL_BUSY:
        break;
    case CHANNEL_CLOSED: /* without a supervisor there is no service */
        loop_unwatch(writer->loop, writer->control);
        writer->control = NULL;
        leave(writer);
    }
}

/* The next process may have descriptors and memory again. */
static bool is_short(int error)
{
    return error == EMFILE || error == ENFILE || error == ENOMEM;
}

static bool may_pass(int error)
{
    return is_short(error) || error == EINTR || error == EAGAIN;
}

/* The system may be short of something for a moment, and later the file cannot be opened
 * any more. A wrong path or a missing right stays as it is. */
static int open_file(const char *path)
{
    const struct timespec pause = {.tv_nsec = OPEN_PAUSE_MS * 1000000L};
    int file = tap_file_open(path);

    for (int try = 1; file == -1 && may_pass(errno) && try < OPEN_TRIES; try++) {
        nanosleep(&pause, NULL);
        file = tap_file_open(path);
    }
    return file;
}

/* Without a file the process only empties the rings. */
static bool open_output(struct tap_writer *writer)
{
    const struct tap_config *tap = &writer->config->tap;
    const struct tap_socket_owner owner = {ask_to_connect, socket_changed, writer};

    writer->file = -1;
    if (tap->output == TAP_OUTPUT_UNIX) {
        writer->sock = tap_socket_new(writer->loop, tap->path, &owner);
        return writer->sock;
    }
    writer->file = open_file(tap->path);
    if (writer->file == -1 && is_short(errno))
        return false;
    if (writer->file == -1)
        log_warning("dnstap cannot open the file %s: %s; frames are lost until a reload",
                    tap->path, errno == EINVAL ? "it is no regular file" : strerror(errno));
    return true;
}

static int set_up(struct tap_writer *writer)
{
    writer->loop = loop_new();
    writer->memory = tap_memory_map(writer->config->memory);
    if (!writer->loop || !writer->memory)
        return -1;
    writer->control =
        loop_watch(writer->loop, writer->supervisor, POLLIN, control_ready, writer);
    if (!writer->control || !open_output(writer))
        return -1;
    timer_init(&writer->look, look_expired, writer);
    timer_init(&writer->end, end_expired, writer);
    timer_set(writer->loop, &writer->look, clock_ms());
    return 0;
}

int tap_writer_run(const struct tap_writer_config *config, int supervisor)
{
    struct tap_writer writer = {.config = config, .supervisor = supervisor};
    int result = -1;

    prctl(PR_SET_NAME, "hostdnsd-dnstap");
    if (set_up(&writer) == 0) {
        config->confine(config->tap.output);
        if (channel_send_control(supervisor, CONTROL_READY, NULL, 0) == CHANNEL_DONE)
            result = loop_run(writer.loop);
    }
    tap_socket_free(writer.sock);
    loop_free(writer.loop);
    return result;
}
