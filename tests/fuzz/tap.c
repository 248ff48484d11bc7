/*
 * A ring of dnstap in which another process may have written anything: a record with its
 * message, in octets of the input. What is taken from it goes into a frame, in which the
 * reader that protoc-c makes finds the same, and of frames that are sent in part the whole
 * ones are told.
 */
#include "fuzz.h"

#include "dnstap/tap_batch.h"

#include <dnstap/dnstap.pb-c.h>

/* Where a ring has its head, its tail and its octets (dnstap/tap_ring). */
enum { HEAD_AT = 64, TAIL_AT = 128, OCTETS_AT = 4096, FRAMES = 3 };

static _Alignas(4096) uint8_t ring[TAP_RING_SIZE];
static const struct tap_config config = {.identity = "name", .version = "1"};

static void fill(uint64_t tail, uint64_t used, const uint8_t *data, size_t size)
{
    uint64_t head = tail + used;

    tap_ring_open((struct tap_ring *)ring);
    memcpy(ring + HEAD_AT, &head, sizeof head);
    memcpy(ring + TAIL_AT, &tail, sizeof tail);
    for (size_t i = 0; i < size; i++)
        ring[OCTETS_AT + (tail + i) % TAP_RING_OCTETS] = data[i];
}

static void must_be_data(protobuf_c_boolean has, const ProtobufCBinaryData *got,
                         const void *wanted, size_t len)
{
    must(has && got->len == len && (len == 0 || memcmp(got->data, wanted, len) == 0));
}

static void must_be_time(protobuf_c_boolean has, uint64_t seconds, uint32_t ns, int64_t at)
{
    must(has == (at != 0) && (int64_t)seconds * 1000000000 + ns == at);
}

static void must_be_the_record(const Dnstap__Message *got, const struct tap_record *record,
                               const uint8_t *message)
{
    size_t len = record->is_ip6 ? 16 : 4;
    bool is_query = record->type == TAP_CLIENT_QUERY || record->type == TAP_FORWARDER_QUERY;

    must((int)got->type == record->type);
    must(got->socket_family == (record->is_ip6 ? 2 : 1));
    must(got->socket_protocol == (record->over_tcp ? 2 : 1));
    must_be_data(got->has_query_address, &got->query_address, record->asker, len);
    must(got->query_port == record->asker_port);
    must(got->has_response_address == record->has_server);
    if (record->has_server)
        must_be_data(true, &got->response_address, record->server, len);
    must_be_time(got->has_query_time_sec, got->query_time_sec, got->query_time_nsec,
                 record->asked);
    must_be_time(got->has_response_time_sec, got->response_time_sec,
                 got->response_time_nsec, record->answered);
    if (is_query)
        must_be_data(got->has_query_message, &got->query_message, message, record->len);
    else
        must_be_data(got->has_response_message, &got->response_message, message,
                     record->len);
}

/* The frame is the only one of the batch. */
static void must_be_read_back(const struct tap_batch *batch,
                              const struct tap_record *record, const uint8_t *message)
{
    size_t len = (size_t)batch->octets[0] << 24 | (size_t)batch->octets[1] << 16 |
                 (size_t)batch->octets[2] << 8 | batch->octets[3];
    Dnstap__Dnstap *got;

    must(batch->len == TAP_FRAME_LENGTH + len && len <= TAP_ENCODED_MAX);
    got = dnstap__dnstap__unpack(NULL, len, batch->octets + TAP_FRAME_LENGTH);
    must(got && got->message);
    must_be_data(got->has_identity, &got->identity, config.identity, 4);
    must_be_data(got->has_version, &got->version, config.version, 1);
    must_be_the_record(got->message, record, message);
    dnstap__dnstap__free_unpacked(got, NULL);
}

static void must_be_cut_rightly(struct tap_batch *batch, const struct tap_record *record,
                                const uint8_t *message, uint8_t cut)
{
    size_t frame = batch->len;

    while (batch->len < FRAMES * frame && tap_batch_has_room(batch))
        tap_batch_add(batch, &config, record, message);
    batch->sent = batch->len * cut / UINT8_MAX;
    must(tap_batch_whole(batch) == batch->sent / frame * frame);
    tap_batch_settle(batch);
    must(batch->len == 0 && tap_batch_whole(batch) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static uint8_t message[TAP_MESSAGE_MAX];
    static struct tap_batch batch;
    struct tap_record record;
    uint64_t used;

    if (size < 3)
        return 0;
    used = (uint64_t)data[1] * 8 * (data[2] ? data[2] : UINT32_MAX);
    fill(TAP_RING_OCTETS - data[0], used, data + 3, size - 3);
    if (tap_ring_take((struct tap_ring *)ring, &record, message) == TAP_RING_TAKEN) {
        must(memcmp(data + 3, &record,
                    size - 3 < sizeof record ? size - 3 : sizeof record) == 0);
        tap_batch_add(&batch, &config, &record, message);
        must_be_read_back(&batch, &record, message);
        must_be_cut_rightly(&batch, &record, message, data[0]);
    } else {
        must(tap_ring_take((struct tap_ring *)ring, &record, message) == TAP_RING_EMPTY);
    }
    return 0;
}
