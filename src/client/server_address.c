/*
 * People write servers as dig, kdig or URLs do, so all these forms are read. The name of a
 * server is looked up at hostdnsd on this host, since the client has no resolver of its
 * own.
 */
#include "client/server_address.h"

#include "client/datagram.h"
#include "client/inquiry.h"
#include "net/place.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { OWN_PORT = 5353, DNS_PORT = 53 };

enum { NAME_MS = 5000 }; /* hostdnsd answers within 4.5 seconds */

bool server_address_parse_port(const char *text, uint16_t *port)
{
    char *end;
    unsigned long number = strtoul(text, &end, 10);

    *port = (uint16_t)number;
    return *text >= '0' && *text <= '9' && *end == '\0' && number >= 1 &&
           number <= UINT16_MAX;
}

/* The port if none is written behind the address. */
static uint16_t default_port(const struct addr *server, uint16_t port)
{
    if (port != 0)
        return port;
    return place_of(server) == PLACE_HERE ? OWN_PORT : DNS_PORT;
}

/* Splits HOST#PORT; *port keeps its value if there is no port. False if either is wrong. */
static bool split(const char *text, char host[static ASK_TEXT], uint16_t *port)
{
    size_t len = strcspn(text, "#");

    if (len >= ASK_TEXT ||
        (text[len] == '#' && !server_address_parse_port(text + len + 1, port)))
        return false;
    memcpy(host, text, len);
    host[len] = '\0';
    return true;
}

static bool parse_numeric(struct addr *server, const char *host, uint16_t port)
{
    if (!addr_parse(server, host, OWN_PORT))
        return false;
    return addr_parse(server, host, default_port(server, port)) && addr_port(server) != 0;
}

static bool is_of(const struct addr *server, int family)
{
    return family == AF_UNSPEC || server->sock.any.sa_family == family;
}

/* False for everything that may be a mistyped address. */
static bool is_name(const char *host)
{
    return host[strspn(host, "0123456789.")] != '\0' && !strpbrk(host, ":%[]");
}

static bool take_address(const struct exchange *exchange, struct addr *server,
                         uint16_t port)
{
    const struct received_records *answers = received_answers(&exchange->reply);

    for (size_t i = 0; i < answers->count; i++)
        if (exchange_is_answer(exchange, &answers->records[i]) &&
            parse_numeric(server, answers->records[i].data, port))
            return true;
    return false;
}

/* IPv4 first, since a host may have IPv6 addresses but no route to others. */
static bool take_any_address(const struct inquiry *found, struct addr *server,
                             uint16_t port, int family)
{
    for (size_t i = 0; i < found->count; i++)
        if (take_address(&found->exchanges[i], server, port) && is_of(server, family))
            return true;
    return false;
}

/* Says why there is no address. */
static void explain(const struct inquiry *found, const char *text, int family,
                    char error[static SERVER_ADDRESS_ERROR])
{
    const char *kind = family == AF_INET ? "IPv4 " : family == AF_INET6 ? "IPv6 " : "";

    if (inquiry_exit(found) == INQUIRY_SILENT)
        snprintf(error, SERVER_ADDRESS_ERROR,
                 "@%s: nobody answers at 127.0.0.1 port %d (is hostdnsd running?)", text,
                 OWN_PORT);
    else
        snprintf(error, SERVER_ADDRESS_ERROR,
                 "@%s: no %saddress is known by 127.0.0.1 port %d", text, kind, OWN_PORT);
}

static bool find_name(struct addr *server, const char *text, char *name, uint16_t port,
                      int family, char error[static SERVER_ADDRESS_ERROR])
{
    const struct exchange_manner manner = {.tries = 1, .try_ms = NAME_MS};
    struct inquiry inquiry = {0};
    struct addr here;
    bool found = false;
    int fd;

    addr_parse(&here, "127.0.0.1", OWN_PORT);
    fd = datagram_open(&here);
    if (fd == -1 || inquiry_run(&inquiry, fd, &(struct wish){.name = name},
                                &(struct ask_form){0}, &manner) != 0) {
        snprintf(error, SERVER_ADDRESS_ERROR, "@%s: %s", text, strerror(errno));
    } else {
        found = take_any_address(&inquiry, server, port, family);
        explain(&inquiry, text, family, error);
    }
    inquiry_free(&inquiry);
    if (fd != -1)
        close(fd);
    return found;
}

bool server_address_parse(struct addr *server, const char *text, uint16_t port, int family,
                          char error[static SERVER_ADDRESS_ERROR])
{
    char host[ASK_TEXT];
    bool is_split = split(text, host, &port);

    if (is_split && is_name(host))
        return find_name(server, text, host, port, family, error);
    if (!is_split || !parse_numeric(server, host, port)) {
        snprintf(error, SERVER_ADDRESS_ERROR, "@%s: no ADDRESS, ADDRESS#PORT or NAME",
                 text);
        return false;
    }
    snprintf(error, SERVER_ADDRESS_ERROR, "@%s: -%c asks for an IPv%c address", text,
             family == AF_INET ? '4' : '6', family == AF_INET ? '4' : '6');
    return is_of(server, family);
}
