#include "dnstap/tap_encode.h"

#include <dnstap/dnstap.pb-c.h>
#include <string.h>

enum { NS_PER_S = 1000000000, IP4 = 4, IP6 = 16 };

/* The packing only reads what it is given. */
static ProtobufCBinaryData data_of(const void *octets, size_t len)
{
    return (ProtobufCBinaryData){.len = len, .data = (uint8_t *)(uintptr_t)octets};
}

static void set_sides(Dnstap__Message *message, const struct tap_record *record)
{
    size_t len = record->is_ip6 ? IP6 : IP4;

    message->has_query_address = message->has_query_port = true;
    message->query_address = data_of(record->asker, len);
    message->query_port = record->asker_port;
    message->has_response_address = message->has_response_port = record->has_server;
    message->response_address = data_of(record->server, len);
    message->response_port = record->server_port;
}

static void set_times(Dnstap__Message *message, const struct tap_record *record)
{
    message->has_query_time_sec = message->has_query_time_nsec = record->asked != 0;
    message->query_time_sec = (uint64_t)record->asked / NS_PER_S;
    message->query_time_nsec = (uint32_t)(record->asked % NS_PER_S);
    message->has_response_time_sec = message->has_response_time_nsec =
        record->answered != 0;
    message->response_time_sec = (uint64_t)record->answered / NS_PER_S;
    message->response_time_nsec = (uint32_t)(record->answered % NS_PER_S);
}

static bool is_response(const struct tap_record *record)
{
    return record->type == TAP_CLIENT_RESPONSE || record->type == TAP_FORWARDER_RESPONSE;
}

static void set_message(Dnstap__Message *message, const struct tap_record *record,
                        const uint8_t *octets)
{
    message->has_response_message = is_response(record);
    message->has_query_message = !message->has_response_message;
    if (message->has_response_message)
        message->response_message = data_of(octets, record->len);
    else
        message->query_message = data_of(octets, record->len);
}

static void set_texts(Dnstap__Dnstap *dnstap, const struct tap_config *config)
{
    dnstap->has_identity = *config->identity != '\0';
    dnstap->identity = data_of(config->identity, strlen(config->identity));
    dnstap->has_version = *config->version != '\0';
    dnstap->version = data_of(config->version, strlen(config->version));
}

size_t tap_encode(const struct tap_config *config, const struct tap_record *record,
                  const uint8_t *octets, uint8_t out[static TAP_ENCODED_MAX])
{
    Dnstap__Dnstap dnstap = DNSTAP__DNSTAP__INIT;
    Dnstap__Message message = DNSTAP__MESSAGE__INIT;

    dnstap.type = DNSTAP__DNSTAP__TYPE__MESSAGE;
    dnstap.message = &message;
    set_texts(&dnstap, config);
    message.type = (Dnstap__Message__Type)record->type;
    message.has_socket_family = message.has_socket_protocol = true;
    message.socket_family =
        record->is_ip6 ? DNSTAP__SOCKET_FAMILY__INET6 : DNSTAP__SOCKET_FAMILY__INET;
    message.socket_protocol =
        record->over_tcp ? DNSTAP__SOCKET_PROTOCOL__TCP : DNSTAP__SOCKET_PROTOCOL__UDP;
    set_sides(&message, record);
    set_times(&message, record);
    set_message(&message, record, octets);
    return dnstap__dnstap__pack(&dnstap, out);
}
