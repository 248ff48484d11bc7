/* Walks over a message for dns/annotate, one field after the other, and tells of each. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * A field, or a remark of no octets about those beside it. All texts are printable ASCII
 * and live until the callback returns; `value`, `meaning` and `source` may be "".
 */
struct annotation {
    size_t at, len; /* octets of the message; len 0: a remark */
    unsigned depth; /* 0: the outermost */
    const char *name, *value, *meaning;
    const char *source;  /* "RFC 1035 4.1.1" */
    bool leads, is_loop; /* a compression pointer; one that leads nowhere */
    size_t target;       /* where a pointer leads */
};

typedef void walk_take(void *context, const struct annotation *);

struct walk {
    const uint8_t *wire; /* the whole message, borrowed */
    size_t size;
    size_t pos, end; /* where it is, and where it must not go on */
    unsigned depth;
    walk_take *take;
    void *context;
};

size_t walk_left(const struct walk *);

/* Tells of a field of `len` octets and passes over it; `len` may be more than there is. */
__attribute__((format(printf, 6, 7))) void walk_field(struct walk *, size_t len,
                                                      const char *name, const char *meaning,
                                                      const char *source, const char *value,
                                                      ...);

/* A remark of no octets. */
__attribute__((format(printf, 3, 4))) void walk_remark(struct walk *, const char *name,
                                                       const char *value, ...);

/* Numbers, most significant octet first. False, and nothing told, if there are not enough
 * octets. */
bool walk_u8(struct walk *, const char *name, const char *meaning, const char *source,
             uint8_t *value);
bool walk_u16(struct walk *, const char *name, const char *meaning, const char *source,
              uint16_t *value);
bool walk_u32(struct walk *, const char *name, const char *meaning, const char *source,
              uint32_t *value);
/* The number that stands there; it is not passed over. 0 if there are not enough octets. */
uint16_t walk_peek_u16(const struct walk *, size_t ahead);

/* A domain name (RFC 1035 section 3.1), label by label. False if it cannot be read. */
bool walk_name(struct walk *, const char *name);

/* An IPv4 or IPv6 address. False, and nothing told, if there are not enough octets. */
bool walk_address(struct walk *, const char *name, bool is_ipv6);

/* Text behind an octet with its length (RFC 1035 section 3.3). False, and nothing told, if
 * there are not enough octets. */
bool walk_string(struct walk *, const char *name);

/* The rest up to the end as text, if there is any; only the beginning of a long one. */
void walk_text(struct walk *, const char *name);

/* The rest up to the end as octets, if there is any. */
void walk_rest(struct walk *, const char *name, const char *meaning);
