#include "../reply_text.h"

#include "dns/alias.h"

static uint8_t prefix_records[4096], found_records[4096];

static struct question typed(const char *name, uint16_t type)
{
    struct question question = {.type = type};

    question.name_len = (uint8_t)name_from_host(name, question.name);
    return question;
}

static struct answer found_of(const struct question *target)
{
    struct answer found;

    answer_init(&found, target, found_records, sizeof found_records);
    return found;
}

/* Makes alias.test an alias of the target, and returns the answer as text. */
static const char *complete(const struct question *target, const struct answer *found,
                            uint32_t age, size_t room)
{
    struct question asked = typed("alias.test", target->type);
    struct answer answer;

    answer_init(&answer, &asked, prefix_records, room);
    assert_true(answer_add_name(&answer, ANSWER_OWNER_QUESTION, TYPE_CNAME,
                                question_name(target), 10, NULL));
    return alias_complete(&answer, target, found, age) ? answer_text(&asked, &answer)
                                                       : "no room";
}

TEST(addresses_stand_behind_the_alias_with_lower_ttls)
{
    const uint8_t one[4] = {192, 0, 2, 1}, two[4] = {192, 0, 2, 2};
    struct question target = typed("a.example", TYPE_A);
    struct answer found = found_of(&target);

    answer_add_address(&found, ANSWER_OWNER_QUESTION, TYPE_A, one, 60);
    answer_add_address(&found, ANSWER_OWNER_QUESTION, TYPE_A, two, 60);
    assert_string_equal(complete(&target, &found, 7, sizeof prefix_records),
                        "NOERROR\n"
                        "alias.test. 10 CNAME a.example.\n"
                        "a.example. 53 A 192.0.2.1\n"
                        "a.example. 53 A 192.0.2.2\n");
}

TEST(compressed_names_come_along)
{
    const uint8_t one[4] = {192, 0, 2, 1};
    struct question target = typed("a.example", TYPE_A);
    struct question next = typed("b.a.example", TYPE_A);
    struct answer found = found_of(&target);
    uint16_t owner;

    answer_add_name(&found, ANSWER_OWNER_QUESTION, TYPE_CNAME, question_name(&next), 60,
                    &owner);
    answer_add_address(&found, owner, TYPE_A, one, 30);
    assert_string_equal(complete(&target, &found, 0, sizeof prefix_records),
                        "NOERROR\n"
                        "alias.test. 10 CNAME a.example.\n"
                        "a.example. 60 CNAME b.a.example.\n"
                        "b.a.example. 30 A 192.0.2.1\n");
}

TEST(no_data_and_no_name_keep_their_soa)
{
    struct question target = typed("a.example", TYPE_AAAA);
    struct answer found = found_of(&target);
    const char *text;

    answer_add_soa(&found, 0, ANSWER_OWNER_QUESTION, 5);
    text = complete(&target, &found, 0, sizeof prefix_records);
    assert_non_null(strstr(text, "NOERROR\nalias.test. 10 CNAME a.example.\n"
                                 "authority a.example. 5 SOA "));
    found.rcode = RCODE_NXDOMAIN;
    text = complete(&target, &found, 0, sizeof prefix_records);
    assert_int_equal(strncmp(text, "NXDOMAIN\nalias.test. ", 21), 0);
}

TEST(a_failure_stands_alone)
{
    struct question target = typed("a.example", TYPE_A);
    struct answer found = found_of(&target);

    answer_fail(&found, RCODE_SERVFAIL, EDE_NETWORK_ERROR, "gone");
    assert_string_equal(complete(&target, &found, 0, sizeof prefix_records),
                        "SERVFAIL: Network Error (23): gone\n");
}

TEST(without_room_it_is_said)
{
    const uint8_t one[4] = {192, 0, 2, 1};
    struct question target = typed("a.example", TYPE_A);
    struct answer found = found_of(&target);

    for (int i = 0; i < 10; i++)
        answer_add_address(&found, ANSWER_OWNER_QUESTION, TYPE_A, one, 60);
    assert_string_equal(complete(&target, &found, 0, 80), "no room");
}

/* alias.test is an alias of a.example; as lookup/by_name writes it. */
static struct answer local(const struct question *asked, uint16_t *owner)
{
    struct question target = typed("a.example", TYPE_A);
    struct answer answer;

    answer_init(&answer, asked, found_records, sizeof found_records);
    assert_true(answer_add_name(&answer, ANSWER_OWNER_QUESTION, TYPE_CNAME,
                                question_name(&target), 10, owner));
    return answer;
}

TEST(the_target_of_an_alias_is_told)
{
    struct question asked = typed("alias.test", TYPE_AAAA), target;
    struct answer answer = local(&asked, NULL);
    char text[QUESTION_TEXT];

    assert_true(alias_target(&asked, &answer, &target));
    assert_string_equal(question_text(&target, text), "a.example. AAAA");
}

TEST(other_answers_have_no_target)
{
    const uint8_t one[4] = {192, 0, 2, 1};
    struct question asked = typed("alias.test", TYPE_A), target;
    struct answer answer;

    answer_init(&answer, &asked, found_records, sizeof found_records);
    assert_false(alias_target(&asked, &answer, &target));
    answer_add_address(&answer, ANSWER_OWNER_QUESTION, TYPE_A, one, 60);
    assert_false(alias_target(&asked, &answer, &target));
    alias_dissolve(&answer);
    assert_string_equal(answer_text(&asked, &answer), "NOERROR\n"
                                                      "alias.test. 60 A 192.0.2.1\n");
}

TEST(a_dissolved_alias_has_the_records_itself)
{
    const uint8_t one[4] = {192, 0, 2, 1}, two[4] = {192, 0, 2, 2};
    struct question asked = typed("alias.test", TYPE_A);
    uint16_t owner;
    struct answer answer = local(&asked, &owner);

    answer_add_address(&answer, owner, TYPE_A, one, 60);
    answer_add_address(&answer, owner, TYPE_A, two, 60);
    alias_dissolve(&answer);
    assert_string_equal(answer_text(&asked, &answer), "NOERROR\n"
                                                      "alias.test. 60 A 192.0.2.1\n"
                                                      "alias.test. 60 A 192.0.2.2\n");
}

TEST(a_dissolved_alias_without_data_keeps_its_soa)
{
    struct question asked = typed("alias.test", TYPE_AAAA);
    uint16_t owner;
    struct answer answer = local(&asked, &owner);

    answer_add_soa(&answer, 1, owner, 5);
    alias_dissolve(&answer);
    assert_string_equal(
        answer_text(&asked, &answer),
        "NOERROR\n"
        "authority alias.test. 5 SOA localhost. nobody.invalid. 1 3600 600 86400 5\n");
}
