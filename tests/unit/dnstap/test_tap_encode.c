/* What is written is read by the decoder that protobuf-c makes of the schema. */
#include "../check.h"

#include "dnstap/tap_encode.h"

#include <dnstap/dnstap.pb-c.h>

static uint8_t encoded[TAP_ENCODED_MAX];
static Dnstap__Dnstap *decoded;
static const Dnstap__Message *message;

static const struct tap_config plain_config;
static const struct tap_config texts_config = {.identity = "tap.example",
                                               .version = "hostdns 1"};

static const struct tap_record every = {.len = 7,
                                        .type = TAP_CLIENT_RESPONSE,
                                        .over_tcp = true,
                                        .is_ip6 = true,
                                        .has_server = true,
                                        .asker_port = 40000,
                                        .server_port = 53,
                                        .asker = {0x20, 1, 0x0d, 0xb8, [15] = 1},
                                        .server = {0xfe, 0x80, [15] = 2},
                                        .asked = 1795953600123456789,
                                        .answered = 1795953601000000001};

static size_t encode(const struct tap_config *config, const struct tap_record *record)
{
    size_t len = tap_encode(config, record, (const uint8_t *)"message", encoded);

    if (decoded)
        dnstap__dnstap__free_unpacked(decoded, NULL);
    decoded = dnstap__dnstap__unpack(NULL, len, encoded);
    assert_non_null(decoded);
    message = decoded->message;
    assert_non_null(message);
    return len;
}

static void tear_down(void)
{
    dnstap__dnstap__free_unpacked(decoded, NULL);
    decoded = NULL;
}

FIXTURE(decoded, NULL, tear_down);

static void is_data(const ProtobufCBinaryData *data, const void *octets, size_t len)
{
    assert_int_equal(data->len, len);
    assert_memory_equal(data->data, octets, len);
}

TEST_WITH(decoded, every_field_of_a_response)
{
    encode(&texts_config, &every);
    assert_int_equal(decoded->type, DNSTAP__DNSTAP__TYPE__MESSAGE);
    assert_true(decoded->has_identity && decoded->has_version);
    is_data(&decoded->identity, "tap.example", 11);
    is_data(&decoded->version, "hostdns 1", 9);
    assert_int_equal(message->type, DNSTAP__MESSAGE__TYPE__CLIENT_RESPONSE);
    assert_true(message->has_socket_family && message->has_socket_protocol);
    assert_int_equal(message->socket_family, DNSTAP__SOCKET_FAMILY__INET6);
    assert_int_equal(message->socket_protocol, DNSTAP__SOCKET_PROTOCOL__TCP);
    assert_true(message->has_query_address && message->has_query_port);
    is_data(&message->query_address, every.asker, 16);
    assert_int_equal(message->query_port, 40000);
    assert_true(message->has_response_address && message->has_response_port);
    is_data(&message->response_address, every.server, 16);
    assert_int_equal(message->response_port, 53);
    assert_true(message->has_query_time_sec && message->has_query_time_nsec);
    assert_int_equal(message->query_time_sec, 1795953600);
    assert_int_equal(message->query_time_nsec, 123456789);
    assert_true(message->has_response_time_sec && message->has_response_time_nsec);
    assert_int_equal(message->response_time_sec, 1795953601);
    assert_int_equal(message->response_time_nsec, 1);
    assert_false(message->has_query_message);
    assert_true(message->has_response_message);
    is_data(&message->response_message, "message", 7);
    assert_int_equal(decoded->base.n_unknown_fields, 0);
    assert_int_equal(message->base.n_unknown_fields, 0);
}

TEST_WITH(decoded, a_query_over_udp_has_neither_response_nor_its_time)
{
    struct tap_record query = every;

    query.type = TAP_CLIENT_QUERY;
    query.over_tcp = query.is_ip6 = false;
    query.answered = 0;
    encode(&plain_config, &query);
    assert_false(decoded->has_identity || decoded->has_version);
    assert_int_equal(message->type, DNSTAP__MESSAGE__TYPE__CLIENT_QUERY);
    assert_int_equal(message->socket_family, DNSTAP__SOCKET_FAMILY__INET);
    assert_int_equal(message->socket_protocol, DNSTAP__SOCKET_PROTOCOL__UDP);
    is_data(&message->query_address, every.asker, 4);
    is_data(&message->response_address, every.server, 4);
    assert_true(message->has_query_message);
    is_data(&message->query_message, "message", 7);
    assert_false(message->has_response_message);
    assert_false(message->has_response_time_sec || message->has_response_time_nsec);
}

TEST_WITH(decoded, an_unknown_server_is_left_out)
{
    struct tap_record record = every;

    record.has_server = false;
    encode(&plain_config, &record);
    assert_true(message->has_query_address);
    assert_false(message->has_response_address || message->has_response_port);
}

TEST_WITH(decoded, messages_of_name_servers_have_types_of_a_forwarder)
{
    struct tap_record record = every;

    record.type = TAP_FORWARDER_QUERY;
    encode(&plain_config, &record);
    assert_int_equal(message->type, DNSTAP__MESSAGE__TYPE__FORWARDER_QUERY);
    assert_true(message->has_query_message);
    record.type = TAP_FORWARDER_RESPONSE;
    encode(&plain_config, &record);
    assert_int_equal(message->type, DNSTAP__MESSAGE__TYPE__FORWARDER_RESPONSE);
    assert_true(message->has_response_message);
}

/* dnstap/tap_file tells a frame from the end of a file by that. */
TEST_WITH(decoded, the_last_octet_is_the_type)
{
    size_t len = encode(&texts_config, &every);

    assert_int_equal(encoded[len - 2], 15 << 3);
    assert_int_equal(encoded[len - 1], 1);
}

TEST(the_longest_message_has_room)
{
    static uint8_t octets[TAP_MESSAGE_MAX];
    struct tap_config config;
    struct tap_record record = every;

    memset(config.identity, 'i', TAP_TEXT_MAX);
    memset(config.version, 'v', TAP_TEXT_MAX);
    config.identity[TAP_TEXT_MAX] = config.version[TAP_TEXT_MAX] = '\0';
    record.len = TAP_MESSAGE_MAX;
    record.asked = record.answered = INT64_MAX;
    assert_in_range(tap_encode(&config, &record, octets, encoded), TAP_MESSAGE_MAX + 510,
                    TAP_ENCODED_MAX);
}
