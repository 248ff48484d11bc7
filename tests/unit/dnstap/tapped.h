/* Rings for tests, and what is taken from them. */
#pragma once

#include "../check.h"

#include "dnstap/tap.h"

#include <sys/mman.h>

static uint8_t taken_octets[TAP_MESSAGE_MAX];
static struct tap_record taken;

/* Memory of zeros, as a new file has. */
static inline struct tap_ring *ring_new(void)
{
    void *memory = mmap(NULL, TAP_RING_SIZE, PROT_READ | PROT_WRITE,
                        MAP_SHARED | MAP_ANONYMOUS, -1, 0);

    assert_true(memory != MAP_FAILED);
    tap_ring_open(memory);
    return memory;
}

static inline void ring_free(struct tap_ring *ring)
{
    munmap(ring, TAP_RING_SIZE);
}

static inline bool ring_puts(struct tap_ring *ring, const char *text, size_t len)
{
    const struct tap_record record = {.len = (uint32_t)len, .type = TAP_CLIENT_QUERY};

    return tap_ring_put(ring, &record, text);
}

static inline enum tap_ring_result ring_take(struct tap_ring *ring)
{
    return tap_ring_take(ring, &taken, taken_octets);
}
