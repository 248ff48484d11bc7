/* Questions over UDP, as a serve process reads and answers them. */
#include "process.h"

#include "serve/datagrams.h"

TEST_WITH(server, an_answer_reaches_the_client)
{
    struct asked asked;
    const struct reply *reply;

    ask(0x1234, "WWW.example.", "A");
    asked = next_asked(lookup());
    answer_asked(lookup(), &asked, 10);
    reply = receive(scene.client);
    assert_int_equal(reply_id(reply), 0x1234);
    assert_string_equal(reply_text(reply->wire, reply->len),
                        "NOERROR\n"
                        "WWW.example. 10 A 192.0.2.1\n");
}

TEST_WITH(server, a_malformed_request_is_told_so)
{
    const uint8_t no_question[12] = {0x12, 0x34};
    const struct reply *reply;

    send_wire(scene.client, no_question, sizeof no_question);
    reply = receive(scene.client);
    assert_int_equal(reply_id(reply), 0x1234);
    assert_string_equal(reply_text(reply->wire, reply->len), "FORMERR\n");
}

/* Two servers that answer each other's replies would never stop. */
TEST_WITH(server, a_response_is_dropped)
{
    struct ask query = ask_of(1, "www.example.", "A");

    query.wire[2] |= 0x80;
    send_wire(scene.client, query.wire, query.size);
    assert_next_is_answered_first();
}

TEST_WITH(server, a_datagram_shorter_than_a_header_is_dropped)
{
    send_wire(scene.client, "12345678901", 11);
    send_wire(scene.client, "", 0);
    assert_next_is_answered_first();
}

TEST_WITH(server, a_datagram_longer_than_any_request_is_dropped)
{
    static uint8_t wire[REQUEST_UDP_MAX + 1];
    struct ask query = ask_of(1, "www.example.", "A");

    memcpy(wire, query.wire, query.size);
    send_wire(scene.client, wire, sizeof wire);
    assert_next_is_answered_first();
}

/* With our own address as the sender's, forged by somebody else, we would
 * answer ourselves.
 */
TEST_WITH(server, a_question_from_one_of_our_own_addresses_is_dropped)
{
    struct ask query = ask_of(1, "www.example.", "A");

    send_wire(scene.listeners[1].udp, query.wire, query.size);
    assert_next_is_answered_first();
}

TEST_WITH(server, each_address_is_answered_from)
{
    struct ask query = ask_of(1, "example.", "AXFR");

    for (int i = 0; i < LISTENERS; i++) {
        const struct addr *to = &scene.listeners[i].addr;
        struct addr from = {.len = sizeof from.sock};
        char byte;

        assert_int_equal(
            sendto(scene.client, query.wire, query.size, 0, &to->sock.any, to->len),
            query.size);
        assert_int_equal(recvfrom(scene.client, &byte, 1, 0, &from.sock.any, &from.len), 1);
        assert_true(addr_equal(&from, to));
    }
}

/* More than are read from one socket in one round. */
TEST_WITH(server, a_burst_of_questions_is_answered)
{
    enum { BURST = 200 };
    bool answered[BURST] = {false};

    for (uint16_t id = 0; id < BURST; id++)
        ask(id, "example.", "AXFR");
    for (int i = 0; i < BURST; i++) {
        unsigned id = reply_id(receive(scene.client));

        assert_true(id < BURST && !answered[id]);
        answered[id] = true;
    }
}

TEST_WITH(own_size, a_reply_is_no_longer_than_configured)
{
    static uint8_t records[8192];
    const uint8_t address[] = {192, 0, 2, 1};
    struct ask query = ask_of(1, "www.example.", "A");
    struct asked asked;
    struct answer answer;

    set_up_with(700);
    send_wire(scene.client, query.wire, query.size);
    asked = next_asked(lookup());
    answer_init(&answer, &asked.question, records, sizeof records);
    for (int i = 0; i < 100; i++)
        assert_true(
            answer_add_address(&answer, ANSWER_OWNER_QUESTION, TYPE_A, address, 10));
    send_answer(lookup(), &asked, &answer);
    assert_in_range(receive(scene.client)->len, 700 - 16 + 1, 700);
}
