/*
 * The engine that asks name servers, against those of tests/lab: knot on 127.0.0.1, faults
 * on 127.0.0.2, silence on 127.0.0.3 and 127.0.0.4, a closed port on 127.0.0.9.
 */
#include "lab.h"

#include "base/log.h"
#include "dns/upstream.h"
#include "lookup/upstream.h"

static unsigned ended;

static void done(struct errand *errand)
{
    (void)errand;
    ended++;
    loop_stop(lab_lookup()->jobs.loop);
}

/* Asks for A and waits. "RCODE, N answers", or why there is no reply. */
static const char *ask_of(struct upstream *upstream, const char *name)
{
    static char text[ANSWER_TEXT + 32];
    struct errand *errand = calloc(1, sizeof *errand);

    assert_non_null(errand);
    errand->question = question_of(name, "A");
    errand->done = done;
    ended = 0;
    upstream_ask(upstream, errand);
    while (ended == 0)
        assert_int_equal(loop_run(lab_lookup()->jobs.loop), 0);
    assert_int_equal(ended, 1);
    if (errand->reply)
        snprintf(text, sizeof text, "%s, %u answers",
                 rcode_text(upstream_rcode(errand->reply)),
                 errand->reply[6] << 8 | errand->reply[7]);
    else
        snprintf(text, sizeof text, "%s", errand->failure);
    free(errand->reply);
    free(errand);
    return text;
}

static const char *ask(const char *name)
{
    return ask_of(lab_lookup()->jobs.upstream, name);
}

static void a_name_has_its_reply(void **state)
{
    (void)state;
    need_lab();
    assert_string_equal(ask("a.example.test"), "NOERROR, 1 answers");
    assert_string_equal(ask("nosuch.example.test"), "NXDOMAIN, 0 answers");
}

static void a_truncated_reply_is_fetched_over_tcp(void **state)
{
    (void)state;
    need_lab();
    assert_string_equal(ask("x.qtc-tc.fault.test"), "NOERROR, 1 answers");
}

static void the_next_server_is_asked_where_the_first_fails(void **state)
{
    (void)state;
    etc_write("resolv.conf", "nameserver 127.0.0.2\nnameserver 127.0.0.1\n");
    assert_string_equal(ask("x.qservfail-ok.fault.test"), "NOERROR, 1 answers");
    assert_string_equal(ask("x.qrefused-ok.fault.test"), "NOERROR, 1 answers");
    assert_string_equal(ask("x.qnotimp-ok.fault.test"), "NOERROR, 1 answers");
    assert_string_equal(ask("x.qlame-ok.fault.test"), "NOERROR, 1 answers");
}

static void the_next_server_is_asked_where_the_first_is_closed(void **state)
{
    (void)state;
    etc_write("resolv.conf", "nameserver 127.0.0.9\nnameserver 127.0.0.1\n");
    assert_string_equal(ask("a.example.test"), "NOERROR, 1 answers");
}

static void the_next_server_is_asked_where_the_first_is_silent(void **state)
{
    (void)state;
    etc_write("resolv.conf", "nameserver 127.0.0.3\nnameserver 127.0.0.1\n"
                             "options timeout:1 attempts:1\n");
    assert_string_equal(ask("a.example.test"), "NOERROR, 1 answers");
}

static void the_last_failure_is_told(void **state)
{
    (void)state;
    etc_write("resolv.conf", "nameserver 127.0.0.9\n");
    assert_string_equal(ask("a.example.test"),
                        "name server 127.0.0.9:53: Connection refused");
    etc_write("resolv.conf", "nameserver 127.0.0.2\n");
    assert_string_equal(ask("x.qservfail-ok.fault.test"),
                        "name server 127.0.0.2:53 says SERVFAIL");
}

static void silence_ends_when_resolv_conf_says(void **state)
{
    (void)state;
    etc_write("resolv.conf", "nameserver 127.0.0.3\noptions timeout:1 attempts:1\n");
    assert_string_equal(ask("a.example.test"), "name server 127.0.0.3:53 does not answer");
}

static void a_forged_reply_is_not_believed(void **state)
{
    (void)state;
    etc_write("resolv.conf", "nameserver 127.0.0.2\noptions timeout:1 attempts:1\n");
    assert_string_equal(ask("x.qwrongid-ok.fault.test"),
                        "name server 127.0.0.2:53 does not answer");
    assert_string_equal(ask("x.qwrongquestion-ok.fault.test"),
                        "name server 127.0.0.2:53 does not answer");
}

static void use_vc_means_tcp(void **state)
{
    (void)state;
    etc_write("resolv.conf", "nameserver 127.0.0.1\noptions use-vc\n");
    assert_string_equal(ask("a.example.test"), "NOERROR, 1 answers");
}

static void our_own_address_is_not_asked(void **state)
{
    static struct addr own;
    static struct upstream *upstream; /* a loop check of its own may still be under way */

    (void)state;
    etc_write("resolv.conf", "nameserver 127.0.0.1\n");
    assert_true(addr_parse(&own, "127.0.0.1:53", 0));
    log_open("test", LOG_LEVEL_ERROR); /* the loop is logged, too */
    upstream = upstream_new(lab_lookup()->jobs.loop, &own, 1);
    assert_string_equal(ask_of(upstream, "a.example.test"),
                        "loop: name server 127.0.0.1:53 is this server");
    etc_write("resolv.conf", "nameserver 127.0.0.1\nnameserver 127.0.0.2\n");
    assert_string_equal(ask_of(upstream, "a.example.test"), "NOERROR, 1 answers");
}

static void other_peoples_questions_are_no_loop_checks(void **state)
{
    struct question question = question_of("a.example.test", "A");

    (void)state;
    assert_false(upstream_is_own_check(lab_lookup()->jobs.upstream, &question));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        lab_test(a_name_has_its_reply),
        lab_test(a_truncated_reply_is_fetched_over_tcp),
        lab_test(the_next_server_is_asked_where_the_first_fails),
        lab_test(the_next_server_is_asked_where_the_first_is_closed),
        lab_test(the_next_server_is_asked_where_the_first_is_silent),
        lab_test(the_last_failure_is_told),
        lab_test(silence_ends_when_resolv_conf_says),
        lab_test(a_forged_reply_is_not_believed),
        lab_test(use_vc_means_tcp),
        lab_test(our_own_address_is_not_asked),
        lab_test(other_peoples_questions_are_no_loop_checks),
    };

    return cmocka_run_group_tests_name("upstream", tests, NULL, NULL);
}
