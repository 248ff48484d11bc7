#include "dnstap/tap.h"

#include <string.h>

#include "base/counters.h"
#include "dnstap/tap_memory.h"

struct tap_ring *tap_own;

int tap_open(int fd, unsigned slot)
{
    if (fd == -1)
        return 0;
    tap_own = tap_memory_ring(fd, slot);
    if (!tap_own)
        return -1;
    tap_ring_open(tap_own);
    return 0;
}

static void put_address(const struct addr *addr, uint8_t octets[static TAP_ADDRESS],
                        uint16_t *port)
{
    if (addr->sock.any.sa_family == AF_INET6)
        memcpy(octets, &addr->sock.ip6.sin6_addr, sizeof addr->sock.ip6.sin6_addr);
    else
        memcpy(octets, &addr->sock.ip4.sin_addr, sizeof addr->sock.ip4.sin_addr);
    *port = addr_port(addr);
}

void tap_put(const struct tap_message *message)
{
    struct tap_record record = {.len = (uint32_t)message->len,
                                .type = (uint8_t)message->type,
                                .over_tcp = message->over_tcp,
                                .is_ip6 = message->asker->sock.any.sa_family == AF_INET6,
                                .has_server = message->server != NULL,
                                .asked = message->asked,
                                .answered = message->answered};

    if (!tap_is_on())
        return;
    put_address(message->asker, record.asker, &record.asker_port);
    if (message->server)
        put_address(message->server, record.server, &record.server_port);
    if (!tap_ring_put(tap_own, &record, message->wire))
        count(COUNT_DNSTAP_LOST);
}
