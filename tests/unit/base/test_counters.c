/* All cases share one page, so each compares with what was there before. */
#include "../limit.h"

#include "base/counters.h"

#include <signal.h>
#include <sys/mman.h>
#include <sys/wait.h>

static int page = -1;

static void set_up(void)
{
    page = counters_open(-1);
    assert_int_not_equal(page, -1);
    counters_use(0);
}

TEST(what_is_counted_is_summed)
{
    uint64_t before = counters_sum(COUNT_LOOKUPS);

    count(COUNT_LOOKUPS);
    counters_use(3);
    count(COUNT_LOOKUPS);
    count(COUNT_LOOKUPS);
    counters_use(0);
    assert_int_equal(counters_sum(COUNT_LOOKUPS) - before, 3);
}

TEST(a_question_is_in_the_sums_of_its_transport_type_and_outcome)
{
    uint64_t before[COUNTERS_NUMBER];

    for (int i = 0; i < COUNTERS_NUMBER; i++)
        before[i] = counters_sum((enum counter)i);
    count_question(COUNT_QUESTIONS_TCP, COUNT_TYPE_ANY, COUNT_ANSWER_OTHER);
    counters_use(3);
    count_question(COUNT_QUESTIONS_TCP, COUNT_TYPE_OTHER, COUNT_ANSWER_RECORDS);
    counters_use(0);
    assert_int_equal(
        counters_questions(COUNT_QUESTIONS_TCP, COUNT_TYPE_ANY, COUNT_ANSWER_OTHER), 1);
    assert_int_equal(
        counters_questions(COUNT_QUESTIONS_UDP, COUNT_TYPE_ANY, COUNT_ANSWER_OTHER), 0);
    for (int i = 0; i < COUNTERS_NUMBER; i++)
        assert_int_equal(counters_sum((enum counter)i) - before[i],
                         i == COUNT_QUESTIONS_TCP ? 2
                         : i == COUNT_TYPE_ANY || i == COUNT_ANSWER_OTHER ||
                                 i == COUNT_TYPE_OTHER || i == COUNT_ANSWER_RECORDS
                             ? 1
                             : 0);
}

TEST(a_lookup_is_in_the_sums_of_its_result_and_its_time)
{
    uint64_t before[COUNTERS_NUMBER];

    for (int i = 0; i < COUNTERS_NUMBER; i++)
        before[i] = counters_sum((enum counter)i);
    count_lookup(COUNT_DNS_FAILED, COUNT_LOOKUP_MS_MORE, 5000000);
    counters_use(3);
    count_lookup(COUNT_DNS_FAILED, COUNT_LOOKUP_US_125, 20);
    counters_use(0);
    assert_int_equal(counters_lookups(COUNT_DNS_FAILED, COUNT_LOOKUP_MS_MORE), 1);
    assert_int_equal(counters_lookups(COUNT_DNS_FAILED, COUNT_LOOKUP_TIME), 5000020);
    for (int i = 0; i < COUNTERS_NUMBER; i++)
        assert_int_equal(counters_sum((enum counter)i) - before[i],
                         i == COUNT_DNS_FAILED                                   ? 2
                         : i == COUNT_LOOKUP_TIME                                ? 5000020
                         : i == COUNT_LOOKUP_MS_MORE || i == COUNT_LOOKUP_US_125 ? 1
                                                                                 : 0);
}

/* The last cell is the last number of a slot: nothing lies on it. */
TEST(each_cell_is_apart)
{
    bool seen[COUNTERS_CELLS] = {0};

    for (enum counter result = COUNT_DNS_RECORDS; result < COUNT_LOOKUP_US_125; result++)
        for (enum counter time = COUNT_LOOKUP_US_125; time <= COUNT_LOOKUP_TIME; time++) {
            unsigned cell = counters_lookup_cell(result, time);

            assert_in_range(cell, COUNTERS_NUMBER, COUNTERS_NUMBER + COUNTERS_CELLS - 1);
            assert_false(seen[cell - COUNTERS_NUMBER]);
            seen[cell - COUNTERS_NUMBER] = true;
        }
    for (unsigned i = 0; i < COUNTERS_QUESTION_CELLS; i++) {
        unsigned outcome = i % COUNTERS_OUTCOMES, rest = i / COUNTERS_OUTCOMES;
        unsigned cell =
            counters_cell(rest / COUNTERS_TYPES, COUNT_TYPE_OTHER + rest % COUNTERS_TYPES,
                          COUNT_ANSWER_RECORDS + outcome);

        assert_in_range(cell, COUNTERS_NUMBER, COUNTERS_NUMBER + COUNTERS_CELLS - 1);
        assert_false(seen[cell - COUNTERS_NUMBER]);
        seen[cell - COUNTERS_NUMBER] = true;
    }
}

TEST(another_process_counts_in_the_same_page)
{
    uint64_t before = counters_sum(COUNT_LOOKUPS);
    pid_t pid = fork();

    if (pid == 0) {
        counters_use(5);
        count(COUNT_LOOKUPS);
        _exit(0);
    }
    assert_int_equal(waitpid(pid, NULL, 0), pid);
    assert_int_equal(counters_sum(COUNT_LOOKUPS) - before, 1);
}

TEST(a_page_that_is_handed_over_goes_on)
{
    uint64_t before;

    count(COUNT_RELOADS);
    before = counters_sum(COUNT_RELOADS);
    assert_int_equal(counters_open(page), page);
    counters_use(0);
    assert_int_equal(counters_sum(COUNT_RELOADS), before);
    count(COUNT_RELOADS);
    assert_int_equal(counters_sum(COUNT_RELOADS), before + 1);
}

/* The status of a child that reads the page, then asks for the right to write and writes:
 * 1 if it cannot read, 2 if it may write, or the signal that has ended it. */
static int read_then_write(int fd)
{
    uint64_t before = counters_sum(COUNT_RELOADS);
    uint64_t *words = counters_words();
    void *around = (void *)((uintptr_t)words & ~((uintptr_t)getpagesize() - 1));
    int status;
    pid_t pid = fork();

    if (pid == 0) {
        signal(SIGSEGV, SIG_DFL);
        counters_read_only(counters_reader(fd));
        count(COUNT_RELOADS); /* for itself alone */
        if (counters_sum(COUNT_RELOADS) != before)
            _exit(1);
        if (fd != -1 && mprotect(around, 1, PROT_READ | PROT_WRITE) == 0)
            _exit(2);
        words[0] = 4711;
        _exit(3);
    }
    assert_int_equal(waitpid(pid, &status, 0), pid);
    return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

TEST(a_process_can_give_up_writing_to_the_page_for_good)
{
    assert_int_equal(read_then_write(page), 128 + SIGSEGV);
    assert_int_equal(counters_words()[0], 0);
}

TEST(without_a_descriptor_it_gives_up_writing_as_well)
{
    assert_int_equal(read_then_write(-1), 128 + SIGSEGV);
    assert_int_equal(counters_words()[0], 0);
}

/* The page of another version of the program has another layout. */
TEST(a_page_of_another_layout_is_replaced)
{
    off_t size = lseek(page, 0, SEEK_END);
    int other = memfd_create("other", MFD_CLOEXEC), made;

    assert_int_equal(ftruncate(other, size), 0);
    made = counters_open(other);
    assert_int_not_equal(made, -1);
    counters_use(0);
    assert_int_equal(counters_sum(COUNT_RELOADS), 0);
    close(made);
    page = counters_open(-1);
    counters_use(0);
}

TEST(gauges_begin_anew_and_counters_go_on)
{
    uint64_t before = counters_sum(COUNT_CACHE_HITS);

    counters_use(7);
    count(COUNT_CACHE_HITS);
    count_set(COUNT_CACHE_ENTRIES, 12);
    assert_int_equal(counters_sum(COUNT_CACHE_ENTRIES), 12);
    counters_use(7);
    assert_int_equal(counters_sum(COUNT_CACHE_ENTRIES), 0);
    count_set(COUNT_CACHE_ENTRIES, 4);
    counters_use(0);
    counters_reset_gauges(7);
    assert_int_equal(counters_sum(COUNT_CACHE_ENTRIES), 0);
    assert_int_equal(counters_sum(COUNT_CACHE_HITS), before + 1);
}

TEST(name_servers_can_be_read_by_its_slot)
{
    const struct name_server_row row = {.address = "127.0.0.1:53"};
    struct name_server_row rows[NAME_SERVERS_ROWS];

    counters_use(9);
    name_servers_write(counters_name_servers(), &row, 1);
    counters_use(0);
    assert_int_equal(name_servers_read(counters_name_servers_of(9), rows), 1);
    assert_string_equal(rows[0].address, "127.0.0.1:53");
    assert_int_equal(name_servers_read(counters_name_servers_of(10), rows), 0);
}

/* A child counts, and this process sees it if `is_seen`. */
static void a_child_is_counted(bool is_seen)
{
    uint64_t before = counters_sum(COUNT_LOOKUPS);
    pid_t pid = fork();

    if (pid == 0) {
        counters_use(5);
        count(COUNT_LOOKUPS);
        _exit(counters_sum(COUNT_LOOKUPS) != before + 1);
    }
    assert_int_equal(waitpid(pid, NULL, 0), pid);
    assert_int_equal(counters_sum(COUNT_LOOKUPS) - before, is_seen ? 1 : 0);
    counters_use(0);
    count(COUNT_LOOKUPS);
    assert_int_equal(counters_sum(COUNT_LOOKUPS) - before, is_seen ? 2 : 1);
}

static void open_with_limit(int resource, rlim_t most)
{
    limit_begin(resource, most);
    assert_int_equal(counters_open(-1), -1);
    limit_end(resource);
    counters_use(0);
}

TEST(without_a_descriptor_children_count_in_the_same_page)
{
    open_with_limit(RLIMIT_NOFILE, 0);
    a_child_is_counted(true);
    page = counters_open(-1);
    counters_use(0);
}

#ifndef __SANITIZE_ADDRESS__ /* which has used more already */
TEST(without_memory_each_counts_for_itself)
{
    open_with_limit(RLIMIT_AS, 4096);
    a_child_is_counted(false);
    page = counters_open(-1);
    counters_use(0);
}
#endif

TEST(names_differ_and_have_a_help)
{
    for (int i = 0; i < COUNTERS_NUMBER; i++) {
        assert_true(*counter_rows[i].help);
        for (int j = 0; j < i; j++)
            assert_string_not_equal(counter_rows[i].name, counter_rows[j].name);
    }
}

TEST(each_slot_has_its_worst_lookups)
{
    struct worst_row row;

    counters_use(3);
    worst_write(counters_worst(), WORST_SLOW, 0, 1, 2, "name", "");
    counters_use(0);
    assert_true(worst_read(counters_worst_of(3), WORST_SLOW, 0, &row));
    assert_string_equal(row.name, "name");
    assert_false(worst_read(counters_worst_of(0), WORST_SLOW, 0, &row));
}

TEST(words_are_shared_by_all_and_handed_over)
{
    pid_t pid = fork();

    if (pid == 0) {
        counters_use(5);
        counters_words()[COUNTERS_WORDS - 1] = 42;
        _exit(0);
    }
    assert_int_equal(waitpid(pid, NULL, 0), pid);
    assert_int_equal(counters_words()[COUNTERS_WORDS - 1], 42);
    assert_int_equal(counters_open(page), page);
    assert_int_equal(counters_words()[COUNTERS_WORDS - 1], 42);
    assert_int_equal(counters_words()[0], 0);
}

GROUP(set_up, NULL);
