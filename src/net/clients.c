#include "net/clients.h"

#include <stdlib.h>
#include <string.h>

enum { KEY_MAX = 9 };

/* The family, and the octets that tell clients apart. */
struct key {
    uint8_t octets[KEY_MAX];
    size_t len;
};

struct client {
    struct table_link link;
    struct key key;
    size_t has;
};

static struct key key_of(const struct addr *addr)
{
    struct key key = {.octets = {(uint8_t)addr->sock.any.sa_family}};

    if (addr->sock.any.sa_family == AF_INET6) {
        key.len = 9;
        memcpy(key.octets + 1, &addr->sock.ip6.sin6_addr, 8);
    } else {
        key.len = 5;
        memcpy(key.octets + 1, &addr->sock.ip4.sin_addr, 4);
    }
    return key;
}

static bool has_key(struct table_link *link, const void *key)
{
    const struct key *own = &table_item(link, struct client, link)->key, *wanted = key;

    return own->len == wanted->len && memcmp(own->octets, wanted->octets, own->len) == 0;
}

int clients_init(struct clients *clients)
{
    return table_init(&clients->table, has_key);
}

void clients_free(struct clients *clients)
{
    table_free(&clients->table);
}

struct client *clients_find(const struct clients *clients, const struct addr *addr)
{
    const struct key key = key_of(addr);
    struct table_link *link =
        table_find(&clients->table, table_hash(&clients->table, key.octets, key.len), &key);

    return link ? table_item(link, struct client, link) : NULL;
}

struct client *clients_take(struct clients *clients, const struct addr *addr)
{
    struct client *client = clients_find(clients, addr);

    if (!client) {
        client = malloc(sizeof *client);
        if (!client)
            return NULL;
        *client = (struct client){.key = key_of(addr)};
        table_add(&clients->table,
                  table_hash(&clients->table, client->key.octets, client->key.len),
                  &client->link);
    }
    client->has++;
    return client;
}

void clients_give_back(struct clients *clients, struct client *client)
{
    if (--client->has > 0)
        return;
    table_remove(&clients->table, &client->link);
    free(client);
}

size_t client_has(const struct client *client)
{
    return client->has;
}
