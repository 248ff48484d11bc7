#include "daemon/stack.h"

#include <sys/resource.h>

#include "base/log.h"

enum { STACK_MIN = 128 * 1024 }; /* octets; what the main thread needs, and some */

bool stack_raise(void)
{
    struct rlimit limit;

    if (getrlimit(RLIMIT_STACK, &limit) == -1 || limit.rlim_cur >= STACK_MIN)
        return true;
    if (limit.rlim_max >= STACK_MIN) {
        limit.rlim_cur = STACK_MIN;
        return setrlimit(RLIMIT_STACK, &limit) == 0;
    }
    log_error("the limit of %lu octets for the stack is too low: it takes %d",
              (unsigned long)limit.rlim_max, STACK_MIN);
    return false;
}
