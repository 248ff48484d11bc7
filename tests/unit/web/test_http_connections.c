#include "../turn.h"

#include "web/http_connections.h"

#include <sys/socket.h>

static struct loop *loop;
static struct http_connections connections;

static void begin(void)
{
    loop = loop_new();
    assert_non_null(loop);
    http_connections_init(&connections, loop);
}

static void end(void)
{
    http_connections_free(&connections);
    loop_free(loop);
}

FIXTURE(connections, begin, end);

/* A connection whose client is `client`. */
static struct http_connection *add(int *client)
{
    int ends[2];
    struct http_connection *connection;

    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
    connection = http_connection_new(&connections, ends[0]);
    assert_non_null(connection);
    *client = ends[1];
    return connection;
}

/* True if the client sees that its connection has ended. */
static bool is_shut(int client)
{
    char octet;

    return recv(client, &octet, 1, MSG_DONTWAIT) == 0;
}

/* As the owner does when it sees that the connection has ended. */
static void drop(struct http_connection *connection, int client)
{
    close(connection->fd);
    close(client);
    http_connection_free(connection);
}

TEST_WITH(connections, each_has_ten_seconds)
{
    int64_t before = clock_ms();
    struct http_connection *connection;
    int client;

    connection = add(&client);
    assert_in_range(connection->until, before + 10000, clock_ms() + 10000);
    assert_true(connections.patience.at == connection->until);
    turn(loop);
    assert_false(is_shut(client));
    drop(connection, client);
    assert_int_equal(connections.count, 0);
    assert_false(timer_is_set(&connections.patience));
}

TEST_WITH(connections, one_that_is_late_is_shut_down_alone)
{
    struct http_connection *late, *other;
    int late_client, other_client;

    late = add(&late_client);
    late->until = clock_ms();
    other = add(&other_client);
    turn(loop);
    assert_true(is_shut(late_client));
    assert_false(is_shut(other_client));
    assert_true(connections.patience.at == other->until);
    drop(late, late_client);
    drop(other, other_client);
}

TEST_WITH(connections, the_oldest_gives_way_to_a_new_one)
{
    struct http_connection *all[HTTP_CONNECTIONS_MAX + 2];
    int clients[HTTP_CONNECTIONS_MAX + 2];

    for (int i = 0; i < HTTP_CONNECTIONS_MAX; i++)
        all[i] = add(&clients[i]);
    assert_false(is_shut(clients[0]));
    all[HTTP_CONNECTIONS_MAX] = add(&clients[HTTP_CONNECTIONS_MAX]);
    assert_true(is_shut(clients[0]));
    assert_false(is_shut(clients[1]));
    all[HTTP_CONNECTIONS_MAX + 1] = add(&clients[HTTP_CONNECTIONS_MAX + 1]);
    assert_true(is_shut(clients[1]));
    assert_false(is_shut(clients[HTTP_CONNECTIONS_MAX]));
    for (int i = 0; i < HTTP_CONNECTIONS_MAX + 2; i++)
        drop(all[i], clients[i]);
    assert_int_equal(connections.count, 0);
}

TEST_WITH(connections, one_that_may_last_does_not_give_way)
{
    struct http_connection *kept, *late;
    int kept_client, late_client;

    kept = add(&kept_client);
    kept->until = clock_ms();
    late = add(&late_client);
    late->until = clock_ms();
    http_connection_keep(kept);
    http_connection_keep(NULL);
    assert_int_equal(connections.count, 2);
    turn(loop);
    assert_false(is_shut(kept_client));
    assert_true(is_shut(late_client));
    drop(kept, kept_client);
    drop(late, late_client);
    assert_int_equal(connections.count, 0);
}
