#include "serve/flight.h"

#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "base/clock.h"
#include "base/counters.h"
#include "channel/message.h"

static bool asks(struct table_link *link, const void *question)
{
    return question_equal_folded(&table_item(link, struct flight, by_question)->question,
                                 question);
}

static bool has_id(struct table_link *link, const void *id)
{
    return table_item(link, struct flight, by_id)->id == *(const uint64_t *)id;
}

int flight_table_init(struct flight_table *table)
{
    /* Ids begin at random, so that answers to a process before this one find nobody. */
    if (getrandom(&table->next_id, sizeof table->next_id, 0) != sizeof table->next_id)
        return -1;
    return table_init(&table->by_question, asks) == -1 ||
                   table_init(&table->by_id, has_id) == -1
               ? -1
               : 0;
}

void flight_table_free(struct flight_table *table)
{
    table_free(&table->by_question);
    table_free(&table->by_id);
}

static uint64_t question_hash(const struct flight_table *table,
                              const struct question *question)
{
    size_t len;
    const void *bytes = question_bytes(question, &len);

    return table_hash(&table->by_question, bytes, len);
}

static uint64_t id_hash(const struct flight_table *table, uint64_t id)
{
    return table_hash(&table->by_id, &id, sizeof id);
}

struct flight *flight_new(struct flight_table *table, const struct question *question)
{
    struct flight *flight = malloc(sizeof *flight);

    if (!flight)
        return NULL;
    *flight = (struct flight){.id = table->next_id++ & ~MESSAGE_ID_FLAGS,
                              .question = *question,
                              .begun_us = clock_us()};
    list_init(&flight->link);
    list_init(&flight->in_ahead);
    list_init(&flight->in_idle);
    list_init(&flight->queries);
    table_add(&table->by_question, question_hash(table, question), &flight->by_question);
    table_add(&table->by_id, id_hash(table, flight->id), &flight->by_id);
    count(COUNT_LOOKUPS);
    count_set(COUNT_LOOKUPS_IN_FLIGHT, table->by_id.count);
    return flight;
}

void flight_close(struct flight_table *table, struct flight *flight)
{
    if (!flight->is_closed)
        table_remove(&table->by_question, &flight->by_question);
    flight->is_closed = true;
}

void flight_remove(struct flight_table *table, struct flight *flight)
{
    flight_close(table, flight);
    table_remove(&table->by_id, &flight->by_id);
    count_set(COUNT_LOOKUPS_IN_FLIGHT, table->by_id.count);
    list_remove(&flight->link);
    list_remove(&flight->in_ahead);
    list_remove(&flight->in_idle);
}

void flight_free(struct flight *flight)
{
    free(flight->steps);
    free(flight);
}

struct flight *flight_find(const struct flight_table *table,
                           const struct question *question)
{
    struct table_link *link =
        table_find(&table->by_question, question_hash(table, question), question);

    return link ? table_item(link, struct flight, by_question) : NULL;
}

struct flight *flight_find_id(const struct flight_table *table, uint64_t id)
{
    struct table_link *link;

    id &= ~MESSAGE_ID_FLAGS;
    link = table_find(&table->by_id, id_hash(table, id), &id);
    return link ? table_item(link, struct flight, by_id) : NULL;
}

void flight_set_steps(struct flight *flight, const uint8_t *steps, size_t len)
{
    free(flight->steps);
    flight->steps = malloc(len);
    flight->steps_len = flight->steps ? len : 0;
    if (flight->steps)
        memcpy(flight->steps, steps, len);
}
