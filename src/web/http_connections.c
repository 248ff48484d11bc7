#include "web/http_connections.h"

#include <stdlib.h>
#include <sys/socket.h>

#include "base/clock.h"

static struct http_connection *oldest(const struct http_connections *connections)
{
    return list_first(&connections->all, struct http_connection, link);
}

static void watch_oldest(struct http_connections *connections)
{
    const struct http_connection *first = oldest(connections);

    if (first)
        timer_set(connections->loop, &connections->patience, first->until);
    else
        timer_cancel(&connections->patience);
}

/* Its owner sees that it has ended, and frees it then. So it waits at the end of the list,
 * where it is not the oldest any more. */
static void shut_down(struct http_connection *connection)
{
    struct http_connections *connections = connection->all;

    shutdown(connection->fd, SHUT_RDWR);
    connection->until = clock_ms() + HTTP_PATIENCE_MS;
    list_remove(&connection->link);
    list_append(&connections->all, &connection->link);
}

static void end_late(void *context)
{
    struct http_connections *connections = context;
    int64_t now = clock_ms();

    while (oldest(connections) && oldest(connections)->until <= now)
        shut_down(oldest(connections));
    watch_oldest(connections);
}

void http_connections_init(struct http_connections *connections, struct loop *loop)
{
    *connections = (struct http_connections){.loop = loop};
    list_init(&connections->all);
    list_init(&connections->kept);
    timer_init(&connections->patience, end_late, connections);
}

void http_connections_free(struct http_connections *connections)
{
    list_each(&connections->kept, struct http_connection, connection, link)
        http_connection_free(connection);
    while (oldest(connections))
        http_connection_free(oldest(connections));
}

struct http_connection *http_connection_new(struct http_connections *connections, int fd)
{
    struct http_connection *connection = malloc(sizeof *connection);

    if (!connection)
        return NULL;
    if (connections->count >= HTTP_CONNECTIONS_MAX && oldest(connections))
        shut_down(oldest(connections));
    *connection = (struct http_connection){
        .all = connections, .fd = fd, .until = clock_ms() + HTTP_PATIENCE_MS};
    list_init(&connection->link);
    list_append(&connections->all, &connection->link);
    connections->count++;
    watch_oldest(connections);
    return connection;
}

void http_connection_keep(struct http_connection *connection)
{
    if (!connection)
        return;
    list_remove(&connection->link);
    list_append(&connection->all->kept, &connection->link);
    watch_oldest(connection->all);
}

void http_connection_free(struct http_connection *connection)
{
    struct http_connections *connections;

    if (!connection)
        return;
    connections = connection->all;
    list_remove(&connection->link);
    connections->count--;
    watch_oldest(connections);
    free(connection);
}
