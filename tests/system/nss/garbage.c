/* Says what no module should; the first label of the name, or the last octet of an address
 * below 10.9.9.0, tells what. Each lie is one row. */
#define MODULE garbage
#include "nss.h"

enum { ADDRESSES_MAX = 4000 };

struct lie {
    const char *label;
    const char *canonical; /* NULL: the asked name */
    const char *addresses[4];
    enum nss_status status; /* 0 is NSS_STATUS_NOTFOUND: then there are no addresses */
    int error, h_error;     /* left alone if 0 */
    int length;             /* of an address; 0: the true one */
    int repeat;             /* the first address, counted up, so often */
    int family;             /* of the addresses, whatever they are; 0: the true one */
    uint32_t scope;
};

#define SAYS NSS_STATUS_SUCCESS
static char long_name[1200];

static const struct lie lies[] = {
    {"good", NULL, {"192.0.2.31", "2001:db8::31"}, SAYS, 0, 0, 0, 0, 0, 0},
    {"canon-blank", "two words.test", {"192.0.2.32"}, SAYS, 0, 0, 0, 0, 0, 0},
    {"canon-empty", "", {"192.0.2.33"}, SAYS, 0, 0, 0, 0, 0, 0},
    {"canon-dots", "..a..b..", {"192.0.2.34"}, SAYS, 0, 0, 0, 0, 0, 0},
    {"canon-high", "\xff\xfe\x80.test", {"192.0.2.35"}, SAYS, 0, 0, 0, 0, 0, 0},
    {"canon-control", "a\nb\x01.test", {"192.0.2.36"}, SAYS, 0, 0, 0, 0, 0, 0},
    {"canon-long", long_name, {"192.0.2.37"}, SAYS, 0, 0, 0, 0, 0, 0},
    {"length-short", NULL, {"192.0.2.38"}, SAYS, 0, 0, 3, 0, 0, 0},
    {"length-long", NULL, {"192.0.2.39"}, SAYS, 0, 0, 16, 0, 0, 0},
    {"length-none", NULL, {"192.0.2.40"}, SAYS, 0, 0, -1, 0, 0, 0},
    {"no-address", NULL, {NULL}, SAYS, 0, 0, 0, 0, 0, 0},
    {"mapped", NULL, {"::ffff:192.0.2.41"}, SAYS, 0, 0, 0, 0, 0, 0},
    {"scoped", NULL, {"fe80::1"}, SAYS, 0, 0, 0, 0, 0, 7},
    {.label = "twice",
     .addresses = {"192.0.2.42", "192.0.2.42", "2001:db8::42", "2001:db8::42"},
     .status = SAYS},
    {"thousands", NULL, {"10.50.0.0"}, SAYS, 0, 0, 0, ADDRESSES_MAX, 0, 0},
    {"family", NULL, {"192.0.2.43"}, SAYS, 0, 0, 0, 0, AF_UNIX, 0},
    {"unavail-bare", NULL, {NULL}, NSS_STATUS_UNAVAIL, 0, 0, 0, 0, 0, 0},
    {"tryagain-bare", NULL, {NULL}, NSS_STATUS_TRYAGAIN, 0, 0, 0, 0, 0, 0},
    {"notfound-bare", NULL, {NULL}, NSS_STATUS_NOTFOUND, 0, 0, 0, 0, 0, 0},
    {.label = "notfound-erange",
     .status = NSS_STATUS_NOTFOUND,
     .error = ERANGE,
     .h_error = NETDB_INTERNAL},
    {"notfound-success", NULL, {NULL}, NSS_STATUS_NOTFOUND, 0, NETDB_SUCCESS, 0, 0, 0, 0},
    {"unavail-strange", NULL, {NULL}, NSS_STATUS_UNAVAIL, 4711, 4711, 0, 0, 0, 0},
    {"status-strange", NULL, {NULL}, (enum nss_status) - 17, 0, 0, 0, 0, 0, 0},
    {"return-status", NULL, {NULL}, NSS_STATUS_RETURN, 0, 0, 0, 0, 0, 0},
};

static const struct lie *find_lie(const char *name)
{
    size_t label = strcspn(name, ".");

    memset(long_name, 'x', sizeof long_name - 1);
    for (size_t i = 0; i < sizeof lies / sizeof *lies; i++)
        if (strlen(lies[i].label) == label && strncmp(lies[i].label, name, label) == 0)
            return &lies[i];
    return NULL;
}

/* For libc's growing buffer: room in it, or NULL. */
static void *take(char **buffer, size_t *size, size_t want)
{
    size_t gap = -(uintptr_t)*buffer % sizeof(void *);
    void *taken = *buffer + gap;

    if (*size < want + gap)
        return NULL;
    *buffer += gap + want;
    *size -= gap + want;
    return taken;
}

static enum nss_status too_small(int *error, int *h_error)
{
    *error = ERANGE;
    *h_error = NETDB_INTERNAL;
    return NSS_STATUS_TRYAGAIN;
}

static enum nss_status say_status(const struct lie *lie, int *error, int *h_error)
{
    if (lie->error)
        *error = lie->error;
    if (lie->h_error)
        *h_error = lie->h_error;
    return lie->status;
}

static int count_of(const struct lie *lie)
{
    int count = 0;

    while (count < 4 && lie->addresses[count])
        count++;
    return lie->repeat ? lie->repeat : count;
}

/* The address with this number; its family. */
static int address_of(const struct lie *lie, int number, uint8_t octets[16])
{
    const char *text = lie->addresses[lie->repeat ? 0 : number];
    uint32_t counted;

    memset(octets, 0, 16);
    if (inet_pton(AF_INET6, text, octets) == 1)
        return AF_INET6;
    inet_pton(AF_INET, text, octets);
    memcpy(&counted, octets, sizeof counted);
    counted = htonl(ntohl(counted) + (lie->repeat ? (uint32_t)number : 0));
    memcpy(octets, &counted, sizeof counted);
    return AF_INET;
}

enum nss_status TUPLES_ENTRY(const char *name, struct gaih_addrtuple **tuples, char *buffer,
                             size_t size, int *error, int *h_error, int32_t *ttl)
{
    const struct lie *lie = find_lie(name);
    const char *canonical;
    struct gaih_addrtuple *tuple, **last = tuples;
    char *text;

    (void)ttl;
    if (!lie)
        return not_found(error, h_error);
    if (lie->status != SAYS)
        return say_status(lie, error, h_error);
    canonical = lie->canonical ? lie->canonical : name;
    if (!(text = take(&buffer, &size, strlen(canonical) + 1)))
        return too_small(error, h_error);
    strcpy(text, canonical);
    for (int i = 0; i < count_of(lie); i++) {
        uint8_t octets[16];

        tuple = *last && i == 0 ? *last : take(&buffer, &size, sizeof *tuple);
        if (!tuple)
            return too_small(error, h_error);
        *tuple = (struct gaih_addrtuple){.name = text, .scopeid = lie->scope};
        tuple->family = address_of(lie, i, octets);
        if (lie->family)
            tuple->family = lie->family;
        memcpy(tuple->addr, octets, sizeof octets);
        *last = tuple;
        last = &tuple->next;
    }
    return SAYS;
}

static enum nss_status fill_host(const struct lie *lie, const char *canonical, int family,
                                 struct hostent *host, char *buffer, size_t size,
                                 int *error, int *h_error)
{
    int count = count_of(lie), used = 0;
    char *text = take(&buffer, &size, strlen(canonical) + 1);
    char **list = take(&buffer, &size, ((size_t)count + 1) * sizeof *list);
    char **aliases = take(&buffer, &size, 3 * sizeof *aliases);

    if (!text || !list || !aliases)
        return too_small(error, h_error);
    strcpy(text, canonical);
    for (int i = 0; i < count; i++) {
        uint8_t octets[16];
        char *address;

        if (address_of(lie, i, octets) != family)
            continue;
        if (!(address = take(&buffer, &size, sizeof octets)))
            return too_small(error, h_error);
        memcpy(address, octets, sizeof octets);
        list[used++] = address;
    }
    if (used == 0 && count > 0)
        return not_found(error, h_error);
    list[used] = NULL;
    aliases[0] = text + strlen(text);                            /* an empty name */
    aliases[1] = strcmp(lie->label, "twice") == 0 ? text : NULL; /* the same again */
    aliases[2] = NULL;
    *host = (struct hostent){.h_name = text,
                             .h_aliases = aliases,
                             .h_addrtype = lie->family ? lie->family : family,
                             .h_length = family == AF_INET6 ? 16 : 4,
                             .h_addr_list = list};
    if (lie->length)
        host->h_length = lie->length > 0 ? lie->length : 0;
    return SAYS;
}

enum nss_status NAME3_ENTRY(const char *name, int family, struct hostent *host,
                            char *buffer, size_t size, int *error, int *h_error,
                            int32_t *ttl, char **canon)
{
    const struct lie *lie = find_lie(name);

    (void)ttl, (void)canon;
    if (!lie)
        return not_found(error, h_error);
    if (lie->status != SAYS)
        return say_status(lie, error, h_error);
    return fill_host(lie, lie->canonical ? lie->canonical : name, family, host, buffer,
                     size, error, h_error);
}

enum nss_status NAME2_ENTRY(const char *name, int family, struct hostent *host,
                            char *buffer, size_t size, int *error, int *h_error)
{
    return NAME3_ENTRY(name, family, host, buffer, size, error, h_error, NULL, NULL);
}

/* 10.9.9.N is row N of the table. */
enum nss_status ADDR_ENTRY(const void *address, socklen_t len, int family,
                           struct hostent *host, char *buffer, size_t size, int *error,
                           int *h_error)
{
    const uint8_t *octets = address;
    const struct lie *lie;

    (void)len;
    if (family != AF_INET || octets[0] != 10 || octets[1] != 9 || octets[2] != 9 ||
        octets[3] >= sizeof lies / sizeof *lies)
        return not_found(error, h_error);
    lie = &lies[octets[3]];
    find_lie("");
    if (lie->status != SAYS)
        return say_status(lie, error, h_error);
    return fill_host(lie, lie->canonical ? lie->canonical : "plain.test", family, host,
                     buffer, size, error, h_error);
}
