/* Which part settles a request, and that each is asked in its turn. */
#include "scene.h"

#include "names_of.h"
#include "serve/handler.h"

static struct handler handler;
static char why[NAMES_REASON];

static void set_up_handler(void)
{
    scene_open(&scene, &no_cache);
    scene.config.names = names_of("fixed.internal 10.0.2.2\n"
                                  "alias.internal www.example\n"
                                  "near.internal x.localhost\n",
                                  why);
    assert_non_null(scene.config.names);
    scene.config.policy.special.local = &local;
    handler = (struct handler){.config = &scene.config, .flights = scene.flights};
}

static void tear_down_handler(void)
{
    scene_close(&scene);
    names_free(scene.config.names);
}

FIXTURE(handler, set_up_handler, tear_down_handler);

/* The first client asks for the address of a name. False if that cannot be answered. */
static bool ask_wire(const void *wire, size_t len)
{
    struct query query = query_from(0, 0, "unused.", "A");
    bool done = handler_request(&handler, &query, wire, len);

    flights_send(scene.flights);
    query_end(&query);
    return done;
}

static void ask_for(const char *name)
{
    struct question question = question_of(name, "A");
    uint8_t wire[512];
    struct writer to = writer_of(wire, sizeof wire);

    put_bytes(&to, "\0\7\1\0\0\1\0\0\0\0\0\0", 12);
    put_bytes(&to, question.name, question.name_len);
    put_bytes(&to, "\0\1\0\1", 4);
    assert_true(ask_wire(wire, to.pos));
}

TEST_WITH(handler, what_is_no_request_is_not_answered)
{
    assert_false(ask_wire("\0\7\x81\0\0\1\0\0\0\0\0\0", 12)); /* a response */
    assert_false(ask_wire("\0\7", 2));
    assert_silent(0);
}

TEST_WITH(handler, a_client_that_may_not_ask_is_refused)
{
    scene.config.policy.allow_count = 0;
    ask_for("fixed.internal.");
    assert_memory_equal(heard(0), "REFUSED", 7);
    assert_nothing_asked();
}

TEST_WITH(handler, a_fixed_name_needs_no_lookup)
{
    ask_for("fixed.internal.");
    assert_string_equal(heard(0), "NOERROR\nfixed.internal. 10 A 10.0.2.2\n");
    assert_nothing_asked();
}

TEST_WITH(handler, a_special_name_needs_no_lookup)
{
    ask_for("x.localhost.");
    assert_string_equal(heard(0), "NOERROR\n"
                                  "x.localhost. 10 A 127.0.0.1\n");
    assert_nothing_asked();
}

TEST_WITH(handler, other_names_are_looked_up)
{
    ask_for("www.example.");
    answer_next(20);
    assert_string_equal(heard(0), "NOERROR\nwww.example. 20 A 192.0.2.1\n");
}

TEST_WITH(handler, an_alias_carries_its_chain_to_what_is_looked_up)
{
    ask_for("Alias.internal.");
    assert_silent(0);
    answer_next(20);
    assert_string_equal(heard(0), "NOERROR\nAlias.internal. 10 CNAME www.example.\n"
                                  "www.example. 20 A 192.0.2.1\n");
    ask_for("alias.internal.");
    fail_next(EDE_NETWORK_ERROR);
    assert_string_equal(heard(0), "SERVFAIL\n");
}

TEST_WITH(handler, an_alias_of_a_special_name_needs_no_lookup)
{
    ask_for("near.internal.");
    assert_string_equal(heard(0), "NOERROR\n"
                                  "near.internal. 10 CNAME x.localhost.\n"
                                  "x.localhost. 10 A 127.0.0.1\n");
    assert_nothing_asked();
}
