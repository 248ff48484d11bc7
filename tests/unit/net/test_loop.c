#include "../check.h"

#include "base/clock.h"
#include "net/loop.h"

#include <errno.h>
#include <poll.h>
#include <seccomp.h>
#include <signal.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

/* What happened, a letter an event, in order. */
static char events[64];
static struct loop *loop;

static void note(char letter)
{
    size_t len = strlen(events);

    assert_true(len < sizeof events - 1);
    events[len] = letter;
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
}

FIXTURE(loop, open_loop, close_loop);

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

static void source_open_with(struct source *source, char letter, watch_ready *ready)
{
    *source = (struct source){.letter = letter};
    assert_int_equal(pipe(source->ends), 0);
    source->watch = loop_watch(loop, source->ends[0], POLLIN, ready, source);
    assert_non_null(source->watch);
}

static void source_open(struct source *source, char letter)
{
    source_open_with(source, letter, source_ready);
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

static void ring_and_stop(void *context)
{
    note(*(const char *)context);
    loop_stop(loop);
}

static void ring(void *context)
{
    note(*(const char *)context);
}

/* A timer whose ring notes `letter`. */
static void timer_make(struct timer *timer, void (*function)(void *context), char letter)
{
    static char letters[128];

    letters[(size_t)letter] = letter;
    timer_init(timer, function, &letters[(size_t)letter]);
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
    timer_make(&end_of_run, end_run, '!');
    timer_set(loop, &end_of_run, clock_ms() + ms);
    assert_int_equal(loop_run(loop), 0);
}

/* Runs the loop until all that is ready now has been called. */
static void run_what_is_due(void)
{
    run_for(5);
}

TEST_WITH(loop, a_descriptor_that_is_ready_is_called_for)
{
    struct source source;

    source_open(&source, 'a');
    source_feed(&source);
    run_what_is_due();
    assert_string_equal(events, "a!");
    assert_int_equal(source.revents, POLLIN);
    source_close(&source);
}

TEST_WITH(loop, a_descriptor_is_called_for_as_long_as_it_is_ready)
{
    struct source source;

    source_open(&source, 'a');
    source_feed(&source);
    source_feed(&source);
    source_feed(&source);
    run_what_is_due();
    assert_string_equal(events, "aaa!");
    source_close(&source);
}

TEST_WITH(loop, the_events_of_a_watch_can_be_changed)
{
    struct source source;

    source_open(&source, 'a');
    source_feed(&source);
    watch_events(source.watch, 0);
    run_what_is_due();
    watch_events(source.watch, POLLIN);
    run_what_is_due();
    assert_string_equal(events, "!a!");
    source_close(&source);
}

TEST_WITH(loop, a_hang_up_is_told_without_being_asked_for)
{
    struct source source;

    source_open(&source, 'a');
    watch_events(source.watch, 0);
    source.stops = true;
    close(source.ends[1]);
    source.ends[1] = -1;
    assert_int_equal(loop_run(loop), 0);
    assert_int_equal(source.revents, POLLHUP);
    source_close(&source);
}

TEST_WITH(loop, an_unwatched_descriptor_is_not_called_for)
{
    struct source source;

    source_open(&source, 'a');
    source_feed(&source);
    loop_unwatch(loop, source.watch);
    run_what_is_due();
    assert_string_equal(events, "!");
    source_close(&source);
}

TEST_WITH(loop, unwatching_nothing_is_harmless)
{
    loop_unwatch(loop, NULL);
    run_what_is_due();
    assert_string_equal(events, "!");
}

TEST_WITH(loop, a_callback_may_unwatch_itself)
{
    struct source source;

    source_open(&source, 'a');
    source.victim = &source;
    source_feed(&source);
    source_feed(&source);
    run_what_is_due();
    assert_string_equal(events, "a!");
    source_close(&source);
}

TEST_WITH(loop, a_callback_may_unwatch_another_that_is_ready_too)
{
    struct source first, second;

    source_open(&first, 'a');
    source_open(&second, 'b');
    first.victim = &second;
    source_feed(&first);
    source_feed(&second);
    run_what_is_due();
    assert_string_equal(events, "a!");
    source_close(&first);
    source_close(&second);
}

TEST_WITH(loop, a_callback_may_unwatch_one_that_was_called_before)
{
    struct source first, second;

    source_open(&first, 'a');
    source_open(&second, 'b');
    second.victim = &first;
    source_feed(&first);
    source_feed(&first);
    source_feed(&second);
    run_what_is_due();
    assert_string_equal(events, "ab!");
    source_close(&first);
    source_close(&second);
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
    struct source source;

    source_open(&source, 'a');
    loop_unwatch(loop, source.watch);
    source.watch = loop_watch(loop, source.ends[0], POLLIN, replace_watch, &source);
    source_feed(&source);
    run_what_is_due();
    assert_string_equal(events, "ra!");
    source_close(&source);
}

enum { MANY = 40 };
static struct source many[MANY];

static void open_many(void *context, short revents)
{
    struct source *source = context;

    loop_unwatch(loop, source->watch);
    source_ready(source, revents);
    for (int i = 0; i < MANY; i++) {
        source_open(&many[i], 'm');
        source_feed(&many[i]);
    }
}

TEST_WITH(loop, a_callback_may_add_more_watches_than_there_was_room_for)
{
    struct source first, last;

    source_open_with(&first, 'a', open_many);
    source_open(&last, 'z');
    source_feed(&first);
    source_feed(&last);
    run_what_is_due();
    assert_string_equal(events, "azmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmm!");
    source_close(&first);
    source_close(&last);
    for (int i = 0; i < MANY; i++)
        source_close(&many[i]);
}

TEST_WITH(loop, descriptors_are_called_for_in_the_order_of_their_watches)
{
    struct source sources[3];

    for (int i = 0; i < 3; i++)
        source_open(&sources[i], (char)('a' + i));
    for (int i = 2; i >= 0; i--)
        source_feed(&sources[i]);
    run_what_is_due();
    assert_string_equal(events, "abc!");
    for (int i = 0; i < 3; i++)
        source_close(&sources[i]);
}

TEST_WITH(loop, the_last_watch_takes_the_place_of_one_that_ended)
{
    struct source sources[4];

    for (int i = 0; i < 4; i++)
        source_open(&sources[i], (char)('a' + i));
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
    for (int i = 0; i < 4; i++)
        source_close(&sources[i]);
}

static void feed_all(const struct source *sources, int count)
{
    for (int i = 0; i < count; i++)
        source_feed(&sources[i]);
}

static void close_all(struct source *sources, int count)
{
    for (int i = 0; i < count; i++)
        source_close(&sources[i]);
}

static void assert_happened_in_any_order(const char *letters)
{
    assert_int_equal(strlen(events), strlen(letters));
    for (; *letters; letters++)
        assert_non_null(strchr(events, *letters));
}

TEST_WITH(loop, any_watches_may_end_between_rounds)
{
    struct source sources[6];

    for (int i = 0; i < 6; i++)
        source_open(&sources[i], (char)('a' + i));
    loop_unwatch(loop, sources[5].watch); /* the last one, and the one that replaces it */
    loop_unwatch(loop, sources[0].watch);
    loop_unwatch(loop, sources[4].watch);
    feed_all(sources, 6);
    run_what_is_due();
    assert_happened_in_any_order("bcd!");
    close_all(sources, 6);
}

/* Runs the loop for as long as one that is looked at seldom may have to wait. */
static void run_until_all_had_a_look(void)
{
    run_for(LOOP_SELDOM_MS + 5);
}

TEST_WITH(loop, one_that_is_looked_at_seldom_is_called_for_in_the_end)
{
    struct source source;

    source_open(&source, 'a');
    watch_seldom(source.watch);
    watch_seldom(source.watch); /* again, which changes nothing */
    source_feed(&source);
    run_until_all_had_a_look();
    assert_string_equal(events, "a!");
    source_close(&source);
}

/* The system's own count of what a look costs: none of the others is called for meanwhile.
 */
TEST_WITH(loop, one_that_is_looked_at_seldom_waits_for_its_turn)
{
    struct source seldom, often;
    int64_t begun;

    source_open(&seldom, 's');
    source_open(&often, 'o');
    seldom.stops = true;
    watch_seldom(seldom.watch);
    source_feed(&seldom);
    assert_int_equal(loop_run(loop), 0); /* that was a look */
    begun = clock_ms();
    source_feed(&seldom);
    source_feed(&often);
    assert_int_equal(loop_run(loop), 0);
    assert_string_equal(events, "sos");
    assert_true(clock_ms() >= begun + LOOP_SELDOM_MS - 1); /* two clocks' rounding */
    source_close(&seldom);
    source_close(&often);
}

TEST_WITH(loop, a_watch_keeps_its_descriptor_when_places_change)
{
    struct source sources[4];

    for (int i = 0; i < 3; i++)
        source_open(&sources[i], (char)('a' + i));
    watch_seldom(sources[0].watch);
    source_open(&sources[3], 'd');
    feed_all(sources, 4);
    run_until_all_had_a_look();
    assert_happened_in_any_order("abcd!");
    close_all(sources, 4);
}

/* Always ready, and each time it takes as long as it may take until it is looked at again.
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

TEST_WITH(loop, a_slow_one_that_is_looked_at_seldom_does_not_hold_up_the_others)
{
    struct source slow, often;
    int calls = 0;

    source_open(&slow, 's');
    loop_unwatch(loop, slow.watch);
    watch_seldom(loop_watch(loop, slow.ends[0], POLLIN, slow_ready, &calls));
    source_open(&often, 'o');
    often.stops = true;
    source_feed(&slow);
    source_feed(&often);
    assert_int_equal(loop_run(loop), 0);
    assert_string_equal(events, "o");
    assert_int_equal(calls, 1);
    source_close(&slow);
    source_close(&often);
}

static void seldom_from_now_on(void *context, short revents)
{
    const struct source *source = context;

    source_ready(context, revents);
    watch_seldom(source->watch);
}

TEST_WITH(loop, a_callback_may_have_itself_looked_at_seldom)
{
    struct source one, other;

    source_open_with(&one, 'a', seldom_from_now_on);
    source_open(&other, 'b');
    source_feed(&one);
    source_feed(&other);
    run_until_all_had_a_look();
    assert_string_equal(events, "ab!");
    source_close(&one);
    source_close(&other);
}

enum { SELDOM_CROWD = 200 }; /* more than one look takes in */

static void count_call(void *context, short revents)
{
    char octet;

    (void)revents;
    assert_int_equal(read(*(const int *)context, &octet, 1), 1);
    note('x');
    if (strlen(events) == 7)
        loop_stop(loop);
}

TEST_WITH(loop, all_of_many_that_are_looked_at_seldom_have_their_turn)
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
    struct source first, second;
    struct timer timer;

    source_open(&first, 'a');
    source_open(&second, 'b');
    first.stops = true;
    source_feed(&first);
    source_feed(&second);
    timer_make(&timer, ring, 't');
    timer_set(loop, &timer, 0);
    assert_int_equal(loop_run(loop), 0);
    timer_cancel(&timer);
    assert_string_equal(events, "a");
    source_close(&first);
    source_close(&second);
}

TEST_WITH(loop, a_stopped_loop_can_run_on)
{
    struct source source;

    source_open(&source, 'a');
    source.stops = true;
    source_feed(&source);
    assert_int_equal(loop_run(loop), 0);
    source_feed(&source);
    assert_int_equal(loop_run(loop), 0);
    assert_string_equal(events, "aa");
    source_close(&source);
}

TEST_WITH(loop, timers_ring_in_the_order_of_their_times)
{
    struct timer timers[4];
    int64_t now = clock_ms();

    timer_make(&timers[0], ring_and_stop, 'd');
    timer_make(&timers[1], ring, 'b');
    timer_make(&timers[2], ring, 'a');
    timer_make(&timers[3], ring, 'c');
    timer_set(loop, &timers[0], now - 1);
    timer_set(loop, &timers[1], now - 3);
    timer_set(loop, &timers[2], now - 4);
    timer_set(loop, &timers[3], now - 2);
    assert_int_equal(loop_run(loop), 0);
    assert_string_equal(events, "abcd");
}

TEST_WITH(loop, timers_of_one_time_ring_in_the_order_they_were_set)
{
    struct timer timers[3];
    int64_t now = clock_ms();

    timer_make(&timers[0], ring, 'a');
    timer_make(&timers[1], ring, 'b');
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

    timer_make(&timers[0], ring_and_stop, 'd');
    timer_make(&timers[1], ring, 'c');
    timer_make(&timers[2], ring, 'a');
    timer_make(&timers[3], ring, 'b');
    timer_set(loop, &timers[0], now);
    timer_set(loop, &timers[1], now - 1);
    timer_set(loop, &timers[2], 0);
    timer_set(loop, &timers[3], 0);
    assert_int_equal(loop_run(loop), 0);
    assert_string_equal(events, "abcd");
}

TEST_WITH(loop, a_timer_rings_not_before_its_time)
{
    int64_t at = clock_ms() + 20;
    struct timer timer;

    timer_make(&timer, ring_and_stop, 'a');
    timer_set(loop, &timer, at);
    assert_int_equal(loop_run(loop), 0);
    assert_true(clock_ms() >= at);
    assert_string_equal(events, "a");
}

TEST_WITH(loop, a_timer_rings_once)
{
    struct timer timer;

    timer_make(&timer, ring, 'a');
    timer_set(loop, &timer, 0);
    run_what_is_due();
    run_what_is_due();
    assert_string_equal(events, "a!!");
}

TEST_WITH(loop, setting_a_timer_again_replaces_its_time)
{
    struct timer a, b;
    int64_t now = clock_ms();

    timer_make(&a, ring_and_stop, 'a');
    timer_make(&b, ring, 'b');
    timer_set(loop, &a, now - 3);
    timer_set(loop, &b, now - 2);
    timer_set(loop, &a, now - 1);
    assert_int_equal(loop_run(loop), 0);
    assert_string_equal(events, "ba");
}

TEST_WITH(loop, a_cancelled_timer_does_not_ring)
{
    struct timer timer;

    timer_make(&timer, ring, 'a');
    timer_cancel(&timer);
    timer_set(loop, &timer, 0);
    timer_cancel(&timer);
    run_what_is_due();
    assert_string_equal(events, "!");
}

static struct timer other_timer;

static void cancel_other(void *context)
{
    ring(context);
    timer_cancel(&other_timer);
}

TEST_WITH(loop, a_timer_may_cancel_another_that_is_due)
{
    struct timer timer;

    timer_make(&timer, cancel_other, 'a');
    timer_make(&other_timer, ring, 'b');
    timer_set(loop, &timer, 1);
    timer_set(loop, &other_timer, 2);
    run_what_is_due();
    assert_string_equal(events, "a!");
}

static void set_other(void *context)
{
    ring(context);
    timer_set(loop, &other_timer, clock_ms() + 2);
}

static void set_other_at_once(void *context)
{
    ring(context);
    timer_set(loop, &other_timer, 0);
}

static void ring_in_silence(void *context)
{
    (void)context;
}

static void feed(void *context)
{
    source_feed(context);
}

TEST_WITH(loop, a_timer_may_set_itself_again)
{
    timer_make(&other_timer, set_other, 'a');
    timer_set(loop, &other_timer, 0);
    run_what_is_due();
    timer_cancel(&other_timer);
    assert_memory_equal(events, "aa", 2);
}

TEST_WITH(loop, a_stop_in_a_timer_leaves_the_later_ones)
{
    struct timer first, second;

    timer_make(&first, ring_and_stop, 'a');
    timer_make(&second, ring_and_stop, 'b');
    timer_set(loop, &first, 1);
    timer_set(loop, &second, 2);
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
    struct source source;

    source_open(&source, 'a');
    loop_unwatch(loop, source.watch);
    loop_watch(loop, source.ends[0], POLLIN, greedy_ready, &source);
    source_feed(&source);
    run_what_is_due();
    assert_string_equal(events, "!");
    source_close(&source);
}

TEST_WITH(loop, a_timer_that_is_due_does_not_hold_up_descriptors)
{
    struct source source;
    struct timer timer;

    source_open(&source, 'a');
    source_feed(&source);
    timer_make(&timer, ring_and_stop, 't');
    timer_set(loop, &timer, 0);
    assert_int_equal(loop_run(loop), 0);
    assert_string_equal(events, "at");
    source_close(&source);
}

enum { MANY_DUE = 1000 };

TEST_WITH(loop, thousands_that_are_due_do_not_hold_up_descriptors)
{
    static struct timer timers[MANY_DUE];
    struct timer first;
    struct source source;

    source_open(&source, 'a');
    for (int i = 0; i < MANY_DUE; i++) {
        timer_make(&timers[i], i % 50 ? ring_in_silence : ring, ',');
        timer_set(loop, &timers[i], 1);
    }
    timer_init(&first, feed, &source);
    timer_set(loop, &first, 0);
    run_what_is_due();
    assert_string_equal(events, ",a,,,,,,,,,,,,,,,,,,,!");
    source_close(&source);
}

/* Not in the same round: what is put off to the end of a round collects what the round
 * brings. */
TEST_WITH(loop, one_that_is_set_while_others_ring_waits_for_the_next_round)
{
    struct timer first, second;

    timer_make(&other_timer, ring, 'c');
    timer_make(&first, set_other_at_once, 'a');
    timer_make(&second, ring, 'b');
    timer_set(loop, &first, 1);
    timer_set(loop, &second, 2);
    run_what_is_due();
    assert_string_equal(events, "abc!");
}

TEST_WITH(loop, a_timer_is_set_until_it_rings)
{
    struct timer timer;

    timer_make(&timer, ring, 'a');
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
    events[0] = 's';
}

TEST_WITH(loop, a_signal_does_not_end_the_loop)
{
    const struct itimerval soon = {.it_value = {.tv_usec = 5000}};
    struct sigaction action = {.sa_handler = on_signal}, before;
    struct timer end;

    sigaction(SIGALRM, &action, &before);
    timer_make(&end, ring_and_stop, '!');
    timer_set(loop, &end, clock_ms() + 40);
    setitimer(ITIMER_REAL, &soon, NULL);
    assert_int_equal(loop_run(loop), 0);
    sigaction(SIGALRM, &before, NULL);
    assert_string_equal(events, "s!");
}

/* poll() refuses more descriptors than the process may have. */
TEST_WITH(loop, an_error_of_poll_ends_the_loop)
{
    struct rlimit limit, none;
    struct source source;
    int result, error;

    source_open(&source, 'a');
    getrlimit(RLIMIT_NOFILE, &limit);
    none = (struct rlimit){.rlim_cur = 0, .rlim_max = limit.rlim_max};
    setrlimit(RLIMIT_NOFILE, &none);
    result = loop_run(loop);
    error = errno;
    setrlimit(RLIMIT_NOFILE, &limit);
    assert_int_equal(result, -1);
    assert_int_equal(error, EINVAL);
    source_close(&source);
}

TEST_WITH(loop, a_timer_outlives_its_loop)
{
    struct loop *brief = loop_new();
    struct timer timer;

    assert_non_null(brief);
    timer_make(&timer, ring, 'a');
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

/* In a child: the kernel says ENOMEM to each poll(). */
static int runs_short_of_memory(void)
{
    scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ALLOW);
    struct timer end;

    timer_init(&end, stop_now, NULL);
    timer_set(loop, &end, clock_ms() + 50);
    if (seccomp_rule_add(filter, SCMP_ACT_ERRNO(ENOMEM), SCMP_SYS(poll), 0) != 0 ||
        seccomp_rule_add(filter, SCMP_ACT_ERRNO(ENOMEM), SCMP_SYS(ppoll), 0) != 0 ||
        seccomp_load(filter) != 0)
        return 2;
    return loop_run(loop) == 0 ? 0 : 1;
}

TEST_WITH(loop, a_shortage_of_memory_passes)
{
    pid_t child = fork();
    int status;

    if (child == 0)
        _exit(runs_short_of_memory());
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
}
