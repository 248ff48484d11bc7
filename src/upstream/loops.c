#include "upstream/loops.h"

#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <xxhash.h>

enum {
    WAYS = 4, /* places for a mark; the mark that ends first gives way */
};

/* A name that came back. Names that share its last `least` labels are in its domain. */
struct domain {
    struct addr server;
    uint8_t name[NAME_WIRE_MAX]; /* in lower case */
    size_t least;
    int64_t ends;  /* clock_ms(): it must be checked again from then on; 0: unused */
    int64_t tried; /* clock_ms(): it is not checked again until then */
};

/* A name or domain that needs no check for a minute. Only the hash is kept: if two names
 * share one, the second goes without its check. */
struct mark {
    uint64_t hash;
    int64_t ends;
};

enum kind {
    SUSPECTED,     /* it was checked because a name was slow */
    LED_ELSEWHERE, /* it needs no check that goes first */
    SETTLED,       /* it came back for one type, which stands in the higher bits */
};

struct loops {
    struct domain domains[LOOPS_KNOWN];
    struct mark marks[LOOPS_MARKS / WAYS][WAYS];
    uint64_t seed;
};

struct loops *loops_new(void)
{
    struct loops *loops = calloc(1, sizeof *loops);

    if (loops && getrandom(&loops->seed, sizeof loops->seed, 0) != sizeof loops->seed) {
        free(loops);
        return NULL;
    }
    return loops;
}

void loops_free(struct loops *loops)
{
    free(loops);
}

/* The root label does not count. */
static size_t count_labels(const uint8_t *name)
{
    size_t count = 0;

    for (; *name != 0; name += 1 + *name)
        count++;
    return count;
}

/* The offset of the name's last `labels` labels; it has as many. */
static size_t suffix_at(const uint8_t *name, size_t labels)
{
    size_t at = 0;

    for (size_t left = count_labels(name) - labels; left > 0; left--)
        at += 1u + name[at];
    return at;
}

/* How many of their last labels two names in lower case share. */
static size_t shared_labels(const uint8_t *a, const uint8_t *b)
{
    size_t a_labels = count_labels(a), b_labels = count_labels(b), shared = 0;
    size_t most = a_labels < b_labels ? a_labels : b_labels;

    a += suffix_at(a, most);
    b += suffix_at(b, most);
    for (; most > 0; most--) {
        shared = memcmp(a, b, 1u + *a) == 0 ? shared + 1 : 0;
        a += 1 + *a;
        b += 1 + *b;
    }
    return shared;
}

/* The hash of the last `labels` labels of the route's name at its server, in any case. */
static uint64_t hash_of(const struct loops *loops, uint32_t kind, const struct route *route,
                        size_t labels)
{
    uint8_t bytes[sizeof kind + ADDR_TEXT + NAME_WIRE_MAX] = {0};
    size_t at = suffix_at(route->name.wire, labels), len = route->name.len - at;

    memcpy(bytes, &kind, sizeof kind);
    addr_format(route->server, (char *)bytes + sizeof kind);
    name_fold(bytes + sizeof kind + ADDR_TEXT, route->name.wire + at, len);
    return XXH3_64bits_withSeed(bytes, sizeof kind + ADDR_TEXT + len, loops->seed);
}

static struct mark *set_of(struct loops *loops, uint64_t hash)
{
    return loops->marks[hash % (LOOPS_MARKS / WAYS)];
}

static bool is_marked(struct loops *loops, uint64_t hash, int64_t now)
{
    const struct mark *set = set_of(loops, hash);

    for (size_t i = 0; i < WAYS; i++)
        if (set[i].hash == hash && set[i].ends > now)
            return true;
    return false;
}

static void mark(struct loops *loops, uint64_t hash, int64_t now)
{
    struct mark *set = set_of(loops, hash), *place = set;

    for (size_t i = 1; i < WAYS; i++)
        if (set[i].ends < place->ends)
            place = &set[i];
    *place = (struct mark){hash, now + LOOPS_VALID_MS};
}

/* The domain that has come back last among those that the name belongs to, and how many
 * labels they share; NULL if there is none. */
static struct domain *find(struct loops *loops, const struct route *route, size_t *shared)
{
    uint8_t name[NAME_WIRE_MAX];
    struct domain *found = NULL;

    name_fold(name, route->name.wire, route->name.len);
    for (size_t i = 0; i < LOOPS_KNOWN; i++) {
        struct domain *domain = &loops->domains[i];
        size_t labels;

        if (domain->ends <= (found ? found->ends : 0) ||
            !addr_equal(&domain->server, route->server))
            continue;
        labels = shared_labels(domain->name, name);
        if (labels < domain->least)
            continue;
        found = domain;
        *shared = labels;
    }
    return found;
}

/* True if the name with one label more than the shared ones has led elsewhere. */
static bool has_led_elsewhere(struct loops *loops, const struct route *route, size_t shared,
                              int64_t now)
{
    return shared < count_labels(route->name.wire) &&
           is_marked(loops, hash_of(loops, LED_ELSEWHERE, route, shared + 1), now);
}

/* The domain that the name belongs to; NULL: none, or the name has led elsewhere. */
static struct domain *find_looping(struct loops *loops, const struct route *route,
                                   int64_t now)
{
    size_t shared;
    struct domain *domain = find(loops, route, &shared);

    return domain && !has_led_elsewhere(loops, route, shared, now) ? domain : NULL;
}

bool loops_expect(struct loops *loops, const struct route *route, int64_t now)
{
    const struct domain *domain = find_looping(loops, route, now);

    return domain && domain->ends > now;
}

bool loops_renew(struct loops *loops, const struct route *route, int64_t now)
{
    struct domain *domain = find_looping(loops, route, now);

    if (!domain || domain->ends > now || domain->tried > now)
        return false;
    domain->tried = now + LOOPS_VALID_MS;
    return true;
}

/* The hash of the name's parent; or of the name, if it stands right below a top-level
 * domain, which too many names share. */
static uint64_t hash_for_suspicion(const struct loops *loops, const struct route *route)
{
    size_t labels = count_labels(route->name.wire);

    return hash_of(loops, SUSPECTED, route, labels > 2 ? labels - 1 : labels);
}

bool loops_suspect(struct loops *loops, const struct route *route, int64_t now)
{
    uint64_t hash = hash_for_suspicion(loops, route);

    if (is_marked(loops, hash, now))
        return false;
    mark(loops, hash, now);
    return true;
}

bool loops_are_alike(struct loops *loops, const struct route *a, const struct route *b,
                     int64_t now)
{
    const struct domain *domain = find_looping(loops, a, now);

    if (!addr_equal(a->server, b->server))
        return false;
    return domain ? domain == find_looping(loops, b, now)
                  : hash_for_suspicion(loops, a) == hash_for_suspicion(loops, b);
}

static struct domain *place_for_domain(struct loops *loops)
{
    struct domain *place = &loops->domains[0];

    for (size_t i = 1; i < LOOPS_KNOWN; i++)
        if (loops->domains[i].ends < place->ends)
            place = &loops->domains[i];
    return place;
}

bool loops_came_back(struct loops *loops, const struct route *route, int64_t now)
{
    size_t shared;
    struct domain *domain = find(loops, route, &shared);
    bool is_new = !domain;

    if (is_new) {
        domain = place_for_domain(loops);
        *domain = (struct domain){.server = *route->server, .least = 1};
        name_fold(domain->name, route->name.wire, route->name.len);
    }
    domain->ends = now + LOOPS_VALID_MS;
    return is_new;
}

void loops_led_elsewhere(struct loops *loops, const struct route *route, int64_t now)
{
    size_t shared;
    struct domain *domain = find(loops, route, &shared);

    if (!domain)
        return;
    domain->least = shared + 1;
    if (shared < count_labels(route->name.wire))
        mark(loops, hash_of(loops, LED_ELSEWHERE, route, shared + 1), now);
}

static uint64_t hash_for_type(const struct loops *loops, const struct route *route,
                              uint16_t type)
{
    return hash_of(loops, SETTLED | (uint32_t)type << 8, route,
                   count_labels(route->name.wire));
}

void loops_settle(struct loops *loops, const struct route *route, uint16_t type,
                  int64_t now)
{
    uint64_t hash = hash_for_type(loops, route, type);

    if (!is_marked(loops, hash, now)) /* or it would hold for ever */
        mark(loops, hash, now);
}

bool loops_are_settled(struct loops *loops, const struct route *route, uint16_t type,
                       int64_t now)
{
    return is_marked(loops, hash_for_type(loops, route, type), now);
}

void loops_forget(struct loops *loops)
{
    for (size_t i = 0; i < LOOPS_KNOWN; i++) {
        loops->domains[i].ends = loops->domains[i].ends > 0;
        loops->domains[i].tried = 0;
    }
    memset(loops->marks, 0, sizeof loops->marks);
}
