/* The lookup process, or parts of it, inside a test that knows what the host knows. */
#pragma once

#include "../lab.h"

#include "lookup/hosts_words.h"
#include "lookup/jobs.h"

/* The SOA record of a negative answer, from its TTL on. */
#define SOA " 5 SOA localhost. nobody.invalid. 1 3600 600 86400 5\n"

static const struct lookup_config lab_config = {
    .max_lookups = 8, .local = &(struct local_data){.ttl = 10, .negative_ttl = 5}};

static inline void lab_answer_init(struct answer *answer, const struct question *question)
{
    static uint8_t records[ANSWER_RECORDS_MAX];

    answer_init(answer, question, records, sizeof records);
}

/* The hosts file is this, and its words have been read. */
static inline void lab_use_hosts(const char *text)
{
    etc_write("hosts", text);
    while (hosts_words_version() == 0) {
        usleep(5000);
        hosts_words_read();
    }
}

/* Everything the lookup process has, in this one. */
struct lab_lookup {
    struct jobs jobs;
    struct channel channel; /* left: where answers come out */
    struct send_queue *send_queue;
};

static inline struct lab_lookup *lab_lookup(void)
{
    static struct lab_lookup lookup;

    need_lab();
    if (lookup.jobs.loop)
        return &lookup;
    assert_int_equal(channel_open(&lookup.channel), 0);
    lookup.jobs.config = &lab_config;
    lookup.jobs.loop = loop_new();
    lookup.jobs.work = work_new(lookup.jobs.loop, lab_config.max_lookups);
    lookup.jobs.upstream = upstream_new(
        lookup.jobs.loop, &(struct upstream_config){.most = SIZE_MAX, .mixed_case = true});
    lookup.jobs.stub = libc_stub_open(lookup.jobs.loop);
    lookup.jobs.hosts_answers = hosts_answers_new();
    assert_int_equal(jobs_init(&lookup.jobs), 0);
    assert_non_null(lookup.jobs.work);
    assert_non_null(lookup.jobs.upstream);
    assert_non_null(lookup.jobs.stub);
    assert_non_null(lookup.jobs.hosts_answers);
    lookup.send_queue = send_queue_new(lookup.jobs.loop, lookup.channel.right);
    assert_non_null(lookup.send_queue);
    return &lookup;
}

static inline void lab_stop(void *context, short revents)
{
    (void)revents;
    loop_stop(context);
}

/* The next answer that comes out, with its id, as text. Runs the loop until it is there. */
static inline const char *lab_next(struct lab_lookup *lookup, uint64_t *id)
{
    static struct bundle bundle;
    const uint8_t *message;
    struct question question;
    struct way_endpoint server;
    struct answer answer;
    struct watch *watch;
    size_t len;

    /* That a question has been taken up is no answer, nor which server is which. */
    while (!bundle_next(&bundle, &message, &len) || message_get_id(message, len, id) ||
           message_get_server(message, len, id, &server)) {
        if (bundle.read < bundle.len)
            continue;
        watch = loop_watch(lookup->jobs.loop, lookup->channel.left, POLLIN, lab_stop,
                           lookup->jobs.loop);
        assert_int_equal(loop_run(lookup->jobs.loop), 0);
        loop_unwatch(lookup->jobs.loop, watch);
        assert_int_equal(bundle_receive(&bundle, lookup->channel.left, CHANNEL_TRY),
                         CHANNEL_DONE);
    }
    assert_true(message_get_answer(message, len, id, &question, &answer));
    return answer_text(&question, &answer);
}

static inline void lab_start(uint64_t id, const char *name, const char *type)
{
    struct question question = question_of(name, type);

    jobs_start(&lab_lookup()->jobs, lab_lookup()->send_queue, id, &question);
}

/* The whole way of a question: probe, ask, verdict. */
static inline const char *lab_ask(const char *name, const char *type)
{
    static uint64_t last;
    const char *text;
    uint64_t id;

    lab_start(++last, name, type);
    do
        text = lab_next(lab_lookup(), &id); /* news for the cache may come first */
    while (id != last);
    return text;
}
