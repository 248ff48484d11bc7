#include "upstream/server_tap.h"

#include "base/clock.h"
#include "dnstap/tap.h"

static bool find_local(const struct tapped_query *query, struct addr *addr)
{
    return query->udp ? udp_conn_local(query->udp, addr)
                      : tcp_query_local(query->tcp, addr);
}

static void put(const struct tapped_query *query, const struct tap_message *message)
{
    struct tap_message whole = *message;
    struct addr local;

    if (!find_local(query, &local))
        return;
    whole.over_tcp = !query->udp;
    whole.asker = &local;
    whole.server = query->server;
    tap_put(&whole);
}

void server_tap_query(const struct tapped_query *query, const uint8_t *wire, size_t len)
{
    if (!tap_is_on())
        return;
    put(query, &(struct tap_message){.type = TAP_FORWARDER_QUERY,
                                     .asked = clock_unix_ns(),
                                     .wire = wire,
                                     .len = len});
}

void server_tap_response(const struct tapped_query *query, const uint8_t *wire, size_t len)
{
    int64_t now;

    if (!tap_is_on())
        return;
    now = clock_unix_ns();
    put(query, &(struct tap_message){.type = TAP_FORWARDER_RESPONSE,
                                     .asked = now - (clock_us() - query->sent) * 1000,
                                     .answered = now,
                                     .wire = wire,
                                     .len = len});
}
