/* Name servers that ask us for what they are asked, for the tests of loops. */
#pragma once

#include "questions.h"

/* A warning about a loop would look like a failure of the test. */
static inline void be_quiet(void)
{
    log_open("test", LOG_LEVEL_ERROR);
}

static inline struct question question_in(const struct got *got)
{
    struct reader in = reader_of(got->wire, got->len);
    struct question question = {0};
    struct name name;

    in.pos = 12;
    assert_true(name_get(&in, &name) && get_u16(&in, &question.type));
    question_set_name(&question, name);
    return question;
}

/* A question that comes again without EDNS, because the machine is busy. */
static inline bool is_repeated(const struct got *got)
{
    return !is_loop_check(got) && !has_opt(got);
}

/* The loop check that a server gets before a question. */
static inline struct question check_at(int server)
{
    struct got got;

    do
        got = server_receive(server);
    while (is_repeated(&got));
    assert_true(is_loop_check(&got));
    return question_in(&got);
}

/* The next packet to a server, whatever it asks. */
static inline struct got next_at(int server)
{
    struct got got;

    do {
        turn_until_readable(scene.loop, server);
        got = server_receive(server);
    } while (is_repeated(&got));
    return got;
}

static inline struct got check_below(const char *name, int server)
{
    struct question below = question_of(name, "A");
    struct got got = next_at(server);
    struct question question = question_in(&got);

    assert_true(is_loop_check(&got));
    assert_true(name_apex_at(question_name(&question), question_name(&below)) > 0);
    return got;
}

/* The server asks us what it has been asked. */
static inline void comes_back(const struct got *got)
{
    struct question question = question_in(got);

    assert_true(upstream_is_own_check(scene.upstream, &question));
}

static inline void assert_denied(struct asked *ask)
{
    turn_until(scene.loop, &ask->done, 1);
    assert_true(ask->result.is_denial);
    assert_string_equal(ask->result.failure,
                        "loop: name server 127.0.0.5:53 asks this server for it");
    assert_string_equal(outcome(ask), "NXDOMAIN");
}

/* The first of these servers sends us office, which a check shows once the question has
 * waited for a moment. Returns the question. */
static inline struct got set_up_loop(int servers)
{
    struct got got;

    set_up_patient(servers);
    scene.one = ask("a.office");
    for (int i = 1; i < servers; i++)
        check_at(scene.udp[i]); /* for all names */
    got = server_asked(scene.udp[0]);
    comes_back((struct got[]){check_below("a.office", scene.udp[0])});
    return got;
}

/* The question as the forwarder with this number asks it. */
static inline struct question asked_by(unsigned number, const char *name, const char *type)
{
    struct question question = question_of(name, type);

    question_set_forwarder(&question, number);
    return question;
}

enum { FORWARDER = 7, SOMEBODY = 8 };

/* The check comes back, and the kernel says which forwarder brings it. */
static inline void comes_back_by(unsigned number, const struct got *check)
{
    struct question question = question_in(check);

    question_set_forwarder(&question, number);
    assert_true(upstream_is_own_check(scene.upstream, &question));
}

/* The same with one server, whose forwarder is known. */
static inline void set_up_loop_at_forwarder(void)
{
    struct got check;

    set_up_patient(1);
    scene.one = ask("a.office");
    server_asked(scene.udp[0]);
    check = check_below("a.office", scene.udp[0]);
    comes_back_by(FORWARDER, &check);
    assert_denied(scene.one);
}

/* No query is on its way to the server but one that comes again. */
static inline void assert_nothing_is_sent(void)
{
    turn(scene.loop);
    while (!server_is_idle(scene.udp[0])) {
        struct got got = server_receive(scene.udp[0]);

        assert_true(is_repeated(&got));
    }
}

static inline struct asked *ask_as(unsigned number, const char *name)
{
    return ask_flags(name, number << QUESTION_FORWARDER_SHIFT);
}
