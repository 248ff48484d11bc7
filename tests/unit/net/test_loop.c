#include "../in_child.h"
#include "../limit.h"

#include "base/clock.h"
#include "net/loop.h"

#include <fcntl.h>
#include <poll.h>
#include <seccomp.h>
#include <signal.h>
#include <sys/time.h>

/* What happened, a letter an event, in order. */
static char events[64];
static struct loop *loop;

static void note(char letter)
{
    size_t len = strlen(events);

    assert_true(len < sizeof events - 1);
    events[len] = letter;
}

/* A pipe with a callback at its reading end that notes `letter`. */
struct source {
    int ends[2];
    char letter;
    struct watch *watch;
    struct source *victim; /* whose watch the callback ends */
    bool stops;
    short revents;
};

static void source_ready(void *context, short revents)
{
    struct source *source = context;
    char octet;

    note(source->letter);
    source->revents = revents;
    if (revents & POLLIN)
        assert_int_equal(read(source->ends[0], &octet, 1), 1);
    if (source->victim) {
        loop_unwatch(loop, source->victim->watch);
        source->victim = NULL;
    }
    if (source->stops)
        loop_stop(loop);
}

/* The sources of a test, which end with it. */
static struct source sources[64];
static size_t source_count;

static struct source *source_open_with(char letter, watch_ready *ready)
{
    struct source *source = &sources[source_count++];

    assert_in_range(source_count, 1, sizeof sources / sizeof *sources);
    *source = (struct source){.letter = letter};
    assert_int_equal(pipe(source->ends), 0);
    source->watch = loop_watch(loop, source->ends[0], POLLIN, ready, source);
    assert_non_null(source->watch);
    return source;
}

static struct source *source_open(char letter)
{
    return source_open_with(letter, source_ready);
}

/* With the letters "a", "b" and so on. */
static void source_open_several(int count)
{
    for (int i = 0; i < count; i++)
        source_open((char)('a' + i));
}

static void source_feed(const struct source *source)
{
    assert_int_equal(write(source->ends[1], "x", 1), 1);
}

static void source_close(struct source *source)
{
    close(source->ends[0]);
    if (source->ends[1] != -1)
        close(source->ends[1]);
}

static void open_loop(void)
{
    memset(events, 0, sizeof events);
    loop = loop_new();
    assert_non_null(loop);
}

static void close_loop(void)
{
    loop_free(loop);
    while (source_count > 0)
        source_close(&sources[--source_count]);
}

FIXTURE(loop, open_loop, close_loop);

static void ring_and_stop(void *context)
{
    note(*(const char *)context);
    loop_stop(loop);
}

static void expire(void *context)
{
    note(*(const char *)context);
}

/* A timer that notes `letter` when it expires. */
static void timer_make(struct timer *timer, void (*function)(void *context), char letter)
{
    static char letters[128];

    letters[(size_t)letter] = letter;
    timer_init(timer, function, &letters[(size_t)letter]);
}

/* The same, and it expires at this time. */
static void timer_begin(struct timer *timer, void (*function)(void *context), char letter,
                        int64_t at)
{
    timer_make(timer, function, letter);
    timer_set(loop, timer, at);
}

static struct timer end_of_run;
static int rounds_left;

/* On a busy machine, the time may be over before there was a round. */
static void end_run(void *context)
{
    if (rounds_left-- > 0)
        timer_set(loop, &end_of_run, 0);
    else
        ring_and_stop(context);
}

/* Runs the loop for so long, and for a few rounds more. */
static void run_for(int64_t ms)
{
    rounds_left = 3;
    timer_begin(&end_of_run, end_run, '!', clock_ms() + ms);
    assert_int_equal(loop_run(loop), 0);
}

/* Runs the loop until all that is ready now has been called. */
static void run_what_is_due(void)
{
    run_for(5);
}

TEST_WITH(loop, a_descriptor_that_is_ready_is_called_for)
{
    struct source *source = source_open('a');

    source_feed(source);
    run_what_is_due();
    assert_string_equal(events, "a!");
    assert_int_equal(source->revents, POLLIN);
}

TEST_WITH(loop, a_descriptor_is_called_for_as_long_as_it_is_ready)
{
    struct source *source = source_open('a');

    source_feed(source);
    source_feed(source);
    source_feed(source);
    run_what_is_due();
    assert_string_equal(events, "aaa!");
}

TEST_WITH(loop, the_events_of_a_watch_can_be_changed)
{
    struct source *source = source_open('a');

    source_feed(source);
    watch_events(source->watch, 0);
    run_what_is_due();
    watch_events(source->watch, POLLIN);
    run_what_is_due();
    assert_string_equal(events, "!a!");
}

TEST_WITH(loop, a_hang_up_is_told_without_being_asked_for)
{
    struct source *source = source_open('a');

    watch_events(source->watch, 0);
    source->stops = true;
    close(source->ends[1]);
    source->ends[1] = -1;
    assert_int_equal(loop_run(loop), 0);
    assert_int_equal(source->revents, POLLHUP);
}

TEST_WITH(loop, an_unwatched_descriptor_is_not_called_for)
{
    struct source *source = source_open('a');

    source_feed(source);
    loop_unwatch(loop, source->watch);
    run_what_is_due();
    assert_string_equal(events, "!");
}

TEST_WITH(loop, unwatching_nothing_is_harmless)
{
    loop_unwatch(loop, NULL);
    run_what_is_due();
    assert_string_equal(events, "!");
}

TEST_WITH(loop, a_callback_may_unwatch_itself)
{
    struct source *source = source_open('a');

    source->victim = source;
    source_feed(source);
    source_feed(source);
    run_what_is_due();
    assert_string_equal(events, "a!");
}

TEST_WITH(loop, a_callback_may_unwatch_another_that_is_ready_too)
{
    struct source *first = source_open('a'), *second = source_open('b');

    first->victim = second;
    source_feed(first);
    source_feed(second);
    run_what_is_due();
    assert_string_equal(events, "a!");
}

TEST_WITH(loop, a_callback_may_unwatch_one_that_was_called_before)
{
    struct source *first = source_open('a'), *second = source_open('b');

    second->victim = first;
    source_feed(first);
    source_feed(first);
    source_feed(second);
    run_what_is_due();
    assert_string_equal(events, "ab!");
}

/* Ends its own watch and opens another on the same descriptor. */
static void replace_watch(void *context, short revents)
{
    struct source *source = context;

    (void)revents;
    note('r');
    loop_unwatch(loop, source->watch);
    source->watch = loop_watch(loop, source->ends[0], POLLIN, source_ready, source);
}

TEST_WITH(loop, a_descriptor_may_get_another_watch_in_a_callback)
{
    struct source *source = source_open('a');

    loop_unwatch(loop, source->watch);
    source->watch = loop_watch(loop, source->ends[0], POLLIN, replace_watch, source);
    source_feed(source);
    run_what_is_due();
    assert_string_equal(events, "ra!");
}

enum { MANY = 40 };

static void open_many(void *context, short revents)
{
    struct source *source = context;

    loop_unwatch(loop, source->watch);
    source_ready(source, revents);
    for (int i = 0; i < MANY; i++)
        source_feed(source_open('m'));
}

TEST_WITH(loop, a_callback_may_add_more_watches_than_there_was_room_for)
{
    struct source *first = source_open_with('a', open_many), *last = source_open('z');

    source_feed(first);
    source_feed(last);
    run_what_is_due();
    assert_string_equal(events, "azmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmm!");
}

TEST_WITH(loop, descriptors_are_called_for_in_the_order_of_their_watches)
{
    source_open_several(3);
    for (int i = 2; i >= 0; i--)
        source_feed(&sources[i]);
    run_what_is_due();
    assert_string_equal(events, "abc!");
}

TEST_WITH(loop, the_last_watch_takes_the_place_of_one_that_ended)
{
    source_open_several(4);
    loop_unwatch(loop, sources[1].watch);
    for (int i = 0; i < 4; i++)
        source_feed(&sources[i]);
    run_what_is_due();
    assert_string_equal(events, "adc!");
    watch_events(sources[3].watch, 0); /* which it knows where it is now */
    source_feed(&sources[3]);
    source_feed(&sources[2]);
    run_what_is_due();
    assert_string_equal(events, "adc!c!");
}

static void feed_all(int count)
{
    for (int i = 0; i < count; i++)
        source_feed(&sources[i]);
}

static void assert_happened_in_any_order(const char *letters)
{
    assert_int_equal(strlen(events), strlen(letters));
    for (; *letters; letters++)
        assert_non_null(strchr(events, *letters));
}

TEST_WITH(loop, any_watches_may_end_between_rounds)
{
    source_open_several(6);
    loop_unwatch(loop, sources[5].watch); /* the last one, and the one that replaces it */
    loop_unwatch(loop, sources[0].watch);
    loop_unwatch(loop, sources[4].watch);
    feed_all(6);
    run_what_is_due();
    assert_happened_in_any_order("bcd!");
}

/* Runs the loop for as long as one that is polled seldom may have to wait. */
static void run_until_all_were_polled(void)
{
    run_for(LOOP_SELDOM_MS + 5);
}

TEST_WITH(loop, one_that_is_polled_seldom_is_called_for_in_the_end)
{
    struct source *source = source_open('a');

    watch_seldom(source->watch);
    watch_seldom(source->watch); /* again, which changes nothing */
    source_feed(source);
    run_until_all_were_polled();
    assert_string_equal(events, "a!");
}

/* On a busy machine its turn may have come before the loop goes on, and it is called for
 * before the other one. */
TEST_WITH(loop, one_that_is_polled_seldom_waits_for_its_turn)
{
    struct source *seldom = source_open('s'), *often = source_open('o');
    int64_t before_a_turn = clock_ms();

    seldom->stops = often->stops = true;
    watch_seldom(seldom->watch);
    source_feed(seldom);
    assert_int_equal(loop_run(loop), 0); /* they were polled */
    source_feed(seldom);
    source_feed(often);
    assert_int_equal(loop_run(loop), 0);
    assert_int_equal(loop_run(loop), 0);
    assert_true(clock_ms() >= before_a_turn + LOOP_SELDOM_MS);
    assert_happened_in_any_order("sos");
}

TEST_WITH(loop, a_watch_keeps_its_descriptor_when_places_change)
{
    source_open_several(3);
    watch_seldom(sources[0].watch);
    source_open('d');
    feed_all(4);
    run_until_all_were_polled();
    assert_happened_in_any_order("abcd!");
}

/* Always ready, and each time it takes as long as it may take until it is polled again.
 */
static void slow_ready(void *context, short revents)
{
    int64_t end = clock_ms() + LOOP_SELDOM_MS;
    int *calls = context;

    (void)revents;
    while (clock_ms() < end)
        ;
    if (++*calls == 10)
        loop_stop(loop);
}

TEST_WITH(loop, a_slow_one_that_is_polled_seldom_does_not_hold_up_the_others)
{
    struct source *slow = source_open('s'), *often;
    int calls = 0;

    loop_unwatch(loop, slow->watch);
    watch_seldom(loop_watch(loop, slow->ends[0], POLLIN, slow_ready, &calls));
    often = source_open('o');
    often->stops = true;
    source_feed(slow);
    source_feed(often);
    assert_int_equal(loop_run(loop), 0);
    assert_string_equal(events, "o");
    assert_int_equal(calls, 1);
}

static void seldom_from_now_on(void *context, short revents)
{
    const struct source *source = context;

    source_ready(context, revents);
    watch_seldom(source->watch);
}

TEST_WITH(loop, a_callback_may_have_itself_polled_seldom)
{
    struct source *one = source_open_with('a', seldom_from_now_on),
                  *other = source_open('b');

    source_feed(one);
    source_feed(other);
    run_until_all_were_polled();
    assert_string_equal(events, "ab!");
}

enum { SELDOM_CROWD = 200 }; /* more than one turn takes in */

static void count_call(void *context, short revents)
{
    char octet;

    (void)revents;
    assert_int_equal(read(*(const int *)context, &octet, 1), 1);
    note('x');
    if (strlen(events) == 7)
        loop_stop(loop);
}

TEST_WITH(loop, all_of_many_that_are_polled_seldom_have_their_turn)
{
    static int ends[SELDOM_CROWD][2];

    for (int i = 0; i < SELDOM_CROWD; i++) {
        struct watch *watch;

        assert_int_equal(pipe(ends[i]), 0);
        watch = loop_watch(loop, ends[i][0], POLLIN, count_call, ends[i]);
        assert_non_null(watch);
        watch_seldom(watch);
    }
    for (int i = 0; i < SELDOM_CROWD; i += 30)
        assert_int_equal(write(ends[i][1], "x", 1), 1);
    assert_int_equal(loop_run(loop), 0);
    assert_string_equal(events, "xxxxxxx");
    for (int i = 0; i < SELDOM_CROWD; i++) {
        close(ends[i][0]);
        close(ends[i][1]);
    }
}

/* A watch in a crowd that opens and closes others whenever it is called. */
enum { CROWD = 64, CROWD_ROUNDS = 3000 };
static struct member {
    struct watch *watch;
    int ends[2];
    bool fed, is_seldom;
    unsigned called, expected;
} crowd[CROWD];
static unsigned chance = 12345;

static unsigned draw(unsigned below)
{
    chance = chance * 1103515245u + 12345u;
    return (chance >> 16) % below;
}

static void member_ready(void *context, short revents)
{
    struct member *member = context, *other = &crowd[draw(CROWD)];
    char octet;

    assert_int_equal(revents, POLLIN);
    assert_non_null(member->watch);
    assert_true(member->fed);
    assert_int_equal(read(member->ends[0], &octet, 1), 1);
    member->fed = false;
    member->called++;
    if (other->watch) {
        other->expected -= other->fed; /* its turn has not come yet, and never does */
        loop_unwatch(loop, other->watch);
        other->watch = NULL;
    }
}

/* Opens some and feeds some, so that each one's next call is known. */
static void stir(void)
{
    for (int i = 0; i < CROWD; i++) {
        struct member *member = &crowd[i];

        if (!member->watch && draw(2)) {
            char octet;

            if (member->fed)
                assert_int_equal(read(member->ends[0], &octet, 1), 1);
            member->fed = false;
            member->watch = loop_watch(loop, member->ends[0], POLLIN, member_ready, member);
            member->is_seldom = false;
        }
        if (member->watch && !member->is_seldom && draw(8) == 0) {
            watch_seldom(member->watch);
            member->is_seldom = true;
        }
        if (member->watch && !member->fed && draw(3) == 0) {
            assert_int_equal(write(member->ends[1], "x", 1), 1);
            member->fed = true;
            member->expected++;
        }
    }
}

static bool all_were_called(void)
{
    for (int i = 0; i < CROWD; i++)
        if (crowd[i].called != crowd[i].expected)
            return false;
    return true;
}

static void stop_when_all_were_called(void *context)
{
    struct timer *timer = context;

    if (all_were_called())
        loop_stop(loop);
    else
        timer_set(loop, timer, clock_ms() + 1); /* the seldom ones need time, not rounds */
}

TEST_WITH(loop, a_crowd_that_comes_and_goes_is_called_for_exactly_when_ready)
{
    struct timer end;

    timer_init(&end, stop_when_all_were_called, &end);
    for (int i = 0; i < CROWD; i++) {
        crowd[i] = (struct member){0};
        assert_int_equal(pipe(crowd[i].ends), 0);
    }
    for (int round = 0; round < CROWD_ROUNDS; round++) {
        stir();
        timer_set(loop, &end, 0);
        assert_int_equal(loop_run(loop), 0);
        for (int i = 0; i < CROWD; i++)
            assert_int_equal(crowd[i].called, crowd[i].expected);
    }
    for (int i = 0; i < CROWD; i++) {
        close(crowd[i].ends[0]);
        close(crowd[i].ends[1]);
    }
}

TEST_WITH(loop, stopping_ends_the_round_at_once)
{
    struct source *first = source_open('a'), *second = source_open('b');
    struct timer timer;

    first->stops = true;
    source_feed(first);
    source_feed(second);
    timer_begin(&timer, expire, 't', 0);
    assert_int_equal(loop_run(loop), 0);
    timer_cancel(&timer);
    assert_string_equal(events, "a");
}

TEST_WITH(loop, a_stopped_loop_can_run_on)
{
    struct source *source = source_open('a');

    source->stops = true;
    source_feed(source);
    assert_int_equal(loop_run(loop), 0);
    source_feed(source);
    assert_int_equal(loop_run(loop), 0);
    assert_string_equal(events, "aa");
}

TEST_WITH(loop, timers_ring_in_the_order_of_their_times)
{
    struct timer timers[4];
    int64_t now = clock_ms();

    timer_begin(&timers[0], ring_and_stop, 'd', now - 1);
    timer_begin(&timers[1], expire, 'b', now - 3);
    timer_begin(&timers[2], expire, 'a', now - 4);
    timer_begin(&timers[3], expire, 'c', now - 2);
    assert_int_equal(loop_run(loop), 0);
    assert_string_equal(events, "abcd");
}

TEST_WITH(loop, timers_of_one_time_ring_in_the_order_they_were_set)
{
    struct timer timers[3];
    int64_t now = clock_ms();

    timer_make(&timers[0], expire, 'a');
    timer_make(&timers[1], expire, 'b');
    timer_make(&timers[2], ring_and_stop, 'c');
    for (int i = 0; i < 3; i++)
        timer_set(loop, &timers[i], now);
    assert_int_equal(loop_run(loop), 0);
    assert_string_equal(events, "abc");
}

/* It is set before all others, and yet keeps behind those of the same time. */
TEST_WITH(loop, a_timer_that_is_due_at_once_rings_first)
{
    struct timer timers[4];
    int64_t now = clock_ms();

    timer_begin(&timers[0], ring_and_stop, 'd', now);
    timer_begin(&timers[1], expire, 'c', now - 1);
    timer_begin(&timers[2], expire, 'a', 0);
    timer_begin(&timers[3], expire, 'b', 0);
    assert_int_equal(loop_run(loop), 0);
    assert_string_equal(events, "abcd");
}

TEST_WITH(loop, a_timer_rings_not_before_its_time)
{
    int64_t at = clock_ms() + 20;
    struct timer timer;

    timer_begin(&timer, ring_and_stop, 'a', at);
    assert_int_equal(loop_run(loop), 0);
    assert_true(clock_ms() >= at);
    assert_string_equal(events, "a");
}

TEST_WITH(loop, a_timer_rings_once)
{
    struct timer timer;

    timer_begin(&timer, expire, 'a', 0);
    run_what_is_due();
    run_what_is_due();
    assert_string_equal(events, "a!!");
}

TEST_WITH(loop, setting_a_timer_again_replaces_its_time)
{
    struct timer a, b;
    int64_t now = clock_ms();

    timer_make(&a, ring_and_stop, 'a');
    timer_make(&b, expire, 'b');
    timer_set(loop, &a, now - 3);
    timer_set(loop, &b, now - 2);
    timer_set(loop, &a, now - 1);
    assert_int_equal(loop_run(loop), 0);
    assert_string_equal(events, "ba");
}

TEST_WITH(loop, a_cancelled_timer_does_not_ring)
{
    struct timer timer;

    timer_make(&timer, expire, 'a');
    timer_cancel(&timer);
    timer_set(loop, &timer, 0);
    timer_cancel(&timer);
    run_what_is_due();
    assert_string_equal(events, "!");
}

static struct timer other_timer;

static void cancel_other(void *context)
{
    expire(context);
    timer_cancel(&other_timer);
}

TEST_WITH(loop, a_timer_may_cancel_another_that_is_due)
{
    struct timer timer;

    timer_begin(&timer, cancel_other, 'a', 1);
    timer_begin(&other_timer, expire, 'b', 2);
    run_what_is_due();
    assert_string_equal(events, "a!");
}

static void set_other(void *context)
{
    expire(context);
    timer_set(loop, &other_timer, clock_ms() + 2);
    if (strlen(events) == 3)
        loop_stop(loop);
}

static void set_other_at_once(void *context)
{
    expire(context);
    timer_set(loop, &other_timer, 0);
}

static void expire_in_silence(void *context)
{
    (void)context;
}

static void feed(void *context)
{
    source_feed(context);
}

TEST_WITH(loop, a_timer_may_set_itself_again)
{
    timer_begin(&other_timer, set_other, 'a', 0);
    assert_int_equal(loop_run(loop), 0);
    timer_cancel(&other_timer);
    assert_string_equal(events, "aaa");
}

TEST_WITH(loop, a_stop_in_a_timer_leaves_the_later_ones)
{
    struct timer first, second;

    timer_begin(&first, ring_and_stop, 'a', 1);
    timer_begin(&second, ring_and_stop, 'b', 2);
    assert_int_equal(loop_run(loop), 0);
    assert_string_equal(events, "a");
    assert_int_equal(loop_run(loop), 0);
    assert_string_equal(events, "ab");
}

/* Never empties its pipe, so that it is always ready. */
static void greedy_ready(void *context, short revents)
{
    (void)context;
    (void)revents;
}

TEST_WITH(loop, a_descriptor_that_is_always_ready_does_not_hold_up_timers)
{
    struct source *source = source_open('a');

    loop_unwatch(loop, source->watch);
    loop_watch(loop, source->ends[0], POLLIN, greedy_ready, source);
    source_feed(source);
    run_what_is_due();
    assert_string_equal(events, "!");
}

TEST_WITH(loop, a_timer_that_is_due_does_not_hold_up_descriptors)
{
    struct source *source = source_open('a');
    struct timer timer;

    source_feed(source);
    timer_begin(&timer, ring_and_stop, 't', 0);
    assert_int_equal(loop_run(loop), 0);
    assert_string_equal(events, "at");
}

enum { MANY_DUE = 1000 };

TEST_WITH(loop, thousands_that_are_due_do_not_hold_up_descriptors)
{
    static struct timer timers[MANY_DUE];
    struct timer first;
    struct source *source = source_open('a');

    for (int i = 0; i < MANY_DUE; i++) {
        timer_make(&timers[i], i % LOOP_BUDGET ? expire_in_silence : expire, ',');
        timer_set(loop, &timers[i], 1);
    }
    timer_init(&first, feed, source);
    timer_set(loop, &first, 0);
    run_what_is_due();
    assert_string_equal(events, ",a,,,!");
}

/* Not in the same round: what is put off to the end of a round collects what the round
 * brings. */
TEST_WITH(loop, one_that_is_set_while_others_ring_waits_for_the_next_round)
{
    struct timer first, second;

    timer_make(&other_timer, expire, 'c');
    timer_make(&first, set_other_at_once, 'a');
    timer_make(&second, expire, 'b');
    timer_set(loop, &first, 1);
    timer_set(loop, &second, 2);
    run_what_is_due();
    assert_string_equal(events, "abc!");
}

TEST_WITH(loop, a_timer_is_set_until_it_rings)
{
    struct timer timer;

    timer_make(&timer, expire, 'a');
    assert_false(timer_is_set(&timer));
    timer_set(loop, &timer, 0);
    assert_true(timer_is_set(&timer));
    run_what_is_due();
    assert_false(timer_is_set(&timer));
    timer_set(loop, &timer, 0);
    timer_cancel(&timer);
    assert_false(timer_is_set(&timer));
}

static void on_signal(int number)
{
    (void)number;
    source_feed(&sources[0]);
}

/* Nothing but the signal ends the wait for the descriptor that it makes ready. */
TEST_WITH(loop, a_signal_does_not_end_the_loop)
{
    const struct itimerval soon = {.it_value = {.tv_usec = 5000}};
    struct sigaction action = {.sa_handler = on_signal}, before;

    source_open('a')->stops = true;
    sigaction(SIGALRM, &action, &before);
    setitimer(ITIMER_REAL, &soon, NULL);
    assert_int_equal(loop_run(loop), 0);
    sigaction(SIGALRM, &before, NULL);
    assert_string_equal(events, "a");
}

/* poll() refuses more descriptors at a time than the process may have, if less than it
 * has. */
TEST_WITH(loop, a_limit_below_what_is_open_does_not_end_the_loop)
{
    struct timer timer, next;
    int result;

    for (char letter = 'a'; letter <= 'c'; letter++)
        source_open(letter);
    source_feed(&sources[2]);
    timer_init(&timer, feed, &sources[0]);
    timer_set(loop, &timer, clock_ms() + 20);
    timer_begin(&next, ring_and_stop, 't', clock_ms() + 40);
    limit_begin(RLIMIT_NOFILE, 1);
    result = loop_run(loop);
    limit_end(RLIMIT_NOFILE);
    assert_int_equal(result, 0);
    assert_string_equal(events, "cat");
}

static struct timer last;

/* What the loop can poll then, it calls before the timer. */
static void raise_limit(void *context)
{
    (void)context;
    limit_end(RLIMIT_NOFILE);
    timer_begin(&last, ring_and_stop, 'u', clock_ms());
}

TEST_WITH(loop, a_limit_of_zero_holds_up_descriptors_but_not_timers)
{
    struct timer timer, raise;

    source_open('a');
    source_feed(&sources[0]);
    timer_begin(&timer, expire, 't', clock_ms() + 20);
    timer_init(&raise, raise_limit, NULL);
    timer_set(loop, &raise, clock_ms() + 20);
    limit_begin(RLIMIT_NOFILE, 0);
    assert_int_equal(loop_run(loop), 0);
    assert_string_equal(events, "tau");
}

TEST_WITH(loop, a_timer_outlives_its_loop)
{
    struct loop *brief = loop_new();
    struct timer timer;

    assert_non_null(brief);
    timer_make(&timer, expire, 'a');
    timer_set(brief, &timer, 0);
    loop_free(brief);
    timer_cancel(&timer);
    timer_set(loop, &timer, 0);
    run_what_is_due();
    assert_string_equal(events, "a!");
}

TEST(no_loop_can_be_freed)
{
    loop_free(NULL);
}

static void stop_now(void *context)
{
    (void)context;
    loop_stop(loop);
}

/* The kernel says this error to each poll(). */
static bool refuse_poll(uint16_t error)
{
    scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ALLOW);

    return seccomp_rule_add(filter, SCMP_ACT_ERRNO(error), SCMP_SYS(poll), 0) == 0 &&
           seccomp_rule_add(filter, SCMP_ACT_ERRNO(error), SCMP_SYS(ppoll), 0) == 0 &&
           seccomp_load(filter) == 0;
}

/* In a child. */
static int runs_short_of_memory(void)
{
    struct timer end;

    timer_init(&end, stop_now, NULL);
    timer_set(loop, &end, clock_ms() + 50);
    if (!refuse_poll(ENOMEM))
        return 2;
    return loop_run(loop) == 0 ? 0 : 1;
}

TEST_WITH(loop, a_shortage_of_memory_passes)
{
    assert_int_equal(in_child(runs_short_of_memory), 0);
}

/* In a child. */
static int runs_without_poll(void)
{
    if (!refuse_poll(EPERM))
        return 2;
    return loop_run(loop) == -1 && errno == EPERM ? 0 : 1;
}

TEST_WITH(loop, another_error_of_poll_ends_the_loop)
{
    assert_int_equal(in_child(runs_without_poll), 0);
}

/* As an NSS module may. poll() would report it at once, for ever. */
TEST_WITH(loop, a_descriptor_that_foreign_code_closes_ends_the_loop)
{
    struct source *source = source_open('a');

    close(source->ends[0]);
    assert_int_equal(loop_run(loop), -1);
    assert_int_equal(errno, EBADF);
    assert_string_equal(events, "");
    source->ends[0] = open("/dev/null", O_RDONLY); /* which the source closes */
}
