/*
 * For tests that need to know what the host knows: they run in tests/lab, with the files of
 * tests/system/etc as /etc and the name servers that serve tests/system/zones. What they
 * write to /etc goes to the lab's private copy; outside the lab they are skipped.
 */
#ifndef TESTS_LAB_H
#define TESTS_LAB_H

#include "../reply_text.h"

#include "lookup/job.h"

#include <linux/magic.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/vfs.h>
#include <unistd.h>

/* The SOA record of a negative answer, from its TTL on. */
#define SOA " 5 SOA localhost. nobody.invalid. 1 3600 600 86400 5\n"

static const struct lookup_config lab_config = {
    .max_lookups = 8, .ttl = 10, .negative_ttl = 5};

/* The lab's /etc is in memory, and knot's configuration is there only. */
static inline bool has_lab(void)
{
    struct statfs etc;

    return access("/etc/lab/knot.conf", F_OK) == 0 && statfs("/etc", &etc) == 0 &&
           etc.f_type == TMPFS_MAGIC;
}

static inline void need_lab(void)
{
    if (has_lab())
        return;
    print_message("skipped: run it as: tests/lab PROGRAM\n");
    skip();
}

static struct {
    char path[64];
    char text[4096];
    size_t len;
} lab_kept[4];

static inline void lab_put(const char *path, const char *text, size_t len)
{
    FILE *file = fopen(path, "we");

    assert_non_null(file);
    assert_int_equal(fwrite(text, 1, len, file), len);
    assert_int_equal(fclose(file), 0);
}

/* Keeps the file's contents for lab_restore, unless they are kept already. */
static inline void lab_keep(const char *path)
{
    size_t i = 0;
    FILE *file;

    while (*lab_kept[i].path && strcmp(lab_kept[i].path, path) != 0)
        assert_true(++i < sizeof lab_kept / sizeof *lab_kept);
    if (*lab_kept[i].path)
        return;
    file = fopen(path, "re");
    assert_non_null(file);
    lab_kept[i].len = fread(lab_kept[i].text, 1, sizeof lab_kept[i].text, file);
    fclose(file);
    strcpy(lab_kept[i].path, path);
}

/* Writes /etc/NAME; lab_restore puts back what was there. */
static inline void etc_write(const char *name, const char *text)
{
    char path[64];

    need_lab();
    snprintf(path, sizeof path, "/etc/%s", name);
    lab_keep(path);
    lab_put(path, text, strlen(text));
}

static inline void lab_restore(void)
{
    for (size_t i = 0; i < sizeof lab_kept / sizeof *lab_kept && *lab_kept[i].path; i++) {
        lab_put(lab_kept[i].path, lab_kept[i].text, lab_kept[i].len);
        *lab_kept[i].path = '\0';
    }
}

/* For tests that may write to /etc. */
FIXTURE(lab, NULL, lab_restore);

static uint8_t lab_records[ANSWER_RECORDS_MAX];

/* What a probe such as host_probe says, or how the lookup goes on. */
static inline const char *lab_probe(
    enum lookup_next (*probe)(const struct lookup_config *, const struct question *,
                              const struct addr *, const atomic_bool *, struct answer *),
    const char *name, const char *type)
{
    static const char *const how[] = {"answered", "verdict", "relay", "plain"};
    struct question question = question_of(name, type);
    struct answer answer;
    enum lookup_next next;

    need_lab();
    answer_init(&answer, &question, lab_records, sizeof lab_records);
    next = probe(&lab_config, &question, NULL, NULL, &answer);
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
    while (!bundle_next(&bundle, &message, &len) || message_get_taken(message, len, id)) {
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
