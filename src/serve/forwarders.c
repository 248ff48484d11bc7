#include "serve/forwarders.h"

#include <stdio.h>
#include <unistd.h>
#include <xxhash.h>

#include "base/counters.h"
#include "channel/message.h"
#include "dns/loop_name.h"

_Static_assert((int)WORDS_GROUPS > (int)QUESTION_FORWARDER_MAX &&
                   (int)COUNTERS_WORDS - (int)WORDS_GROUPS > (int)QUESTION_FORWARDER_MAX,
               "two words for each number");

enum {
    /* Users of services (login.defs, systemd's DynamicUser); persons are in between. */
    SYSTEM_FIRST = 1,
    SYSTEM_LAST = 999,
    DYNAMIC_FIRST = 61184,
    DYNAMIC_LAST = 65519,
    NOBODY = 65534,  /* also the user of whom a user namespace knows nothing */
    ROOT_CGROUP = 1, /* of processes that were put into no other */
};

/* In another user namespace, the user nobody may stand for any user. */
static bool knows_all_users(void)
{
    FILE *map = fopen("/proc/self/uid_map", "re");
    unsigned inside, outside, count = 0;

    if (!map)
        return false;
    if (fscanf(map, "%u %u %u", &inside, &outside, &count) != 3)
        count = 0;
    fclose(map);
    return count == UINT32_MAX;
}

void forwarders_open(struct forwarders *forwarders)
{
    struct sender self;

    *forwarders = (struct forwarders){.fd = sender_open(),
                                      .own = getuid(),
                                      .known = counters_words() + WORDS_FORWARDERS,
                                      .groups = counters_words() + WORDS_GROUPS};
    if (knows_all_users() && sender_self(forwarders->fd, &self))
        forwarders->own_cgroup = self.cgroup;
}

void forwarders_close(struct forwarders *forwarders)
{
    if (forwarders->fd != -1)
        close(forwarders->fd);
    forwarders->fd = -1;
}

/* True if the control group may be that of a single service. */
static bool is_group(const struct forwarders *forwarders, uint64_t cgroup)
{
    return forwarders->own_cgroup != 0 && cgroup != 0 && cgroup != ROOT_CGROUP &&
           cgroup != forwarders->own_cgroup;
}

static bool is_of_a_service(const struct forwarders *forwarders,
                            const struct sender *sender)
{
    if (sender->uid == NOBODY) /* we may be nobody ourselves */
        return is_group(forwarders, sender->cgroup);
    return sender->uid != forwarders->own &&
           ((sender->uid >= SYSTEM_FIRST && sender->uid <= SYSTEM_LAST) ||
            (sender->uid >= DYNAMIC_FIRST && sender->uid <= DYNAMIC_LAST));
}

static bool is_on_this_host(const struct addr *peer, const struct addr *ours)
{
    struct addr same = *ours;

    addr_set_port(&same, addr_port(peer));
    return addr_is_loopback(peer) || addr_equal(peer, &same);
}

/* Finds who has sent the query. False if that cannot be a forwarder. */
static bool find_sender(const struct forwarders *forwarders, const struct query *query,
                        struct sender *sender)
{
    struct addr to = *query->at;

    if (query->path.local.len > 0) {
        to = query->path.local;
        addr_set_port(&to, addr_port(query->at));
    }
    return is_on_this_host(&query->path.peer, &to) &&
           sender_find(forwarders->fd, &query->path.peer, &to, sender) &&
           (is_of_a_service(forwarders, sender) || is_group(forwarders, sender->cgroup));
}

/* It is the same in every process, and in one that takes the place of another. */
static uint64_t hash_of(const struct sender *sender)
{
    const uint64_t bytes[] = {sender->uid, sender->cgroup};

    return XXH3_64bits(bytes, sizeof bytes);
}

static unsigned number_of(uint64_t hash)
{
    return 1 + (unsigned)(hash % QUESTION_FORWARDER_MAX);
}

static uint64_t word_of(uint64_t hash, int64_t until)
{
    return (hash & ~(uint64_t)UINT32_MAX) | (uint32_t)until;
}

static bool is_of(uint64_t word, uint64_t hash)
{
    return word >> 32 == hash >> 32;
}

static int64_t until_in(uint64_t word)
{
    return (uint32_t)word;
}

/* Notes the forwarder. False if another one has its number. */
static bool get_to_know(const struct forwarders *forwarders, const struct sender *sender,
                        uint64_t hash, int64_t now)
{
    uint64_t *place = &forwarders->known[number_of(hash)];
    uint64_t word = __atomic_load_n(place, __ATOMIC_RELAXED);
    uint64_t group = is_of_a_service(forwarders, sender) ? 0 : sender->cgroup;
    int64_t until = now + FORWARDERS_KNOWN_S;

    if (!is_of(word, hash) &&
        until_in(word) > now + FORWARDERS_KNOWN_S - FORWARDERS_KEEPS_S)
        return false;
    __atomic_store_n(&forwarders->groups[number_of(hash)], group, __ATOMIC_RELEASE);
    __atomic_store_n(place, word_of(hash, until), __ATOMIC_RELEASE);
    __atomic_store_n(&forwarders->known[0], word_of(0, until), __ATOMIC_RELAXED);
    return true;
}

static bool is_known(const struct forwarders *forwarders, uint64_t hash, int64_t now)
{
    uint64_t word = __atomic_load_n(&forwarders->known[number_of(hash)], __ATOMIC_RELAXED);

    return is_of(word, hash) && until_in(word) > now;
}

static bool is_any_known(const struct forwarders *forwarders, int64_t now)
{
    return until_in(__atomic_load_n(&forwarders->known[0], __ATOMIC_RELAXED)) > now;
}

bool forwarders_mark(struct forwarders *forwarders, const struct query *query,
                     struct question *question)
{
    bool is_check = loop_name_is_asked(question);
    int64_t now = query->received / 1000;
    struct sender sender;
    uint64_t hash;

    if (!forwarders || forwarders->fd == -1 || !query->at ||
        (!is_check && !is_any_known(forwarders, now)) ||
        !find_sender(forwarders, query, &sender))
        return false;
    hash = hash_of(&sender);
    if (is_check ? !get_to_know(forwarders, &sender, hash, now)
                 : !is_known(forwarders, hash, now))
        return false;
    question_set_forwarder(question, number_of(hash));
    return true;
}
