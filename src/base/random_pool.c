#include "base/random_pool.h"

#include <sys/random.h>

static unsigned char pool[RANDOM_POOL_SIZE];
static size_t left; /* octets at its beginning that have not been taken */

/* What is left is dropped, since it is too little. */
static bool fill(void)
{
    left = 0;
    if (getrandom(pool, sizeof pool, 0) != sizeof pool)
        return false;
    left = sizeof pool;
    return true;
}

/* What has been taken is wiped, so that nobody finds it in the memory later. There are few
 * octets: calls of memcpy() and memset() would cost more. */
bool random_pool_take(void *out, size_t size)
{
    unsigned char *to = out;

    if (size > left && (size > sizeof pool || !fill()))
        return false;
    while (size-- > 0) {
        *to++ = pool[--left];
        pool[left] = 0;
    }
    return true;
}
