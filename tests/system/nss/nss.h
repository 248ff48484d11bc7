/*
 * What an NSS module of these tests offers: one question, `ask`, for all of libc's entries.
 * Each module defines `say` before it includes this, and MODULE, its name.
 */
#pragma once

#include <arpa/inet.h>
#include <errno.h>
#include <netdb.h>
#include <nss.h>
#include <pthread.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define PASTE_(a, b, c) a##b##c
#define PASTE(a, b, c)  PASTE_(a, b, c)
#define ENTRY(function) PASTE(_nss_, MODULE, function)

#define TUPLES_ENTRY ENTRY(_gethostbyname4_r)
#define NAME3_ENTRY  ENTRY(_gethostbyname3_r)
#define NAME2_ENTRY  ENTRY(_gethostbyname2_r)
#define ADDR_ENTRY   ENTRY(_gethostbyaddr_r)

enum nss_status TUPLES_ENTRY(const char *name, struct gaih_addrtuple **tuples, char *buffer,
                             size_t size, int *error, int *h_error, int32_t *ttl);
enum nss_status NAME3_ENTRY(const char *name, int family, struct hostent *host,
                            char *buffer, size_t size, int *error, int *h_error,
                            int32_t *ttl, char **canon);
enum nss_status NAME2_ENTRY(const char *name, int family, struct hostent *host,
                            char *buffer, size_t size, int *error, int *h_error);
enum nss_status ADDR_ENTRY(const void *address, socklen_t len, int family,
                           struct hostent *host, char *buffer, size_t size, int *error,
                           int *h_error);

static inline enum nss_status not_found(int *error, int *h_error)
{
    *error = ENOENT;
    *h_error = HOST_NOT_FOUND;
    return NSS_STATUS_NOTFOUND;
}
