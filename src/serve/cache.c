#include "serve/cache.h"

#include <stddef.h>
#include <string.h>

#include "base/counters.h"

enum {
    POPULAR_HITS = 3, /* since it was put */
    KEPT_AUTHENTIC = 0x80,
    DUE_SHARE = 10, /* in the last of so many parts of its time */
};

/* What is kept of an answer, before its text and its records. */
struct kept {
    int64_t stored; /* clock_ms() */
    uint32_t stay;  /* seconds */
    uint16_t count[SECTIONS];
    uint16_t ede;
    uint8_t rcode, source; /* with KEPT_AUTHENTIC */
    uint8_t text_len;
    uint8_t hits; /* up to POPULAR_HITS, and one more when it has been called due */
};

_Static_assert(sizeof(struct kept) == 24, "no octet is lost to padding");

int cache_init(struct cache *cache, const struct cache_config *config)
{
    *cache = (struct cache){.config = *config, .store = store_new(config->bytes)};
    return cache->store ? 0 : -1;
}

void cache_free(struct cache *cache)
{
    store_free(cache->store);
    count_set(COUNT_CACHE_ENTRIES, 0);
}

void cache_clear(struct cache *cache)
{
    store_clear(cache->store);
    count_set(COUNT_CACHE_ENTRIES, 0);
}

struct name {
    const uint8_t *octets;
    size_t len;
};

static bool has_name(const void *context, const void *key, size_t key_len)
{
    const struct name *name = context;

    return key_len == offsetof(struct question, name) + name->len &&
           memcmp((const uint8_t *)key + offsetof(struct question, name), name->octets,
                  name->len) == 0;
}

void cache_forget(struct cache *cache, const uint8_t *name, size_t len)
{
    const struct name wanted = {name, len};

    store_remove_if(cache->store, has_name, &wanted);
    count_set(COUNT_CACHE_ENTRIES, store_state(cache->store).entries);
}

static void fill(struct kept *kept, const struct answer *answer, size_t text_len)
{
    uint8_t *behind = (uint8_t *)(kept + 1);

    memcpy(kept->count, answer->count, sizeof kept->count);
    kept->ede = answer->ede;
    kept->rcode = (uint8_t)answer->rcode;
    kept->source = (uint8_t)(answer->source | (answer->is_authentic ? KEPT_AUTHENTIC : 0));
    kept->text_len = (uint8_t)text_len;
    kept->hits = 0;
    memcpy(behind, answer->ede_text, text_len);
    if (answer->len > 0)
        memcpy(behind + text_len, answer->records, answer->len);
}

/* Counts what had to leave. */
static void *put(struct store *store, uint64_t hash, const void *key, size_t key_len,
                 size_t len)
{
    uint64_t before = store_state(store).evictions;
    void *value = store_put(store, hash, key, key_len, len);

    count_set(COUNT_CACHE_ENTRIES, store_state(store).entries);
    count_more(COUNT_CACHE_EVICTIONS, store_state(store).evictions - before);
    return value;
}

void cache_put_for(struct cache *cache, const struct question *question,
                   const struct answer *answer, int64_t now, uint32_t stay)
{
    size_t key_len, text_len = strlen(answer->ede_text);
    const void *key = question_bytes(question, &key_len);
    uint64_t hash = store_hash(cache->store, key, key_len);
    struct kept *kept;

    if (stay == 0) {
        store_remove(cache->store, hash, key, key_len);
        return;
    }
    kept = put(cache->store, hash, key, key_len, sizeof *kept + text_len + answer->len);
    if (!kept)
        return;
    kept->stored = now;
    kept->stay = stay;
    fill(kept, answer, text_len);
}

void cache_put(struct cache *cache, const struct question *question,
               const struct answer *answer, int64_t now, uint32_t longest)
{
    uint32_t ttl = answer_ttl(answer);

    if (ttl < cache->config.min_ttl && answer->len > 0)
        ttl = cache->config.min_ttl;
    if (ttl > cache->config.max_ttl)
        ttl = cache->config.max_ttl;
    cache_put_for(cache, question, answer, now, ttl < longest ? ttl : longest);
}

static bool is_due(struct kept *kept, int64_t age)
{
    int64_t left = (int64_t)kept->stay * 1000 - age;

    if (kept->hits < POPULAR_HITS)
        kept->hits++;
    if (kept->hits != POPULAR_HITS || left * DUE_SHARE > (int64_t)kept->stay * 1000)
        return false;
    kept->hits++;
    return true;
}

static void show(const struct kept *kept, size_t len, struct answer *answer)
{
    const uint8_t *behind = (const uint8_t *)(kept + 1);

    *answer = (struct answer){
        .source = kept->source & ~KEPT_AUTHENTIC & 0xff,
        .is_authentic = (kept->source & KEPT_AUTHENTIC) != 0,
        .rcode = kept->rcode,
        .ede = kept->ede,
        .records = (uint8_t *)(uintptr_t)(behind + kept->text_len),
        .len = len - sizeof *kept - kept->text_len,
    };
    memcpy(answer->count, kept->count, sizeof answer->count);
    memcpy(answer->ede_text, behind, kept->text_len);
}

/* What is kept, with its length and age in milliseconds. */
static struct kept *find(struct cache *cache, const struct question *question, int64_t now,
                         size_t *len, int64_t *age)
{
    size_t key_len;
    const void *key = question_bytes(question, &key_len);
    struct kept *kept =
        store_find(cache->store, store_hash(cache->store, key, key_len), key, key_len, len);

    if (kept)
        *age = now > kept->stored ? now - kept->stored : 0;
    return kept;
}

static bool is_fresh(const struct kept *kept, int64_t age)
{
    return kept && age < (int64_t)kept->stay * 1000;
}

bool cache_get(struct cache *cache, const struct question *question, int64_t now,
               struct cached *cached)
{
    int64_t age = 0;
    size_t len;
    struct kept *kept = find(cache, question, now, &len, &age);

    if (!is_fresh(kept, age))
        return false;
    show(kept, len, &cached->answer);
    cached->age = (uint32_t)(age / 1000);
    cached->is_due = is_due(kept, age);
    return true;
}

int cache_rcode(struct cache *cache, const struct question *question, int64_t now)
{
    int64_t age = 0;
    size_t len;
    const struct kept *kept = find(cache, question, now, &len, &age);

    return is_fresh(kept, age) ? kept->rcode : -1;
}

bool cache_get_stale(struct cache *cache, const struct question *question, int64_t now,
                     struct answer *answer)
{
    int64_t age = 0, most;
    size_t len;
    struct kept *kept = find(cache, question, now, &len, &age);

    if (!kept || kept->rcode != RCODE_NOERROR || kept->count[SECTION_ANSWER] == 0)
        return false;
    most = ((int64_t)kept->stay + cache->config.stale) * 1000;
    if (cache->config.stale == 0 || age >= most)
        return false;
    show(kept, len, answer);
    answer->is_stale = true;
    answer->is_authentic = false;
    answer_explain(answer, EDE_STALE, "looking it up again has failed so far");
    return true;
}

bool cache_view(struct cache *cache, const struct question *question, int64_t now,
                struct cached_view *view)
{
    int64_t age = 0;
    size_t len;
    struct kept *kept = find(cache, question, now, &len, &age);

    if (!is_fresh(kept, age) || kept->ede != EDE_NONE)
        return false;
    *view = (struct cached_view){
        .records = (const uint8_t *)(kept + 1) + kept->text_len,
        .len = len - sizeof *kept - kept->text_len,
        .count = kept->count,
        .rcode = kept->rcode,
        .is_authentic = (kept->source & KEPT_AUTHENTIC) != 0,
        .age = (uint32_t)(age / 1000),
        .is_due = is_due(kept, age),
    };
    return true;
}
