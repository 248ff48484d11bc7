/* The lookup process, or parts of it, inside a test that knows what the host knows. */
#ifndef TESTS_LAB_LOOKUP_H
#define TESTS_LAB_LOOKUP_H

#include "../lab.h"

#include "lookup/job.h"
#include "lookup/libc.h"

/* The SOA record of a negative answer, from its TTL on. */
#define SOA " 5 SOA localhost. nobody.invalid. 1 3600 600 86400 5\n"

static const struct lookup_config lab_config = {
    .max_lookups = 8, .ttl = 10, .negative_ttl = 5};

static uint8_t lab_records[ANSWER_RECORDS_MAX];

/* What a probe such as host_probe says, or how the lookup goes on. */
static inline const char *
lab_probe(enum lookup_next (*probe)(const struct lookup_config *, const struct question *,
                                    const struct libc_dns *, struct answer *),
          const char *name, const char *type)
{
    static const char *const how[] = {"answered", "verdict", "relay", "dns decides"};
    struct question question = question_of(name, type);
    struct answer answer;
    enum lookup_next next;

    need_lab();
    answer_init(&answer, &question, lab_records, sizeof lab_records);
    next = probe(&lab_config, &question, &(struct libc_dns){0}, &answer);
    return next == LOOKUP_DONE ? answer_text(&question, &answer) : how[next];
}

/* Everything the lookup process has, in this one. */
struct lab_lookup {
    struct jobs jobs;
    struct channel channel; /* left: where answers come out */
    struct mailbag *mailbag;
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
    lookup.jobs.upstream = upstream_new(lookup.jobs.loop, NULL, 0, SIZE_MAX);
    lookup.jobs.door = door_open(lookup.jobs.loop);
    assert_int_equal(jobs_init(&lookup.jobs), 0);
    assert_non_null(lookup.jobs.work);
    assert_non_null(lookup.jobs.upstream);
    assert_non_null(lookup.jobs.door);
    lookup.mailbag = mailbag_new(lookup.jobs.loop, lookup.channel.right);
    assert_non_null(lookup.mailbag);
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
    struct answer answer;
    struct watch *watch;
    size_t len;

    /* That a question has been taken up is no answer. */
    while (!bundle_next(&bundle, &message, &len) || message_get_id(message, len, id)) {
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

/* The whole way of a question: probe, ask, verdict. */
static inline const char *lab_ask(const char *name, const char *type)
{
    static uint64_t last;
    struct lab_lookup *lookup = lab_lookup();
    struct question question = question_of(name, type);
    const char *text;
    uint64_t id;

    job_start(&lookup->jobs, lookup->mailbag, ++last, &question);
    do
        text = lab_next(lookup, &id); /* news for the cache may come first */
    while (id != last);
    return text;
}

#endif
