/* The stub, asked by a client that the case plays as libc would. */
#include "../servers.h"

#include "lookup/libc_stub.h"

static struct scene {
    struct loop *loop;
    struct libc_stub *stub;
    int client;
    struct stub_entry entry; /* see hold() */
} scene;

static void set_up(void)
{
    const struct timeval patience = {.tv_sec = 60};
    const struct addr *addr;

    scene.loop = loop_new();
    scene.stub = libc_stub_open(scene.loop);
    assert_non_null(scene.stub);
    addr = libc_stub_addr(scene.stub);
    scene.client = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    setsockopt(scene.client, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    assert_int_equal(connect(scene.client, &addr->sock.any, addr->len), 0);
}

static void tear_down(void)
{
    libc_stub_remove(&scene.entry);
    libc_stub_close(scene.stub);
    loop_free(scene.loop);
    close(scene.client);
}

FIXTURE(stub, set_up, tear_down);

#define HEAD(id, flags, answers)                                                           \
    (id) >> 8, (id)&0xff, (flags) >> 8, (flags)&0xff, 0, 1, 0, answers, 0, 0, 0, 0
#define HOST    4, 'h', 'o', 's', 't', 4, 't', 'e', 's', 't', 0
#define HOST_X  4, 'H', 'o', 'S', 't', 4, 'T', 'e', 's', 't', 0
#define A_IN    0, 1, 0, 1
#define AAAA_IN 0, 28, 0, 1
#define ADDRESS 0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 60, 0, 4, 192, 0, 2, 1

static const uint8_t reply_a[] = {HEAD(0x1111, REPLY_FLAGS, 1), HOST, A_IN, ADDRESS};
static const uint8_t query_a[] = {HEAD(0x2222, 0x0100, 0), HOST_X, A_IN};
static const uint8_t query_aaaa[] = {HEAD(0x3333, 0x0100, 0), HOST, AAAA_IN};

static struct stub_entry entry_of(const uint8_t *reply, size_t len)
{
    return (struct stub_entry){
        .question = question_of("host.test", "A"), .reply = reply, .reply_len = len};
}

/* Enters the reply until the end of the test. */
static void hold(const uint8_t *reply, size_t len)
{
    libc_stub_remove(&scene.entry);
    scene.entry = entry_of(reply, len);
    libc_stub_add(scene.stub, &scene.entry);
}

static void ask(const void *query, size_t len)
{
    assert_int_equal(send(scene.client, query, len, 0), len);
}

/* The reply to it; good until the next call. */
static const uint8_t *asked(const void *query, size_t len, ssize_t *got)
{
    static uint8_t out[65535];

    ask(query, len);
    turn_until_readable(scene.loop, scene.client);
    *got = recv(scene.client, out, sizeof out, 0);
    return out;
}

static void assert_reply(const uint8_t *query, size_t query_len, const uint8_t *expected,
                         size_t expected_len)
{
    ssize_t len;
    const uint8_t *got = asked(query, query_len, &len);

    assert_int_equal(len, expected_len);
    assert_memory_equal(got, expected, expected_len);
}

static void assert_length(const uint8_t *query, size_t query_len, size_t expected)
{
    ssize_t len;

    asked(query, query_len, &len);
    assert_int_equal(len, expected);
}

static void assert_servfail(const uint8_t *query, size_t query_len)
{
    ssize_t len;
    const uint8_t *got = asked(query, query_len, &len);

    assert_int_equal(len, query_len);
    assert_memory_equal(got, query, 2);
    assert_int_equal(got[2] & 0x80, 0x80);
    assert_int_equal(got[3] & 0xf, RCODE_SERVFAIL);
    assert_memory_equal(got + 12, query + 12, query_len - 12);
}

TEST_WITH(stub, the_stub_is_on_loopback)
{
    assert_int_equal(libc_stub_addr(scene.stub)->sock.any.sa_family, AF_INET);
    assert_true(addr_is_loopback(libc_stub_addr(scene.stub)));
    assert_int_not_equal(addr_port(libc_stub_addr(scene.stub)), 0);
}

TEST_WITH(stub, a_reply_has_the_id_and_letter_case_of_the_query)
{
    const uint8_t expected[] = {HEAD(0x2222, REPLY_FLAGS, 1), HOST_X, A_IN, ADDRESS};

    hold(BYTES(reply_a));
    assert_reply(BYTES(query_a), BYTES(expected));
}

#define ALIAS_NAME 1, 'a', 4, 't', 'e', 's', 't', 0
#define ALIAS      0xc0, 12, 0, 5, 0, 1, 0, 0, 0, 60, 0, 8, ALIAS_NAME
#define AT_ALIAS   0, 1, 0, 1, 0, 0, 0, 60, 0, 4, 192, 0, 2, 1

TEST_WITH(stub, a_reply_in_disorder_is_given_in_order)
{
    const uint8_t disordered[] = {
        HEAD(0x1111, REPLY_FLAGS, 2), HOST, A_IN, ALIAS_NAME, AT_ALIAS, ALIAS};
    const uint8_t expected[] = {
        HEAD(0x2222, REPLY_FLAGS, 2), HOST_X, A_IN, ALIAS, 0xc0, 39, AT_ALIAS};

    hold(BYTES(disordered));
    assert_reply(BYTES(query_a), BYTES(expected));
}

TEST_WITH(stub, it_is_given_as_often_as_it_is_asked_for)
{
    hold(BYTES(reply_a));
    for (int i = 0; i < 10; i++)
        assert_length(BYTES(query_a), sizeof reply_a);
}

TEST_WITH(stub, a_burst_of_queries_is_answered_whole)
{
    uint8_t out[512];

    hold(BYTES(reply_a));
    for (int i = 0; i < 100; i++)
        ask(BYTES(query_a));
    for (int i = 0; i < 100; i++) {
        turn_until_readable(scene.loop, scene.client);
        assert_int_equal(recv(scene.client, out, sizeof out, 0), sizeof reply_a);
    }
}

TEST_WITH(stub, another_question_is_servfail_at_once)
{
    const uint8_t other[] = {HEAD(0x4444, 0x0100, 0), 1, 'x', HOST, A_IN};

    hold(BYTES(reply_a));
    assert_servfail(BYTES(query_aaaa));
    assert_servfail(BYTES(other));
}

TEST_WITH(stub, what_was_removed_is_servfail)
{
    hold(BYTES(reply_a));
    libc_stub_remove(&scene.entry);
    assert_servfail(BYTES(query_a));
    libc_stub_remove(&scene.entry); /* harmless */
}

TEST_WITH(stub, a_failure_is_servfail)
{
    hold(NULL, 0);
    assert_servfail(BYTES(query_a));
}

TEST_WITH(stub, entries_are_told_apart_by_their_type)
{
    const uint8_t reply_aaaa[] = {HEAD(0x1111, REPLY_FLAGS, 0), HOST, AAAA_IN};
    struct stub_entry aaaa = entry_of(BYTES(reply_aaaa));

    aaaa.question.type = TYPE_AAAA;
    libc_stub_add(scene.stub, &aaaa);
    hold(BYTES(reply_a));
    assert_length(BYTES(query_a), sizeof reply_a);
    assert_length(BYTES(query_aaaa), sizeof reply_aaaa);
    libc_stub_remove(&aaaa);
}

/* libc believes a UDP reply of any size, and TC would send it to TCP, where nobody is. */
static void a_reply_of_this_size_comes_in_one_datagram_without_tc(size_t size)
{
    static uint8_t big[65535];
    const uint8_t *got;
    ssize_t len;

    for (size_t i = 0; i < size; i++)
        big[i] = (uint8_t)(i * 7);
    memcpy(big, reply_a, sizeof reply_a);
    hold(big, size);
    got = asked(BYTES(query_a), &len);
    assert_int_equal(len, size);
    assert_int_equal(got[2] & 0x02, 0);
    assert_memory_equal(got + sizeof query_a, big + sizeof query_a, size - sizeof query_a);
}

TEST_WITH(stub, four_thousand_addresses_come_in_one_datagram_without_tc)
{
    a_reply_of_this_size_comes_in_one_datagram_without_tc(27 + 4000 * 16);
}

TEST_WITH(stub, the_longest_datagram_is_used)
{
    a_reply_of_this_size_comes_in_one_datagram_without_tc(65507);
}

/* A message may have 65,535 octets, a datagram 65,507: libc must not wait for what cannot
 * come. */
TEST_WITH(stub, a_reply_longer_than_a_datagram_is_servfail_at_once)
{
    static uint8_t big[65535];

    memcpy(big, reply_a, sizeof reply_a);
    for (size_t size = 65508; size <= sizeof big; size += 27) {
        hold(big, size);
        assert_servfail(BYTES(query_a));
    }
}

/* All combinations of DO and CD, for which libc sets AD. */
#define OPT_DO 0, 0, 41, 0x04, 0xd0, 0, 0, 0x80, 0, 0, 0
#define ONE_OPT(id, flags)                                                                 \
    (id) >> 8, (id)&0xff, (flags) >> 8, (flags)&0xff, 0, 1, 0, 0, 0, 0, 0, 1

static const uint8_t query_cd[] = {HEAD(0x2222, 0x0120, 0), HOST, A_IN};
static const uint8_t query_do[] = {ONE_OPT(0x2222, 0x0100), HOST, A_IN, OPT_DO};
static const uint8_t query_do_cd[] = {ONE_OPT(0x2222, 0x0120), HOST, A_IN, OPT_DO};

static void assert_last_octet(const uint8_t *query, size_t query_len, uint8_t last)
{
    ssize_t len;
    const uint8_t *got = asked(query, query_len, &len);

    assert_int_equal(len, sizeof reply_a);
    assert_int_equal(got[len - 1], last);
}

TEST_WITH(stub, entries_are_told_apart_by_do_and_cd)
{
    uint8_t replies[4][sizeof reply_a];
    struct stub_entry entries[4];

    for (uint8_t flags = 0; flags < 4; flags++) {
        memcpy(replies[flags], reply_a, sizeof reply_a);
        replies[flags][sizeof reply_a - 1] = (uint8_t)(10 + flags);
        entries[flags] = entry_of(BYTES(replies[flags]));
        entries[flags].question.flags = flags;
        libc_stub_add(scene.stub, &entries[flags]);
    }
    assert_last_octet(BYTES(query_a), 10);
    assert_last_octet(BYTES(query_do), 10 + QUESTION_DNSSEC_OK);
    assert_last_octet(BYTES(query_cd), 10 + QUESTION_CHECKING_DISABLED);
    assert_last_octet(BYTES(query_do_cd),
                      10 + (QUESTION_DNSSEC_OK | QUESTION_CHECKING_DISABLED));
    for (int flags = 0; flags < 4; flags++)
        libc_stub_remove(&entries[flags]);
}

TEST_WITH(stub, an_entry_for_other_flags_is_not_used)
{
    struct stub_entry entry = entry_of(BYTES(reply_a));

    entry.question.flags = QUESTION_DNSSEC_OK;
    libc_stub_add(scene.stub, &entry);
    assert_servfail(BYTES(query_a));
    assert_servfail(BYTES(query_cd));
    libc_stub_remove(&entry);
}

TEST_WITH(stub, an_entry_tells_that_libc_has_asked)
{
    hold(BYTES(reply_a));
    assert_servfail(BYTES(query_aaaa));
    assert_false(scene.entry.asked);
    assert_length(BYTES(query_a), sizeof reply_a);
    assert_true(scene.entry.asked);
}

/* libc asks without RD then. */
TEST_WITH(stub, a_probe_is_servfail_and_sees_any_type_of_its_name)
{
    const uint8_t probe_a[] = {HEAD(0x2222, 0, 0), HOST, A_IN};
    const uint8_t probe_aaaa[] = {HEAD(0x2222, 0, 0), HOST_X, AAAA_IN};
    const uint8_t probe_other[] = {HEAD(0x2222, 0, 0), 1, 'x', HOST, A_IN};
    struct stub_entry probe = entry_of(NULL, 0);

    probe.is_probe = true;
    hold(BYTES(reply_a));
    libc_stub_add(scene.stub, &probe);
    assert_servfail(BYTES(probe_other));
    assert_length(BYTES(query_a), sizeof reply_a); /* the verdict on another question */
    assert_false(probe.asked);
    assert_servfail(BYTES(probe_aaaa));
    assert_true(probe.asked);
    assert_servfail(BYTES(probe_a));
    libc_stub_remove(&probe);
}

TEST_WITH(stub, what_is_no_query_gets_no_reply)
{
    hold(BYTES(reply_a));
    ask("?", 1);
    ask("", 0);
    ask(BYTES(reply_a));
    assert_length(BYTES(query_a), sizeof reply_a);
    assert_true(server_is_idle(scene.client));
}

/* Two jobs may need the same question, one of them because its own family was denied. */
TEST_WITH(stub, all_entries_for_a_question_tell_that_libc_has_asked)
{
    struct stub_entry failed = entry_of(NULL, 0);

    libc_stub_add(scene.stub, &failed);
    hold(BYTES(reply_a));
    assert_length(BYTES(query_a), sizeof reply_a);
    assert_true(failed.asked);
    assert_true(scene.entry.asked);
    libc_stub_remove(&failed);
}

/* libc would do for each of thousands what costs a connection. */
TEST_WITH(stub, of_a_long_reply_a_part_is_counted)
{
    enum { ADDRESSES = 1000 };
    const uint8_t head[] = {HEAD(0x1111, REPLY_FLAGS, 0), HOST, A_IN};
    const uint8_t address[] = {0xc0, 12, AT_ALIAS};
    static uint8_t reply[sizeof head + ADDRESSES * sizeof address], out[sizeof reply + 1];
    struct writer to = writer_of(reply, sizeof reply);
    struct reader in = reader_of(out, sizeof out);
    uint16_t count;

    put_bytes(&to, head, sizeof head);
    for (int i = 0; i < ADDRESSES; i++)
        put_bytes(&to, address, sizeof address);
    wire_set_count(reply, SECTION_ANSWER, ADDRESSES);
    hold(BYTES(reply));
    ask(BYTES(query_a));
    turn_until_readable(scene.loop, scene.client);
    assert_int_equal(recv(scene.client, out, sizeof out, 0), sizeof reply);
    assert_true(get_skip(&in, 6) && get_u16(&in, &count));
    assert_int_equal(count, 128);
    assert_memory_equal(out + 12 + 10, reply + 12 + 10, sizeof reply - 12 - 10);
}
