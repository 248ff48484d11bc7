#include "serve/client_tap.h"

#include "base/clock.h"

/* A socket at a wildcard address learns ours with each datagram, but without the port. */
static const struct addr *udp_server(const struct addr *at, const struct udp_path *path,
                                     struct addr *room)
{
    if (path->local.len == 0)
        return at;
    *room = path->local;
    addr_set_port(room, addr_port(at));
    return room;
}

static const struct addr *server_of(const struct query *query, struct addr *room)
{
    if (!query->over_tcp)
        return udp_server(query->at, &query->path, room);
    return query->claim.conn && tcp_conn_local(query->claim.conn, room) ? room : NULL;
}

void client_tap_query(struct query *query, const uint8_t *wire, size_t len)
{
    struct addr room;

    query->tapped_ns = clock_unix_ns();
    tap_put(&(struct tap_message){.type = TAP_CLIENT_QUERY,
                                  .over_tcp = query->over_tcp,
                                  .asker = &query->path.peer,
                                  .server = server_of(query, &room),
                                  .asked = query->tapped_ns,
                                  .wire = wire,
                                  .len = len});
}

void client_tap_response(const struct query *query, const uint8_t *wire, size_t len)
{
    struct addr room;

    tap_put(&(struct tap_message){.type = TAP_CLIENT_RESPONSE,
                                  .over_tcp = query->over_tcp,
                                  .asker = &query->path.peer,
                                  .server = server_of(query, &room),
                                  .asked = query->tapped_ns,
                                  .answered = clock_unix_ns(),
                                  .wire = wire,
                                  .len = len});
}

void client_tap_answered(const struct addr *at, const struct udp_path *path,
                         const uint8_t *query, size_t query_len, const uint8_t *response,
                         size_t response_len)
{
    int64_t now = clock_unix_ns();
    struct addr room;
    struct tap_message message = {.type = TAP_CLIENT_QUERY,
                                  .asker = &path->peer,
                                  .server = udp_server(at, path, &room),
                                  .asked = now,
                                  .wire = query,
                                  .len = query_len};

    tap_put(&message);
    message.type = TAP_CLIENT_RESPONSE;
    message.answered = now;
    message.wire = response;
    message.len = response_len;
    tap_put(&message);
}
