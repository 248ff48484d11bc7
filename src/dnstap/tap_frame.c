#include "dnstap/tap_frame.h"

#include <fstrm.h>

#include "base/bytes.h"

static const uint8_t content_type[] = "protobuf:dnstap.Dnstap";

enum { CONTENT_TYPE = sizeof content_type - 1 };

static bool names_content(enum tap_frame frame)
{
    return frame == TAP_FRAME_READY || frame == TAP_FRAME_ACCEPT ||
           frame == TAP_FRAME_START;
}

size_t tap_frame_write(enum tap_frame frame, uint8_t out[static TAP_FRAME_CONTROL_MAX])
{
    struct fstrm_control *control = fstrm_control_init();
    size_t len = TAP_FRAME_CONTROL_MAX;

    if (!control)
        return 0;
    if (fstrm_control_set_type(control, (fstrm_control_type)frame) != fstrm_res_success ||
        (names_content(frame) &&
         fstrm_control_add_field_content_type(control, content_type, CONTENT_TYPE) !=
             fstrm_res_success) ||
        fstrm_control_encode(control, out, &len, FSTRM_CONTROL_FLAG_WITH_HEADER) !=
            fstrm_res_success)
        len = 0;
    fstrm_control_destroy(&control);
    return len;
}

/* A control frame stands behind a data frame of no octets. */
static enum tap_frame_result measure(const uint8_t *data, size_t len, size_t *frame_len)
{
    struct reader in = reader_of(data, len);
    uint32_t escape, payload;

    if (!get_u32(&in, &escape) || !get_u32(&in, &payload))
        return TAP_FRAME_PART;
    if (escape != 0 || payload > FSTRM_CONTROL_FRAME_LENGTH_MAX)
        return TAP_FRAME_WRONG;
    *frame_len = 2 * TAP_FRAME_LENGTH + payload;
    return len < *frame_len ? TAP_FRAME_PART : TAP_FRAME_WHOLE;
}

static bool decode(struct fstrm_control *control, const uint8_t *data, size_t len,
                   enum tap_frame *frame)
{
    fstrm_control_type type;

    if (fstrm_control_decode(control, data, len, FSTRM_CONTROL_FLAG_WITH_HEADER) !=
            fstrm_res_success ||
        fstrm_control_get_type(control, &type) != fstrm_res_success)
        return false;
    *frame = (enum tap_frame)type;
    return !names_content(*frame) ||
           fstrm_control_match_field_content_type(control, content_type, CONTENT_TYPE) ==
               fstrm_res_success;
}

enum tap_frame_result tap_frame_read(const uint8_t *data, size_t len, enum tap_frame *frame,
                                     size_t *frame_len)
{
    enum tap_frame_result result = measure(data, len, frame_len);
    struct fstrm_control *control;

    if (result != TAP_FRAME_WHOLE)
        return result;
    control = fstrm_control_init();
    if (!control || !decode(control, data, *frame_len, frame))
        result = TAP_FRAME_WRONG;
    fstrm_control_destroy(&control);
    return result;
}
