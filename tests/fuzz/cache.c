/*
 * The cache beside a plain model, which has one place for each question and forgets
 * nothing: both give the same answer at the same time, fresh, stale or failed. The first
 * octet chooses the configuration; the others are commands, with a question and a number.
 */
#include "fuzz.h"

#include "serve/cache.h"

enum {
    NAMES = 5,
    TYPES = 3,
    FLAGS = 2,
    QUESTIONS = NAMES * TYPES * FLAGS,
    ENT_MS = 3600000,
    CONFIGS = 4
};

/* Each of the last four lies below the one before it. */
static const struct name names[NAMES] = {NAME_OF("\1x"), NAME_OF("\4test"),
                                         NAME_OF("\1a\4test"), NAME_OF("\1b\1a\4test"),
                                         NAME_OF("\1c\1b\1a\4test")};

struct kept {
    bool is_there, was_due;
    int64_t at; /* clock_ms() */
    uint32_t ttl;
    unsigned hits;
    uint8_t octet; /* the last one of the first address */
    uint16_t rcode, ede, count;
};

struct model {
    struct cache_config config;
    struct kept good[QUESTIONS], failed[QUESTIONS];
    bool was_denied[NAMES];
    int64_t seen[NAMES], ent[NAMES]; /* 0: not */
    int64_t now;
};

static size_t name_of(size_t question)
{
    return question % NAMES;
}

static struct question question_at(size_t i)
{
    static const uint16_t types[TYPES] = {TYPE_A, TYPE_AAAA, TYPE_TXT};
    struct question question = {.type = types[i / NAMES % TYPES],
                                .flags = i / NAMES / TYPES ? QUESTION_DNSSEC_OK : 0};

    question_set_name(&question, names[name_of(i)]);
    return question;
}

static bool is_above(size_t above, size_t name)
{
    return above > 0 && above < name;
}

static int64_t age_of(const struct model *model, const struct kept *kept)
{
    return model->now - kept->at;
}

static bool is_good(const struct model *model, const struct kept *kept, size_t name)
{
    bool is_seen = model->seen[name] != 0 && model->seen[name] >= kept->at;
    bool is_ent = model->ent[name] != 0 && model->now - model->ent[name] <= ENT_MS;

    return kept->is_there && age_of(model, kept) < (int64_t)kept->ttl * 1000 &&
           (kept->rcode != RCODE_NXDOMAIN || !(is_seen || is_ent));
}

static bool is_stale_good(const struct model *model, const struct kept *kept)
{
    int64_t most = ((int64_t)kept->ttl + model->config.stale) * 1000;

    return model->config.stale > 0 && kept->is_there && kept->rcode == RCODE_NOERROR &&
           kept->count > 0 && age_of(model, kept) < most;
}

static void note_name(struct model *model, size_t name, unsigned rcode)
{
    if (rcode == RCODE_NXDOMAIN) {
        model->seen[name] = model->was_denied[name] ? model->seen[name] : 0;
        model->was_denied[name] = true;
        return;
    }
    for (size_t i = 0; i < NAMES; i++)
        if (model->was_denied[i] && (i == name || is_above(i, name)))
            model->seen[i] = model->now;
}

static void keep(struct model *model, struct kept *kept, const struct kept *made,
                 uint32_t ttl)
{
    *kept = *made;
    kept->is_there = ttl > 0;
    kept->at = model->now;
    kept->ttl = ttl;
}

static uint32_t limit_ttl(const struct model *model, uint32_t ttl, uint32_t uncached)
{
    if (ttl < model->config.min_ttl)
        ttl = model->config.min_ttl;
    if (ttl > model->config.max_ttl)
        ttl = model->config.max_ttl;
    return model->config.bytes == 0 && ttl > uncached ? uncached : ttl;
}

/* Answers with addresses, denials with and without SOA, failures. */
static void put(struct model *model, struct cache *cache, size_t i, uint8_t number)
{
    uint8_t records[512], octets[16] = {[3] = number, [15] = number};
    struct question question = question_at(i);
    uint32_t ttl = number / 16 * 10, uncached = number % 4;
    struct kept made = {.octet = number, .ede = EDE_NONE};
    struct answer answer;

    answer_init(&answer, &question, records, sizeof records);
    switch (number % 8) {
    case 0:
    case 1:
        made.rcode = number % 8 ? RCODE_NXDOMAIN : RCODE_NOERROR;
        answer.rcode = made.rcode;
        if (number & 8)
            answer_add_soa(&answer, 0, ANSWER_OWNER_QUESTION, ttl);
        break;
    case 2:
        made.rcode = RCODE_SERVFAIL;
        made.ede = number & 8 ? EDE_NOT_READY : EDE_OTHER;
        answer_fail(&answer, RCODE_SERVFAIL, made.ede, "no");
        break;
    case 3:
        made.ede = EDE_OTHER;
        answer_explain(&answer, EDE_OTHER, "why");
        /* fall through */
    default:
        made.count = 1;
        must(answer_add_address(&answer, ANSWER_OWNER_QUESTION,
                                question.type == TYPE_TXT ? TYPE_A : question.type, octets,
                                ttl));
        /* a record of another type is a denial without SOA */
    }
    cache_put(cache, &question, &answer, model->now, uncached);
    if (made.rcode == RCODE_SERVFAIL) {
        if (made.ede != EDE_NOT_READY)
            keep(model, &model->failed[i], &made,
                 is_stale_good(model, &model->good[i]) ? CACHE_RECHECK_S : 1);
        return;
    }
    note_name(model, name_of(i), made.rcode);
    if (made.count > 0 && question.type != TYPE_TXT)
        ttl = limit_ttl(model, ttl, uncached);
    else
        ttl = answer.count[SECTION_AUTHORITY] ? limit_ttl(model, ttl, uncached) : 0;
    keep(model, &model->good[i], &made, ttl);
    if (model->config.stale > 0)
        model->failed[i].is_there = false;
}

static void must_be(const struct kept *kept, const struct answer *answer)
{
    must(answer->rcode == kept->rcode && answer->count[SECTION_ANSWER] == kept->count);
    must(kept->count == 0 || answer->records[answer->len - 1] == kept->octet);
}

static void must_be_due_once(const struct model *model, struct kept *kept, bool is_due)
{
    int64_t left = (int64_t)kept->ttl * 1000 - age_of(model, kept);

    kept->hits++;
    must(!is_due ||
         (!kept->was_due && kept->hits >= 3 && left * 10 <= (int64_t)kept->ttl * 1000));
    kept->was_due |= is_due;
}

static void find(struct model *model, struct cache *cache, size_t i)
{
    struct question question = question_at(i);
    struct kept *kept = &model->good[i];
    struct cached cached;

    must(cache_get(cache, &question, model->now, &cached) ==
         is_good(model, kept, name_of(i)));
    if (!is_good(model, kept, name_of(i)))
        return;
    must_be(kept, &cached.answer);
    must(cached.answer.ede == kept->ede && cached.age == age_of(model, kept) / 1000);
    must_be_due_once(model, kept, cached.is_due);
}

static void view(struct model *model, struct cache *cache, size_t i)
{
    struct question question = question_at(i);
    struct kept *kept = &model->good[i];
    bool is_there = is_good(model, kept, name_of(i)) && kept->ede == EDE_NONE;
    struct cached_view seen;

    must(cache_view(cache, &question, model->now, &seen) == is_there);
    if (!is_there)
        return;
    must(seen.answer.rcode == kept->rcode && *seen.answer.count == kept->count);
    must(kept->count == 0 || seen.answer.records[seen.answer.len - 1] == kept->octet);
    must(seen.answer.age == age_of(model, kept) / 1000);
    must_be_due_once(model, kept, seen.is_due);
}

static void find_stale(const struct model *model, struct cache *cache, size_t i)
{
    struct question question = question_at(i);
    struct cached cached;

    must(cache_get_stale(cache, &question, model->now, &cached) ==
         is_stale_good(model, &model->good[i]));
    if (!is_stale_good(model, &model->good[i]))
        return;
    must_be(&model->good[i], &cached.answer);
    must(cached.answer.is_stale && cached.answer.ede == EDE_STALE);
}

static void find_failure(const struct model *model, struct cache *cache, size_t i)
{
    struct question question = question_at(i);
    const struct kept *kept = &model->failed[i];
    bool has_failed = is_good(model, kept, name_of(i));
    struct cached cached;

    must(cache_has_failed(cache, &question, model->now) == has_failed);
    must(cache_get_failure(cache, &question, model->now, &cached) ==
         (has_failed && age_of(model, kept) < 1000));
}

/* Of both address types; NOERROR counts more. */
static void find_rcode(const struct model *model, struct cache *cache, size_t i)
{
    size_t a = i / (NAMES * TYPES) * NAMES * TYPES + name_of(i);
    struct question question = question_at(i);
    int wanted = -1;

    for (size_t k = a; k <= a + NAMES; k += NAMES)
        if (wanted != RCODE_NOERROR && is_good(model, &model->good[k], name_of(i)))
            wanted = model->good[k].rcode;
    must(cache_name_rcode(cache, &question, model->now) == wanted);
}

/* An address of the host at the name: those above are no longer denied. */
static void correct(struct model *model, struct cache *cache, size_t i, uint8_t number)
{
    uint8_t records[64], octets[16] = {0};
    struct question question = question_at(i);
    bool is_ent =
        model->ent[name_of(i)] != 0 && model->now - model->ent[name_of(i)] <= ENT_MS;
    struct answer answer;

    answer_init(&answer, &question, records, sizeof records);
    answer.rcode = RCODE_NXDOMAIN;
    if (number & 1) {
        cache_correct(cache, &question, &answer, model->now);
        must(answer.rcode == (is_ent ? RCODE_NOERROR : RCODE_NXDOMAIN));
        return;
    }
    answer.rcode = RCODE_NOERROR;
    answer.source = ANSWER_FROM_FILES;
    must(answer_add_address(&answer, ANSWER_OWNER_QUESTION, TYPE_A, octets, 1));
    cache_correct(cache, &question, &answer, model->now);
    for (size_t name = 1; name < name_of(i); name++)
        model->ent[name] = model->now;
}

static size_t drop(struct model *model, size_t name, bool all)
{
    size_t dropped = 0;

    for (size_t i = 0; i < QUESTIONS; i++)
        if (all || name_of(i) == name) {
            dropped += model->good[i].is_there + (size_t)model->failed[i].is_there;
            model->good[i].is_there = model->failed[i].is_there = false;
        }
    for (size_t i = 0; i < NAMES; i++)
        model->ent[i] = all || i == name ? 0 : model->ent[i];
    return dropped;
}

static void obey(struct model *model, struct cache *cache, const uint8_t command[3])
{
    size_t i = command[1] % QUESTIONS;

    switch (command[0] % 16) {
    case 0:
        must(command[2] % 8 || cache_clear(cache) == drop(model, 0, true));
        break;
    case 1:
        must(cache_forget(cache, names[name_of(i)]) == drop(model, name_of(i), false));
        break;
    case 2:
        correct(model, cache, i, command[2]);
        break;
    case 3:
        model->now += command[1] * 100 + command[2] * 10000;
        break;
    case 4:
        model->now += command[2];
        break;
    case 5:
    case 6:
        find(model, cache, i);
        break;
    case 7:
    case 8:
        view(model, cache, i);
        break;
    case 9:
        find_stale(model, cache, i);
        break;
    case 10:
        find_failure(model, cache, i);
        break;
    case 11:
        find_rcode(model, cache, i);
        break;
    default:
        put(model, cache, i, command[2]);
    }
}

/* The cache is emptied, and what it knows of names is older than all that comes: to make a
 * new one takes longer than a run. */
static void begin_anew(struct model *model, struct cache *cache)
{
    cache_clear(cache);
    drop(model, 0, true);
    model->now += 86400000;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const struct cache_config configs[CONFIGS] = {
        {.bytes = 1 << 20, .max_ttl = 86400},
        {.bytes = 1 << 20, .min_ttl = 5, .max_ttl = 100, .stale = 60},
        {.bytes = 1 << 20, .max_ttl = 20, .stale = 3600},
        {.bytes = 0, .min_ttl = 1, .max_ttl = 86400},
    };
    static struct model models[CONFIGS];
    static struct cache *caches[CONFIGS];
    size_t i = size > 0 ? data[0] % CONFIGS : 0;

    models[i].config = configs[i];
    if (!caches[i])
        caches[i] = cache_new(&configs[i]);
    must(caches[i]);
    begin_anew(&models[i], caches[i]);
    for (size_t at = 1; at + 3 <= size; at += 3)
        obey(&models[i], caches[i], data + at);
    return 0;
}
