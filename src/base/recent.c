#include "base/recent.h"

#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>
#include <xxhash.h>

/* The number is 0 while the record is being written. */
struct recent_slot {
    uint64_t number, hash;
    struct recent_record record;
};

struct recent_ring {
    uint64_t layout;
    uint64_t newest;
    struct recent_slot slots[RECENT_RECORDS];
};

static struct recent_ring *ring;
static int64_t full_at; /* clock_ms(): when as many as RECENT_BURST may be written again */
int64_t recent_next_at = INT64_MAX;

/* Another version of the program may have other records. */
static uint64_t layout(bool hides_clients)
{
    const uint64_t parts[] = {sizeof(struct recent_ring), 1, hides_clients};

    return XXH3_64bits(parts, sizeof parts);
}

static struct recent_ring *map(int fd)
{
    void *at = mmap(NULL, sizeof *ring, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);

    return at == MAP_FAILED ? NULL : at;
}

static bool fits(int fd, bool hides_clients)
{
    struct stat file;

    if (fd == -1 || fstat(fd, &file) == -1 || file.st_size != sizeof *ring)
        return false;
    ring = map(fd);
    if (ring && ring->layout == layout(hides_clients))
        return true;
    if (ring)
        munmap(ring, sizeof *ring);
    ring = NULL;
    return false;
}

static int make(bool hides_clients)
{
    int fd = memfd_create("hostdnsd-recent", MFD_CLOEXEC);

    if (fd == -1)
        return -1;
    if (ftruncate(fd, sizeof *ring) == 0 && (ring = map(fd))) {
        ring->layout = layout(hides_clients);
        return fd;
    }
    close(fd);
    return -1;
}

int recent_open(int fd, bool hides_clients)
{
    ring = NULL;
    if (fits(fd, hides_clients))
        return fd;
    if (fd != -1)
        close(fd);
    return make(hides_clients);
}

void recent_begin(void)
{
    full_at = 0;
    recent_next_at = ring ? 0 : INT64_MAX;
}

void recent_only_read(int reader)
{
    recent_next_at = INT64_MAX;
    if (ring && (reader == -1 || mmap(ring, sizeof *ring, PROT_READ, MAP_SHARED | MAP_FIXED,
                                      reader, 0) == MAP_FAILED))
        mprotect(ring, sizeof *ring, PROT_READ);
    if (reader != -1)
        close(reader);
}

void recent_close(void)
{
    recent_next_at = INT64_MAX;
    if (ring)
        munmap(ring, sizeof *ring);
    ring = NULL;
}

void recent_take(int64_t now)
{
    full_at = (full_at > now ? full_at : now) + RECENT_INTERVAL_MS;
    recent_next_at = full_at - (RECENT_BURST - 1) * RECENT_INTERVAL_MS;
}

static uint64_t hash_of(const struct recent_record *record)
{
    return XXH3_64bits(record, sizeof *record);
}

static struct recent_slot *slot_of(uint64_t number)
{
    return &ring->slots[number % RECENT_RECORDS];
}

/* Each writer has a number of its own. Two meet in a slot only if one was stopped while the
 * others filled the ring; then the hash is that of neither. */
uint64_t recent_write(const struct recent_record *record)
{
    struct recent_slot *slot;
    uint64_t number;

    if (!ring)
        return 0;
    number = __atomic_add_fetch(&ring->newest, 1, __ATOMIC_RELAXED);
    slot = slot_of(number);
    __atomic_store_n(&slot->number, 0, __ATOMIC_RELAXED);
    __atomic_thread_fence(__ATOMIC_RELEASE);
    memcpy(&slot->record, record, sizeof *record);
    slot->record.number = number;
    slot->hash = hash_of(&slot->record);
    __atomic_store_n(&slot->number, number, __ATOMIC_RELEASE);
    return number;
}

uint64_t recent_newest(void)
{
    return ring ? __atomic_load_n(&ring->newest, __ATOMIC_ACQUIRE) : 0;
}

static bool copy(uint64_t number, struct recent_record *record)
{
    const struct recent_slot *slot = slot_of(number);
    uint64_t before = __atomic_load_n(&slot->number, __ATOMIC_ACQUIRE), hash;

    if (before != number)
        return false;
    memcpy(record, &slot->record, sizeof *record);
    hash = slot->hash;
    __atomic_thread_fence(__ATOMIC_ACQUIRE);
    return __atomic_load_n(&slot->number, __ATOMIC_RELAXED) == number &&
           hash == hash_of(record);
}

/* The process that writes records may have been broken into, so no length is trusted. */
static bool is_sound(const struct recent_record *record)
{
    return (record->client_len == 0 || record->client_len == 4 ||
            record->client_len == 16) &&
           record->over_tcp <= 1 && record->question_len <= RECENT_QUESTION &&
           record->question_len <= record->question_size &&
           record->reply_len <= RECENT_REPLY && record->reply_len <= record->reply_size &&
           record->question_size <= UINT16_MAX && record->reply_size <= UINT16_MAX &&
           record->way_len <= RECENT_WAY &&
           memchr(record->reason, '\0', sizeof record->reason);
}

bool recent_read(uint64_t number, struct recent_record *record)
{
    return ring && number > 0 && copy(number, record) && record->number == number &&
           is_sound(record);
}
