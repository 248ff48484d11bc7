#include "../check.h"

#include "daemon/web_socket.h"

#include <sys/socket.h>

static struct handover handover;
static struct endpoint endpoint;
static char text[ADDR_TEXT];

static void begin(void)
{
    handover = (struct handover){.web = -1};
    assert_true(endpoint_parse(&endpoint, "127.0.0.1:0", 8053));
}

static void end(void)
{
    web_socket_close(&handover);
    passed_close_rest(&handover.sockets);
}

FIXTURE(socket, begin, end);

static bool listens(int fd)
{
    int value = 0;
    socklen_t len = sizeof value;

    return getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &value, &len) == 0 && value == 1;
}

TEST_WITH(socket, it_is_opened_and_has_an_address)
{
    assert_string_equal(web_socket_format(-1, text), "");
    assert_true(web_socket_open(&endpoint, true, &handover));
    assert_true(listens(handover.web));
    web_socket_format(handover.web, text);
    assert_int_equal(strncmp(text, "127.0.0.1:", 10), 0);
    assert_string_not_equal(text, "127.0.0.1:0");
}

TEST_WITH(socket, one_that_was_handed_over_stays_if_the_address_does)
{
    int before;

    assert_true(web_socket_open(&endpoint, true, &handover));
    before = handover.web;
    assert_true(web_socket_open(&endpoint, true, &handover));
    assert_int_equal(handover.web, before);
    assert_true(endpoint_parse(&endpoint, web_socket_format(before, text), 8053));
    assert_true(web_socket_open(&endpoint, true, &handover));
    assert_int_equal(handover.web, before);
}

TEST_WITH(socket, another_address_takes_its_place)
{
    assert_true(web_socket_open(&endpoint, true, &handover));
    assert_true(endpoint_parse(&endpoint, "127.0.0.2:0", 8053));
    assert_true(web_socket_open(&endpoint, true, &handover));
    web_socket_format(handover.web, text);
    assert_int_equal(strncmp(text, "127.0.0.2:", 10), 0);
}

TEST_WITH(socket, without_an_address_it_is_closed)
{
    int before;

    assert_true(web_socket_open(&endpoint, true, &handover));
    before = handover.web;
    assert_true(web_socket_open(&endpoint, false, &handover));
    assert_int_equal(handover.web, -1);
    assert_false(listens(before));
}

TEST_WITH(socket, what_there_was_stays_if_an_address_is_in_use)
{
    struct addr taken = endpoint.addr;
    int other = listener_open_tcp(&taken), before;

    assert_true(web_socket_open(&endpoint, true, &handover));
    before = handover.web;
    assert_true(endpoint_parse(&endpoint, web_socket_format(other, text), 8053));
    assert_false(web_socket_open(&endpoint, true, &handover));
    assert_int_equal(handover.web, before);
    assert_true(listens(before));
    close(other);
}

TEST_WITH(socket, a_service_manager_may_have_opened_it)
{
    struct addr any = endpoint.addr;
    int passed = listener_open_tcp(&any);

    assert_true(passed_add(&handover.sockets, passed));
    assert_true(endpoint_parse(&endpoint, web_socket_format(passed, text), 8053));
    handover.is_activated = true;
    assert_true(web_socket_open(&endpoint, true, &handover));
    assert_int_equal(handover.web, passed);
}

/* It may be the one for questions over TCP. */
TEST_WITH(socket, port_0_takes_no_socket_that_was_passed)
{
    struct addr any = endpoint.addr;
    int passed = listener_open_tcp(&any);

    assert_true(passed_add(&handover.sockets, passed));
    handover.is_activated = true;
    assert_true(web_socket_open(&endpoint, true, &handover));
    assert_int_not_equal(handover.web, passed);
    assert_true(passed_any(&handover.sockets, &any));
}

/* After a reload those that were passed are for questions. */
TEST_WITH(socket, a_socket_of_the_server_is_not_taken)
{
    struct addr any = endpoint.addr;
    int passed = listener_open_tcp(&any);

    assert_true(passed_add(&handover.sockets, passed));
    assert_true(endpoint_parse(&endpoint, web_socket_format(passed, text), 8053));
    handover.is_activated = handover.is_reload = true;
    assert_false(web_socket_open(&endpoint, true, &handover));
    assert_int_equal(handover.web, -1);
}

TEST_WITH(socket, a_link_that_does_not_exist_is_no_place)
{
    assert_true(endpoint_parse(&endpoint, "[fe80::1%nosuchlink]:0", 8053));
    assert_false(web_socket_open(&endpoint, true, &handover));
    assert_int_equal(handover.web, -1);
}
