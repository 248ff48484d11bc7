#include "serve/flights.h"

#include <poll.h>
#include <stdlib.h>
#include <sys/random.h>

#include "base/clock.h"
#include "base/counters.h"
#include "channel/bundle.h"
#include "dns/alias.h"
#include "serve/tally.h"

enum {
    PLACES = 16384,
    /* Seconds. Without a cache answers are kept for a moment only, and only those of use:
     * who gave up tries again soon, and who asks for one address family asks for the other
     * at once. */
    LATE_STAY = 5,
    NEWS_STAY = 1,
    ANSWERS_A_ROUND = 64,    /* then other descriptors have their turn */
    FAILURES_A_ROUND = 16,   /* each sent by itself; */
    FAILURES_SHARE = 32,     /* or one of so many that wait: no flood is faster than that */
    CANCELLED_AT_ONCE = 512, /* few octets, so that the bundle has room for questions */
    /* Lookup has not taken it up for so long: it hangs in a module, or what lookup had to
     * say is lost. Others need not wait behind it. */
    OVERDUE_MS = 20,
};

struct flight {
    struct flights *flights;
    struct table_link by_question, by_id;
    struct list link; /* in `unsent`, `refreshes`, `sent` or `cancelled` */
    struct list in_ahead, in_idle;
    struct query *leader; /* of `queries`, while it is ahead: whose turn it was, or NULL */
    bool is_sent;
    bool is_forgotten; /* what it brings must not be kept */
    bool is_closed;    /* not in `by_question`: who asks now must not wait for it */
    int64_t begun;     /* clock_ms() */
    int64_t sent;      /* clock_ms() */
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

/* What lookup speaks of; NULL if nobody has asked for it, or it has given way. */
static struct flight *find_sent(const struct flights *flights, uint64_t id)
{
    struct flight *flight;
    struct table_link *link;

    id &= ~MESSAGE_ID_FLAGS;
    link = table_find(&flights->by_id, table_hash(&flights->by_id, &id, sizeof id), &id);
    flight = link ? table_item(link, struct flight, by_id) : NULL;
    return flight && flight->is_sent ? flight : NULL;
}

static struct flight *flight_new(struct flights *flights, const struct question *question)
{
    struct flight *flight = malloc(sizeof *flight);

    if (!flight)
        return NULL;
    flight->id = flights->next_id++ & ~MESSAGE_ID_FLAGS;
    flight->flights = flights;
    flight->question = *question;
    flight->is_sent = flight->is_closed = flight->is_forgotten = false;
    flight->begun = clock_ms();
    list_init(&flight->queries);
    flight->leader = NULL;
    list_init(&flight->in_ahead);
    list_init(&flight->in_idle);
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

static void let_go(struct flights *flights, struct query *query)
{
    if (query->flight->leader == query)
        query->flight->leader = NULL;
    count_set(COUNT_WAITING, --flights->waiting_count);
    clients_give_back(&flights->clients, &query->place);
    query_free(query);
}

/* Others may be sent in its place. */
static void leave_ahead(struct flights *flights, struct flight *flight)
{
    flights->ahead_count -= !list_empty(&flight->in_ahead);
    list_remove(&flight->in_ahead);
    if (flight->leader)
        place_arrive(&flight->leader->place);
    flight->leader = NULL;
    if (flights->refreshing == flight)
        flights->refreshing = NULL;
}

static void be_idle(struct flights *flights, struct flight *flight)
{
    list_append(&flights->idle, &flight->in_idle);
    flights->idle_count++;
}

static void be_idle_no_more(struct flights *flights, struct flight *flight)
{
    flights->idle_count -= !list_empty(&flight->in_idle);
    list_remove(&flight->in_idle);
}

static void close_flight(struct flights *flights, struct flight *flight)
{
    if (!flight->is_closed)
        table_remove(&flights->by_question, &flight->by_question);
    flight->is_closed = true;
}

/* Nobody waits for it any more, and nothing that lookup says is about it. */
static void leave_all(struct flights *flights, struct flight *flight)
{
    close_flight(flights, flight);
    leave_ahead(flights, flight);
    be_idle_no_more(flights, flight);
    table_remove(&flights->by_id, &flight->by_id);
    count_set(COUNT_LOOKUPS_IN_FLIGHT, flights->by_id.count);
    list_remove(&flight->link);
}

static void flight_free(struct flights *flights, struct flight *flight)
{
    leave_all(flights, flight);
    free(flight);
}

/* Others need its place, in the lookup process as well. */
static void give_way(struct flights *flights, struct flight *flight)
{
    leave_all(flights, flight);
    if (flight->is_sent)
        list_append(&flights->cancelled, &flight->link);
    else
        free(flight);
}

/* What lookup has been asked goes on, for the next to ask. */
static void leave_flight(struct flights *flights, struct query *query)
{
    struct flight *flight = query->flight;

    let_go(flights, query);
    if (!list_empty(&flight->queries))
        return;
    if (flight->is_sent)
        be_idle(flights, flight);
    else
        flight_free(flights, flight);
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
        let_go(flights, query);
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
        reply_servfail(query, EDE_NO_REACHABLE_AUTHORITY,
                       "host resolver: no answer yet, still waiting");
        leave_flight(flights, query);
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

/* The refresh whose turn it is, or NULL: one at a time, by turns with the clients. */
static struct flight *next_refresh(struct flights *flights)
{
    struct flight *flight = list_first(&flights->refreshes, struct flight, link);

    return flights->refreshing ? NULL : flight;
}

/* The flight whose turn it is, or NULL. */
static struct flight *next_flight(struct flights *flights)
{
    struct flight *refresh = next_refresh(flights), *flight;
    struct place *place = NULL;

    if (!refresh || flights->refresh_came_last)
        place = clients_next(&flights->clients);
    flights->refresh_came_last = !place;
    if (!place && refresh)
        flights->refreshing = refresh;
    if (!place)
        return refresh;
    flight = list_item(place, struct query, place)->flight;
    flight->leader = list_item(place, struct query, place);
    return flight;
}

static void note_sent(struct flights *flights, struct flight *flight)
{
    for (struct list *link = flight->queries.next; link != &flight->queries;
         link = link->next)
        place_end_turn(&list_item(link, struct query, in_flight)->place);
    flight->is_sent = true;
    flight->sent = clock_ms();
    list_remove(&flight->link);
    list_append(&flights->sent, &flight->link);
    list_append(&flights->ahead, &flight->in_ahead);
    flights->ahead_count++;
}

/* Not for addresses: the two families would confirm each other for ever. */
static uint64_t what_is_known(struct flights *flights, const struct question *question)
{
    static const uint16_t types[] = {TYPE_A, TYPE_AAAA};
    struct question address = *question;
    uint64_t known = 0;

    if (question->type == TYPE_A || question->type == TYPE_AAAA)
        return 0;
    for (size_t i = 0; i < sizeof types / sizeof *types; i++) {
        address.type = types[i];
        switch (cache_rcode(&flights->kept.cache, &address, clock_ms())) {
        case RCODE_NOERROR:
            return MESSAGE_NAME_EXISTS;
        case RCODE_NXDOMAIN:
            known = MESSAGE_NO_NAME;
        }
    }
    return known;
}

static uint64_t id_to_send(struct flights *flights, const struct flight *flight)
{
    uint64_t id = flight->id | what_is_known(flights, &flight->question);

    return flight->leader && place_is_shared(&flight->leader->place) ? id | MESSAGE_PROMPT
                                                                     : id;
}

/* Puts questions whose turn it is into the bundle, as many as may be sent. */
static void pack_questions(struct flights *flights)
{
    uint8_t message[NAME_WIRE_MAX + 16];
    struct flight *flight;

    while (flights->ahead_count < CLIENTS_AHEAD && (flight = next_flight(flights))) {
        size_t len = message_put_question(id_to_send(flights, flight), &flight->question,
                                          message, sizeof message);

        bundle_add(flights->bundle, message, len); /* it has room for so many */
        note_sent(flights, flight);
    }
}

/* As many as there is room for. They were sent before, so lookup knows them. */
static void pack_cancelled(struct flights *flights)
{
    uint8_t message[MESSAGE_ID_SIZE];
    struct flight *flight;

    for (int left = CANCELLED_AT_ONCE;
         left > 0 && (flight = list_first(&flights->cancelled, struct flight, link));
         left--) {
        message_put_id(flight->id, message);
        bundle_add(flights->bundle, message, sizeof message);
        list_remove(&flight->link);
        free(flight);
    }
}

static void drop_cancelled(struct flights *flights)
{
    struct flight *flight;

    while ((flight = list_first(&flights->cancelled, struct flight, link))) {
        list_remove(&flight->link);
        free(flight);
    }
}

static void give_up_overdue(struct flights *flights, int64_t now)
{
    struct flight *flight;

    while ((flight = list_first(&flights->ahead, struct flight, in_ahead)) &&
           flight->sent + OVERDUE_MS <= now)
        leave_ahead(flights, flight);
}

static bool has_unsent(const struct flights *flights)
{
    return !list_empty(&flights->unsent) || !list_empty(&flights->refreshes);
}

/* While questions wait for lookup to take others up. */
static void set_overdue(struct flights *flights)
{
    const struct flight *flight = list_first(&flights->ahead, struct flight, in_ahead);

    if (!flight || !has_unsent(flights))
        timer_cancel(&flights->overdue);
    else if (!timer_is_set(&flights->overdue))
        timer_set(flights->loop, &flights->overdue, flight->sent + OVERDUE_MS);
}

static void send_questions(struct flights *flights)
{
    bool awaited_room = flights->bundle->len > 0;

    do {
        if (flights->bundle->len == 0)
            pack_cancelled(flights);
        pack_questions(flights);
        bundle_send(flights->bundle, flights->channel, CHANNEL_TRY);
    } while (flights->bundle->len == 0 && !list_empty(&flights->cancelled));
    if (awaited_room || flights->bundle->len > 0)
        watch_events(flights->watch, flights->bundle->len > 0 ? POLLIN | POLLOUT : POLLIN);
    set_overdue(flights);
}

void flights_send(struct flights *flights)
{
    bool has_some = has_unsent(flights) || !list_empty(&flights->cancelled);

    if (has_some && flights->bundle->len == 0) /* not so after most batches */
        send_questions(flights);
}

static void ring_overdue(void *context)
{
    struct flights *flights = context;

    give_up_overdue(flights, clock_ms());
    flights_send(flights);
    set_overdue(flights);
}

/*
 * The host may call a name an alias of one that is answered here and not by the host: who
 * asked for that would be told something else.
 */
static void check_alias(const struct flights *flights, const struct question *question,
                        struct answer *answer)
{
    struct question target;

    if (answer->source != ANSWER_FROM_HOST || !alias_target(question, answer, &target))
        return;
    if (names_have(flights->names, &target) ||
        (flights->special && special_is(flights->special, &target)))
        alias_dissolve(answer);
}

static void take_answer(struct flights *flights, const uint8_t *message, size_t len)
{
    struct question question;
    struct answer answer;
    struct flight *flight;
    uint64_t id;

    if (message_get_id(message, len, &id)) {
        if ((flight = find_sent(flights, id)))
            leave_ahead(flights, flight);
        return;
    }
    if (!message_get_answer(message, len, &id, &question, &answer))
        return;
    flight = find_sent(flights, id);
    if (!is_outdated(flights, flight))
        parents_see(&flights->parents, &question, &answer, clock_ms());
    names_see(flights->names, &question, &answer);
    check_alias(flights, &question, &answer);
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
    flights_send(flights); /* what may follow now */
    set_deadline(flights);
}

static void channel_ready(void *context, short revents)
{
    struct flights *flights = context;

    if (revents & POLLOUT)
        send_questions(flights);
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
    list_init(&flights->cancelled);
    list_init(&flights->refreshes);
    list_init(&flights->ahead);
    list_init(&flights->idle);
    list_init(&flights->waiting);
    list_init(&flights->patient);
    timer_init(&flights->deadline, ring_deadline, flights);
    timer_init(&flights->patience, ring_patience, flights);
    timer_init(&flights->overdue, ring_overdue, flights);
    flights->bundle = calloc(1, sizeof *flights->bundle);
    /* Random, so that answers meant for a process before this one find nobody. */
    if (!flights->bundle ||
        getrandom(&flights->next_id, sizeof flights->next_id, 0) !=
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
            let_go(flights, query);
        flight_free(flights, flight);
    }
}

void flights_free(struct flights *flights)
{
    free_all(flights, &flights->unsent);
    free_all(flights, &flights->refreshes);
    free_all(flights, &flights->sent);
    drop_cancelled(flights);
    timer_cancel(&flights->deadline);
    timer_cancel(&flights->patience);
    timer_cancel(&flights->overdue);
    free(flights->bundle);
    loop_unwatch(flights->loop, flights->watch);
    clients_free(&flights->clients);
    keeping_free(&flights->kept);
    parents_free(&flights->parents);
    table_free(&flights->by_question);
    table_free(&flights->by_id);
}

static bool has_room(const struct flights *flights)
{
    return flights->waiting_count + flights->idle_count < PLACES;
}

/* What nobody waits for gives way first. */
static bool make_room(struct flights *flights)
{
    struct flight *idle;

    while (!has_room(flights) &&
           (idle = list_first(&flights->idle, struct flight, in_idle)))
        give_way(flights, idle);
    return has_room(flights);
}

/* Then who has most of those that wait, unless that would be the one who asks now. */
static bool make_room_for(struct flights *flights, const struct addr *asker)
{
    struct place *place;
    struct query *query;

    if (make_room(flights))
        return true;
    place = clients_most(&flights->clients, asker);
    if (!place)
        return false;
    query = list_item(place, struct query, place);
    reply_servfail(query, EDE_NOT_READY, "too many questions are waiting");
    leave_flight(flights, query);
    return make_room(flights);
}

/* NULL when memory is short. */
static struct flight *flight_for(struct flights *flights, const struct question *question)
{
    struct flight *flight = find_by_question(flights, question);

    return flight ? flight : flight_new(flights, question);
}

void flights_refresh(struct flights *flights, const struct question *question)
{
    struct flight *flight;

    if (!flights->kept.is_for_long || find_by_question(flights, question) ||
        !make_room(flights) || !(flight = flight_new(flights, question)))
        return;
    list_remove(&flight->link);
    list_append(&flights->refreshes, &flight->link);
    be_idle(flights, flight);
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

    leave_flight(query->flight->flights, query);
}

/* One client must not take all the places. */
static bool has_its_share(const struct flights *flights, const struct query *query)
{
    const struct client *client = clients_find(&flights->clients, &query->path.peer);

    return client && client_has(client) >= flights->per_client;
}

/* A flight that is not sent yet goes with the first of those who wait for it. */
static void board(struct flights *flights, struct query *query, struct flight *flight)
{
    query->flight = flight;
    query->claim.lost = client_left;
    be_idle_no_more(flights, flight);
    if (!flight->is_sent)
        place_await_turn(&query->place);
    list_append(&flight->queries, &query->in_flight);
    list_append(&flights->waiting, &query->in_deadline);
    if (has_stale(flights, &flight->question))
        list_append(&flights->patient, &query->in_patience);
    count(COUNT_CACHE_MISSES);
    count_set(COUNT_WAITING, ++flights->waiting_count);
}

static bool wait_for(struct flights *flights, struct query *asked,
                     const struct question *question)
{
    struct flight *flight;
    struct query *query;

    if (!make_room_for(flights, &asked->path.peer) || !(query = query_new(asked)))
        return false;
    flight = clients_take(&flights->clients, &query->path.peer, &query->place)
                 ? flight_for(flights, question)
                 : NULL;
    if (flight) {
        board(flights, query, flight);
        return true;
    }
    if (query->over_tcp)
        tcp_claim_move(&asked->claim, &query->claim);
    clients_give_back(&flights->clients, &query->place);
    query_free(query);
    return false;
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

    flights->bundle->len = 0;
    drop_cancelled(flights);
    while ((flight = list_first(&flights->sent, struct flight, link))) {
        answer_init(&answer, &flight->question, NULL, 0);
        answer_fail(&answer, RCODE_SERVFAIL, EDE_OTHER, "the lookup process died");
        land(flights, flight, &answer);
    }
    flights_send(flights);
    set_deadline(flights);
}
