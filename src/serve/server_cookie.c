#include "serve/server_cookie.h"

#include <sodium.h>
#include <string.h>
#include <sys/random.h>

enum {
    VERSION = 1,
    HEAD = 8, /* version, three reserved octets, time */
    SERVER_COOKIE = 16,
    KEY = 16,
    DAY = 86400,
    FRESH_SECONDS = 1800, /* RFC 9018 section 4.3 */
    AHEAD_SECONDS = 300,  /* a server with the same secret may have another clock */
};

_Static_assert(crypto_shorthash_KEYBYTES == KEY, "SipHash-2-4 (RFC 9018 section 4.4)");
_Static_assert(crypto_shorthash_BYTES == SERVER_COOKIE - HEAD, "64 bits of hash");

int server_cookie_draw_secret(struct cookie_secret *secret)
{
    return getrandom(secret->octets, sizeof secret->octets, 0) == sizeof secret->octets
               ? 0
               : -1;
}

static void key_of_day(const struct cookie_secret *secret, uint32_t day,
                       uint8_t key[static KEY])
{
    crypto_generichash(key, KEY, (const uint8_t *)&day, sizeof day, secret->octets,
                       sizeof secret->octets);
}

static void put_address(struct writer *to, const struct addr *addr)
{
    if (addr->sock.any.sa_family == AF_INET6)
        put_bytes(to, &addr->sock.ip6.sin6_addr, sizeof addr->sock.ip6.sin6_addr);
    else
        put_bytes(to, &addr->sock.ip4.sin_addr, sizeof addr->sock.ip4.sin_addr);
}

void server_cookie_hash(const uint8_t key[static 16], const uint8_t client_cookie[static 8],
                        const uint8_t head[static 8], const struct addr *client,
                        uint8_t server_cookie[static 16])
{
    uint8_t hashed[EDNS_CLIENT_COOKIE + HEAD + sizeof(struct in6_addr)];
    struct writer to = writer_of(hashed, sizeof hashed);

    put_bytes(&to, client_cookie, EDNS_CLIENT_COOKIE);
    put_bytes(&to, head, HEAD);
    put_address(&to, client);
    memmove(server_cookie, head, HEAD);
    crypto_shorthash(server_cookie + HEAD, hashed, to.pos, key);
}

static bool is_made_with(const struct cookie_secret *secret, uint32_t day,
                         const struct edns_options *options, const struct addr *client)
{
    const uint8_t *sent = options->cookie + EDNS_CLIENT_COOKIE;
    uint8_t key[KEY], good[SERVER_COOKIE];

    key_of_day(secret, day, key);
    server_cookie_hash(key, options->cookie, sent, client, good);
    return sodium_memcmp(good, sent, sizeof good) == 0;
}

/* True if the client may keep its cookie. */
static bool is_fresh(const struct cookie_secret *secret, const struct edns_options *options,
                     const struct addr *client, uint32_t now)
{
    struct reader in = reader_of(options->cookie, options->cookie_len);
    uint32_t made, day = now / DAY;
    uint8_t version;
    int32_t age;

    if (options->cookie_len != EDNS_COOKIE_SENT || !get_skip(&in, EDNS_CLIENT_COOKIE) ||
        !get_u8(&in, &version) || version != VERSION || !get_skip(&in, 3) ||
        !get_u32(&in, &made))
        return false;
    age = (int32_t)(now - made); /* serial number arithmetic (RFC 9018 section 4.3) */
    return age <= FRESH_SECONDS && age >= -AHEAD_SECONDS &&
           (is_made_with(secret, day, options, client) ||
            is_made_with(secret, day - 1, options, client));
}

static void make(const struct cookie_secret *secret, const struct edns_options *options,
                 const struct addr *client, uint32_t now, uint8_t *server_cookie)
{
    uint8_t key[KEY], head[HEAD] = {VERSION};
    struct writer to = writer_of(head, sizeof head);

    to.pos = 4;
    put_u32(&to, now);
    key_of_day(secret, now / DAY, key);
    server_cookie_hash(key, options->cookie, head, client, server_cookie);
}

void server_cookie_for(const struct cookie_secret *secret,
                       const struct edns_options *options, const struct addr *client,
                       uint32_t now, uint8_t out[static EDNS_COOKIE_SENT])
{
    memcpy(out, options->cookie, EDNS_CLIENT_COOKIE);
    if (is_fresh(secret, options, client, now))
        memcpy(out + EDNS_CLIENT_COOKIE, options->cookie + EDNS_CLIENT_COOKIE,
               SERVER_COOKIE);
    else
        make(secret, options, client, now, out + EDNS_CLIENT_COOKIE);
}
