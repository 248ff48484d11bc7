#include "channel/bundle.h"

bool bundle_add(struct bundle *bundle, const void *message, size_t len)
{
    struct writer to =
        writer_of(bundle->octets + bundle->len, sizeof bundle->octets - bundle->len);

    put_u32(&to, (uint32_t)len);
    put_bytes(&to, message, len);
    if (to.failed)
        return false;
    bundle->len += to.pos;
    return true;
}

enum channel_result bundle_send(struct bundle *bundle, int end, enum channel_wait wait)
{
    enum channel_result result = CHANNEL_DONE;

    if (bundle->len > 0)
        result = channel_send(end, bundle->octets, bundle->len, wait);
    if (result == CHANNEL_DONE)
        bundle->len = 0;
    return result;
}

enum channel_result bundle_receive(struct bundle *bundle, int end, enum channel_wait wait)
{
    bundle->len = bundle->read = 0;
    return channel_receive(end, bundle->octets, sizeof bundle->octets, &bundle->len, wait);
}

bool bundle_next(struct bundle *bundle, const uint8_t **message, size_t *len)
{
    struct reader in = reader_of(bundle->octets, bundle->len);
    uint32_t message_len;

    in.pos = bundle->read;
    if (!get_u32(&in, &message_len) || !get_bytes(&in, message, message_len))
        return false;
    *len = message_len;
    bundle->read = in.pos;
    return true;
}
