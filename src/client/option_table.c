/*
 * Every option of the client: its word, its argument, what it does and what the help says
 * about it. The words are dig's wherever dig has one, since people are used to them.
 */
#include "client/option_table.h"

#include "client/form.h"
#include "client/server_address.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { TRY_SECONDS_MAX = 300, TRIES_MAX = 100, NDOTS_MAX = 15, AT_ONCE_MAX = 1024 };

bool option_refuse(struct option_parse *parse, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    vsnprintf(parse->error, OPTION_ERROR, format, args);
    va_end(args);
    return false;
}

/* A whole number from `least` to `most`; `word` is named if the value is not one. */
static bool read_number(struct option_parse *parse, const char *word, const char *value,
                        unsigned least, unsigned most, unsigned *number)
{
    unsigned long read;
    char *end;

    errno = 0;
    read = strtoul(value, &end, 10);
    *number = (unsigned)read;
    if (*value >= '0' && *value <= '9' && *end == '\0' && errno == 0 && read >= least &&
        read <= most)
        return true;
    return option_refuse(parse, "%s: \"%s\" is not a number from %u to %u", word, value,
                         least, most);
}

static bool take_server(struct option_parse *parse, const char *value)
{
    parse->server = value;
    return true;
}

static bool take_port(struct option_parse *parse, const char *value)
{
    if (server_address_parse_port(value, &parse->port))
        return true;
    return option_refuse(parse, "-p: \"%s\" is not a port, a number from 1 to 65535",
                         value);
}

static bool take_ipv4(struct option_parse *parse, const char *value)
{
    (void)value;
    parse->family = AF_INET;
    return true;
}

static bool take_ipv6(struct option_parse *parse, const char *value)
{
    (void)value;
    parse->family = AF_INET6;
    return true;
}

static bool take_address(struct option_parse *parse, const char *value)
{
    return wishes_take_address(&parse->cmdline->wishes, value) ||
           option_refuse(parse, "-x: \"%s\" is not an IPv4 or IPv6 address", value);
}

static bool take_type(struct option_parse *parse, const char *value)
{
    uint16_t type = type_from_text(value);
    const char *nearest = type == 0 ? type_nearest(value) : NULL;

    if (nearest)
        return option_refuse(parse, "-t: \"%s\" is not a type: did you mean %s?", value,
                             nearest);
    if (type == 0)
        return option_refuse(parse, "-t: \"%s\" is not a type", value);
    wishes_take_type(&parse->cmdline->wishes, type, value);
    return true;
}

static bool take_class(struct option_parse *parse, const char *value)
{
    uint16_t class = class_from_text(value);

    if (class == 0)
        return option_refuse(parse, "-c: \"%s\" is not a class (IN, CH, HS, CLASS3)",
                             value);
    wishes_take_class(&parse->cmdline->wishes, class, value);
    return true;
}

static bool take_name(struct option_parse *parse, const char *value)
{
    wishes_take_name(&parse->cmdline->wishes, value);
    return true;
}

static bool take_file(struct option_parse *parse, const char *value)
{
    parse->cmdline->file = value;
    return true;
}

static bool take_help(struct option_parse *parse, const char *value)
{
    if (value && strcmp(value, "all") != 0)
        return option_refuse(parse, "--help: \"%s\" is not \"all\"", value);
    parse->cmdline->action = value ? CMDLINE_HELP_ALL : CMDLINE_HELP;
    return true;
}

static void set_at_once(struct option_parse *parse, unsigned names)
{
    parse->cmdline->at_once = names;
}

static void set_timeout(struct option_parse *parse, unsigned seconds)
{
    parse->settings->manner.try_ms = seconds * 1000;
}

static void set_tries(struct option_parse *parse, unsigned tries)
{
    parse->settings->manner.tries = tries;
}

static void set_retries(struct option_parse *parse, unsigned retries)
{
    parse->settings->manner.tries = retries + 1;
}

static void set_udp_size(struct option_parse *parse, unsigned size)
{
    parse->settings->form.udp_size = (uint16_t)size;
}

static void set_ndots(struct option_parse *parse, unsigned ndots)
{
    parse->settings->search.is_on = true;
    parse->settings->search.ndots = ndots;
}

static bool take_domain(struct option_parse *parse, const char *value)
{
    parse->settings->search.is_on = true;
    return search_only(&parse->settings->search, value) ||
           option_refuse(parse, "+domain: \"%s\" is too long", value);
}

static bool take_edns(struct option_parse *parse, const char *value)
{
    unsigned version = 0;

    if (value && !read_number(parse, "+edns", value, 0, UINT8_MAX, &version))
        return false;
    parse->settings->form.edns_version = (uint8_t)version;
    parse->settings->form.without_edns = false;
    return true;
}

static void drop_edns(struct option_parse *parse)
{
    parse->settings->form.without_edns = true;
}

static bool take_subnet(struct option_parse *parse, const char *value)
{
    if (form_parse_subnet(&parse->settings->form, value))
        return true;
    return option_refuse(parse, "+subnet: \"%s\" is not ADDRESS or ADDRESS/BITS", value);
}

static void drop_subnet(struct option_parse *parse)
{
    parse->settings->form.has_subnet = false;
}

static bool take_cookie(struct option_parse *parse, const char *value)
{
    struct ask_form *form = &parse->settings->form;

    if (!value && !form_draw_cookie(form))
        return option_refuse(parse, "+cookie: %s", strerror(errno));
    if (!value || form_parse_cookie(form, value))
        return true;
    return option_refuse(parse,
                         "+cookie: \"%s\" is not a cookie, 8 or 16 to 40 octets in "
                         "hexadecimal digits",
                         value);
}

static void drop_cookie(struct option_parse *parse)
{
    parse->settings->form.cookie_size = 0;
}

static bool take_tcp(struct option_parse *parse, const char *value)
{
    (void)value;
    parse->settings->manner.use_tcp = true;
    return true;
}

static void drop_tcp(struct option_parse *parse)
{
    parse->settings->manner.use_tcp = false;
    parse->settings->manner.keep_to_udp = true;
}

static bool take_wire(struct option_parse *parse, const char *value)
{
    parse->settings->style.is_wire = true;
    if (value) {
        parse->cmdline->action = CMDLINE_READ;
        parse->cmdline->capture = value;
    }
    return true;
}

static void drop_wire(struct option_parse *parse)
{
    parse->settings->style.is_wire = false;
}

static void show_all(struct option_parse *parse, bool show)
{
    struct style *style = &parse->settings->style;

    parse->cmdline->settings.style.show_cmd = show; /* for all names, as with dig */
    style->show_comments = style->show_question = style->show_answer =
        style->show_authority = style->show_additional = style->show_stats = show;
}

static bool take_all(struct option_parse *parse, const char *value)
{
    (void)value;
    show_all(parse, true);
    return true;
}

static void drop_all(struct option_parse *parse)
{
    show_all(parse, false);
}

/* https://no-color.org: any text in NO_COLOR turns colours off. */
static bool can_show_colours(void)
{
    const char *none = getenv("NO_COLOR"), *terminal = getenv("TERM");

    return isatty(STDOUT_FILENO) && (!none || *none == '\0') && terminal &&
           strcmp(terminal, "dumb") != 0;
}

static bool take_colour(struct option_parse *parse, const char *value)
{
    bool *is_coloured = &parse->settings->style.is_coloured;

    if (strcmp(value, "auto") == 0)
        *is_coloured = can_show_colours();
    else if (strcmp(value, "always") == 0 || strcmp(value, "never") == 0)
        *is_coloured = *value == 'a';
    else
        return option_refuse(parse, "--color: \"%s\" is not auto, always or never", value);
    return true;
}

#define FLAG(field)    .is_flag = true, .flag = offsetof(struct settings, field)
#define INVERSE(field) .is_inverse = true, FLAG(field)
#define NUMBER(least_number, most_number, function)                                        \
    .least = (least_number), .most = (most_number), .set = (function)

const struct option_row option_rows[] = {
    {"@", .is_of_all = true, .argument = "SERVER", .take = take_server,
     .initial = "127.0.0.1", .help = "ask ADDRESS, ADDRESS#PORT or NAME"},
    {"-p", .is_of_all = true, .argument = "PORT", .take = take_port,
     .help = "port of the server (5353 on this host, else 53)"},
    {"-t", .is_of_all = true, .argument = "TYPE", .take = take_type,
     .help = "ask for this type of records"},
    {"-x", .is_of_all = true, .argument = "ADDRESS", .take = take_address,
     .help = "ask for the names of an address (PTR)"},
    {"-f", .is_of_all = true, .argument = "FILE", .take = take_file,
     .help = "ask for the names in a file, one a line; \"-\" is a pipe"},
    {"+short", .is_of_all = true, FLAG(style.is_short),
     .help = "show only the data, one a line"},
    {"+dig", .is_of_all = true, FLAG(style.is_dig),
     .help = "show all of the reply in the layout of dig"},
    {"+json", .is_of_all = true, FLAG(style.is_json),
     .help = "show the reply as JSON (RFC 8427)"},
    {"+wire", .is_of_all = true, .argument = "FILE", .may_lack_argument = true,
     .take = take_wire, .drop = drop_wire,
     .help = "explain each octet of query and reply, or of a file"},
    {"+tcp", .other = "+vc", .take = take_tcp, .drop = drop_tcp,
     .help = "ask over TCP; by default only what does not fit UDP"},
    {"--explain", .is_of_all = true, .action = CMDLINE_EXPLAIN,
     .help = "explain why a name resolves as it does; needs no server"},
    {"-V", .is_of_all = true, .action = CMDLINE_VERSION, .help = "show the version"},
    {"--version", .is_of_all = true, .action = CMDLINE_VERSION, .help = "the same"},
    {"-h", .is_of_all = true, .take = take_help, .help = "show these options"},
    {"--help", .is_of_all = true, .argument = "all", .may_lack_argument = true,
     .take = take_help, .help = "show these options, or all of them"},

    {"-q", .is_of_all = true, .group = OPTION_QUERY, .argument = "NAME", .take = take_name,
     .help = "ask about this name, even if it looks like an option"},
    {"-j", .is_of_all = true, .group = OPTION_QUERY, .argument = "COUNT",
     NUMBER(1, AT_ONCE_MAX, set_at_once), .initial = "64",
     .help = "ask about this many names at the same time"},
    {"-c", .is_of_all = true, .group = OPTION_QUERY, .argument = "CLASS",
     .take = take_class, .help = "ask in this class: IN, CH, HS or CLASS3"},
    {"-4", .is_of_all = true, .group = OPTION_QUERY, .take = take_ipv4,
     .help = "reach the server over IPv4"},
    {"-6", .is_of_all = true, .group = OPTION_QUERY, .take = take_ipv6,
     .help = "reach the server over IPv6"},
    {"+ignore", .group = OPTION_QUERY, FLAG(manner.keep_truncated),
     .help = "take what fits UDP, and do not ask over TCP"},
    {"+timeout", .group = OPTION_QUERY, .argument = "SECONDS",
     NUMBER(1, TRY_SECONDS_MAX, set_timeout), .initial = "5",
     .help = "wait this long for each try"},
    {"+tries", .group = OPTION_QUERY, .argument = "COUNT", NUMBER(1, TRIES_MAX, set_tries),
     .initial = "2", .help = "send a question this many times"},
    {"+retry", .group = OPTION_QUERY, .argument = "COUNT",
     NUMBER(0, TRIES_MAX - 1, set_retries), .initial = "1",
     .help = "send it again this many times"},
    {"+search", .group = OPTION_QUERY, FLAG(search.is_on),
     .help = "try the domains of resolv.conf as well"},
    {"+domain", .group = OPTION_QUERY, .argument = "DOMAIN", .take = take_domain,
     .help = "try this domain as well"},
    {"+ndots", .group = OPTION_QUERY, .argument = "COUNT", NUMBER(0, NDOTS_MAX, set_ndots),
     .help = "names with fewer dots get a domain first"},
    {"+recurse", .other = "+rdflag", .group = OPTION_QUERY, .is_on = true,
     INVERSE(form.is_iterative),
     .help = "ask for what the server knows by itself (RD is not set)"},
    {"+adflag", .other = "+ad", .group = OPTION_QUERY, FLAG(form.has_ad),
     .help = "ask whether the answer is validated (AD)"},
    {"+cdflag", .other = "+cd", .group = OPTION_QUERY, FLAG(form.has_cd),
     .help = "ask for answers that fail validation, too (CD)"},
    {"+dnssec", .other = "+do", .group = OPTION_QUERY, FLAG(form.has_do),
     .help = "ask for signatures (DO)"},
    {"+edns", .group = OPTION_QUERY, .argument = "VERSION", .may_lack_argument = true,
     .take = take_edns, .drop = drop_edns, .initial = "0",
     .help = "send an OPT record; +noedns sends none"},
    {"+bufsize", .group = OPTION_QUERY, .argument = "OCTETS",
     NUMBER(1, UINT16_MAX, set_udp_size), .initial = "1232",
     .help = "largest datagram that may come back"},
    {"+nsid", .group = OPTION_QUERY, FLAG(form.has_nsid),
     .help = "ask which server answers (RFC 5001)"},
    {"+cookie", .group = OPTION_QUERY, .argument = "HEX", .may_lack_argument = true,
     .take = take_cookie, .drop = drop_cookie, .help = "send a cookie (RFC 7873)"},
    {"+subnet", .group = OPTION_QUERY, .argument = "ADDRESS/BITS", .take = take_subnet,
     .drop = drop_subnet, .help = "ask as a client of this subnet does (RFC 7871)"},

    {"+trace", .is_of_all = true, .group = OPTION_OUTPUT, FLAG(style.show_trace),
     .help = "draw how a server on this host found the answer"},
    {"+source", .is_of_all = true, .group = OPTION_OUTPUT, .is_on = true,
     FLAG(style.show_source), .help = "leave out where the answer came from"},
    {"+yaml", .is_of_all = true, .group = OPTION_OUTPUT, FLAG(style.is_yaml),
     .help = "show it as YAML, as dig does"},
    {"+all", .group = OPTION_OUTPUT, .is_about_layout = true, .take = take_all,
     .drop = drop_all, .help = "show all parts of dig's layout; +noall none"},
    {"+cmd", .is_of_all = true, .group = OPTION_OUTPUT, .is_about_layout = true,
     .is_on = true, FLAG(style.show_cmd), .help = "leave out what was asked for"},
    {"+comments", .group = OPTION_OUTPUT, .is_about_layout = true, .is_on = true,
     FLAG(style.show_comments), .help = "leave out header and headings"},
    {"+question", .group = OPTION_OUTPUT, .is_about_layout = true, .is_on = true,
     FLAG(style.show_question), .help = "leave out the question"},
    {"+answer", .group = OPTION_OUTPUT, .is_about_layout = true, .is_on = true,
     FLAG(style.show_answer), .help = "leave out the answer section"},
    {"+authority", .group = OPTION_OUTPUT, .is_about_layout = true, .is_on = true,
     FLAG(style.show_authority), .help = "leave out the authority section"},
    {"+additional", .group = OPTION_OUTPUT, .is_about_layout = true, .is_on = true,
     FLAG(style.show_additional), .help = "leave out the additional section"},
    {"+stats", .group = OPTION_OUTPUT, .is_about_layout = true, .is_on = true,
     FLAG(style.show_stats), .help = "leave out time, server and size"},
    {"+ttlid", .other = "+ttl", .group = OPTION_OUTPUT, .is_about_layout = true,
     .is_on = true, FLAG(style.show_ttl), .help = "leave out the TTL"},
    {"+class", .other = "+cl", .group = OPTION_OUTPUT, .is_about_layout = true,
     .is_on = true, FLAG(style.show_class), .help = "leave out the class"},
    {"+ttlunits", .group = OPTION_OUTPUT, .is_about_layout = true,
     FLAG(style.show_ttl_units), .help = "show TTLs as 1h30m"},
    {"+multiline", .group = OPTION_OUTPUT, .is_about_layout = true,
     FLAG(style.is_multiline), .help = "show long records on several lines"},
    {"+rrcomments", .group = OPTION_OUTPUT, .is_about_layout = true,
     FLAG(style.show_record_comments), .help = "explain keys in comments"},
    {"+qr", .group = OPTION_OUTPUT, .is_about_layout = true, FLAG(style.show_query),
     .help = "show the query as well"},
    {"+identify", .group = OPTION_OUTPUT, FLAG(style.show_server),
     .help = "show the server behind each line of +short"},
    {"+idnin", .group = OPTION_QUERY, .is_on = true, FLAG(takes_letters),
     .help = "ask for octets beyond ASCII in a name as they are"},
    {"+idnout", .group = OPTION_OUTPUT, FLAG(style.has_letters),
     .help = "show names in their own letters, as on a terminal"},
    {"--color", .is_of_all = true, .other = "--colour", .group = OPTION_OUTPUT,
     .argument = "WHEN", .initial = "auto", .take = take_colour,
     .help = "colours: auto, always or never; $NO_COLOR"},
};

const size_t option_row_count = sizeof option_rows / sizeof *option_rows;

static void set_flag(struct option_parse *parse, const struct option_row *row, bool is_set)
{
    *(bool *)((char *)parse->settings + row->flag) = is_set != row->is_inverse;
}

void option_set_default(struct option_parse *parse, const struct option_row *row)
{
    if (row->is_flag)
        set_flag(parse, row, row->is_on);
    else if (row->initial)
        option_take(parse, row, row->initial);
}

bool option_take(struct option_parse *parse, const struct option_row *row,
                 const char *value)
{
    unsigned number;

    if (row->take)
        return row->take(parse, value);
    if (row->set) {
        if (!read_number(parse, row->word, value, row->least, row->most, &number))
            return false;
        row->set(parse, number);
    } else if (row->is_flag) {
        set_flag(parse, row, true);
    } else {
        parse->cmdline->action = row->action;
    }
    return true;
}

bool option_drop(struct option_parse *parse, const struct option_row *row)
{
    if (row->is_flag)
        set_flag(parse, row, false);
    else if (row->drop)
        row->drop(parse);
    return row->is_flag || row->drop;
}
