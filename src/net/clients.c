#include "net/clients.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"

enum { KEY_MAX = 9 };

/* The address family, and the octets that tell one client, or network, from another. */
struct client_key {
    uint8_t octets[KEY_MAX];
    size_t len;
};

enum level { LEVEL_NETWORK, LEVEL_CLIENT };

/* One client, or a group of them: a network, or all networks. */
struct client {
    struct table_link link;
    struct client_key key;
    struct client *group; /* to which it belongs; NULL: it is the group of all networks */
    size_t has;           /* places; a group has those of all its members */

    struct heap_link rank; /* in `ranks` of its group */
    struct heap ranks;     /* of a group's members; the first one has most places */

    struct list turn;  /* in `turns` of its group, while its own `turns` are not empty */
    struct list turns; /* a group's members, or a client's places; the next one is first */
    struct list settled; /* a client's places that await no turn, oldest first */
    size_t ahead;        /* places that have had their turn and are still ahead */
    int64_t shared;      /* a group's: clock_ms() when several members had places */
};

/* A network has three quarters of the bits of a client: 24 (IPv4) or 48 (IPv6). */
static struct client_key key_of(const struct addr *addr, enum level level)
{
    struct client_key key = {.octets = {(uint8_t)addr->sock.any.sa_family}};
    size_t count;
    const void *octets = addr_client(addr, &count);

    if (level == LEVEL_NETWORK)
        count = count / 4 * 3;
    memcpy(key.octets + 1, octets, count);
    key.len = 1 + count;
    return key;
}

static bool has_key(struct table_link *link, const void *key)
{
    const struct client_key *own = &table_item(link, struct client, link)->key,
                            *wanted = key;

    return own->len == wanted->len && memcmp(own->octets, wanted->octets, own->len) == 0;
}

static bool ranks_before(struct heap_link *one, struct heap_link *other)
{
    return heap_item(one, const struct client, rank)->has >
           heap_item(other, const struct client, rank)->has;
}

static struct client *client_new(const struct client_key *key, struct client *group)
{
    struct client *client = malloc(sizeof *client);

    if (!client)
        return NULL;
    *client = (struct client){.key = *key, .group = group};
    heap_link_init(&client->rank);
    heap_init(&client->ranks, ranks_before);
    list_init(&client->turn);
    list_init(&client->turns);
    list_init(&client->settled);
    return client;
}

int clients_init(struct clients *clients)
{
    *clients = (struct clients){.all = client_new(&(struct client_key){.len = 0}, NULL)};
    if (clients->all && table_init(&clients->table, has_key) == 0)
        return 0;
    free(clients->all);
    clients->all = NULL;
    return -1;
}

void clients_free(struct clients *clients)
{
    free(clients->all);
    table_free(&clients->table);
}

static uint64_t key_hash(const struct clients *clients, const struct client_key *key)
{
    return table_hash(&clients->table, key->octets, key->len);
}

static struct client *find(const struct clients *clients, const struct addr *addr,
                           enum level level)
{
    const struct client_key key = key_of(addr, level);
    struct table_link *link = table_find(&clients->table, key_hash(clients, &key), &key);

    return link ? table_item(link, struct client, link) : NULL;
}

struct client *clients_find(const struct clients *clients, const struct addr *addr)
{
    return find(clients, addr, LEVEL_CLIENT);
}

struct client *clients_find_network(const struct clients *clients, const struct addr *addr)
{
    return find(clients, addr, LEVEL_NETWORK);
}

bool place_is_of(const struct place *place, const struct client *group)
{
    const struct client *client = place->client;

    while (client && client != group)
        client = client->group;
    return client;
}

size_t client_has(const struct client *client)
{
    return client->has;
}

static bool is_shared(const struct client *group)
{
    return group->shared && clock_ms() - group->shared < CLIENTS_ALONE_MS;
}

/* The client has got a place: each of its groups in which others have places is shared. */
static void note_sharing(const struct client *client)
{
    for (struct client *group = client->group; group; client = group, group = group->group)
        if (group->has > client->has)
            group->shared = clock_ms();
}

/* Changes the number of places of the client, and of all groups that it belongs to. */
static void change(struct client *client, int more)
{
    for (; client; client = client->group) {
        heap_remove(&client->rank);
        client->has += (size_t)more;
        if (client->group)
            heap_add(&client->group->ranks, &client->rank);
    }
}

/* A client or network without places is forgotten. */
static void forget_empty(struct clients *clients, struct client *client)
{
    while (client != clients->all && client->has == 0) {
        struct client *group = client->group;

        heap_remove(&client->rank);
        table_remove(&clients->table, &client->link);
        free(client);
        client = group;
    }
}

/* The known client or network of the address, or a new one; NULL when memory is short. */
static struct client *get(struct clients *clients, const struct addr *addr,
                          enum level level, struct client *group)
{
    const struct client_key key = key_of(addr, level);
    struct client *client = find(clients, addr, level);

    if (client)
        return client;
    client = client_new(&key, group);
    if (client)
        table_add(&clients->table, key_hash(clients, &key), &client->link);
    return client;
}

bool clients_take(struct clients *clients, const struct addr *addr, struct place *place)
{
    struct client *network = get(clients, addr, LEVEL_NETWORK, clients->all), *client;

    if (!network)
        return false;
    client = get(clients, addr, LEVEL_CLIENT, network);
    if (!client) {
        forget_empty(clients, network);
        return false;
    }
    place->client = client;
    list_init(&place->link);
    list_append(&client->settled, &place->link);
    place->is_ahead = false;
    change(client, 1);
    note_sharing(client);
    return true;
}

void place_await_turn(struct place *place)
{
    struct client *client = place->client;

    list_remove(&place->link);
    list_append(&client->turns, &place->link);
    for (; client->group && list_empty(&client->turn); client = client->group)
        list_append(&client->group->turns, &client->turn);
}

/* Neither a client nor a network has a turn when none of its places awaits one. */
static void leave_turns(struct client *client)
{
    for (; client->group && list_empty(&client->turns); client = client->group)
        list_remove(&client->turn);
}

void place_end_turn(struct place *place)
{
    list_remove(&place->link);
    list_append(&place->client->settled, &place->link);
    leave_turns(place->client);
}

bool place_is_shared(const struct place *place)
{
    const struct client *network = place->client->group;

    return is_shared(network) || is_shared(network->group);
}

/* How many places of the member may be ahead. */
static size_t allowance(const struct client *member)
{
    const struct client *group = member->group;
    bool is_client = group->group;

    if (!is_client)
        return is_shared(group) ? CLIENTS_NETWORK_AHEAD : CLIENTS_AHEAD;
    return is_shared(group) || is_shared(group->group) ? 1 : CLIENTS_AHEAD;
}

/* From now on the member whose turn it is comes last. */
static struct client *pass_turn(struct client *group)
{
    struct client *member = list_first(&group->turns, struct client, turn);

    list_remove(&member->turn);
    list_append(&group->turns, &member->turn);
    return member;
}

/* The client of the group whose turn it is, or NULL. The members that are passed over have
 * places ahead, so they are few. */
static struct client *next_client(struct client *group)
{
    const struct list *last = group->turns.prev;
    struct client *member, *found = NULL;

    if (list_empty(&group->turns))
        return NULL;
    do {
        member = pass_turn(group);
        if (member->ahead < allowance(member))
            found = group->group ? member : next_client(member);
    } while (!found && &member->turn != last);
    return found;
}

static void change_ahead(struct client *client, int more)
{
    for (; client; client = client->group)
        client->ahead += (size_t)more;
}

struct place *clients_next(struct clients *clients)
{
    struct client *client = NULL;
    struct place *place;

    if (clients->all->ahead < CLIENTS_AHEAD)
        client = next_client(clients->all);
    if (!client)
        return NULL;
    place = list_first(&client->turns, struct place, link);
    place_end_turn(place);
    place->is_ahead = true;
    change_ahead(client, 1);
    return place;
}

void place_arrive(struct place *place)
{
    if (place->is_ahead)
        change_ahead(place->client, -1);
    place->is_ahead = false;
}

void clients_give_back(struct clients *clients, struct place *place)
{
    struct client *client = place->client;

    if (!client)
        return;
    place_arrive(place);
    place->client = NULL;
    list_remove(&place->link);
    leave_turns(client);
    change(client, -1);
    forget_empty(clients, client);
}

/* The member with most places; or `own`, which may be NULL, if one more would give it as
 * many. */
static struct client *first_of(const struct client *group, struct client *own)
{
    struct client *most = heap_first(&group->ranks, struct client, rank);

    return own && own->has + 1 >= most->has ? own : most;
}

struct place *clients_most(const struct clients *clients, const struct addr *addr)
{
    struct client *own_network = addr ? find(clients, addr, LEVEL_NETWORK) : NULL;
    struct client *own = addr ? find(clients, addr, LEVEL_CLIENT) : NULL;
    struct client *network, *client;

    if (clients->all->has == 0)
        return NULL;
    network = first_of(clients->all, own_network);
    client = first_of(network, network == own_network ? own : NULL);
    if (client == own || (network == own_network ? client : network)->has <= 1)
        return NULL;
    return list_empty(&client->settled) ? list_first(&client->turns, struct place, link)
                                        : list_first(&client->settled, struct place, link);
}
