#include "daemon/options.h"

#include <errno.h>
#include <getopt.h>
#include <ini.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char program[] = "hostdnsd";

/* Where a value stands, for its error message. */
struct place {
    const char *file; /* NULL: the command line */
    int line;
    const char *flag; /* "-l" or "-o", where there is no file */
};

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
};

enum { SETTINGS = sizeof table / sizeof *table };

/* Where each address to listen on was given, for what can only be said at the end. */
static struct place listen_places[ADDRESSES_MAX];

static const struct setting *find_setting(const char *key)
{
    for (size_t i = 0; i < SETTINGS; i++)
        if (strcmp(table[i].key, key) == 0)
            return &table[i];
    return NULL;
}

__attribute__((format(printf, 2, 3))) static bool complain(const struct place *place,
                                                           const char *format, ...)
{
    va_list args;

    if (place->file)
        fprintf(stderr, "%s: %s:%d: ", program, place->file, place->line);
    else
        fprintf(stderr, "%s: %s ", program, place->flag);
    va_start(args, format);
    vfprintf(stderr, format, args);
    va_end(args);
    fputc('\n', stderr);
    return false;
}

static bool set_setting(struct options *options, const struct place *place, const char *key,
                        const char *value)
{
    const struct setting *setting = find_setting(key);
    char why[128];

    if (!setting)
        return complain(place, "%s: no such key (hostdnsd -h lists them)", key);
    if (!setting->parse(setting, options, value, why, sizeof why))
        return complain(place, "%s=%s: %s", key, value, why);
    if (setting->parse == parse_listen)
        listen_places[options->listen_count - 1] = *place;
    return true;
}

/* A server that strangers reach is an open one unless somebody has said who may ask. */
static bool check_listen(const struct options *options)
{
    char text[ADDR_TEXT];
    bool done = true;

    for (size_t i = 0; i < options->listen_count; i++)
        if (!addr_is_loopback(&options->listen[i]) && options->allow_count == 0)
            done = complain(&listen_places[i],
                            "listen=%s: not a loopback address: allow=BLOCK must say who "
                            "may ask",
                            addr_format(&options->listen[i], text));
    return done;
}

/* What inih's callbacks work on: it tells them neither the line nor each error's. */
struct file {
    struct options *options;
    struct place place;
    FILE *stream;
    char *text; /* the line; getline()'s */
    size_t room;
    bool failed;
};

/* True if inih can make something of the line; otherwise it has been complained of. */
static bool is_usable(struct file *file, const char *text, int size)
{
    if (*text == '\0' || strchr("#;[", *text))
        return strlen(text) < (size_t)size;
    if (!strpbrk(text, "=:"))
        file->failed |= !complain(&file->place, "no \"key = value\"");
    else if (strlen(text) >= (size_t)size)
        file->failed |= !complain(&file->place, "longer than %d octets", size - 1);
    else
        return true;
    return false;
}

/*
 * Gives inih the next line, or an empty one instead of one it would misread: it cuts long
 * lines into several, takes an indented one for part of the line above, and reports only
 * the first without a value.
 */
static char *next_line(char *line, int size, void *context)
{
    struct file *file = context;
    const char *text;

    if (getline(&file->text, &file->room, file->stream) == -1)
        return NULL;
    file->place.line++;
    file->text[strcspn(file->text, "\r\n")] = '\0';
    text = file->text + strspn(file->text, " \t");
    snprintf(line, (size_t)size, "%s", is_usable(file, text, size) ? text : "");
    return line;
}

static int set_from_file(void *context, const char *section, const char *key,
                         const char *value)
{
    struct file *file = context;

    if (*section)
        file->failed |= !complain(&file->place, "[%s]: there are no sections", section);
    else if (!set_setting(file->options, &file->place, key, value))
        file->failed = true;
    return 1; /* go on: all errors are wanted */
}

static bool cannot_read(const char *path)
{
    fprintf(stderr, "%s: -c %s: %s\n", program, path, strerror(errno));
    return false;
}

static bool read_file(struct options *options, const char *path)
{
    struct file file = {.options = options, .place = {.file = path}};
    bool done;

    file.stream = fopen(path, "re");
    if (!file.stream)
        return cannot_read(path);
    errno = 0;
    done = ini_parse_stream(next_line, &file, set_from_file, &file) == 0 && !file.failed;
    if (ferror(file.stream))
        done = cannot_read(path);
    free(file.text);
    fclose(file.stream);
    return done;
}

static bool set_from_argument(struct options *options, char *argument)
{
    static const struct place place = {.flag = "-o"};
    char *value = strchr(argument, '=');

    if (!value)
        return complain(&place, "%s: KEY=VALUE is needed", argument);
    *value++ = '\0';
    return set_setting(options, &place, argument, value);
}

static void set_defaults(struct options *options)
{
    char why[128];

    *options = (struct options){0};
    for (size_t i = 0; i < SETTINGS; i++)
        if (table[i].parse != parse_listen && table[i].parse != parse_allow)
            table[i].parse(&table[i], options, table[i].initial, why, sizeof why);
}

/* For keys that add up, whose default holds only where nothing was said. */
static void default_list(struct options *options, const char *key)
{
    const struct setting *setting = find_setting(key);
    char why[128];

    setting->parse(setting, options, setting->initial, why, sizeof why);
}

void options_print_help(FILE *out)
{
    fputs("usage: hostdnsd [-c FILE] [-l ADDRESS[:PORT]]... [-o KEY=VALUE]... [-nv]\n"
          "       hostdnsd -h | -V\n"
          "Answers DNS questions with what getaddrinfo() says.\n\n"
          "  -c FILE     read the configuration from FILE\n"
          "  -l ADDRESS  the same as -o listen=ADDRESS, instead of the file's\n"
          "  -o KEY=VALUE  set an option, whatever the file says\n"
          "  -n          check the configuration and exit\n"
          "  -v          log each question\n"
          "  -V          print the version\n"
          "  -h          print this\n\n"
          "Keys, in the file as KEY = VALUE:\n",
          out);
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

/* There are no long options, but a word with "--" is to be named whole if it is wrong. */
static int next_flag(int argc, char **argv)
{
    static const struct option none[] = {{0}};

    return getopt_long(argc, argv, ":c:l:o:nvVh", none, NULL);
}

/* What is said on the command line wins over the file wherever it stands, so the file comes
 * first. */
static bool read_named_file(struct options *options, int argc, char **argv)
{
    bool done = true;
    int flag;

    opterr = 0;
    optind = 1;
    while ((flag = next_flag(argc, argv)) != -1)
        if (flag == 'c')
            done &= read_file(options, optarg);
    return done;
}

static bool unknown_flag(int flag, const char *word)
{
    if (optopt == 0)
        fprintf(stderr, "%s: %s: unknown option (hostdnsd -h lists them)\n", program, word);
    else if (flag == ':')
        fprintf(stderr, "%s: -%c needs a value\n", program, optopt);
    else
        fprintf(stderr, "%s: -%c: unknown option (hostdnsd -h lists them)\n", program,
                optopt);
    return false;
}

/* Acts on one flag; -h and -V are the caller's. */
static bool use_flag(struct options *options, int flag, const char *word, bool *listen_said)
{
    static const struct place place = {.flag = "-l"};

    switch (flag) {
    case 'c':
        return true;
    case 'l':
        if (!*listen_said)
            options->listen_count = 0;
        *listen_said = true;
        return set_setting(options, &place, "listen", optarg);
    case 'o':
        return set_from_argument(options, optarg);
    case 'n':
        options->check_only = true;
        return true;
    case 'v':
        options->verbose = true;
        return true;
    default:
        return unknown_flag(flag, word);
    }
}

enum options_result options_read(struct options *options, int argc, char **argv)
{
    bool done, listen_said = false;
    int flag;

    set_defaults(options);
    done = read_named_file(options, argc, argv);
    optind = 1;
    while ((flag = next_flag(argc, argv)) != -1) {
        if (flag == 'h') {
            options_print_help(stdout);
            return OPTIONS_DONE;
        }
        if (flag == 'V') {
            puts("hostdnsd " HOSTDNS_VERSION);
            return OPTIONS_DONE;
        }
        done &= use_flag(options, flag, argv[optind - 1], &listen_said);
    }
    if (optind < argc) {
        fprintf(stderr, "%s: %s: no arguments are taken\n", program, argv[optind]);
        done = false;
    }
    if (options->listen_count == 0)
        default_list(options, "listen");
    done &= check_listen(options);
    if (options->allow_count == 0)
        default_list(options, "allow");
    return done ? OPTIONS_RUN : OPTIONS_FAILED;
}
