/* Answers of the hosts file, which stay as long as it does. */
#include "lab_lookup.h"

#include "lookup/hosts_answers.h"

static struct hosts_answers *answers;

static void set_up(void)
{
    answers = hosts_answers_new();
    assert_non_null(answers);
}

static void tear_down(void)
{
    hosts_answers_free(answers);
}

FIXTURE(answers, set_up, tear_down);

static void keep(const struct hosts_version *version, const char *name, const char *type,
                 uint8_t last_octet)
{
    static uint8_t message[MESSAGE_MAX];
    struct question question = question_of(name, type);
    struct answer answer;

    lab_answer_init(&answer, &question);
    answer.source = ANSWER_FROM_FILES;
    assert_true(answer_add_address(&answer, ANSWER_OWNER_QUESTION, question.type,
                                   (const uint8_t[16]){10, 0, 0, last_octet}, 10));
    hosts_answers_keep(answers, version, message,
                       message_put_answer(7, &question, &answer, message, sizeof message));
}

/* What is sent, under this id, or "nothing". */
static const char *said(const struct hosts_version *version, const char *name,
                        const char *type, uint64_t id)
{
    struct lab_lookup *lookup = lab_lookup();
    struct question question = question_of(name, type);
    const char *text;
    uint64_t got;

    if (!hosts_answers_send(answers, version, &question, lookup->send_queue, id))
        return "nothing";
    text = lab_next(lookup, &got);
    assert_int_equal(got, id);
    return text;
}

static const struct hosts_version first = {1, 1, 0}, edited = {2, 1, 0},
                                  other_line = {1, 2, 0}, unknown = {0, 1, 0},
                                  changed = {1, 1, 1};

TEST_WITH(answers, what_is_kept_is_said_under_each_id)
{
    keep(&first, "a.lab", "A", 1);
    assert_string_equal(said(&first, "a.lab", "A", 5), "NOERROR\na.lab. 10 A 10.0.0.1\n");
    assert_string_equal(said(&first, "a.lab", "A", 6), "NOERROR\na.lab. 10 A 10.0.0.1\n");
}

TEST_WITH(answers, other_questions_have_none)
{
    keep(&first, "a.lab", "A", 1);
    assert_string_equal(said(&first, "a.lab", "AAAA", 5), "nothing");
    assert_string_equal(said(&first, "b.lab", "A", 5), "nothing");
}

TEST_WITH(answers, an_answer_has_the_letter_case_of_its_question)
{
    keep(&first, "a.LAB", "A", 1);
    assert_string_equal(said(&first, "A.lab", "A", 5), "NOERROR\nA.lab. 10 A 10.0.0.1\n");
}

TEST_WITH(answers, nothing_of_another_version_is_said)
{
    keep(&first, "a.lab", "A", 1);
    assert_string_equal(said(&edited, "a.lab", "A", 5), "nothing");
    assert_string_equal(said(&other_line, "a.lab", "A", 5), "nothing");
    assert_string_equal(said(&unknown, "a.lab", "A", 5), "nothing");
    assert_string_equal(said(&changed, "a.lab", "A", 5), "nothing");
    keep(&edited, "b.lab", "A", 2);
    assert_string_equal(said(&first, "a.lab", "A", 5), "nothing");
    assert_string_equal(said(&edited, "a.lab", "A", 5), "nothing");
    assert_string_equal(said(&edited, "b.lab", "A", 5), "NOERROR\nb.lab. 10 A 10.0.0.2\n");
}

TEST_WITH(answers, nothing_is_kept_of_an_unknown_version)
{
    keep(&unknown, "a.lab", "A", 1);
    assert_string_equal(said(&unknown, "a.lab", "A", 5), "nothing");
}

TEST_WITH(answers, all_is_forgotten_at_a_word)
{
    keep(&first, "a.lab", "A", 1);
    hosts_answers_forget(answers);
    assert_string_equal(said(&first, "a.lab", "A", 5), "nothing");
}

TEST_WITH(answers, a_change_is_another_version)
{
    struct hosts_version before = hosts_version_now(answers, 1), after;

    hosts_answers_forget(answers);
    after = hosts_version_now(answers, 1);
    before.words = after.words = 1; /* as if the file were known, and the same */
    assert_true(hosts_version_is(&before, &before));
    assert_false(hosts_version_is(&before, &after));
}
