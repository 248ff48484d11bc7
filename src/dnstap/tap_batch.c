#include "dnstap/tap_batch.h"

#include "base/bytes.h"
#include "base/counters.h"

bool tap_batch_has_room(const struct tap_batch *batch)
{
    return TAP_BATCH_OCTETS - batch->len >= TAP_FRAME_LENGTH + TAP_ENCODED_MAX;
}

void tap_batch_add(struct tap_batch *batch, const struct tap_config *config,
                   const struct tap_record *record, const uint8_t *message)
{
    uint8_t *frame = batch->octets + batch->len;
    size_t len = tap_encode(config, record, message, frame + TAP_FRAME_LENGTH);
    struct writer out = writer_of(frame, TAP_FRAME_LENGTH);

    put_u32(&out, (uint32_t)len);
    batch->len += TAP_FRAME_LENGTH + len;
}

/* Steps over the next frame; false at the end. */
static bool skip_frame(struct reader *in)
{
    uint32_t len;

    return get_u32(in, &len) && get_skip(in, len);
}

size_t tap_batch_whole(const struct tap_batch *batch)
{
    struct reader in = reader_of(batch->octets, batch->len);
    size_t whole = 0;

    while (skip_frame(&in) && in.pos <= batch->sent)
        whole = in.pos;
    return whole;
}

void tap_batch_settle(struct tap_batch *batch)
{
    struct reader in = reader_of(batch->octets, batch->len);

    while (skip_frame(&in))
        count(in.pos <= batch->sent ? COUNT_DNSTAP_FRAMES : COUNT_DNSTAP_LOST);
    batch->len = batch->sent = 0;
}
