#include "web/web.h"

#include <poll.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <time.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/shortage.h"
#include "channel/channel.h"
#include "net/loop.h"
#include "web/http.h"
#include "web/mhd.h"

enum {
    RETIRED_CHECK_MS = 20,  /* how often it is checked whether a connection is left */
    RETIRED_MOST_MS = 2000, /* then connections in use are closed, too */
    LOAD_PAUSE_MS = 50,     /* between two tries to load the library */
    LOAD_TRIES = 10,
};

struct web {
    struct loop *loop;
    int supervisor;
    struct figures figures;
    struct timer sample;
    struct site site;
    struct http *http;
    struct timer retirement; /* set while it is retired */
    int64_t retires_by;      /* clock_ms() */
};

static void sample(void *context)
{
    struct web *web = context;

    timer_set(web->loop, &web->sample, figures_sample(&web->figures, clock_ms()));
}

static void check_retirement(void *context)
{
    struct web *web = context;
    int64_t now = clock_ms();

    if (http_count(web->http) == 0 || now >= web->retires_by)
        loop_stop(web->loop);
    else
        timer_set(web->loop, &web->retirement, now + RETIRED_CHECK_MS);
}

/* Each reload tells it again. */
static void retire(struct web *web)
{
    if (timer_is_set(&web->retirement))
        return;
    http_retire(web->http);
    web->retires_by = clock_ms() + RETIRED_MOST_MS;
    check_retirement(web);
}

static void control_ready(void *context, short revents)
{
    struct web *web = context;
    uint8_t data[CONTROL_DATA_MAX];
    enum channel_result result;
    enum control_message message;
    size_t len;

    (void)revents;
    result =
        channel_receive_control(web->supervisor, &message, data, &len, NULL, CHANNEL_TRY);
    if (result == CHANNEL_CLOSED)
        loop_stop(web->loop);
    else if (result == CHANNEL_DONE && message == CONTROL_RETIRE)
        retire(web);
    else if (result == CHANNEL_DONE && message == CONTROL_LOG_LEVEL && len == 1)
        log_set_level((enum log_level)data[0]);
    else if (result == CHANNEL_DONE && message == CONTROL_PING)
        channel_send_control(web->supervisor, CONTROL_PONG, NULL, 0);
}

/* The linker may be short of memory or of descriptors for a moment. */
static void load_library(void)
{
    const struct timespec pause = {.tv_nsec = LOAD_PAUSE_MS * 1000000L};
    const char *why;

    for (int try = 0; try < LOAD_TRIES; try++) {
        if (mhd_load(&why))
            return;
        nanosleep(&pause, NULL);
    }
    log_error("no web page: %s", why);
    exit(WEB_WITHOUT_LIBRARY);
}

static bool open_all(struct web *web)
{
    web->loop = loop_new();
    if (!web->loop || !loop_watch(web->loop, web->supervisor, POLLIN, control_ready, web))
        return false;
    web->http = http_new(web->loop, &web->site);
    figures_init(&web->figures, clock_ms());
    timer_init(&web->sample, sample, web);
    timer_init(&web->retirement, check_retirement, web);
    sample(web);
    return web->http;
}

static void close_all(struct web *web)
{
    http_free(web->http);
    loop_free(web->loop);
}

bool web_can_run(const char **why)
{
    return mhd_load(why);
}

int web_run(const struct web_config *config, int supervisor)
{
    static struct web web;
    int result = -1;

    prctl(PR_SET_NAME, "hostdnsd-web");
    web.supervisor = supervisor;
    web.site = (struct site){config, &web.figures};
    load_library();
    if (open_all(&web)) {
        tzset(); /* reads a file, which is not possible later */
        config->confine();
        shortage_wait(false);
        if (channel_send_control(supervisor, CONTROL_READY, NULL, 0) == CHANNEL_DONE)
            result = loop_run(web.loop);
    }
    close_all(&web);
    return result;
}
