#include "serve/cache.h"

#include <stdlib.h>
#include <string.h>

struct entry {
    struct table_link link;
    struct list by_age;
    struct question question;
    int64_t stored, expires; /* clock_ms() */
    struct answer answer;    /* its records are `records` */
    uint8_t records[];
};

static bool entry_is(struct table_link *link, const void *question)
{
    return question_equal_folded(&table_item(link, struct entry, link)->question, question);
}

int cache_init(struct cache *cache, size_t max_bytes)
{
    *cache = (struct cache){.max_bytes = max_bytes};
    list_init(&cache->by_age);
    return table_init(&cache->entries, entry_is);
}

static size_t entry_size(const struct answer *answer)
{
    return sizeof(struct entry) + answer->len;
}

static void drop(struct cache *cache, struct entry *entry)
{
    table_remove(&cache->entries, &entry->link);
    list_remove(&entry->by_age);
    cache->bytes -= entry_size(&entry->answer);
    free(entry);
}

static struct entry *oldest(const struct cache *cache)
{
    return list_first(&cache->by_age, struct entry, by_age);
}

void cache_free(struct cache *cache)
{
    while (oldest(cache))
        drop(cache, oldest(cache));
    table_free(&cache->entries);
}

static uint64_t hash_of(const struct cache *cache, const struct question *question)
{
    size_t len;
    const void *bytes = question_bytes(question, &len);

    return table_hash(&cache->entries, bytes, len);
}

static struct entry *find(const struct cache *cache, const struct question *question)
{
    struct table_link *link =
        table_find(&cache->entries, hash_of(cache, question), question);

    return link ? table_item(link, struct entry, link) : NULL;
}

void cache_put_for(struct cache *cache, const struct question *question,
                   const struct answer *answer, int64_t now, uint32_t stay)
{
    struct entry *entry = find(cache, question);

    if (entry)
        drop(cache, entry);
    if (stay == 0 || entry_size(answer) > cache->max_bytes)
        return;
    while (cache->bytes + entry_size(answer) > cache->max_bytes)
        drop(cache, oldest(cache));
    entry = malloc(entry_size(answer));
    if (!entry)
        return;
    entry->question = *question;
    entry->stored = now;
    entry->expires = now + (int64_t)stay * 1000;
    entry->answer = *answer;
    entry->answer.records = entry->records;
    if (answer->len > 0)
        memcpy(entry->records, answer->records, answer->len);
    table_add(&cache->entries, hash_of(cache, question), &entry->link);
    list_append(&cache->by_age, &entry->by_age);
    cache->bytes += entry_size(answer);
}

void cache_put(struct cache *cache, const struct question *question,
               const struct answer *answer, int64_t now, uint32_t longest)
{
    uint32_t ttl = answer_ttl(answer);

    cache_put_for(cache, question, answer, now, ttl < longest ? ttl : longest);
}

bool cache_get(struct cache *cache, const struct question *question, int64_t now,
               struct answer *answer, uint32_t *age)
{
    struct entry *entry = find(cache, question);

    if (!entry)
        return false;
    if (now >= entry->expires) {
        drop(cache, entry);
        return false;
    }
    *answer = entry->answer;
    *age = (uint32_t)((now - entry->stored) / 1000);
    return true;
}
