#include "serve/cache.h"

#include <errno.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "base/counters.h"
#include "base/store.h"
#include "dns/relay.h"
#include "serve/denials.h"
#include "serve/ents.h"

enum {
    POPULAR_HITS = 3,    /* since it was put */
    DUE_SHARE = 10,      /* an answer is due in the last tenth of its time */
    FAILURE_S = 1,       /* seconds that a failure is kept */
    FAILURE_FLAG = 0x80, /* among a question's flags: this is the key of its failure */
    ENTS_MAX = 4096,
};

struct cache {
    struct cache_config config;
    struct store *store;
    struct denials *denials;
    struct ents ents;
};

/* What is kept of an answer. Its text and its records stand behind. */
struct kept {
    int64_t stored; /* clock_ms() */
    uint32_t ttl;   /* seconds that it is kept */
    uint16_t count[SECTIONS];
    uint16_t ede;
    uint8_t rcode, origin; /* see answer_origin */
    uint8_t text_len;
    uint8_t hits; /* up to POPULAR_HITS, and one more when it has been called due */
};

_Static_assert(sizeof(struct kept) == 24, "no octet is lost to padding");

struct cache *cache_new(const struct cache_config *config)
{
    struct cache *cache = calloc(1, sizeof *cache);

    if (!cache)
        return NULL;
    cache->config = *config;
    cache->store = store_new(config->bytes);
    cache->denials = calloc(1, sizeof *cache->denials);
    if (ents_init(&cache->ents, ENTS_MAX) == 0 && cache->store && cache->denials)
        return cache;
    cache_free(cache);
    errno = ENOMEM;
    return NULL;
}

void cache_free(struct cache *cache)
{
    if (!cache)
        return;
    store_free(cache->store);
    free(cache->denials);
    ents_free(&cache->ents);
    free(cache);
    count_set(COUNT_CACHE_ENTRIES, 0);
}

size_t cache_clear(struct cache *cache)
{
    size_t before = store_state(cache->store).entries;

    store_clear(cache->store);
    ents_clear(&cache->ents);
    count_set(COUNT_CACHE_ENTRIES, 0);
    return before;
}

/* A key is a question, cut behind its name. */
static bool has_name(const void *context, const void *key, size_t key_len)
{
    const size_t at = offsetof(struct question, name);
    const struct name *name = context;

    return key_len == at + name->len &&
           memcmp((const uint8_t *)key + at, name->wire, name->len) == 0;
}

size_t cache_forget(struct cache *cache, struct name name)
{
    size_t before = store_state(cache->store).entries, after;

    ents_forget(&cache->ents, name);
    store_remove_if(cache->store, has_name, &name);
    after = store_state(cache->store).entries;
    count_set(COUNT_CACHE_ENTRIES, after);
    return before - after;
}

static void fill(struct kept *kept, const struct answer *answer, size_t text_len)
{
    uint8_t *behind = (uint8_t *)(kept + 1);

    memcpy(kept->count, answer->count, sizeof kept->count);
    kept->ede = answer->ede;
    kept->rcode = (uint8_t)answer->rcode;
    kept->origin = answer_origin(answer);
    kept->text_len = (uint8_t)text_len;
    kept->hits = 0;
    memcpy(behind, answer->ede_text, text_len);
    if (answer->len > 0)
        memcpy(behind + text_len, answer->records, answer->len);
}

static void *put(struct store *store, uint64_t hash, const void *key, size_t key_len,
                 size_t len)
{
    uint64_t before = store_state(store).evictions;
    void *value = store_put(store, hash, key, key_len, len);

    count_set(COUNT_CACHE_ENTRIES, store_state(store).entries);
    count_more(COUNT_CACHE_EVICTIONS, store_state(store).evictions - before);
    return value;
}

/* Keeps the answer for `ttl` seconds, whatever its own TTL. */
static void keep(struct cache *cache, const struct question *question,
                 const struct answer *answer, int64_t now, uint32_t ttl)
{
    size_t key_len, text_len = strlen(answer->ede_text);
    const void *key = question_bytes(question, &key_len);
    uint64_t hash = store_hash(cache->store, key, key_len);
    struct kept *kept;

    if (ttl == 0) {
        store_remove(cache->store, hash, key, key_len);
        return;
    }
    kept = put(cache->store, hash, key, key_len, sizeof *kept + text_len + answer->len);
    if (!kept)
        return;
    kept->stored = now;
    kept->ttl = ttl;
    fill(kept, answer, text_len);
}

static void note_name(struct cache *cache, const struct question *question,
                      const struct answer *answer, int64_t now)
{
    if (answer->rcode == RCODE_NXDOMAIN)
        denials_add(cache->denials, question_name(question));
    else if (answer->rcode == RCODE_NOERROR)
        denials_disprove(cache->denials, question_name(question), now);
}

static bool is_denial(const struct question *question, const struct answer *answer)
{
    if (answer->rcode == RCODE_NXDOMAIN || answer->count[SECTION_ANSWER] == 0)
        return true;
    return question->type != TYPE_ANY && answer_count_type(answer, question->type) == 0;
}

/* The seconds that the answer may be kept. */
static uint32_t ttl_of(const struct cache *cache, const struct question *question,
                       const struct answer *answer, uint32_t uncached_ttl)
{
    uint32_t ttl = answer_ttl(answer);

    if (is_denial(question, answer) && !answer_has_soa(answer))
        return 0;
    if (ttl < cache->config.min_ttl && answer->len > 0)
        ttl = cache->config.min_ttl;
    if (ttl > cache->config.max_ttl)
        ttl = cache->config.max_ttl;
    return cache->config.bytes == 0 && ttl > uncached_ttl ? uncached_ttl : ttl;
}

/* The key of the question's failure, kept beside the answer that was known before. */
static struct question failure_of(const struct question *question)
{
    struct question failure = *question;

    failure.flags |= FAILURE_FLAG;
    return failure;
}

static void keep_failure(struct cache *cache, const struct question *question,
                         const struct answer *answer, int64_t now)
{
    struct question failure = failure_of(question);
    struct cached cached;

    if (answer->ede != EDE_NOT_READY)
        keep(cache, &failure, answer, now,
             cache_get_stale(cache, question, now, &cached) ? CACHE_RECHECK_S : FAILURE_S);
}

void cache_put(struct cache *cache, const struct question *question,
               const struct answer *answer, int64_t now, uint32_t uncached_ttl)
{
    struct question failure = failure_of(question);

    if (answer_is_failure(answer)) {
        keep_failure(cache, question, answer, now);
        return;
    }
    note_name(cache, question, answer, now);
    keep(cache, question, answer, now, ttl_of(cache, question, answer, uncached_ttl));
    if (cache->config.stale > 0) /* else a failure ends within a second */
        keep(cache, &failure, answer, now, 0);
}

void cache_correct(struct cache *cache, const struct question *question,
                   struct answer *answer, int64_t now)
{
    if (answer_is_of_host(answer) && answer->count[SECTION_ANSWER] > 0)
        ents_add(&cache->ents, question_name(question), now);
    else
        ents_correct(&cache->ents, question, answer, now);
}

static bool is_due(struct kept *kept, int64_t age)
{
    int64_t left = (int64_t)kept->ttl * 1000 - age;

    if (kept->hits < POPULAR_HITS)
        kept->hits++;
    if (kept->hits != POPULAR_HITS || left * DUE_SHARE > (int64_t)kept->ttl * 1000)
        return false;
    kept->hits++;
    return true;
}

static void show(const struct kept *kept, size_t len, struct answer *answer)
{
    const uint8_t *behind = (const uint8_t *)(kept + 1);

    *answer = (struct answer){
        .rcode = kept->rcode,
        .ede = kept->ede,
        .records = (uint8_t *)(uintptr_t)(behind + kept->text_len),
        .len = len - sizeof *kept - kept->text_len,
    };
    answer_set_origin(answer, kept->origin);
    memcpy(answer->count, kept->count, sizeof answer->count);
    memcpy(answer->ede_text, behind, kept->text_len);
}

/* What is kept for the question, its length, and its age in milliseconds; or NULL. */
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
    return kept && age < (int64_t)kept->ttl * 1000;
}

/* True for a denial if the name has been seen since. */
static bool is_disproved(struct cache *cache, const struct question *question,
                         const struct kept *kept, int64_t now)
{
    return kept->rcode == RCODE_NXDOMAIN &&
           (denials_are_disproved(cache->denials, question_name(question), kept->stored) ||
            ents_have(&cache->ents, question, now));
}

static bool is_good(struct cache *cache, const struct question *question,
                    const struct kept *kept, int64_t age, int64_t now)
{
    return is_fresh(kept, age) && !is_disproved(cache, question, kept, now);
}

bool cache_get(struct cache *cache, const struct question *question, int64_t now,
               struct cached *cached)
{
    int64_t age = 0;
    size_t len;
    struct kept *kept = find(cache, question, now, &len, &age);

    if (!is_good(cache, question, kept, age, now))
        return false;
    show(kept, len, &cached->answer);
    cached->age = (uint32_t)(age / 1000);
    cached->is_due = is_due(kept, age);
    return true;
}

/* The RCODE of a fresh answer; -1 if there is none. */
static int rcode_of(struct cache *cache, const struct question *question, int64_t now)
{
    int64_t age = 0;
    size_t len;
    const struct kept *kept = find(cache, question, now, &len, &age);

    return is_good(cache, question, kept, age, now) ? kept->rcode : -1;
}

int cache_name_rcode(struct cache *cache, const struct question *question, int64_t now)
{
    static const uint16_t types[] = {TYPE_A, TYPE_AAAA};
    struct question address = *question;
    int known = -1;

    for (size_t i = 0; i < sizeof types / sizeof *types && known != RCODE_NOERROR; i++) {
        int rcode;

        address.type = types[i];
        rcode = rcode_of(cache, &address, now);
        if (rcode == RCODE_NOERROR || rcode == RCODE_NXDOMAIN)
            known = rcode;
    }
    return known;
}

bool cache_get_failure(struct cache *cache, const struct question *question, int64_t now,
                       struct cached *cached)
{
    struct question failure = failure_of(question);

    return cache_get(cache, &failure, now, cached) && cached->age < FAILURE_S;
}

bool cache_has_failed(struct cache *cache, const struct question *question, int64_t now)
{
    struct question failure = failure_of(question);

    return rcode_of(cache, &failure, now) != -1;
}

bool cache_has_stale(const struct cache *cache)
{
    return cache->config.stale > 0;
}

bool cache_get_stale(struct cache *cache, const struct question *question, int64_t now,
                     struct cached *cached)
{
    int64_t age = 0, most;
    struct answer *answer = &cached->answer;
    size_t len;
    struct kept *kept = find(cache, question, now, &len, &age);

    if (!kept || kept->rcode != RCODE_NOERROR || kept->count[SECTION_ANSWER] == 0)
        return false;
    most = ((int64_t)kept->ttl + cache->config.stale) * 1000;
    if (cache->config.stale == 0 || age >= most)
        return false;
    *cached = (struct cached){.age = (uint32_t)(age / 1000)};
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

    if (!is_good(cache, question, kept, age, now) || kept->ede != EDE_NONE)
        return false;
    view->answer = (struct plain_answer){
        .records = (const uint8_t *)(kept + 1) + kept->text_len,
        .len = len - sizeof *kept - kept->text_len,
        .count = kept->count,
        .rcode = kept->rcode,
        .is_authentic = (kept->origin & ANSWER_AUTHENTIC) != 0,
        .age = (uint32_t)(age / 1000),
    };
    view->is_due = is_due(kept, age);
    return true;
}
