/* The entries of a module that says the same to all kinds of questions, by `ask`. */
enum nss_status TUPLES_ENTRY(const char *name, struct gaih_addrtuple **tuples, char *buffer,
                             size_t size, int *error, int *h_error, int32_t *ttl)
{
    (void)tuples, (void)buffer, (void)size, (void)ttl;
    return ask(name, error, h_error);
}

enum nss_status NAME3_ENTRY(const char *name, int family, struct hostent *host,
                            char *buffer, size_t size, int *error, int *h_error,
                            int32_t *ttl, char **canon)
{
    (void)family, (void)host, (void)buffer, (void)size, (void)ttl, (void)canon;
    return ask(name, error, h_error);
}

enum nss_status NAME2_ENTRY(const char *name, int family, struct hostent *host,
                            char *buffer, size_t size, int *error, int *h_error)
{
    return NAME3_ENTRY(name, family, host, buffer, size, error, h_error, NULL, NULL);
}

/* An address is asked for as a name: "hang" is 10.9.9.1, "kill" 10.9.9.2. */
enum nss_status ADDR_ENTRY(const void *address, socklen_t len, int family,
                           struct hostent *host, char *buffer, size_t size, int *error,
                           int *h_error)
{
    const uint8_t *octets = address;

    (void)len, (void)host, (void)buffer, (void)size;
    if (family == AF_INET && octets[0] == 10 && octets[1] == 9 && octets[2] == 9)
        return ask(octets[3] == 1 ? "hang" : octets[3] == 2 ? "kill" : "", error, h_error);
    return not_found(error, h_error);
}
