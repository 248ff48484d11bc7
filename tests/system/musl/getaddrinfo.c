/*
 * Prints the addresses that musl's getaddrinfo() finds for a name, one a line; if there are
 * none, why, in its words.
 */
#include <arpa/inet.h>
#include <netdb.h>
#include <stdio.h>

static const void *address_of(const struct addrinfo *info)
{
    const void *sock = info->ai_addr;

    return info->ai_family == AF_INET
               ? (const void *)&((const struct sockaddr_in *)sock)->sin_addr
               : (const void *)&((const struct sockaddr_in6 *)sock)->sin6_addr;
}

int main(int argc, char **argv)
{
    const struct addrinfo hints = {.ai_socktype = SOCK_STREAM};
    char text[INET6_ADDRSTRLEN];
    struct addrinfo *list = NULL;
    int error = argc == 2 ? getaddrinfo(argv[1], NULL, &hints, &list) : EAI_FAIL;

    if (error)
        puts(gai_strerror(error));
    for (const struct addrinfo *info = list; info; info = info->ai_next)
        puts(inet_ntop(info->ai_family, address_of(info), text, sizeof text));
    if (list)
        freeaddrinfo(list);
    return 0;
}
