#include "base/seqlock.h"

#include <string.h>

enum { TRIES = 4 };

void seqlock_write_begin(struct seqlock *lock)
{
    __atomic_store_n(&lock->version, lock->version | 1, __ATOMIC_RELAXED);
    __atomic_thread_fence(__ATOMIC_RELEASE);
}

void seqlock_write_end(struct seqlock *lock)
{
    __atomic_store_n(&lock->version, lock->version + 1, __ATOMIC_RELEASE);
}

/* If the data is written meanwhile, the version is odd before the copy, or another one
 * after it. */
bool seqlock_read(const struct seqlock *lock, void *copy, const void *data, size_t size)
{
    for (int i = 0; i < TRIES; i++) {
        uint32_t before = __atomic_load_n(&lock->version, __ATOMIC_ACQUIRE);

        memcpy(copy, data, size);
        __atomic_thread_fence(__ATOMIC_ACQUIRE);
        if (before % 2 == 0 && __atomic_load_n(&lock->version, __ATOMIC_RELAXED) == before)
            return true;
    }
    return false;
}
