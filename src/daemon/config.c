#include "daemon/config.h"

#include <errno.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "base/printable.h"

enum { WHY_SIZE = NAMES_REASON }; /* room for the reason against a value */

struct setting;
/* Stores the value, or says in `why` what is allowed instead. */
typedef bool setting_parse(const struct setting *, struct config *, const char *value,
                           char why[static WHY_SIZE]);

/* In the order in which they are listed. */
enum group {
    GROUP_CLIENTS,
    GROUP_ANSWERS,
    GROUP_CACHE,
    GROUP_LOOKUPS,
    GROUP_SERVER,
    GROUP_WEB,
    GROUPS,
};

static const char *const group_names[GROUPS] = {[GROUP_CLIENTS] = "Addresses and clients",
                                                [GROUP_ANSWERS] = "Answers",
                                                [GROUP_CACHE] = "Cache",
                                                [GROUP_LOOKUPS] = "Lookups",
                                                [GROUP_SERVER] = "The server",
                                                [GROUP_WEB] = "Web page"};

struct setting {
    enum group group;
    const char *key;
    setting_parse *parse;
    size_t offset;
    const char *initial;
    unsigned least, most;
    const char *help;
};

static bool parse_number(const struct setting *setting, struct config *config,
                         const char *value, char why[static WHY_SIZE])
{
    char *end;
    unsigned long number;

    errno = 0;
    number = strtoul(value, &end, 10);
    if (*value < '0' || *value > '9' || *end || errno || number < setting->least ||
        number > setting->most) {
        snprintf(why, WHY_SIZE, "a number from %u to %u is needed", setting->least,
                 setting->most);
        return false;
    }
    *(unsigned *)(void *)((char *)config + setting->offset) = (unsigned)number;
    return true;
}

static bool parse_listen(const struct setting *setting, struct config *config,
                         const char *value, char why[static WHY_SIZE])
{
    struct endpoint *endpoint = &config->listen[config->listen_count];

    (void)setting;
    if (config->listen_count == ADDRESSES_MAX) {
        snprintf(why, WHY_SIZE, "at most %d addresses", ADDRESSES_MAX);
        return false;
    }
    if (!endpoint_parse(endpoint, value, DEFAULT_PORT)) {
        snprintf(why, WHY_SIZE,
                 "an address such as 127.0.0.1, 127.0.0.1:5353 or [::1]:5353 "
                 "is needed");
        return false;
    }
    config->listen_count++;
    return true;
}

static bool parse_allow(const struct setting *setting, struct config *config,
                        const char *value, char why[static WHY_SIZE])
{
    char block[PREFIX_TEXT];
    size_t len;

    (void)setting;
    do {
        len = strcspn(value, " ");
        snprintf(block, sizeof block, "%.*s", (int)len, value);
        if (config->serve.policy.allow_count == POLICY_ALLOW_MAX) {
            snprintf(why, WHY_SIZE, "at most %d blocks of addresses", POLICY_ALLOW_MAX);
            return false;
        }
        if (len >= sizeof block ||
            !prefix_parse(&config->serve.policy.allow[config->serve.policy.allow_count],
                          block)) {
            snprintf(why, WHY_SIZE,
                     "blocks of addresses such as 192.0.2.0/24, 2001:db8::/32 or 192.0.2.1 "
                     "are needed");
            return false;
        }
        config->serve.policy.allow_count++;
        value += len + strspn(value + len, " ");
    } while (*value);
    return true;
}

static bool parse_yes_no(const struct setting *setting, struct config *config,
                         const char *value, char why[static WHY_SIZE])
{
    bool yes = strcmp(value, "yes") == 0;

    if (!yes && strcmp(value, "no") != 0) {
        snprintf(why, WHY_SIZE, "yes or no is needed");
        return false;
    }
    *(bool *)((char *)config + setting->offset) = yes;
    return true;
}

static bool is_printable(const char *text)
{
    for (; *text; text++)
        if (*text < ' ' || *text > '~')
            return false;
    return true;
}

/* The field has room for `most` octets and a NUL. */
static bool parse_text(const struct setting *setting, struct config *config,
                       const char *value, char why[static WHY_SIZE])
{
    if (strlen(value) > setting->most || !is_printable(value)) {
        snprintf(why, WHY_SIZE, "at most %u printable ASCII characters are allowed",
                 setting->most);
        return false;
    }
    strcpy((char *)config + setting->offset, value);
    return true;
}

static bool parse_name(const struct setting *setting, struct config *config,
                       const char *value, char why[static WHY_SIZE])
{
    struct names **names = &config->serve.names;

    (void)setting;
    if (!*value)
        return true; /* none, as by default */
    if (!*names && !(*names = names_new(&config->local))) {
        snprintf(why, WHY_SIZE, "no memory");
        return false;
    }
    if (names_add(*names, value, why))
        return true;
    names_free(*names);
    *names = NULL; /* the lines behind it are judged without those before it */
    return false;
}

static bool parse_log_queries(const struct setting *setting, struct config *config,
                              const char *value, char why[static WHY_SIZE])
{
    static const char *const forms[] = {
        [QUERYLOG_NONE] = "no", [QUERYLOG_TEXT] = "text", [QUERYLOG_JSON] = "json"};

    (void)setting;
    for (int form = QUERYLOG_NONE; form <= QUERYLOG_JSON; form++)
        if (strcmp(value, forms[form]) == 0) {
            config->serve.log_queries = (enum querylog_form)form;
            return true;
        }
    snprintf(why, WHY_SIZE, "no, text or json is needed");
    return false;
}

static bool parse_web(const struct setting *setting, struct config *config,
                      const char *value, char why[static WHY_SIZE])
{
    (void)setting;
    config->has_web = *value != '\0';
    if (!*value || endpoint_parse(&config->web_address, value, DEFAULT_WEB_PORT))
        return true;
    snprintf(why, WHY_SIZE, "an address such as 127.0.0.1:%d or [::1]:%d is needed",
             DEFAULT_WEB_PORT, DEFAULT_WEB_PORT);
    return false;
}

static bool parse_web_host(const struct setting *setting, struct config *config,
                           const char *value, char why[static WHY_SIZE])
{
    (void)setting;
    if (!*value || http_hosts_add(&config->web.hosts, value))
        return true;
    snprintf(why, WHY_SIZE, "a host name such as dns.example is needed, at most %d of them",
             HTTP_HOSTS_MAX);
    return false;
}

/* A relative path would mean another place for a server that is started elsewhere. */
static bool is_tap_path(enum tap_output output, const char *path)
{
    size_t most = output == TAP_OUTPUT_UNIX ? TAP_SOCKET_PATH_MAX : TAP_PATH_MAX;

    return *path == '/' && strlen(path) <= most;
}

static bool parse_dnstap(const struct setting *setting, struct config *config,
                         const char *value, char why[static WHY_SIZE])
{
    static const char *const kinds[] = {
        [TAP_OUTPUT_UNIX] = "unix:", [TAP_OUTPUT_FILE] = "file:"};

    (void)setting;
    config->tap.output = TAP_OUTPUT_NONE;
    if (!*value)
        return true;
    for (enum tap_output output = TAP_OUTPUT_UNIX; output <= TAP_OUTPUT_FILE; output++) {
        size_t len = strlen(kinds[output]);

        if (strncmp(value, kinds[output], len) != 0 || !is_tap_path(output, value + len))
            continue;
        config->tap.output = output;
        strcpy(config->tap.path, value + len);
        return true;
    }
    snprintf(why, WHY_SIZE,
             "unix:PATH or file:PATH is needed, with an absolute path of at most %d or %d "
             "octets",
             TAP_SOCKET_PATH_MAX, TAP_PATH_MAX);
    return false;
}

static bool parse_user(const struct setting *setting, struct config *config,
                       const char *value, char why[static WHY_SIZE])
{
    (void)setting;
    if (*value && (strlen(value) > USER_NAME_MAX || !privileges_may_be(value))) {
        snprintf(why, WHY_SIZE, "a user of this host other than root is needed");
        return false;
    }
    strcpy(config->user, value);
    return true;
}

/* The compiler warns of a field of another type. */
#define FIELD(type, field)                                                                 \
    (offsetof(struct config, field) + 0 * sizeof(&((struct config *)0)->field == (type *)0))
#define NUMBER(field) parse_number, FIELD(unsigned, field)
#define YES_NO(field) parse_yes_no, FIELD(bool, field)
#define TEXT(field)   parse_text, offsetof(struct config, field)

static const struct setting table[] = {
    {GROUP_CLIENTS, "listen", parse_listen, 0, "127.0.0.1:5353", 0, 0,
     "Address and port to answer on; may be given several times."},
    {GROUP_CLIENTS, "allow", parse_allow, 0, "127.0.0.0/8 ::1", 0, 0,
     "Blocks of addresses that may ask; may be given several times."},
    {GROUP_LOOKUPS, "max-lookups", NUMBER(lookup.max_lookups), "256", 2, 4096,
     "Threads that may be inside NSS modules at the same time."},
    {GROUP_ANSWERS, "ttl", NUMBER(local.ttl), "10", 0, 86400,
     "Seconds that clients may keep an answer that does not come from DNS."},
    {GROUP_ANSWERS, "negative-ttl", NUMBER(local.negative_ttl), "5", 0, 86400,
     "Seconds that clients may keep a denial that does not come from DNS; 0: no SOA."},
    {GROUP_CACHE, "cache-size", NUMBER(serve.cache.bytes), "16777216", 0, 2147483647,
     "Octets of memory for cached answers; 0 turns the cache off."},
    {GROUP_CACHE, "min-ttl", NUMBER(serve.cache.min_ttl), "0", 0, 3600,
     "Seconds that an answer is cached at least, even if its TTL is lower."},
    {GROUP_CACHE, "max-ttl", NUMBER(serve.cache.max_ttl), "86400", 1, 604800,
     "Seconds that an answer is cached at most."},
    {GROUP_CACHE, "stale", NUMBER(serve.cache.stale), "0", 0, 604800,
     "Seconds that an expired answer may be used while its lookup fails (RFC 8767)."},
    {GROUP_CLIENTS, "udp-size", NUMBER(serve.udp_size), "1232", 512, 65507,
     "Longest UDP reply in octets, for clients that accept as much."},
    {GROUP_ANSWERS, "filter-aaaa", YES_NO(local.filter_aaaa), "no", 0, 0,
     "Answer that no name has an IPv6 address."},
    {GROUP_ANSWERS, "half-answers", YES_NO(lookup.half_answers), "no", 0, 0,
     "If the lookup of one address family fails, answer with the other family alone."},
    {GROUP_ANSWERS, "onion", YES_NO(serve.policy.special.onion), "no", 0, 0,
     "Look up .onion names, for a host with a Tor resolver."},
    {GROUP_ANSWERS, "canary", YES_NO(serve.policy.special.canary), "no", 0, 0,
     "Deny use-application-dns.net, so that browsers keep using this server."},
    {GROUP_ANSWERS, "cookies", YES_NO(serve.policy.cookies), "no", 0, 0,
     "Answer DNS cookies with a server cookie (RFC 7873)."},
    {GROUP_ANSWERS, "padding", YES_NO(serve.padding), "no", 0, 0,
     "Pad replies to padded questions to a multiple of 468 octets (RFC 8467)."},
    {GROUP_ANSWERS, "nsid", TEXT(serve.nsid), "", 0, EDNS_NSID_MAX,
     "Name of this server for clients that ask for it by NSID (RFC 5001)."},
    {GROUP_ANSWERS, "identity", TEXT(serve.policy.identity), "", 0, POLICY_IDENTITY_MAX,
     "Answer to CHAOS questions such as version.bind; without it they are refused."},
    {GROUP_CLIENTS, "tcp-clients", NUMBER(serve.tcp_clients), "1000", 1, 100000,
     "TCP connections at the same time; a new one may replace an idle one."},
    {GROUP_CLIENTS, "tcp-per-client", NUMBER(serve.tcp_per_client), "500", 1, 100000,
     "TCP connections from one client at the same time."},
    {GROUP_CLIENTS, "tcp-idle", NUMBER(serve.tcp_idle), "10", 1, 3600,
     "Seconds until an idle TCP connection is closed; fewer when there are many."},
    {GROUP_SERVER, "workers", NUMBER(workers), "1", 1, WORKERS_MAX,
     "Serve processes, each with its own sockets and cache."},
    {GROUP_SERVER, "user", parse_user, 0, "", 0, 0,
     "User to run as when root starts the server; by default hostdns, or nobody."},
    {GROUP_CLIENTS, "per-client", NUMBER(serve.per_client), "12288", 1, 32768,
     "Questions of one client that may wait for lookups; further ones get SERVFAIL."},
    {GROUP_LOOKUPS, "mixed-case", YES_NO(lookup.mixed_case), "yes", 0, 0,
     "Ask name servers in random letter case, which a forged reply has to repeat."},
    {GROUP_LOOKUPS, "timeout", NUMBER(serve.timeout), "4400", 100, 60000,
     "Milliseconds until a question that waits for a lookup is answered SERVFAIL."},
    {GROUP_ANSWERS, "name", parse_name, 0, "", 0, 0,
     "A name with its addresses, or an alias with its target; may be given several times."},
    {GROUP_SERVER, "control", TEXT(control), "", 0, CONTROL_PATH_MAX,
     "Path of the socket for hostdnsctl, instead of the default one."},
    {GROUP_SERVER, "log-queries", parse_log_queries, 0, "no", 0, 0,
     "Log each answered question, as text or json."},
    {GROUP_WEB, "web", parse_web, 0, "", 0, 0,
     "Address and port on which a page shows over HTTP what the server does."},
    {GROUP_WEB, "web-host", parse_web_host, 0, "", 0, 0,
     "A name by which browsers may ask for that page; may be given several times."},
    {GROUP_WEB, "web-privacy", YES_NO(web.privacy), "no", 0, 0,
     "Do not show on that page which client asked."},
    {GROUP_SERVER, "dnstap", parse_dnstap, 0, "", 0, 0,
     "Copy each message to a dnstap reader at unix:PATH, or to file:PATH."},
    {GROUP_SERVER, "dnstap-identity", TEXT(tap.identity), "", 0, TAP_TEXT_MAX,
     "Name of this server in the messages of dnstap."},
    {GROUP_SERVER, "dnstap-version", TEXT(tap.version), "", 0, TAP_TEXT_MAX,
     "Version of this server in the messages of dnstap."},
};

enum { SETTINGS = sizeof table / sizeof *table };

/* The place of each `listen` line, for errors that are found at the end. */
static struct config_place listen_places[ADDRESSES_MAX];

static const struct setting *find_setting(const char *key)
{
    for (size_t i = 0; i < SETTINGS; i++)
        if (strcmp(table[i].key, key) == 0)
            return &table[i];
    return NULL;
}

bool config_complain(const struct config_place *place, const char *format, ...)
{
    char *text;
    va_list args;

    va_start(args, format);
    if (vasprintf(&text, format, args) < 0)
        text = NULL;
    va_end(args);
    if (text)
        printable_make(text, strlen(text) + 1);
    fputs("hostdnsd: ", stderr);
    if (place->file)
        fprintf(stderr, "%s:%d: ", place->file, place->line);
    else if (place->flag)
        fprintf(stderr, "%s ", place->flag);
    fprintf(stderr, "%s\n", text ? text : "no memory");
    free(text);
    return false;
}

bool config_set(struct config *config, const struct config_place *place, const char *key,
                const char *value)
{
    const struct setting *setting = find_setting(key);
    char why[WHY_SIZE];

    if (!setting)
        return config_complain(place, "%s: no such key (hostdnsd -h lists them)", key);
    if (!setting->parse(setting, config, value, why))
        return config_complain(place, "%s=%s: %s", key, value, why);
    if (setting->parse == parse_listen)
        listen_places[config->listen_count - 1] = *place;
    return true;
}

static void set_default(struct config *config, const struct setting *setting)
{
    char why[WHY_SIZE];

    setting->parse(setting, config, setting->initial, why);
}

/* Values of lists add up, so their defaults are set at the end, if no value was given. */
static bool is_list(const struct setting *setting)
{
    return setting->parse == parse_listen || setting->parse == parse_allow;
}

void config_set_defaults(struct config *config)
{
    *config = (struct config){.serve.policy.special.local = &config->local,
                              .lookup.local = &config->local,
                              .web.socket = -1};
    for (size_t i = 0; i < SETTINGS; i++)
        if (*table[i].initial && !is_list(&table[i]))
            set_default(config, &table[i]);
}

/* A server that strangers can reach must have been told who may ask. */
static bool check_listen(const struct config *config)
{
    char text[ADDR_TEXT];
    bool done = true;

    for (size_t i = 0; i < config->listen_count; i++)
        if (!addr_is_loopback(&config->listen[i].addr) &&
            config->serve.policy.allow_count == 0)
            done = config_complain(
                &listen_places[i],
                "listen=%s: not a loopback address: allow=BLOCK must say who "
                "may ask",
                endpoint_format(&config->listen[i], text));
    return done;
}

bool config_complete(struct config *config)
{
    bool done;

    if (config->listen_count == 0)
        set_default(config, find_setting("listen"));
    done = check_listen(config);
    if (config->serve.policy.allow_count == 0)
        set_default(config, find_setting("allow"));
    return done;
}

static void print_group(FILE *out, enum group group)
{
    fprintf(out, "\n%s:\n", group_names[group]);
    for (size_t i = 0; i < SETTINGS; i++)
        if (table[i].group == group)
            fprintf(out, "  %s=VALUE   %s (default %s)\n", table[i].key, table[i].help,
                    *table[i].initial ? table[i].initial : "none");
}

void config_print_keys(FILE *out)
{
    for (enum group group = 0; group < GROUPS; group++)
        print_group(out, group);
}

void config_free(struct config *config)
{
    names_free(config->serve.names);
    config->serve.names = NULL;
}
