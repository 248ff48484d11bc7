/*
 * resolv.conf beside libc: a file that is said to be safe neither hangs nor aborts
 * res_ninit(), and what libc reads in it keeps within libc's bounds.
 */
#include "etc.h"

#include "upstream/resolv_conf.h"

#include <resolv.h>
#include <sys/stat.h>

/* Each file has other times, or it would not be read. */
static void fill(const uint8_t *data, size_t size)
{
    static struct timespec times[2];

    etc_fill(etc_resolv_conf, data, size);
    times[1].tv_sec++;
    must(futimens(etc_resolv_conf, times) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct resolv_conf conf, again;

    fill(data, size);
    if (resolv_conf_is_unsafe()) {
        must(resolv_conf_read(&conf) == -1 && conf.server_count == 0);
        return 0;
    }
    must(resolv_conf_read(&conf) == 0);
    must(conf.server_count <= SERVERS_MAX);
    for (size_t i = 0; i < conf.server_count; i++)
        must(addr_port(&conf.servers[i]) == NAMESERVER_PORT);
    must(conf.timeout_ms >= 1000 && conf.timeout_ms <= RES_MAXRETRANS * 1000);
    must(conf.attempts >= 1 && conf.attempts <= RES_MAXRETRY);
    must(resolv_conf_read(&again) == 0 && again.edition == conf.edition);
    must(memcmp(&again, &conf, sizeof conf) == 0);
    return 0;
}
