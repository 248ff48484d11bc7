#include "client/show.h"

#include "dns/print.h"
#include "dns/rcode.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

const char *show_server(const struct addr *server, char text[static SHOW_SERVER])
{
    char ip[ADDR_IP_TEXT];

    snprintf(text, SHOW_SERVER, "%s port %u", addr_format_ip(server, ip),
             addr_port(server));
    return text;
}

int show_bare(const char *name)
{
    size_t len = strlen(name);

    return (int)(len > 1 ? len - 1 : len);
}

const char *show_system_error(int error)
{
    return error == ENODATA ? "the server closed the connection" : strerror(error);
}

void show_rcode(unsigned rcode, FILE *out)
{
    const char *meaning = print_rcode_meaning(rcode);

    fputs(rcode_text(rcode), out);
    if (meaning)
        fprintf(out, " (%s)", meaning);
}

void show_bad_name(const char *name, const char *reason, FILE *err)
{
    char *safe = print_safe(name, strlen(name));

    fprintf(err, "hostdns: \"%s\": %s\n", safe, reason);
    free(safe);
}
