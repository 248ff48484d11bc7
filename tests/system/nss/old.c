/* Has only the functions of old modules, and its server refuses all connections. */
#define MODULE old
#include "nss.h"

static enum nss_status refuse(int *error, int *h_error)
{
    *error = ECONNREFUSED;
    *h_error = NETDB_INTERNAL;
    return NSS_STATUS_UNAVAIL;
}

enum nss_status NAME2_ENTRY(const char *name, int family, struct hostent *host,
                            char *buffer, size_t size, int *error, int *h_error)
{
    (void)name, (void)family, (void)host, (void)buffer, (void)size;
    return refuse(error, h_error);
}

enum nss_status ADDR_ENTRY(const void *address, socklen_t len, int family,
                           struct hostent *host, char *buffer, size_t size, int *error,
                           int *h_error)
{
    (void)address, (void)len, (void)family, (void)host, (void)buffer, (void)size;
    return refuse(error, h_error);
}
