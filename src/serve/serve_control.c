#include "serve/serve_control.h"

#include <poll.h>
#include <string.h>
#include <unistd.h>

#include "base/bytes.h"
#include "base/clock.h"
#include "base/counters.h"
#include "base/log.h"
#include "channel/channel.h"

/* For a process that retires, since others listen now. */
enum {
    RETIRED_IDLE_MS =
        1000,              /* that a TCP connection may be idle; its client opens another */
    RETIRED_CHECK_MS = 20, /* how often it is checked whether any answer is owed */
    RETIRED_MOST_MS = 60000, /* then connections in use are closed, too */
};

static bool owes_nothing(const struct serve_control *control)
{
    return flights_waiting(control->flights) == 0 && tcp_count(control->tcp) == 0;
}

static void check_retirement(void *context)
{
    struct serve_control *control = context;
    int64_t now = clock_ms();

    if (owes_nothing(control) || now >= control->retires_by)
        loop_stop(control->loop);
    else
        timer_set(control->loop, &control->retirement, now + RETIRED_CHECK_MS);
}

/* Each reload tells it again. */
static void retire(struct serve_control *control)
{
    if (control->retires_by != 0)
        return;
    datagrams_stop(control->datagrams);
    tcp_retire(control->tcp, RETIRED_IDLE_MS);
    control->retires_by = clock_ms() + RETIRED_MOST_MS;
    check_retirement(control);
}

/* Questions go to a new socket of ours that is not read here. The process that takes the
 * place of this one has it from the start. */
static void stop_to_be_replaced(struct serve_control *control)
{
    if (timer_is_set(&control->retirement))
        return;
    log_error("no descriptor or memory is left to listen at a new address: "
              "this process is replaced");
    loop_stop(control->loop);
}

/* Reads one more UDP socket, at one of our addresses. */
static void add_listener(struct serve_control *control, const uint8_t *data, size_t len,
                         int fd)
{
    struct addr addr;

    if (len == sizeof addr)
        memcpy(&addr, data, len);
    if (len == sizeof addr && !timer_is_set(&control->retirement) &&
        datagrams_listen(control->datagrams, fd, &addr))
        return;
    close(fd);
    stop_to_be_replaced(control);
}

static void send_count(const struct serve_control *control, uint32_t serial,
                       uint64_t number)
{
    uint8_t octets[sizeof serial + sizeof number];
    struct writer out = writer_of(octets, sizeof octets);

    put_u32(&out, serial);
    put_u64(&out, number);
    channel_send_control(control->supervisor, CONTROL_COUNT, octets, out.pos);
}

/* Behind the serial number stands a name; without one everything is forgotten. */
static void flush(struct serve_control *control, const uint8_t *data, size_t len)
{
    struct flights *flights = control->flights;
    struct reader in = reader_of(data, len);
    struct name name;
    uint32_t serial;

    if (!get_u32(&in, &serial))
        return;
    name.len = reader_left(&in);
    get_bytes(&in, &name.wire, name.len);
    send_count(control, serial,
               name.len > 0 ? flights_forget(flights, name) : flights_flush(flights));
}

static void show_hung(const struct serve_control *control, const uint8_t *data, size_t len)
{
    struct reader in = reader_of(data, len);
    uint32_t serial;

    if (get_u32(&in, &serial))
        send_count(control, serial,
                   flights_show_hung(control->flights, counters_worst(), clock_ms()));
}

static void handle_control(struct serve_control *control, enum control_message message,
                           const uint8_t *data, size_t len)
{
    switch (message) {
    case CONTROL_LOOKUP_DIED:
        flights_lookup_died(control->flights);
        break;
    case CONTROL_HOST_CHANGED:
        flights_flush(control->flights);
        break;
    case CONTROL_FLUSH:
        flush(control, data, len);
        break;
    case CONTROL_SHOW_HUNG:
        show_hung(control, data, len);
        break;
    case CONTROL_RETIRE:
        retire(control);
        break;
    case CONTROL_LOG_LEVEL:
        if (len == 1)
            log_set_level((enum log_level)data[0]);
        break;
    case CONTROL_PING:
        if (channel_send_control(control->supervisor, CONTROL_PONG, NULL, 0) ==
            CHANNEL_BUSY)
            loop_stop(control->loop); /* it would be taken for hung, and all for broken */
        break;
    case CONTROL_LISTEN: /* its descriptor could not be received */
        stop_to_be_replaced(control);
        break;
    case CONTROL_READY: /* from a child, not to one */
    case CONTROL_PONG:
    case CONTROL_COUNT:
    case CONTROL_CONNECT:
    case CONTROL_CONNECTED: /* to dnstap */
        break;
    }
}

static void control_ready(void *context, short revents)
{
    struct serve_control *control = context;
    uint8_t data[CONTROL_DATA_MAX];
    enum control_message message;
    size_t len;
    int descriptor;

    (void)revents;
    switch (channel_receive_control(control->supervisor, &message, data, &len, &descriptor,
                                    CHANNEL_TRY)) {
    case CHANNEL_DONE:
        if (descriptor == -1)
            handle_control(control, message, data, len);
        else
            add_listener(control, data, len, descriptor);
        break;
    case CHANNEL_BUSY:
        break;
    case CHANNEL_CLOSED:
        loop_stop(control->loop); /* without a supervisor there is no service */
    }
}

bool serve_control_open(struct serve_control *control)
{
    timer_init(&control->retirement, check_retirement, control);
    return loop_watch(control->loop, control->supervisor, POLLIN, control_ready, control);
}

void serve_control_close(struct serve_control *control)
{
    timer_cancel(&control->retirement);
}
