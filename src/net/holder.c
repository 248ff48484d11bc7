#include "net/holder.h"

#include <ctype.h>
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/printable.h"

enum {
    HEX_ADDRESS = 2 * sizeof(struct in6_addr) + 1,
    LINKS_MAX = 64, /* a socket's link is shorter */
};

/* The kernel's tables have an address as 32-bit words in the order of the host, in
 * hexadecimal. */
static void hex_words(char text[static HEX_ADDRESS], const void *address, size_t size)
{
    uint32_t word;

    for (size_t at = 0; at < size; at += sizeof word) {
        memcpy(&word, (const char *)address + at, sizeof word);
        snprintf(text + at * 2, 9, "%08X", (unsigned)word);
    }
}

/* The inode of a socket with exactly this address in a table of the kernel; 0: none. */
static unsigned long find_inode(const char *table, const char *address, unsigned port)
{
    FILE *file = fopen(table, "re");
    char line[512], local[HEX_ADDRESS];
    unsigned local_port;
    unsigned long inode, found = 0;

    if (!file)
        return 0;
    while (!found && fgets(line, sizeof line, file))
        if (sscanf(line, " %*u: %32[0-9A-F]:%x %*s %*x %*s %*s %*s %*u %*u %lu", local,
                   &local_port, &inode) == 3 &&
            local_port == port && strcmp(local, address) == 0)
            found = inode;
    fclose(file);
    return found;
}

/* True if one of the process's descriptors is the socket. */
static bool has_socket(const char *pid, const char *socket)
{
    char path[300], link[LINKS_MAX];
    struct dirent *entry;
    bool found = false;
    DIR *dir;

    snprintf(path, sizeof path, "/proc/%s/fd", pid);
    dir = opendir(path);
    while (dir && !found && (entry = readdir(dir))) {
        ssize_t len = readlinkat(dirfd(dir), entry->d_name, link, sizeof link - 1);

        if (len < 0)
            continue;
        link[len] = '\0';
        found = strcmp(link, socket) == 0;
    }
    if (dir)
        closedir(dir);
    return found;
}

static void name_process(const char *pid, char *text, size_t size)
{
    char path[300], name[32] = "?";
    FILE *file;

    snprintf(path, sizeof path, "/proc/%s/comm", pid);
    file = fopen(path, "re");
    if (file && fgets(name, sizeof name, file))
        name[strcspn(name, "\n")] = '\0';
    if (file)
        fclose(file);
    printable_make(name, sizeof name); /* a process can give itself any name */
    snprintf(text, size, "%s (pid %s)", name, pid);
}

/* Takes the process with the lowest id: that of a server, and not one of its children. */
bool holder_of_socket(unsigned long inode, char *text, size_t size)
{
    char socket[LINKS_MAX], pid[16] = "";
    struct dirent *entry;
    DIR *dir = opendir("/proc");
    long lowest = 0;

    snprintf(socket, sizeof socket, "socket:[%lu]", inode);
    while (dir && (entry = readdir(dir))) {
        long number = isdigit((unsigned char)*entry->d_name) ? atol(entry->d_name) : 0;

        if (number == 0 || (lowest != 0 && number > lowest) ||
            !has_socket(entry->d_name, socket))
            continue;
        lowest = number;
        snprintf(pid, sizeof pid, "%ld", number);
    }
    if (dir)
        closedir(dir);
    if (lowest != 0)
        name_process(pid, text, size);
    return lowest != 0;
}

static bool find_holder(const char *const tables[2], const char *address, unsigned port,
                        char *text, size_t size)
{
    for (int i = 0; i < 2; i++) {
        unsigned long inode = find_inode(tables[i], address, port);

        if (inode != 0 && holder_of_socket(inode, text, size))
            return true;
    }
    return false;
}

/* Looks for the address itself before the wildcard. IPv6's wildcard may hold an IPv4
 * address, too. */
bool holder_find(const struct addr *addr, char *text, size_t size)
{
    static const char *const ip4[] = {"/proc/net/udp", "/proc/net/tcp"};
    static const char *const ip6[] = {"/proc/net/udp6", "/proc/net/tcp6"};
    static const struct in6_addr any; /* long enough for IPv4's as well */
    bool is_ip6 = addr->sock.any.sa_family == AF_INET6;
    unsigned port = addr_port(addr);
    char address[HEX_ADDRESS], any4[HEX_ADDRESS], any6[HEX_ADDRESS];

    if (is_ip6)
        hex_words(address, &addr->sock.ip6.sin6_addr, sizeof addr->sock.ip6.sin6_addr);
    else
        hex_words(address, &addr->sock.ip4.sin_addr, sizeof addr->sock.ip4.sin_addr);
    hex_words(any4, &any, sizeof(struct in_addr));
    hex_words(any6, &any, sizeof any);
    return find_holder(is_ip6 ? ip6 : ip4, address, port, text, size) ||
           (!is_ip6 && find_holder(ip4, any4, port, text, size)) ||
           find_holder(ip6, any6, port, text, size);
}
