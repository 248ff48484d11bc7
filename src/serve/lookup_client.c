#include "serve/lookup_client.h"

#include <poll.h>
#include <stdlib.h>

#include "base/clock.h"
#include "serve/account.h"
#include "serve/query.h"

enum {
    CANCELLED_AT_ONCE =
        512, /* which are few octets, so that the bundle has room for questions */
    /* Then a flight that lookup has not taken up hangs in a module, or its receipt is lost.
       Others need not wait behind it. */
    OVERDUE_MS = 20,
};

struct flight *lookup_client_find(const struct lookup_client *client,
                                  const struct question *question)
{
    return flight_find(&client->flights, question);
}

static struct flight *begin(struct lookup_client *client, const struct question *question,
                            struct list *where)
{
    struct flight *flight = flight_new(&client->flights, question);

    if (flight)
        list_append(where, &flight->link);
    return flight;
}

struct flight *lookup_client_begin(struct lookup_client *client,
                                   const struct question *question)
{
    return begin(client, question, &client->unsent);
}

struct flight *lookup_client_prefetch(struct lookup_client *client,
                                      const struct question *question)
{
    return begin(client, question, &client->prefetches);
}

/* The flight is not ahead any more, so another one may be sent. */
static void leave_ahead(struct lookup_client *client, struct flight *flight)
{
    client->ahead_count -= !list_empty(&flight->in_ahead);
    list_remove(&flight->in_ahead);
    if (flight->leader)
        place_arrive(&flight->leader->place);
    flight->leader = NULL;
    if (client->prefetching == flight)
        client->prefetching = NULL;
}

void lookup_client_ask_again(struct lookup_client *client, struct flight *flight)
{
    leave_ahead(client, flight);
    list_remove(&flight->link);
    list_append(&client->unsent, &flight->link);
    flight->is_sent = false;
    flight->is_again = true;
}

static void remove_flight(struct lookup_client *client, struct flight *flight)
{
    leave_ahead(client, flight);
    flight_remove(&client->flights, flight);
}

void lookup_client_end(struct lookup_client *client, struct flight *flight)
{
    remove_flight(client, flight);
    flight_free(flight);
}

void lookup_client_cancel(struct lookup_client *client, struct flight *flight)
{
    remove_flight(client, flight);
    if (flight->is_sent)
        list_append(&client->cancelled, &flight->link);
    else
        flight_free(flight);
}

/* Sending. */

/* The flight whose turn it is, or NULL. One prefetch is ahead at a time. */
static struct flight *next_flight(struct lookup_client *client)
{
    struct flight *prefetch = list_first(&client->prefetches, struct flight, link);
    struct place *place = NULL;
    struct query *leader;

    if (client->prefetching)
        prefetch = NULL;
    if (!prefetch || client->prefetch_came_last)
        place = clients_next(client->clients);
    client->prefetch_came_last = !place;
    if (!place && prefetch)
        client->prefetching = prefetch;
    if (!place)
        return prefetch;
    leader = list_item(place, struct query, place);
    leader->flight->leader = leader;
    return leader->flight;
}

static void note_sent(struct lookup_client *client, struct flight *flight)
{
    list_each(&flight->queries, struct query, query, in_flight)
        place_end_turn(&query->place);
    flight->is_sent = true;
    flight->sent = clock_ms();
    list_remove(&flight->link);
    list_append(&client->sent, &flight->link);
    list_append(&client->ahead, &flight->in_ahead);
    client->ahead_count++;
}

/* What the cache knows of the question's name, as flags of an id. Questions for addresses
 * have none, or the two families would confirm each other for ever. */
static uint64_t name_flags(struct lookup_client *client, const struct question *question)
{
    if (question->type == TYPE_A || question->type == TYPE_AAAA)
        return 0;
    switch (cache_name_rcode(client->cache, question, clock_ms())) {
    case RCODE_NOERROR:
        return MESSAGE_NAME_EXISTS;
    case RCODE_NXDOMAIN:
        return MESSAGE_NO_NAME;
    }
    return 0;
}

static uint64_t id_to_send(struct lookup_client *client, const struct flight *flight)
{
    uint64_t id = flight->id | name_flags(client, &flight->question) |
                  (flight->wants_way ? MESSAGE_WAY : 0) |
                  (flight->is_again ? MESSAGE_AGAIN : 0);

    return flight->leader && place_is_shared(&flight->leader->place) ? id | MESSAGE_PROMPT
                                                                     : id;
}

/* Puts the questions whose turn it is into the bundle, as many as may be ahead. */
static void pack_questions(struct lookup_client *client)
{
    uint8_t message[NAME_WIRE_MAX + 16];
    struct flight *flight;

    while (client->ahead_count < CLIENTS_AHEAD && (flight = next_flight(client))) {
        size_t len = message_put_question(id_to_send(client, flight), &flight->question,
                                          message, sizeof message);

        bundle_add(client->bundle, message, len); /* it has room for CLIENTS_AHEAD */
        note_sent(client, flight);
    }
}

static struct flight *take_cancelled(struct lookup_client *client)
{
    struct flight *flight = list_first(&client->cancelled, struct flight, link);

    if (flight)
        list_remove(&flight->link);
    return flight;
}

/* Cancelled flights were sent before, so lookup knows them. */
static void pack_cancelled(struct lookup_client *client)
{
    uint8_t message[MESSAGE_ID_SIZE];
    struct flight *flight;

    for (int left = CANCELLED_AT_ONCE; left > 0 && (flight = take_cancelled(client));
         left--) {
        message_put_id(flight->id, message);
        bundle_add(client->bundle, message, sizeof message);
        flight_free(flight);
    }
}

static void drop_cancelled(struct lookup_client *client)
{
    struct flight *flight;

    while ((flight = take_cancelled(client)))
        flight_free(flight);
}

static bool has_unsent(const struct lookup_client *client)
{
    return !list_empty(&client->unsent) || !list_empty(&client->prefetches);
}

/* The timer is set while questions wait for lookup to take others up. */
static void set_overdue(struct lookup_client *client)
{
    const struct flight *flight = list_first(&client->ahead, struct flight, in_ahead);

    if (!flight || !has_unsent(client))
        timer_cancel(&client->overdue);
    else if (!timer_is_set(&client->overdue))
        timer_set(client->loop, &client->overdue, flight->sent + OVERDUE_MS);
}

static void pack_and_send(struct lookup_client *client)
{
    bool awaited_room = client->bundle->len > 0;

    do {
        if (client->bundle->len == 0)
            pack_cancelled(client);
        pack_questions(client);
        bundle_send(client->bundle, client->channel, CHANNEL_TRY);
    } while (client->bundle->len == 0 && !list_empty(&client->cancelled));
    if (awaited_room || client->bundle->len > 0)
        watch_events(client->watch, client->bundle->len > 0 ? POLLIN | POLLOUT : POLLIN);
    set_overdue(client);
}

void lookup_client_send(struct lookup_client *client)
{
    bool has_some = has_unsent(client) || !list_empty(&client->cancelled);

    if (has_some && client->bundle->len == 0) /* else POLLOUT tells of room */
        pack_and_send(client);
}

static void overdue_expired(void *context)
{
    struct lookup_client *client = context;
    int64_t now = clock_ms();
    struct flight *flight;

    while ((flight = list_first(&client->ahead, struct flight, in_ahead)) &&
           flight->sent + OVERDUE_MS <= now)
        leave_ahead(client, flight);
    lookup_client_send(client);
    set_overdue(client);
}

/* Receiving. */

/* The flight that a message of lookup is about; NULL if it has ended. */
static struct flight *find_sent(const struct lookup_client *client, uint64_t id)
{
    struct flight *flight = flight_find_id(&client->flights, id);

    return flight && flight->is_sent ? flight : NULL;
}

/* A receipt, a server or a way, which come before the answer. */
static void receive_other(struct lookup_client *client, const uint8_t *message, size_t len)
{
    struct way_endpoint server;
    struct flight *flight;
    const uint8_t *steps;
    uint64_t id;

    if (message_get_id(message, len, &id)) {
        if ((flight = find_sent(client, id)))
            leave_ahead(client, flight);
    } else if (message_get_server(message, len, &id, &server)) {
        account_meet(id, &server);
    } else if (message_get_way(message, len, &id, &steps, &len)) {
        if ((flight = find_sent(client, id)))
            flight_set_steps(flight, steps, len);
    }
}

static void receive_message(struct lookup_client *client, const uint8_t *message,
                            size_t len)
{
    struct question question;
    struct answer answer;
    uint64_t id;

    if (!message_is_answer(message, len))
        receive_other(client, message, len);
    else if (message_get_answer(message, len, &id, &question, &answer))
        client->answered(client->context, find_sent(client, id), id & MESSAGE_UNSOLICITED,
                         &question, &answer);
}

static void receive_answers(struct lookup_client *client)
{
    static struct bundle bundle;
    const uint8_t *message;
    size_t len;
    int count = 0;

    while (count < LOOP_BUDGET &&
           bundle_receive(&bundle, client->channel, CHANNEL_TRY) == CHANNEL_DONE)
        for (; bundle_next(&bundle, &message, &len); count++)
            receive_message(client, message, len);
    lookup_client_send(client); /* those that may be ahead now */
}

static void channel_ready(void *context, short revents)
{
    struct lookup_client *client = context;

    if (revents & POLLOUT)
        pack_and_send(client);
    if (revents & POLLIN)
        receive_answers(client);
}

struct flight *lookup_client_next_sent(const struct lookup_client *client,
                                       const struct flight *flight)
{
    struct list *next = flight ? flight->link.next : client->sent.next;

    return next == &client->sent ? NULL : list_item(next, struct flight, link);
}

void lookup_client_close(struct lookup_client *client, const struct name *name)
{
    struct flight *flight = NULL;

    while ((flight = lookup_client_next_sent(client, flight)))
        if (!name || name_equal(question_name(&flight->question), *name))
            flight_close(&client->flights, flight);
}

void lookup_client_died(struct lookup_client *client)
{
    client->bundle->len = 0;
    drop_cancelled(client);
}

/* Start and end. */

int lookup_client_init(struct lookup_client *client)
{
    list_init(&client->unsent);
    list_init(&client->prefetches);
    list_init(&client->sent);
    list_init(&client->cancelled);
    list_init(&client->ahead);
    timer_init(&client->overdue, overdue_expired, client);
    client->bundle = calloc(1, sizeof *client->bundle);
    if (!client->bundle || flight_table_init(&client->flights) == -1)
        return -1;
    client->watch =
        loop_watch(client->loop, client->channel, POLLIN, channel_ready, client);
    return client->watch ? 0 : -1;
}

static void end_all(struct lookup_client *client, struct list *flights)
{
    while (!list_empty(flights))
        lookup_client_end(client, list_first(flights, struct flight, link));
}

void lookup_client_free(struct lookup_client *client)
{
    end_all(client, &client->unsent);
    end_all(client, &client->prefetches);
    end_all(client, &client->sent);
    drop_cancelled(client);
    timer_cancel(&client->overdue);
    loop_unwatch(client->loop, client->watch);
    flight_table_free(&client->flights);
    free(client->bundle);
}
