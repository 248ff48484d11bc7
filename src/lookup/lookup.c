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
#include "lookup/forwarder_mark.h"
#include "lookup/jobs.h"
#include "lookup/probe.h"
#include "lookup/resolver.h"
#include "lookup/sources.h"

enum {
    CHECK_MS = 1000,    /* between two counts of the hung threads */
    DESCRIPTORS = 4096, /* descriptors that there is room for from the start */
    /* Subqueries for each serve process. It has half as many places for questions, but
     * those of a process that has died are not cancelled. */
    SUBQUERIES_EACH = 32768,
};

/* A process that asks. */
struct serve_process {
    struct lookup *lookup;
    int channel;
    struct send_queue *send_queue;
};

struct lookup {
    struct jobs jobs;
    struct serve_process *processes;
    int supervisor;
    struct timer thread_check;
    unsigned hung_logged; /* the number that was logged last; it is logged again when it has
                           doubled */
    bool threads_exhausted;
};

static void start(const struct serve_process *process, uint64_t id,
                  struct question *question)
{
    unsigned doubted = forwarder_mark_check(question);

    if (doubted != 0)
        upstream_doubt_forwarder(process->lookup->jobs.upstream, doubted);
    if (!(id & MESSAGE_AGAIN) || !job_find(&process->lookup->jobs, process->send_queue, id))
        jobs_start(&process->lookup->jobs, process->send_queue, id & ~MESSAGE_AGAIN,
                   question);
}

/* Reads one bundle only, so that replies have their turn. */
static void questions_ready(void *context, short revents)
{
    static struct bundle questions;
    const struct serve_process *process = context;
    struct question question;
    const uint8_t *message;
    uint64_t id;
    size_t len;

    (void)revents;
    if (bundle_receive(&questions, process->channel, CHANNEL_TRY) != CHANNEL_DONE)
        return;
    while (bundle_next(&questions, &message, &len))
        if (message_get_id(message, len, &id))
            jobs_cancel(&process->lookup->jobs, process->send_queue, id);
        else if (message_get_question(message, len, &id, &question))
            start(process, id, &question);
}

static void host_changed(struct lookup *lookup)
{
    upstream_host_changed(lookup->jobs.upstream);
    sources_forget_resolved();
    hosts_answers_forget(lookup->jobs.hosts_answers);
}

/* False if it cannot. Then the service manager would take the whole server for hung. */
static bool answer_ping(const struct lookup *lookup)
{
    return channel_send_control(lookup->supervisor, CONTROL_PONG, NULL, 0) != CHANNEL_BUSY;
}

static void control_ready(void *context, short revents)
{
    struct lookup *lookup = context;
    uint8_t data[CONTROL_DATA_MAX];
    enum channel_result result;
    enum control_message message;
    size_t len;

    (void)revents;
    result = channel_receive_control(lookup->supervisor, &message, data, &len, NULL,
                                     CHANNEL_TRY);
    if (result == CHANNEL_CLOSED ||
        (result == CHANNEL_DONE && message == CONTROL_PING && !answer_ping(lookup)))
        loop_stop(lookup->jobs.loop); /* without a supervisor there is no service */
    else if (result == CHANNEL_DONE && message == CONTROL_LOG_LEVEL && len == 1)
        log_set_level((enum log_level)data[0]);
    else if (result == CHANNEL_DONE && message == CONTROL_HOST_CHANGED)
        host_changed(lookup);
}

static void count_threads(const struct work_state *state,
                          const struct work_state *background)
{
    count_set(COUNT_THREADS, state->threads + background->threads);
    count_set(COUNT_THREADS_BUSY, state->busy + background->busy);
    count_set(COUNT_THREADS_HUNG, state->hung);
}

static uint32_t state_bits(const struct infra_server *server)
{
    const bool states[NAME_SERVER_STATES_NUMBER] = {
        [NAME_SERVER_ANSWERS] = server->rtt_us > 0 && !infra_is_silent(server),
        [NAME_SERVER_SILENT] = infra_is_silent(server),
        [NAME_SERVER_UNREACHABLE] = server->unreachable,
        [NAME_SERVER_SLOW] = server->rtt_us >= INFRA_SLOW_US,
        [NAME_SERVER_WITHOUT_EDNS] = server->edns == EDNS_MISSING,
        [NAME_SERVER_OVER_TCP] = server->udp_fails,
        [NAME_SERVER_ALTERS_CASE] = server->letters == CASE_LOST,
    };
    uint32_t bits = 0;

    for (int i = 0; i < NAME_SERVER_STATES_NUMBER; i++)
        bits |= (uint32_t)states[i] << i;
    return bits;
}

static struct name_server_row row_of(const struct upstream *upstream,
                                     const struct addr *addr)
{
    const struct infra_server *server = upstream_server(upstream, addr);
    struct name_server_row row = {.address = ""};

    if (server)
        row = (struct name_server_row){.states = state_bits(server),
                                       .rtt_us = server->rtt_us,
                                       .asked = server->counts.asked,
                                       .answered = server->counts.answered,
                                       .failed = server->counts.failed,
                                       .recheck_at = infra_recheck_at(server)};
    addr_format(addr, row.address);
    return row;
}

static bool keeps_case(const struct upstream *upstream, const struct addr *addr)
{
    const struct infra_server *server = upstream_server(upstream, addr);

    return server && server->letters == CASE_KEPT;
}

/* Shows in the server's status what is known of the name servers. */
static void show_servers(const struct upstream *upstream)
{
    struct name_server_row rows[NAME_SERVERS_ROWS];
    struct resolv_conf conf;
    unsigned keeping_case = 0;

    sources_read_servers(sources_now().servers, &conf);
    for (size_t i = 0; i < conf.server_count; i++) {
        rows[i] = row_of(upstream, &conf.servers[i]);
        keeping_case += keeps_case(upstream, &conf.servers[i]);
    }
    count_set(COUNT_KEEPING_CASE, keeping_case);
    name_servers_write(counters_name_servers(), rows, conf.server_count);
}

/* A thread inside a module cannot be ended, so if all hang, the process has to end. */
static void check_threads(void *context)
{
    struct lookup *lookup = context;
    static struct log_limit limit;
    struct work_state state = work_state(lookup->jobs.work);
    struct work_state background = work_state(lookup->jobs.scan_threads.background);

    count_threads(&state, &background);
    show_servers(lookup->jobs.upstream);
    if (state.hung >= lookup->jobs.config->max_lookups) {
        log_warning("all %u lookup threads hang in NSS modules; the process is replaced",
                    state.hung);
        lookup->threads_exhausted = true;
        loop_stop(lookup->jobs.loop);
        return;
    }
    if (state.hung > 2 * lookup->hung_logged && log_limit_allows(&limit, clock_ms()))
        log_warning("%u of %u lookup threads hang in NSS modules", state.hung,
                    state.threads);
    if (state.hung == 0 || state.hung > 2 * lookup->hung_logged)
        lookup->hung_logged = state.hung;
    timer_set(lookup->jobs.loop, &lookup->thread_check, clock_ms() + CHECK_MS);
}

/* A TCP query needs a descriptor, and 64 UDP queries one; thousands may be under way. */
static void raise_descriptor_limit(void)
{
    struct rlimit limit;

    if (getrlimit(RLIMIT_NOFILE, &limit) == 0) {
        limit.rlim_cur = limit.rlim_max;
        setrlimit(RLIMIT_NOFILE, &limit);
    }
}

/*
 * Whenever the table of descriptors of a process with threads grows, the kernel makes all
 * of them wait for some 15 ms: in Linux 6.18 expand_fdtable() waits for RCU if the table is
 * shared. So it is made to grow before there are threads.
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

static int watch_processes(struct lookup *lookup)
{
    const struct lookup_config *config = lookup->jobs.config;

    lookup->processes = calloc(config->question_count, sizeof *lookup->processes);
    if (!lookup->processes)
        return -1;
    for (size_t i = 0; i < config->question_count; i++) {
        lookup->processes[i] =
            (struct serve_process){lookup, config->questions[i],
                                   send_queue_new(lookup->jobs.loop, config->questions[i])};
        if (!lookup->processes[i].send_queue ||
            !loop_watch(lookup->jobs.loop, config->questions[i], POLLIN, questions_ready,
                        &lookup->processes[i]))
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
    if (jobs->work)
        probe_read_hosts(jobs);
    jobs->upstream = upstream_new(
        jobs->loop,
        &(struct upstream_config){.own = config->own,
                                  .own_count = config->own_count,
                                  .most = config->question_count * SUBQUERIES_EACH,
                                  .mixed_case = config->mixed_case});
    jobs->stub = libc_stub_open(jobs->loop);
    jobs->hosts_answers = hosts_answers_new();
    timer_init(&lookup->thread_check, check_threads, lookup);
    timer_set(jobs->loop, &lookup->thread_check, clock_ms());
    if (!jobs->work || !jobs->upstream || !jobs->stub || !jobs->hosts_answers ||
        watch_processes(lookup) == -1 ||
        !loop_watch(jobs->loop, lookup->supervisor, POLLIN, control_ready, lookup))
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
    if (channel_send_control(supervisor, CONTROL_READY, NULL, 0) != CHANNEL_DONE)
        return -1;
    result = loop_run(lookup.jobs.loop);
    count_threads(&(struct work_state){0}, &(struct work_state){0});
    if (result == 0 && lookup.threads_exhausted) {
        errno = EAGAIN;
        return -1;
    }
    return result;
}
