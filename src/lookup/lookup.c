#include "lookup/lookup.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/counters.h"
#include "base/log.h"
#include "base/shortage.h"
#include "channel/channel.h"
#include "lookup/job.h"
#include "lookup/resolver.h"
#include "lookup/sources.h"

enum {
    LOOK_MS = 1000,     /* how often hung threads are counted */
    DESCRIPTORS = 4096, /* room for so many from the start */
    /* Questions to name servers for each of those who ask, twice as many as have a place
     * there: those of a process that has died are not cancelled. */
    ASKS_EACH = 32768,
};

/* One of those who ask. */
struct asker {
    struct lookup *lookup;
    int channel;
    struct mailbag *mailbag;
};

struct lookup {
    struct jobs jobs;
    struct asker *askers;
    int supervisor;
    struct timer look;
    unsigned hung_told; /* the number last logged: only a doubling is news */
    bool threads_exhausted;
};

/* One bundle, then replies have their turn. */
static void questions_ready(void *context, short revents)
{
    static struct bundle questions;
    const struct asker *asker = context;
    struct question question;
    const uint8_t *message;
    uint64_t id;
    size_t len;

    (void)revents;
    if (bundle_receive(&questions, asker->channel, CHANNEL_TRY) != CHANNEL_DONE)
        return;
    while (bundle_next(&questions, &message, &len))
        if (message_get_id(message, len, &id))
            job_cancel(&asker->lookup->jobs, asker->mailbag, id);
        else if (message_get_question(message, len, &id, &question))
            job_start(&asker->lookup->jobs, asker->mailbag, id, &question);
}

static void host_changed(struct lookup *lookup)
{
    upstream_host_changed(lookup->jobs.upstream);
    sources_forget_resolved();
}

static void supervisor_speaks(void *context, short revents)
{
    struct lookup *lookup = context;
    uint8_t data[WORD_DATA_MAX];
    enum channel_result result;
    enum word word;
    size_t len;

    (void)revents;
    result = channel_receive_word_with(lookup->supervisor, &word, data, &len, CHANNEL_TRY);
    if (result == CHANNEL_CLOSED)
        loop_stop(lookup->jobs.loop); /* without a supervisor there is no service */
    else if (result == CHANNEL_DONE && word == WORD_LOG_LEVEL && len == 1)
        log_set_level((enum log_level)data[0]);
    else if (result == CHANNEL_DONE && word == WORD_HOST_CHANGED)
        host_changed(lookup);
    else if (result == CHANNEL_DONE && word == WORD_DO_YOU_LIVE)
        channel_send_word(lookup->supervisor, WORD_I_LIVE);
}

static void tell_threads(const struct work_state *state)
{
    count_set(COUNT_THREADS, state->threads);
    count_set(COUNT_THREADS_BUSY, state->busy);
    count_set(COUNT_THREADS_HUNG, state->hung);
}

/* For who asks for the server's status. */
static void tell_readers(const struct work_state *state)
{
    char text[COUNTERS_NOTE] = "", addr[ADDR_TEXT];
    struct resolv_conf conf;

    tell_threads(state);
    sources_read_servers(sources_look().servers, &conf);
    for (size_t i = 0; i < conf.server_count; i++) {
        strcat(text, i > 0 ? " " : "");
        strcat(text, addr_format(&conf.servers[i], addr));
    }
    counters_note(text);
}

/* Threads inside modules cannot be ended, so if all of them hang the process must go. */
static void look_at_threads(void *context)
{
    struct lookup *lookup = context;
    static struct log_limit limit;
    struct work_state state = work_state(lookup->jobs.work);

    tell_readers(&state);
    if (state.hung >= lookup->jobs.config->max_lookups) {
        log_warning("all %u lookup threads hang in NSS modules", state.hung);
        lookup->threads_exhausted = true;
        loop_stop(lookup->jobs.loop);
        return;
    }
    if (state.hung > 2 * lookup->hung_told && log_limit_allows(&limit, clock_ms()))
        log_warning("%u of %u lookup threads hang in NSS modules", state.hung,
                    state.threads);
    if (state.hung == 0 || state.hung > 2 * lookup->hung_told)
        lookup->hung_told = state.hung;
    timer_set(lookup->jobs.loop, &lookup->look, clock_ms() + LOOK_MS);
}

/* A TCP query holds a descriptor, and 64 queries over UDP one: thousands may be under way.
 */
static void raise_descriptor_limit(void)
{
    struct rlimit limit;

    if (getrlimit(RLIMIT_NOFILE, &limit) == 0) {
        limit.rlim_cur = limit.rlim_max;
        setrlimit(RLIMIT_NOFILE, &limit);
    }
}

/*
 * The kernel lets all threads of a process wait, for some 15 ms, whenever its table of
 * descriptors grows: seen of Linux 6.18, where expand_fdtable() waits for RCU if the table
 * is shared. So it grows before there are threads.
 */
static void make_room_for_descriptors(int fd)
{
    struct rlimit limit;
    int last;

    if (getrlimit(RLIMIT_NOFILE, &limit) == -1)
        return;
    last = limit.rlim_cur < DESCRIPTORS ? (int)limit.rlim_cur : DESCRIPTORS;
    last = fcntl(fd, F_DUPFD_CLOEXEC, last - 1);
    if (last != -1)
        close(last);
}

static int watch_askers(struct lookup *lookup)
{
    const struct lookup_config *config = lookup->jobs.config;

    lookup->askers = calloc(config->question_count, sizeof *lookup->askers);
    if (!lookup->askers)
        return -1;
    for (size_t i = 0; i < config->question_count; i++) {
        lookup->askers[i] =
            (struct asker){lookup, config->questions[i],
                           mailbag_new(lookup->jobs.loop, config->questions[i])};
        if (!lookup->askers[i].mailbag ||
            !loop_watch(lookup->jobs.loop, config->questions[i], POLLIN, questions_ready,
                        &lookup->askers[i]))
            return -1;
    }
    return 0;
}

static int set_up(struct lookup *lookup, const struct lookup_config *config)
{
    struct jobs *jobs = &lookup->jobs;

    jobs->config = config;
    jobs->loop = loop_new();
    if (!jobs->loop || jobs_init(jobs) == -1)
        return -1;
    jobs->work = work_new(jobs->loop, config->max_lookups);
    jobs->upstream = upstream_new(jobs->loop, config->own, config->own_count,
                                  config->question_count * ASKS_EACH);
    jobs->door = door_open(jobs->loop);
    timer_init(&lookup->look, look_at_threads, lookup);
    timer_set(jobs->loop, &lookup->look, clock_ms());
    if (!jobs->work || !jobs->upstream || !jobs->door || watch_askers(lookup) == -1 ||
        !loop_watch(jobs->loop, lookup->supervisor, POLLIN, supervisor_speaks, lookup))
        return -1;
    return 0;
}

int lookup_run(const struct lookup_config *config, int supervisor)
{
    static struct lookup lookup;
    int result;

    prctl(PR_SET_NAME, "hostdnsd-lookup");
    resolver_clean_environment();
    raise_descriptor_limit();
    make_room_for_descriptors(supervisor);
    lookup.supervisor = supervisor;
    if (set_up(&lookup, config) == -1)
        return -1;
    shortage_wait(false);
    if (channel_send_word(supervisor, WORD_READY) != CHANNEL_DONE)
        return -1;
    result = loop_run(lookup.jobs.loop);
    tell_threads(&(struct work_state){0});
    if (result == 0 && lookup.threads_exhausted) {
        errno = EAGAIN;
        return -1;
    }
    return result;
}
