/* What the supervisor tells a serve process. */
#include "process.h"

#include "serve/serve_control.h"

/* The next process is given all sockets when it starts. */
TEST_WITH(server, it_ends_when_the_descriptor_of_a_new_socket_is_lost)
{
    assert_int_equal(channel_send_control(scene.supervisor.right, CONTROL_LISTEN, NULL, 0),
                     CHANNEL_DONE);
    assert_int_equal(wait_for_end(), 0);
}

/* Sends the message, and reads the number in what comes back, which must be 0. */
static void is_answered_by_zero(enum control_message asked, const char *sent, size_t size)
{
    uint8_t data[CONTROL_DATA_MAX];
    enum control_message message;
    size_t len;

    assert_int_equal(channel_send_control(scene.supervisor.right, asked, sent, size),
                     CHANNEL_DONE);
    do
        assert_int_equal(channel_receive_control(scene.supervisor.right, &message, data,
                                                 &len, NULL, CHANNEL_BLOCK),
                         CHANNEL_DONE);
    while (message == CONTROL_READY);
    assert_int_equal(message, CONTROL_COUNT);
    assert_int_equal(len, 12);
    assert_memory_equal(data, "\1\2\3\4\0\0\0\0\0\0\0\0", 12);
}

TEST_WITH(server, it_says_how_much_it_has_forgotten)
{
    is_answered_by_zero(CONTROL_FLUSH, "\1\2\3\4\3www", 8);
}

TEST_WITH(server, it_says_how_many_lookups_hang)
{
    is_answered_by_zero(CONTROL_SHOW_HUNG, "\1\2\3\4", 4);
}

TEST_WITH(server, when_the_lookup_process_died_waiting_clients_are_told)
{
    ask(1, "www.example.", "A");
    next_asked(lookup());
    assert_int_equal(
        channel_send_control(scene.supervisor.right, CONTROL_LOOKUP_DIED, NULL, 0),
        CHANNEL_DONE);
    assert_string_equal(receive_text(scene.client),
                        "SERVFAIL: Other Error (0): the lookup process died\n");
}

TEST_WITH(server, another_word_of_the_supervisor_changes_nothing)
{
    struct asked asked;

    ask(1, "www.example.", "A");
    asked = next_asked(lookup());
    assert_int_equal(channel_send(scene.supervisor.right, "\377", 1, CHANNEL_BLOCK),
                     CHANNEL_DONE);
    assert_int_equal(channel_send(scene.supervisor.right, "long", 4, CHANNEL_BLOCK),
                     CHANNEL_DONE);
    assert_next_is_answered_first();
    answer_asked(lookup(), &asked, 10);
    assert_string_equal(receive_text(scene.client), "NOERROR\n"
                                                    "www.example. 10 A 192.0.2.1\n");
}
