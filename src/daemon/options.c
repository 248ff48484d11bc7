#include "daemon/options.h"

#include <errno.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

struct setting;
/* Stores the value, or says in `why` what is allowed instead. */
typedef bool setting_parse(const struct setting *, struct options *, const char *value,
                           char *why, size_t why_size);

struct setting {
    const char *key;
    setting_parse *parse;
    size_t offset;
    const char *initial;
    unsigned least, most;
    const char *help;
};

static bool parse_number(const struct setting *setting, struct options *options,
                         const char *value, char *why, size_t why_size)
{
    char *end;
    unsigned long number;

    errno = 0;
    number = strtoul(value, &end, 10);
    if (*value < '0' || *value > '9' || *end || errno || number < setting->least ||
        number > setting->most) {
        snprintf(why, why_size, "a number from %u to %u is needed", setting->least,
                 setting->most);
        return false;
    }
    *(unsigned *)(void *)((char *)options + setting->offset) = (unsigned)number;
    return true;
}

static bool parse_listen(const struct setting *setting, struct options *options,
                         const char *value, char *why, size_t why_size)
{
    struct addr *addr = &options->listen[options->listen_count];

    (void)setting;
    if (options->listen_count == ADDRESSES_MAX) {
        snprintf(why, why_size, "at most %d addresses", ADDRESSES_MAX);
        return false;
    }
    if (!addr_parse(addr, value, DEFAULT_PORT)) {
        snprintf(why, why_size,
                 "an address such as 127.0.0.1, 127.0.0.1:5353 or [::1]:5353 "
                 "is needed");
        return false;
    }
    options->listen_count++;
    return true;
}

static bool parse_allow(const struct setting *setting, struct options *options,
                        const char *value, char *why, size_t why_size)
{
    char block[PREFIX_TEXT];
    size_t len;

    (void)setting;
    do {
        len = strcspn(value, " ");
        snprintf(block, sizeof block, "%.*s", (int)len, value);
        if (options->allow_count == ALLOW_MAX) {
            snprintf(why, why_size, "at most %d blocks of addresses", ALLOW_MAX);
            return false;
        }
        if (len >= sizeof block ||
            !prefix_parse(&options->allow[options->allow_count], block)) {
            snprintf(why, why_size,
                     "blocks of addresses such as 192.0.2.0/24, 2001:db8::/32 or 192.0.2.1 "
                     "are needed");
            return false;
        }
        options->allow_count++;
        value += len + strspn(value + len, " ");
    } while (*value);
    return true;
}

static bool parse_yes_no(const struct setting *setting, struct options *options,
                         const char *value, char *why, size_t why_size)
{
    bool yes = strcmp(value, "yes") == 0;

    if (!yes && strcmp(value, "no") != 0) {
        snprintf(why, why_size, "yes or no is needed");
        return false;
    }
    *(bool *)((char *)options + setting->offset) = yes;
    return true;
}

static bool is_printable(const char *text)
{
    for (; *text; text++)
        if (*text < ' ' || *text > '~')
            return false;
    return true;
}

/* `most` octets, for which there is room and for a NUL. */
static bool parse_text(const struct setting *setting, struct options *options,
                       const char *value, char *why, size_t why_size)
{
    if (strlen(value) > setting->most || !is_printable(value)) {
        snprintf(why, why_size, "at most %u printable ASCII characters are allowed",
                 setting->most);
        return false;
    }
    strcpy((char *)options + setting->offset, value);
    return true;
}

/* What the names so far come to, so that each line is looked at together with those before
 * it; NULL: to be made from their text. */
static struct names *names_so_far;

static void forget_names(void)
{
    names_free(names_so_far);
    names_so_far = NULL;
}

static bool fits_to_names(const struct options *options, const char *line,
                          char why[static NAMES_REASON])
{
    if (!names_so_far)
        names_so_far = names_new(options->names, why);
    if (names_so_far && names_add(names_so_far, line, why))
        return true;
    forget_names();
    return false;
}

static bool parse_name(const struct setting *setting, struct options *options,
                       const char *value, char *why, size_t why_size)
{
    size_t len = strlen(options->names), room = sizeof options->names - len;
    char reason[NAMES_REASON];

    (void)setting;
    if (!*value)
        return true; /* none, as by default */
    if (strlen(value) + 1 >= room || strchr(value, '\n')) {
        snprintf(why, why_size, "all names together have at most %d octets",
                 NAMES_TEXT - 1);
        return false;
    }
    if (!fits_to_names(options, value, reason)) {
        snprintf(why, why_size, "%s", reason);
        return false;
    }
    snprintf(options->names + len, room, "%s\n", value);
    return true;
}

static bool parse_log_queries(const struct setting *setting, struct options *options,
                              const char *value, char *why, size_t why_size)
{
    static const char *const forms[] = {
        [QUERYLOG_NONE] = "no", [QUERYLOG_TEXT] = "text", [QUERYLOG_JSON] = "json"};

    (void)setting;
    for (int form = QUERYLOG_NONE; form <= QUERYLOG_JSON; form++)
        if (strcmp(value, forms[form]) == 0) {
            options->log_queries = (enum querylog_form)form;
            return true;
        }
    snprintf(why, why_size, "no, text or json is needed");
    return false;
}

static bool parse_user(const struct setting *setting, struct options *options,
                       const char *value, char *why, size_t why_size)
{
    (void)setting;
    if (*value && (strlen(value) > USER_NAME_MAX || !privileges_may_be(value))) {
        snprintf(why, why_size, "a user of this host other than root is needed");
        return false;
    }
    strcpy(options->user, value);
    return true;
}

#define NUMBER(field) parse_number, offsetof(struct options, field)
#define YES_NO(field) parse_yes_no, offsetof(struct options, field)
#define TEXT(field)   parse_text, offsetof(struct options, field)

static const struct setting table[] = {
    {"listen", parse_listen, 0, "127.0.0.1:5353", 0, 0,
     "Address and port to answer on; may be given several times."},
    {"allow", parse_allow, 0, "127.0.0.0/8 ::1", 0, 0,
     "Blocks of addresses that may ask; may be given several times."},
    {"max-lookups", NUMBER(max_lookups), "256", 2, 4096,
     "Threads that may be inside NSS modules at the same time."},
    {"ttl", NUMBER(ttl), "10", 0, 86400,
     "Seconds that clients may keep an answer that does not come from DNS."},
    {"negative-ttl", NUMBER(negative_ttl), "5", 0, 86400,
     "Seconds for \"no such name\" that does not come from DNS; 0: not told."},
    {"cache-size", NUMBER(cache_size), "16777216", 0, 2147483647,
     "Octets for answers that are kept; 0: none are."},
    {"min-ttl", NUMBER(min_ttl), "0", 0, 3600,
     "Seconds that an answer is kept at least, even if its TTL is lower."},
    {"max-ttl", NUMBER(max_ttl), "86400", 1, 604800,
     "Seconds that an answer is kept at most."},
    {"stale", NUMBER(stale), "0", 0, 604800,
     "Seconds that an answer may be given after its end, while looking it up fails."},
    {"udp-size", NUMBER(udp_size), "1232", 512, 65507,
     "Longest UDP reply in octets, if the client takes as much."},
    {"filter-aaaa", YES_NO(filter_aaaa), "no", 0, 0,
     "Say that no name has an IPv6 address."},
    {"onion", YES_NO(onion), "no", 0, 0,
     "Look up .onion names, for a host with a Tor resolver."},
    {"canary", YES_NO(canary), "no", 0, 0,
     "Deny use-application-dns.net, so that browsers keep to this server."},
    {"cookies", YES_NO(cookies), "no", 0, 0, "Answer DNS cookies with one of our own."},
    {"padding", YES_NO(padding), "no", 0, 0,
     "Pad replies to padded questions to a multiple of 468 octets."},
    {"nsid", TEXT(nsid), "", 0, EDNS_NSID_MAX,
     "Name of this server for clients that ask for it by NSID."},
    {"identity", TEXT(identity), "", 0, POLICY_IDENTITY_MAX,
     "Text for CHAOS questions such as version.bind; without it they are refused."},
    {"tcp-clients", NUMBER(tcp_clients), "1000", 1, 100000,
     "TCP connections at the same time; the idle make room for new ones."},
    {"tcp-per-client", NUMBER(tcp_per_client), "500", 1, 100000,
     "TCP connections from one address, likewise."},
    {"tcp-idle", NUMBER(tcp_idle), "10", 1, 3600,
     "Seconds until an idle TCP connection is closed; less when there are many."},
    {"workers", NUMBER(workers), "1", 1, WORKERS_MAX,
     "Serve processes, each with its own sockets and cache."},
    {"user", parse_user, offsetof(struct options, user), "", 0, 0,
     "Whom to run as if it is started by root; without it hostdns, or nobody."},
    {"per-client", NUMBER(per_client), "12288", 1, 32768,
     "Questions of one client that may wait for lookups; more get SERVFAIL."},
    {"timeout", NUMBER(timeout), "4400", 100, 60000,
     "Milliseconds until who waits for a lookup is told SERVFAIL."},
    {"name", parse_name, 0, "", 0, 0,
     "A name and its addresses, or another name; may be given several times."},
    {"control", TEXT(control), "", 0, CONTROL_PATH_MAX,
     "Socket for hostdnsctl, instead of one in /run/hostdns or $XDG_RUNTIME_DIR/hostdns."},
    {"log-queries", parse_log_queries, 0, "no", 0, 0,
     "Log each question that was answered, as text or json."},
};

enum { SETTINGS = sizeof table / sizeof *table };

/* Where each address to listen on was given, for what can only be said at the end. */
static struct options_place listen_places[ADDRESSES_MAX];

static const struct setting *find_setting(const char *key)
{
    for (size_t i = 0; i < SETTINGS; i++)
        if (strcmp(table[i].key, key) == 0)
            return &table[i];
    return NULL;
}

bool options_complain(const struct options_place *place, const char *format, ...)
{
    va_list args;

    fputs("hostdnsd: ", stderr);
    if (place->file)
        fprintf(stderr, "%s:%d: ", place->file, place->line);
    else if (place->flag)
        fprintf(stderr, "%s ", place->flag);
    va_start(args, format);
    vfprintf(stderr, format, args);
    va_end(args);
    fputc('\n', stderr);
    return false;
}

bool options_set(struct options *options, const struct options_place *place,
                 const char *key, const char *value)
{
    const struct setting *setting = find_setting(key);
    char why[128];

    if (!setting)
        return options_complain(place, "%s: no such key (hostdnsd -h lists them)", key);
    if (!setting->parse(setting, options, value, why, sizeof why))
        return options_complain(place, "%s=%s: %s", key, value, why);
    if (setting->parse == parse_listen)
        listen_places[options->listen_count - 1] = *place;
    return true;
}

void options_set_defaults(struct options *options)
{
    char why[128];

    *options = (struct options){0};
    forget_names();
    for (size_t i = 0; i < SETTINGS; i++)
        if (*table[i].initial && table[i].parse != parse_listen &&
            table[i].parse != parse_allow)
            table[i].parse(&table[i], options, table[i].initial, why, sizeof why);
}

/* For keys that add up, whose default holds only where nothing was said. */
static void default_list(struct options *options, const char *key)
{
    const struct setting *setting = find_setting(key);
    char why[128];

    setting->parse(setting, options, setting->initial, why, sizeof why);
}

/* A server that strangers reach is an open one unless somebody has said who may ask. */
static bool check_listen(const struct options *options)
{
    char text[ADDR_TEXT];
    bool done = true;

    for (size_t i = 0; i < options->listen_count; i++)
        if (!addr_is_loopback(&options->listen[i]) && options->allow_count == 0)
            done = options_complain(
                &listen_places[i],
                "listen=%s: not a loopback address: allow=BLOCK must say who "
                "may ask",
                addr_format(&options->listen[i], text));
    return done;
}

bool options_complete(struct options *options)
{
    bool done;

    forget_names();
    if (options->listen_count == 0)
        default_list(options, "listen");
    done = check_listen(options);
    if (options->allow_count == 0)
        default_list(options, "allow");
    return done;
}

void options_print_keys(FILE *out)
{
    for (size_t i = 0; i < SETTINGS; i++)
        fprintf(out, "  %s=VALUE   %s (default %s)\n", table[i].key, table[i].help,
                *table[i].initial ? table[i].initial : "none");
}

void options_print_sample(FILE *out)
{
    fputs("# hostdnsd reads this file if it is named with -c. Every key stands here with "
          "its\n"
          "# default; take the '#' away to change it.\n",
          out);
    for (size_t i = 0; i < SETTINGS; i++)
        fprintf(out, "\n# %s\n#%s =%s%s\n", table[i].help, table[i].key,
                *table[i].initial ? " " : "", table[i].initial);
}
