#include "serve/flights.h"

#include <poll.h>
#include <stdlib.h>
#include <sys/random.h>

#include "base/clock.h"
#include "base/counters.h"
#include "channel/bundle.h"
#include "serve/tally.h"

enum {
    FLIGHTS_MAX = 16384,
    WAITING_MAX = 32768,
    /* Seconds. Without a cache answers are kept for a moment only, and only those of use:
     * who gave up tries again soon, and who asks for one address family asks for the other
     * at once. */
    LATE_STAY = 5,
    NEWS_STAY = 1,
    ANSWERS_A_ROUND = 64,    /* then other descriptors have their turn */
    FAILURES_A_ROUND = 16,   /* each sent by itself; */
    FAILURES_SHARE = 32,     /* or one of so many that wait: no flood is faster than that */
    QUESTIONS_A_BUNDLE = 64, /* so that lookup can begin */
};

struct flight {
    struct flights *flights;
    struct table_link by_question, by_id;
    struct list link; /* in `unsent` or `sent` */
    bool is_sent;
    bool is_forgotten; /* what it brings must not be kept */
    bool is_closed;    /* not in `by_question`: who asks now must not wait for it */
    int64_t begun;     /* clock_ms() */
    uint64_t id;
    struct question question; /* folded */
    struct list queries;
};

static bool flight_asks(struct table_link *link, const void *question)
{
    return question_equal_folded(&table_item(link, struct flight, by_question)->question,
                                 question);
}

static bool flight_has_id(struct table_link *link, const void *id)
{
    return table_item(link, struct flight, by_id)->id == *(const uint64_t *)id;
}

static uint64_t question_hash(const struct flights *flights,
                              const struct question *question)
{
    size_t len;
    const void *bytes = question_bytes(question, &len);

    return table_hash(&flights->by_question, bytes, len);
}

static struct flight *find_by_question(const struct flights *flights,
                                       const struct question *question)
{
    struct table_link *link =
        table_find(&flights->by_question, question_hash(flights, question), question);

    return link ? table_item(link, struct flight, by_question) : NULL;
}

static struct flight *find_by_id(const struct flights *flights, uint64_t id)
{
    struct table_link *link =
        table_find(&flights->by_id, table_hash(&flights->by_id, &id, sizeof id), &id);

    return link ? table_item(link, struct flight, by_id) : NULL;
}

static struct flight *flight_new(struct flights *flights, const struct question *question)
{
    struct flight *flight = malloc(sizeof *flight);

    if (!flight)
        return NULL;
    flight->id = flights->next_id++ & ~MESSAGE_NEWS;
    flight->flights = flights;
    flight->question = *question;
    flight->is_sent = flight->is_closed = flight->is_forgotten = false;
    flight->begun = clock_ms();
    list_init(&flight->queries);
    list_init(&flight->link);
    list_append(&flights->unsent, &flight->link);
    table_add(&flights->by_question, question_hash(flights, question),
              &flight->by_question);
    table_add(&flights->by_id, table_hash(&flights->by_id, &flight->id, sizeof flight->id),
              &flight->by_id);
    count(COUNT_LOOKUPS);
    count_set(COUNT_LOOKUPS_IN_FLIGHT, flights->by_id.count);
    return flight;
}

static void leave_flight(struct flights *flights, struct query *query)
{
    count_set(COUNT_WAITING, --flights->waiting_count);
    clients_give_back(&flights->clients, query->client);
    query_free(query);
}

static void close_flight(struct flights *flights, struct flight *flight)
{
    if (!flight->is_closed)
        table_remove(&flights->by_question, &flight->by_question);
    flight->is_closed = true;
}

/* Nobody waits for it any more. */
static void flight_free(struct flights *flights, struct flight *flight)
{
    close_flight(flights, flight);
    table_remove(&flights->by_id, &flight->by_id);
    count_set(COUNT_LOOKUPS_IN_FLIGHT, flights->by_id.count);
    list_remove(&flight->link);
    free(flight);
}

/* True if the host may have changed since the flight began: it may say what was. */
static bool is_outdated(const struct flights *flights, const struct flight *flight)
{
    return (flight && flight->is_forgotten) ||
           (flights->flushed != 0 && (!flight || flight->begun <= flights->flushed));
}

/* What the flight has brought; without a cache for `moment` seconds at most. */
static void keep(struct flights *flights, const struct flight *flight,
                 const struct question *question, const struct answer *answer,
                 uint32_t moment)
{
    if (!is_outdated(flights, flight))
        keeping_put(&flights->kept, question, answer, moment);
}

/* What was known before is better than a failure, if the operator says so. */
static bool reply_stale(struct flights *flights, struct query *query,
                        const struct question *question)
{
    struct answer answer;

    if (!cache_get_stale(&flights->kept.cache, question, clock_ms(), &answer))
        return false;
    query->origin = QUERYLOG_CACHE;
    if (!query_reply(query, &answer, 0))
        return false;
    count(COUNT_CACHE_STALE);
    return true;
}

static bool reply_landed(struct flights *flights, const struct flight *flight,
                         struct query *query, const struct answer *answer)
{
    if (answer->rcode == RCODE_SERVFAIL && reply_stale(flights, query, &flight->question))
        return true;
    query->origin = QUERYLOG_LOOKUP;
    return query_reply(query, answer, 0);
}

static void land(struct flights *flights, struct flight *flight,
                 const struct answer *answer)
{
    struct query *query;
    bool of_use = false;

    while ((query = list_first(&flight->queries, struct query, in_flight))) {
        of_use |= reply_landed(flights, flight, query, answer);
        leave_flight(flights, query);
    }
    if (!of_use && answer->rcode != RCODE_SERVFAIL)
        keep(flights, flight, &flight->question, answer, LATE_STAY);
    flight_free(flights, flight);
}

static void reply_servfail(struct query *query, enum ede ede, const char *reason)
{
    struct answer answer;

    answer_init(&answer, &query->request.question, NULL, 0);
    answer_fail(&answer, RCODE_SERVFAIL, ede, "%s", reason);
    query->origin = QUERYLOG_ITSELF;
    query_reply(query, &answer, 0);
}

static void set_deadline(struct flights *flights)
{
    struct query *query = list_first(&flights->waiting, struct query, in_deadline);

    if (query)
        timer_set(flights->loop, &flights->deadline,
                  query->received + flights->deadline_ms);
    else
        timer_cancel(&flights->deadline);
}

static size_t failures_a_round(const struct flights *flights)
{
    size_t share = flights->waiting_count / FAILURES_SHARE;

    return share > FAILURES_A_ROUND ? share : FAILURES_A_ROUND;
}

static void ring_deadline(void *context)
{
    struct flights *flights = context;
    struct query *query;
    int64_t now = clock_ms();

    for (size_t left = failures_a_round(flights);
         left > 0 && (query = list_first(&flights->waiting, struct query, in_deadline)) &&
         query->received + flights->deadline_ms <= now;
         left--) {
        struct flight *flight = query->flight;

        reply_servfail(query, EDE_NO_REACHABLE_AUTHORITY,
                       "host resolver: no answer yet, still waiting");
        leave_flight(flights, query);
        if (list_empty(&flight->queries) && !flight->is_sent)
            flight_free(flights, flight);
    }
    set_deadline(flights);
}

static void set_patience(struct flights *flights)
{
    struct query *query = list_first(&flights->patient, struct query, in_patience);

    if (query)
        timer_set(flights->loop, &flights->patience, query->received + FLIGHT_PATIENCE_MS);
    else
        timer_cancel(&flights->patience);
}

/* The lookup goes on; what it finds is kept. */
static void ring_patience(void *context)
{
    struct flights *flights = context;
    struct query *query;
    int64_t now = clock_ms();

    while ((query = list_first(&flights->patient, struct query, in_patience)) &&
           query->received + FLIGHT_PATIENCE_MS <= now) {
        list_remove(&query->in_patience);
        if (reply_stale(flights, query, &query->flight->question))
            leave_flight(flights, query);
    }
    set_patience(flights);
    set_deadline(flights);
}

/* Puts questions that have not been sent into the bundle; how many. */
static unsigned pack_questions(struct flights *flights, struct bundle *bundle)
{
    uint8_t message[NAME_WIRE_MAX + 16];
    unsigned count = 0;

    bundle->len = 0;
    for (struct list *link = flights->unsent.next;
         link != &flights->unsent && count < QUESTIONS_A_BUNDLE; link = link->next) {
        const struct flight *flight = list_item(link, struct flight, link);
        size_t len =
            message_put_question(flight->id, &flight->question, message, sizeof message);

        if (!bundle_add(bundle, message, len))
            break;
        count++;
    }
    return count;
}

static void note_sent(struct flights *flights, unsigned count)
{
    while (count-- > 0) {
        struct flight *flight = list_first(&flights->unsent, struct flight, link);

        flight->is_sent = true;
        list_remove(&flight->link);
        list_append(&flights->sent, &flight->link);
    }
}

void flights_send(struct flights *flights)
{
    static struct bundle bundle;
    unsigned count;

    if (list_empty(&flights->unsent) && !flights->awaits_room)
        return; /* as after most batches */
    while ((count = pack_questions(flights, &bundle)) > 0 &&
           bundle_send(&bundle, flights->channel, CHANNEL_TRY) == CHANNEL_DONE)
        note_sent(flights, count);
    flights->awaits_room = !list_empty(&flights->unsent);
    watch_events(flights->watch, flights->awaits_room ? POLLIN | POLLOUT : POLLIN);
}

static void take_answer(struct flights *flights, const uint8_t *message, size_t len)
{
    struct question question;
    struct answer answer;
    struct flight *flight;
    uint64_t id;

    if (!message_get_answer(message, len, &id, &question, &answer))
        return;
    flight = find_by_id(flights, id & ~MESSAGE_NEWS);
    if (!is_outdated(flights, flight))
        parents_see(&flights->parents, &question, &answer, clock_ms());
    names_see(flights->names, &question, &answer);
    if (id & MESSAGE_NEWS) {
        keep(flights, flight, &question, &answer, NEWS_STAY);
    } else if (flight) {
        tally_lookup(&answer, clock_ms() - flight->begun);
        keep(flights, flight, &question, &answer, 0);
        land(flights, flight, &answer);
    }
}

static void receive_answers(struct flights *flights)
{
    static struct bundle bundle;
    const uint8_t *message;
    size_t len;
    int count = 0;

    while (count < ANSWERS_A_ROUND &&
           bundle_receive(&bundle, flights->channel, CHANNEL_TRY) == CHANNEL_DONE)
        for (; bundle_next(&bundle, &message, &len); count++)
            take_answer(flights, message, len);
    set_deadline(flights);
}

static void channel_ready(void *context, short revents)
{
    struct flights *flights = context;

    if (revents & POLLOUT)
        flights_send(flights);
    if (revents & POLLIN)
        receive_answers(flights);
}

int flights_init(struct flights *flights, struct loop *loop, int channel,
                 const struct cache_config *cache)
{
    *flights = (struct flights){.loop = loop,
                                .channel = channel,
                                .per_client = SIZE_MAX,
                                .deadline_ms = FLIGHT_DEADLINE_MS};
    list_init(&flights->unsent);
    list_init(&flights->sent);
    list_init(&flights->waiting);
    list_init(&flights->patient);
    timer_init(&flights->deadline, ring_deadline, flights);
    timer_init(&flights->patience, ring_patience, flights);
    /* Random, so that answers meant for a process before this one find nobody. */
    if (getrandom(&flights->next_id, sizeof flights->next_id, 0) !=
            sizeof flights->next_id ||
        clients_init(&flights->clients) == -1 ||
        keeping_init(&flights->kept, cache) == -1 ||
        parents_init(&flights->parents) == -1 ||
        table_init(&flights->by_question, flight_asks) == -1 ||
        table_init(&flights->by_id, flight_has_id) == -1)
        return -1;
    flights->watch = loop_watch(loop, channel, POLLIN, channel_ready, flights);
    return flights->watch ? 0 : -1;
}

static void free_all(struct flights *flights, struct list *head)
{
    struct flight *flight;
    struct query *query;

    while ((flight = list_first(head, struct flight, link))) {
        while ((query = list_first(&flight->queries, struct query, in_flight)))
            leave_flight(flights, query);
        flight_free(flights, flight);
    }
}

void flights_free(struct flights *flights)
{
    free_all(flights, &flights->unsent);
    free_all(flights, &flights->sent);
    timer_cancel(&flights->deadline);
    timer_cancel(&flights->patience);
    loop_unwatch(flights->loop, flights->watch);
    clients_free(&flights->clients);
    keeping_free(&flights->kept);
    parents_free(&flights->parents);
    table_free(&flights->by_question);
    table_free(&flights->by_id);
}

/* The flight to wait for, or NULL if there is no room for one more. */
static struct flight *flight_for(struct flights *flights, const struct question *question)
{
    struct flight *flight = find_by_question(flights, question);

    if (flight || flights->by_id.count >= FLIGHTS_MAX)
        return flight;
    return flight_new(flights, question);
}

void flights_refresh(struct flights *flights, const struct question *question)
{
    if (flights->kept.is_for_long && flight_for(flights, question))
        count(COUNT_CACHE_PREFETCHES);
}

static bool answer_from_cache(struct flights *flights, struct query *query,
                              const struct question *question)
{
    struct cached cached;

    if (!cache_get(&flights->kept.cache, question, query->received, &cached))
        return false;
    count(COUNT_CACHE_HITS);
    query->origin = QUERYLOG_CACHE;
    query_reply(query, &cached.answer, cached.age);
    if (cached.is_due)
        flights_refresh(flights, question);
    return true;
}

/* It has failed just now. */
static bool answer_failure(struct flights *flights, struct query *query,
                           const struct question *question)
{
    struct cached cached;

    if (!keeping_get_failure(&flights->kept, question, query->received, &cached))
        return false;
    if (!reply_stale(flights, query, question)) {
        count(COUNT_CACHE_FAILURES);
        query->origin = QUERYLOG_CACHE;
        query_reply(query, &cached.answer, 0);
    }
    return true;
}

static bool has_stale(struct flights *flights, const struct question *question)
{
    struct answer answer;

    return cache_get_stale(&flights->kept.cache, question, clock_ms(), &answer);
}

/* The connection is gone, and nobody waits there; the lookup goes on for the next to ask.
 */
static void client_left(struct tcp_claim *claim)
{
    struct query *query = list_item(claim, struct query, claim);
    struct flight *flight = query->flight;
    struct flights *flights = flight->flights;

    leave_flight(flights, query);
    if (list_empty(&flight->queries) && !flight->is_sent)
        flight_free(flights, flight);
}

/* One client must not take all the places. */
static bool has_its_share(const struct flights *flights, const struct query *query)
{
    const struct client *client = clients_find(&flights->clients, &query->path.peer);

    return client && client_has(client) >= flights->per_client;
}

static bool wait_for(struct flights *flights, struct query *asked,
                     const struct question *question)
{
    struct flight *flight = NULL;
    struct client *client;
    struct query *query;

    if (flights->waiting_count < WAITING_MAX)
        flight = flight_for(flights, question);
    client = flight ? clients_take(&flights->clients, &asked->path.peer) : NULL;
    if (!client)
        return false;
    query = query_new(asked);
    if (!query) { /* a new flight goes on without passengers */
        clients_give_back(&flights->clients, client);
        return false;
    }
    query->flight = flight;
    query->client = client;
    query->claim.lost = client_left;
    list_append(&query->flight->queries, &query->in_flight);
    list_append(&flights->waiting, &query->in_deadline);
    if (has_stale(flights, question))
        list_append(&flights->patient, &query->in_patience);
    count(COUNT_CACHE_MISSES);
    count_set(COUNT_WAITING, ++flights->waiting_count);
    return true;
}

void flights_ask_for(struct flights *flights, struct query *query,
                     const struct question *wanted)
{
    struct question question;

    question_fold(&question, wanted);
    if (answer_from_cache(flights, query, &question) ||
        answer_failure(flights, query, &question))
        return;
    if (has_its_share(flights, query)) {
        reply_servfail(query, EDE_NOT_READY,
                       "too many questions of this client are waiting");
        return;
    }
    if (!wait_for(flights, query, &question)) {
        reply_servfail(query, EDE_NOT_READY, "too many questions are waiting");
        return;
    }
    set_deadline(flights);
    set_patience(flights);
}

void flights_ask(struct flights *flights, struct query *query)
{
    flights_ask_for(flights, query, &query->request.question);
}

void flights_flush(struct flights *flights)
{
    cache_clear(&flights->kept.cache);
    parents_clear(&flights->parents);
    flights->flushed = clock_ms();
    for (struct list *link = flights->sent.next; link != &flights->sent; link = link->next)
        close_flight(flights, list_item(link, struct flight, link));
}

void flights_forget(struct flights *flights, const uint8_t *name, size_t len)
{
    cache_forget(&flights->kept.cache, name, len);
    parents_forget(&flights->parents, name, len);
    for (struct list *link = flights->sent.next; link != &flights->sent;
         link = link->next) {
        struct flight *flight = list_item(link, struct flight, link);

        if (!name_equal(flight->question.name, flight->question.name_len, name, len))
            continue;
        flight->is_forgotten = true;
        close_flight(flights, flight);
    }
}

void flights_lookup_died(struct flights *flights)
{
    struct answer answer;
    struct flight *flight;

    while ((flight = list_first(&flights->sent, struct flight, link))) {
        answer_init(&answer, &flight->question, NULL, 0);
        answer_fail(&answer, RCODE_SERVFAIL, EDE_OTHER, "the lookup process died");
        land(flights, flight, &answer);
    }
    set_deadline(flights);
}
