#include "dnstap/tap_ring.h"

#include <string.h>

/* Another version of the program may lay out rings and records in another way. */
static const uint64_t layout = 0x7461702d72696e01 + sizeof(struct tap_record);

enum { ALIGNMENT = 8, LINE = 64, TRIES = 1000 };

/* `head` and `tail` count all octets that were ever put and taken. Each is written by one
 * side only and has a cache line of its own. */
struct tap_ring {
    uint64_t layout;
    _Alignas(LINE) uint64_t head;
    bool is_busy; /* a process puts a message */
    _Alignas(LINE) uint64_t tail;
    _Alignas(4096) uint8_t octets[TAP_RING_OCTETS];
};

_Static_assert(sizeof(struct tap_ring) == TAP_RING_SIZE, "one page, and the octets");

static uint64_t size_of(uint32_t len)
{
    return (sizeof(struct tap_record) + (uint64_t)len + ALIGNMENT - 1) &
           ~(uint64_t)(ALIGNMENT - 1);
}

void tap_ring_open(struct tap_ring *ring)
{
    /* It may have died while it put a message. */
    __atomic_store_n(&ring->is_busy, false, __ATOMIC_RELEASE);
    if (ring->layout == layout)
        return;
    ring->head = ring->tail = 0;
    __atomic_store_n(&ring->layout, layout, __ATOMIC_RELEASE);
}

/* The end of the ring may lie between the octets. */
static void copy_in(struct tap_ring *ring, uint64_t at, const void *data, size_t len)
{
    size_t place = at % TAP_RING_OCTETS, first = TAP_RING_OCTETS - place;

    if (first > len)
        first = len;
    memcpy(ring->octets + place, data, first);
    memcpy(ring->octets, (const uint8_t *)data + first, len - first);
}

static void copy_out(const struct tap_ring *ring, uint64_t at, void *data, size_t len)
{
    size_t place = at % TAP_RING_OCTETS, first = TAP_RING_OCTETS - place;

    if (first > len)
        first = len;
    memcpy(data, ring->octets + place, first);
    memcpy((uint8_t *)data + first, ring->octets, len - first);
}

/* After several fast reloads a process may have the ring of one that still retires. */
static bool begin_put(struct tap_ring *ring)
{
    for (int i = 0; i < TRIES; i++)
        if (!__atomic_test_and_set(&ring->is_busy, __ATOMIC_ACQUIRE))
            return true;
    return false;
}

static bool put(struct tap_ring *ring, const struct tap_record *record, const void *message)
{
    uint64_t head = ring->head, need = size_of(record->len);
    uint64_t used = head - __atomic_load_n(&ring->tail, __ATOMIC_ACQUIRE);

    if (used > TAP_RING_OCTETS || need > TAP_RING_OCTETS - used)
        return false;
    copy_in(ring, head, record, sizeof *record);
    copy_in(ring, head + sizeof *record, message, record->len);
    __atomic_store_n(&ring->head, head + need, __ATOMIC_RELEASE);
    return true;
}

bool tap_ring_put(struct tap_ring *ring, const struct tap_record *record,
                  const void *message)
{
    bool done;

    if (!begin_put(ring))
        return false;
    done = put(ring, record, message);
    __atomic_clear(&ring->is_busy, __ATOMIC_RELEASE);
    return done;
}

/* The flags are octets until they have been checked: another process has written them. */
static bool is_flag(const bool *flag)
{
    uint8_t octet;

    memcpy(&octet, flag, 1);
    return octet <= 1;
}

static bool is_record(const struct tap_record *record, uint64_t used)
{
    return record->len <= TAP_MESSAGE_MAX && size_of(record->len) <= used &&
           record->type >= TAP_CLIENT_QUERY && record->type <= TAP_FORWARDER_RESPONSE &&
           is_flag(&record->over_tcp) && is_flag(&record->is_ip6) &&
           is_flag(&record->has_server) && record->asked >= 0 && record->answered >= 0;
}

enum tap_ring_result tap_ring_take(struct tap_ring *ring, struct tap_record *record,
                                   uint8_t message[static TAP_MESSAGE_MAX])
{
    uint64_t head, tail, used;

    if (__atomic_load_n(&ring->layout, __ATOMIC_ACQUIRE) != layout)
        return TAP_RING_EMPTY;
    head = __atomic_load_n(&ring->head, __ATOMIC_ACQUIRE);
    tail = __atomic_load_n(&ring->tail, __ATOMIC_RELAXED);
    used = head - tail;
    if (used == 0)
        return TAP_RING_EMPTY;
    copy_out(ring, tail, record, sizeof *record);
    if (used > TAP_RING_OCTETS || used < sizeof *record || !is_record(record, used)) {
        __atomic_store_n(&ring->tail, head, __ATOMIC_RELEASE);
        return TAP_RING_BROKEN;
    }
    copy_out(ring, tail + sizeof *record, message, record->len);
    __atomic_store_n(&ring->tail, tail + size_of(record->len), __ATOMIC_RELEASE);
    return TAP_RING_TAKEN;
}
