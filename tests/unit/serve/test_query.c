#include "clients.h"

TEST(a_copy_waits_in_no_list)
{
    struct query from = {.config = &plain_config}, *copy = query_new(&from);

    assert_non_null(copy);
    assert_null(copy->flight);
    assert_true(list_empty(&copy->in_flight));
    assert_true(list_empty(&copy->in_deadline));
    assert_true(list_empty(&copy->in_stale_timeout));
    query_free(copy);
}

TEST(its_end_takes_it_out_of_its_lists)
{
    struct query from = {.config = &plain_config}, *copy = query_new(&from);
    struct list flight, deadline, stale;

    list_init(&flight);
    list_init(&deadline);
    list_init(&stale);
    list_append(&flight, &copy->in_flight);
    list_append(&deadline, &copy->in_deadline);
    list_append(&stale, &copy->in_stale_timeout);
    query_free(copy);
    assert_true(list_empty(&flight));
    assert_true(list_empty(&deadline));
    assert_true(list_empty(&stale));
}

TEST(a_copy_takes_the_chain_over)
{
    struct query from = {.config = &plain_config}, *copy;
    struct question target = question_of("a.example.", "A");
    uint8_t records[] = {1, 2, 3};
    struct answer answer = {.records = records, .len = sizeof records};

    assert_true(query_set_chain(&from, &answer, &target));
    records[0] = 9; /* a copy must have been made */
    copy = query_new(&from);
    assert_null(from.chain);
    query_end(&from);
    assert_int_equal(copy->chain->answer.len, 3);
    assert_int_equal(copy->chain->records[0], 1);
    assert_int_equal(copy->chain->target.name_len, target.name_len);
    query_free(copy);
}

static bool has_extras(const struct serve_config *config, struct edns_options options)
{
    return query_has_extras(config, &options);
}

TEST(options_change_a_reply_if_the_operator_wants_them)
{
    struct serve_config config = CONFIG_OF(1232);

    assert_false(has_extras(&config, (struct edns_options){.nsid = true, .padding = true}));
    strcpy(config.nsid, "here");
    assert_true(has_extras(&config, (struct edns_options){.nsid = true}));
    config.padding = true;
    assert_true(has_extras(&config, (struct edns_options){.padding = true}));
    assert_false(has_extras(&config, (struct edns_options){0}));
    config.policy.cookies = true;
    assert_true(has_extras(&config, (struct edns_options){0}));
}
