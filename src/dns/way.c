#include "dns/way.h"

#include <string.h>

#include "dns/edns.h"

static void set_data(struct way_step *step, const void *data, size_t len)
{
    step->len = (uint8_t)(len < WAY_DATA_MAX ? len : WAY_DATA_MAX);
    memcpy(step->data, data, step->len);
}

void way_set_text(struct way_step *step, const char *text)
{
    set_data(step, text, strlen(text));
}

void way_set_kept(struct way_step *step, uint32_t age, uint32_t left)
{
    struct writer to = writer_of(step->data, sizeof step->data);

    put_u32(&to, age);
    put_u32(&to, left);
    step->len = (uint8_t)to.pos;
}

void way_put_endpoint(struct writer *to, const struct way_endpoint *endpoint)
{
    put_u16(to, endpoint->port);
    put_bytes(to, endpoint->ip, endpoint->ip_len);
}

void way_set_source(struct way_step *step, const struct way_endpoint *endpoint)
{
    struct writer to = writer_of(step->data, sizeof step->data);

    way_put_endpoint(&to, endpoint);
    step->len = (uint8_t)to.pos;
}

void way_set_try(struct way_step *step, uint16_t type, const struct way_endpoint *endpoint)
{
    struct writer to = writer_of(step->data, sizeof step->data);

    put_u16(&to, type);
    way_put_endpoint(&to, endpoint);
    step->len = (uint8_t)to.pos;
}

enum { STEP_HEAD = 13 }; /* octets of a step besides its data */

void way_put(struct writer *to, const struct way_step *step)
{
    if (to->failed || to->size - to->pos < (size_t)STEP_HEAD + step->len)
        return;
    put_u8(to, step->kind);
    put_u8(to, step->len);
    put_u8(to, step->flags);
    put_u16(to, step->code);
    put_u32(to, step->at);
    put_u32(to, step->took);
    put_bytes(to, step->data, step->len);
}

uint32_t way_us(int64_t us)
{
    if (us < 0)
        return 0;
    return us < UINT32_MAX ? (uint32_t)us : UINT32_MAX;
}

static bool get_step(struct reader *in, struct way_step *step)
{
    const uint8_t *data;
    uint8_t len;

    if (!get_u8(in, &step->kind) || !get_u8(in, &len) || !get_u8(in, &step->flags) ||
        !get_u16(in, &step->code) || !get_u32(in, &step->at) || !get_u32(in, &step->took) ||
        !get_bytes(in, &data, len))
        return false;
    set_data(step, data, len);
    return true;
}

bool way_read(struct way *way, struct reader in)
{
    struct way_step passed_over;

    way->count = 0;
    while (reader_left(&in) > 0) {
        bool has_room = way->count < WAY_STEPS_MAX;

        if (!get_step(&in, has_room ? &way->steps[way->count] : &passed_over))
            return false;
        way->count += has_room;
    }
    return true;
}

const struct way_step *way_find(const struct way *way, enum way_kind kind)
{
    for (size_t i = 0; i < way->count; i++)
        if (way->steps[i].kind == kind)
            return &way->steps[i];
    return NULL;
}

static struct reader data_of(const struct way_step *step)
{
    return reader_of(step->data, step->len);
}

bool way_get_kept(const struct way_step *step, uint32_t *age, uint32_t *left)
{
    struct reader in = data_of(step);

    return get_u32(&in, age) && get_u32(&in, left);
}

bool way_get_endpoint(struct reader *in, struct way_endpoint *endpoint)
{
    const uint8_t *ip;
    size_t len;

    if (!get_u16(in, &endpoint->port))
        return false;
    len = reader_left(in);
    if ((len != 4 && len != 16) || !get_bytes(in, &ip, len))
        return false;
    memcpy(endpoint->ip, ip, len);
    endpoint->ip_len = (uint8_t)len;
    return true;
}

bool way_get_source(const struct way_step *step, struct way_endpoint *endpoint)
{
    struct reader in = data_of(step);

    return way_get_endpoint(&in, endpoint);
}

bool way_get_try(const struct way_step *step, uint16_t *type, struct way_endpoint *endpoint)
{
    struct reader in = data_of(step);

    return get_u16(&in, type) && way_get_endpoint(&in, endpoint);
}

bool way_of_reply(struct way *way, const uint8_t *wire, size_t size)
{
    struct edns_option option;
    struct record_head opt;
    struct reader in;

    if (!edns_find(wire, size, &opt))
        return false;
    in = reader_of(opt.data, opt.data_len);
    while (edns_next_option(&in, &option))
        if (option.code == EDNS_OPTION_WAY)
            return way_read(way, reader_of(option.data, option.size));
    return false;
}
