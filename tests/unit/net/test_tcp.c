#include "../limit.h"
#include "tcp_server.h"

#include <sys/resource.h>

TEST(nothing_can_be_freed)
{
    tcp_free(NULL);
}

TEST_WITH(own_limits, one_more_connection_shortens_the_time_of_those_there_are)
{
    int first;

    set_up_idle(2, 2, AN_HOUR, 200);
    first = client_that_said(HERE, "n");
    turn_for(loop, 10);
    assert_false(is_closed(first));
    said(client(), "o");
    wait_for(is_closed(first)); /* after 0.2 seconds, not an hour */
}

TEST_WITH(own_limits, one_too_many_takes_the_place_of_the_one_idle_longest)
{
    int fds[4];

    set_up(3, 3);
    fds[0] = client_that_said(HERE, "o"); /* busy */
    fds[1] = client();
    fds[2] = client_that_said(HERE, "n");
    said(fds[1], "n");
    fds[3] = client_that_said(HERE, "n");
    wait_for(is_closed(fds[2]));
    assert_false(is_closed(fds[0]) || is_closed(fds[1]) || is_closed(fds[3]));
}

TEST_WITH(own_limits, if_all_are_busy_the_new_one_is_closed)
{
    int fds[3];

    set_up(2, 2);
    for (int i = 0; i < 2; i++)
        fds[i] = client_that_said(HERE, "o");
    fds[2] = client();
    wait_for(is_closed(fds[2]));
    assert_true(answer(0, "0"));
    assert_true(answer(1, "1"));
    assert_string_equal(heard(fds[0]), "0");
    assert_string_equal(heard(fds[1]), "1");
}

TEST_WITH(own_limits, a_client_at_its_limit_makes_room_itself)
{
    int other, fds[3];

    set_up(100, 2);
    other = client_that_said("127.0.0.2", "n"); /* idle longest of all */
    for (int i = 0; i < 3; i++)
        fds[i] = client_that_said("127.0.0.3", "n");
    wait_for(is_closed(fds[0]));
    assert_false(is_closed(other) || is_closed(fds[1]) || is_closed(fds[2]));
}

/* The addresses 127.5.0.1 and so on, one connection each, take all places but one. */
static void flood_from_a_network(int count)
{
    char text[32];

    for (int i = 1; i <= count; i++) {
        snprintf(text, sizeof text, "127.5.0.%d", i);
        said(client_from(text), "n");
    }
}

TEST_WITH(own_limits, a_client_that_opens_connections_without_end_closes_its_own)
{
    int other, fds[12];

    set_up(4, 100);
    other = client_that_said("127.0.0.3", "n"); /* idle longest of all */
    for (int i = 0; i < 12; i++)
        fds[i] = client_that_said("127.0.0.2", "n");
    assert_false(is_closed(other));
    wait_for(is_closed(fds[8]));
    assert_false(is_closed(fds[9]) || is_closed(fds[10]) || is_closed(fds[11]));
}

TEST_WITH(own_limits, a_network_that_opens_connections_without_end_closes_its_own)
{
    int other;

    set_up(4, 100);
    other = client_that_said("127.0.0.3", "n");
    flood_from_a_network(12);
    assert_false(is_closed(other));
    assert_int_equal(tcp_count(tcp), 4);
}

TEST_WITH(own_limits, the_client_that_has_most_loses_even_a_busy_one_to_another)
{
    int other[2], fds[4];

    set_up(4, 100);
    for (int i = 0; i < 4; i++)
        fds[i] = client_that_said("127.0.0.2", "o");
    for (int i = 0; i < 2; i++)
        other[i] = client_that_said("127.0.0.3", "n");
    wait_for(is_closed(fds[0]) && is_closed(fds[1]));
    assert_false(is_closed(fds[2]) || is_closed(fds[3]));
    other[0] = client_from("127.0.0.2"); /* it has as many as any other */
    wait_for(is_closed(other[0]));
    assert_false(is_closed(other[1]) || is_closed(fds[2]) || is_closed(fds[3]));
}

TEST_WITH(own_limits, the_one_idle_longest_goes_if_each_client_has_one)
{
    int fds[3];

    set_up(3, 100);
    fds[0] = client_that_said("127.1.0.1", "n");
    fds[1] = client_that_said("127.2.0.1", "n");
    fds[2] = client_that_said("127.3.0.1", "n");
    said(client_from("127.4.0.1"), "n");
    wait_for(is_closed(fds[0]));
    assert_false(is_closed(fds[1]) || is_closed(fds[2]));
}

TEST_WITH(own_limits, a_client_that_left_may_come_again)
{
    set_up(100, 1);
    for (int i = 0; i < 10; i++) {
        int fd = client();

        said(fd, "o");
        reset(fd);
        wait_for(!claims[i].conn);
    }
    assert_int_equal(arrived, 10);
}

/* Descriptors. */

TEST_WITH(server, the_client_that_has_most_makes_room_without_descriptors)
{
    int other, first, new;

    other = client_that_said("127.0.0.3", "n");
    first = client_that_said(HERE, "n");
    said(client(), "n");
    new = client_that_waits();
    limit_descriptors(0);
    turn(loop);
    limit_end(RLIMIT_NOFILE);
    wait_for(is_closed(first));
    assert_false(is_closed(other));
    say(new, "echo");
    assert_string_equal(heard(new), "echo");
}

TEST_WITH(server, without_descriptors_the_one_idle_longest_makes_room)
{
    int first, second, new;

    first = client_that_said(HERE, "n");
    second = client_that_said(HERE, "n");
    new = client_that_waits();
    limit_descriptors(0);
    turn(loop);
    limit_end(RLIMIT_NOFILE);
    wait_for(is_closed(first));
    assert_false(is_closed(second));
    say(new, "echo");
    assert_string_equal(heard(new), "echo");
}

TEST_WITH(server, the_last_descriptor_costs_nobody_his_connection)
{
    int first, second;

    first = client_that_said(HERE, "n");
    second = client();
    limit_descriptors(1);
    said(second, "n");
    limit_end(RLIMIT_NOFILE);
    assert_false(is_closed(first));
    assert_false(is_closed(second));
}
