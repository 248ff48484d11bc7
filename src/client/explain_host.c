#include "client/explain_host.h"

#include "base/host_file.h"
#include "base/xalloc.h"
#include "dns/localhost.h"

#include <arpa/inet.h>
#include <ifaddrs.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

enum { FILE_MAX = 1 << 16, DNS_PORT = 53 };

static const char default_line[] = "files dns"; /* libc's, since 2.33 */

/* The file's text, to free; NULL if it cannot be read. Sets `*len` if it can. */
static char *read_file(const char *path, size_t *len)
{
    char *text = xmalloc(FILE_MAX);
    int fd = host_file_open(path);
    ssize_t got = fd != -1 ? read(fd, text, FILE_MAX - 1) : -1;

    if (fd != -1)
        close(fd);
    if (got < 0) {
        free(text);
        return NULL;
    }
    text[got] = '\0';
    *len = (size_t)got;
    return text;
}

/* The hosts: line */

/* Copies the actions behind the source's name; a longer text is cut. */
static void copy_actions(char actions[static FINDINGS_WORD],
                         const struct hosts_source *source)
{
    const char *from = source->name + source->name_len, *end = source->name + source->len;

    while (from < end && *from != '[')
        from++;
    snprintf(actions, FINDINGS_WORD, "%.*s", (int)(end - from), from);
}

static size_t first_of(const struct findings *findings, const char *name)
{
    size_t at = 0;

    while (at < findings->source_count && strcmp(findings->sources[at].name, name) != 0)
        at++;
    return at;
}

/* A name that is too long for any file is cut, since it cannot be loaded either. */
static void add_source(struct findings *findings, const struct hosts_source *source)
{
    struct finding_source *added = &findings->sources[findings->source_count];

    *added = (struct finding_source){.label = print_safe(source->name, source->name_len)};
    copy_actions(added->actions, source);
    snprintf(added->name, sizeof added->name, "%.*s", (int)source->name_len, source->name);
    memcpy(added->on, source->on, sizeof added->on);
    added->same_as = first_of(findings, added->name);
    findings->source_count++;
}

static void refuse_line(struct findings *findings)
{
    findings->host.is_wrong = true;
    while (findings->source_count > 0)
        free(findings->sources[--findings->source_count].label);
}

static void read_line(struct findings *findings, const char *line)
{
    enum hosts_next next = HOSTS_SOURCE;
    struct hosts_source source;

    while (findings->source_count < FINDINGS_SOURCES &&
           (next = hosts_line_next(&line, &source)) == HOSTS_SOURCE)
        add_source(findings, &source);
    findings->host.is_wrong = false;
    if (next == HOSTS_WRONG || findings->source_count == 0)
        refuse_line(findings);
}

void explain_host_sources(struct findings *findings, char *nsswitch_conf, size_t text_len)
{
    struct finding_host *host = &findings->host;
    size_t len = sizeof default_line - 1;
    bool is_right = !nsswitch_conf || hosts_line_prepare(nsswitch_conf, text_len);
    const char *line = nsswitch_conf ? hosts_line_find(nsswitch_conf, &len) : NULL;

    host->is_default = !line;
    host->line = xstrndup(line ? line : default_line, len);
    read_line(findings, host->line);
    if (!is_right)
        refuse_line(findings);
}

/* resolv.conf */

/* As libc reads the text: numbers such as 127.1 are IPv4 addresses, and a scope that is
 * none is left out. There is no place for a port. */
static bool parse_server(struct addr *server, char *text)
{
    char *scope = strchr(text, '%');
    struct in_addr ip4;
    struct in6_addr ip6;

    if (inet_aton(text, &ip4) && !strpbrk(text, "\v\f\r"))
        return addr_parse(server, inet_ntoa(ip4), DNS_PORT);
    if (scope && addr_parse(server, text, DNS_PORT))
        return *text != '[';
    if (scope)
        *scope = '\0';
    return inet_pton(AF_INET6, text, &ip6) == 1 && addr_parse(server, text, DNS_PORT);
}

static void add_server(struct finding_host *host, const char *value)
{
    const size_t most = sizeof host->servers / sizeof *host->servers;
    char *text = xstrndup(value, strcspn(value, " \t\n"));

    if (host->server_count < most && parse_server(&host->servers[host->server_count], text))
        host->server_count++;
    free(text);
}

/* If there is none, libc asks this host. */
void explain_host_servers(struct finding_host *host, FILE *resolv_conf)
{
    const char *value;
    char *line = NULL;
    size_t room = 0;

    host->server_count = 0;
    while (resolv_conf && getline(&line, &room, resolv_conf) != -1)
        if ((value = search_behind(line, "nameserver")))
            add_server(host, value);
    free(line);
    host->has_no_server = host->server_count == 0;
    if (host->has_no_server)
        add_server(host, "127.0.0.1");
}

static void read_servers(struct finding_host *host)
{
    FILE *file = host_file_stream("/etc/resolv.conf");

    explain_host_servers(host, file);
    if (file)
        fclose(file);
}

/* If there is no list, the domain of the host's own name is used (resolv.conf(5)). */
static void read_search(struct search *search)
{
    char name[SEARCH_DOMAIN];
    const char *domain;

    search_read(search, "/etc/resolv.conf");
    if (search->count == 0 && gethostname(name, sizeof name - 1) == 0) {
        name[sizeof name - 1] = '\0';
        domain = strchr(name, '.');
        if (domain && domain[1] != '\0')
            search_only(search, domain + 1);
    }
    search_heed(search, getenv("LOCALDOMAIN"), getenv("RES_OPTIONS"));
}

/* The rest */

static bool is_rule(const char *line)
{
    static const char *const words[] = {"label", "precedence", "scopev4"};

    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (strncasecmp(line, words[i], strlen(words[i])) == 0)
            return true;
    return false;
}

bool explain_host_has_rules(const char *gai_conf)
{
    for (const char *line = gai_conf; line; line = strchr(line, '\n')) {
        line += strspn(line, " \t\r\n");
        if (is_rule(line))
            return true;
    }
    return false;
}

static bool has_gai_rules(void)
{
    size_t unused;
    char *text = read_file("/etc/gai.conf", &unused);
    bool has = explain_host_has_rules(text);

    free(text);
    return has;
}

/* AI_ADDRCONFIG accepts any address but these two, wherever it leads (glibc,
 * check_pf.c). */
static bool is_localhost(const struct sockaddr *any)
{
    struct addr addr = {0};

    if (any->sa_family == AF_INET) {
        memcpy(&addr.sock.ip4, any, sizeof addr.sock.ip4);
        return localhost_has_address((const uint8_t *)&addr.sock.ip4.sin_addr, 4);
    }
    memcpy(&addr.sock.ip6, any, sizeof addr.sock.ip6);
    return localhost_has_address(addr.sock.ip6.sin6_addr.s6_addr, 16);
}

static void note_family(struct finding_host *host, const struct sockaddr *any)
{
    if ((any->sa_family != AF_INET && any->sa_family != AF_INET6) || is_localhost(any))
        return;
    host->has_ipv4 |= any->sa_family == AF_INET;
    host->has_ipv6 |= any->sa_family == AF_INET6;
}

static void read_families(struct finding_host *host)
{
    struct ifaddrs *all;

    if (getifaddrs(&all) == -1)
        return;
    for (const struct ifaddrs *at = all; at; at = at->ifa_next)
        if (at->ifa_addr)
            note_family(host, at->ifa_addr);
    freeifaddrs(all);
}

static void read_environment(struct texts *environment)
{
    static const char *const names[] = {"HOSTALIASES", "LOCALDOMAIN", "RES_OPTIONS"};

    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (getenv(names[i]))
            texts_add(environment, names[i]);
}

/* A file that libc reads before it asks any source or the first one, and that has no
 * end. */
static const char *endless_file(void)
{
    static const char *const paths[] = {"/etc/nsswitch.conf", "/etc/resolv.conf",
                                        "/etc/hosts"};

    for (size_t i = 0; i < sizeof paths / sizeof *paths; i++)
        if (host_file_may_never_end(paths[i]))
            return paths[i];
    return NULL;
}

void explain_host_read(struct findings *findings)
{
    struct finding_host *host = &findings->host;
    size_t len = 0;
    char *nsswitch = read_file("/etc/nsswitch.conf", &len);

    explain_host_sources(findings, nsswitch, len);
    read_servers(host);
    read_search(&host->search);
    read_families(host);
    read_environment(&host->environment);
    host->has_nscd = access("/run/nscd/socket", F_OK) == 0;
    host->has_gai_rules = has_gai_rules();
    host->endless_file = endless_file();
    free(nsswitch);
}
