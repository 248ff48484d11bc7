/*
 * A load generator for DNS servers that sends and receives in batches, so that the server
 * gets batches too. Prints one line of JSON.
 *
 *   load [OPTION]... ADDRESS:PORT
 *     -w N        keep N questions waiting (default 100)
 *     -r RATE     ask so many a second instead, N outstanding at the most; latency counts
 *                 from when a question was due
 *     -n COUNT    stop after so many questions
 *     -d SECONDS  stop after so long
 *     -f FILE     names to ask for, one a line, again and again
 *     -p PREFIX -z SUFFIX -i FIRST -m MODULO
 *                 or numbered names: n0.bench.lab, n1.bench.lab, ...
 *     -6          ask for AAAA records instead of A
 *     -e          with EDNS, as dig asks
 *     -t          over TCP, one question a connection; -c N: pipelined over N connections
 *     -s          never sleep and send whole batches: shows what a server costs, without
 *                 what waking us costs it; UDP, for a core of its own
 *     -b N        datagrams a system call, at most 64 (default 32)
 *     -o SECONDS  a question without a reply is lost after this (default 2)
 *     -a ADDRESS  ask from there
 */
#include "load.h"

#include <arpa/inet.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool wants_more(const struct load *load, int64_t now)
{
    return (load->count == 0 || load->pending->sent < load->count) && now < load->end;
}

unsigned load_due(const struct load *load, int64_t now)
{
    const struct pending *pending = load->pending;
    uint64_t due = load->window > pending->waiting ? load->window - pending->waiting : 0;

    if (!wants_more(load, now))
        return 0;
    if (load->rate > 0) {
        uint64_t until_now = (uint64_t)((double)(now - load->start) / 1e9 * load->rate) + 1;
        uint64_t late = until_now > pending->sent ? until_now - pending->sent : 0;

        due = late < due ? late : due;
    }
    if (load->count && load->count - pending->sent < due)
        due = load->count - pending->sent;
    return (unsigned)due;
}

int64_t load_next(const struct load *load)
{
    return load->start + (int64_t)((double)load->pending->sent / load->rate * 1e9);
}

bool load_is_over(const struct load *load, int64_t now)
{
    return load->pending->waiting == 0 && !wants_more(load, now);
}

int64_t load_wait_ns(const struct load *load, int64_t now)
{
    const struct pending *pending = load->pending;
    int64_t until = now + 100000000;

    if (pending->oldest != NO_SLOT) {
        int64_t loss = pending->slots[pending->oldest].sent + load->time_out + 1;

        until = loss < until ? loss : until;
    }
    if (load->rate > 0 && wants_more(load, now) && pending->waiting < load->window)
        until = load_next(load) < until ? load_next(load) : until;
    return until > now ? until - now : 0;
}

int load_bind(const struct load *load, int fd)
{
    const struct sockaddr_in *source = &load->source;

    if (source->sin_family == AF_UNSPEC)
        return 0;
    return bind(fd, (const struct sockaddr *)source, sizeof *source);
}

static void print_rcodes(const struct pending *pending)
{
    static const char *const names[16] = {"NOERROR",  "FORMERR", "SERVFAIL",
                                          "NXDOMAIN", "NOTIMP",  "REFUSED"};
    const char *comma = "";

    printf("\"rcodes\": {");
    for (int i = 0; i < 16; i++) {
        if (pending->rcodes[i] == 0)
            continue;
        if (names[i])
            printf("%s\"%s\": ", comma, names[i]);
        else
            printf("%s\"RCODE%d\": ", comma, i);
        printf("%llu", (unsigned long long)pending->rcodes[i]);
        comma = ", ";
    }
    printf("}");
}

static void print_count(const char *key, uint64_t value)
{
    printf("\"%s\": %llu, ", key, (unsigned long long)value);
}

static void print_result(const struct load *load, double seconds)
{
    const struct pending *pending = load->pending;

    printf("{");
    print_count("sent", pending->sent);
    print_count("answered", pending->answered);
    print_count("lost", pending->lost);
    print_count("stray", pending->stray);
    print_count("records", pending->records);
    print_count("truncated", pending->truncated);
    printf("\"seconds\": %.6f, \"rate\": %.1f, ", seconds,
           seconds > 0 ? (double)pending->answered / seconds : 0);
    printf("\"p50_us\": %.1f, \"p99_us\": %.1f, \"max_us\": %.1f, ",
           pending_percentile(pending, 0.5), pending_percentile(pending, 0.99),
           (double)pending->longest / 1e3);
    print_rcodes(pending);
    printf("}\n");
}

static void usage(void)
{
    fprintf(stderr, "usage: load [-w N] [-r RATE] [-n COUNT] [-d SECONDS] [-f FILE]\n"
                    "            [-p PREFIX] [-z SUFFIX] [-i FIRST] [-m MODULO] [-6]\n"
                    "            [-e] [-s] [-t] [-c CONNECTIONS] [-b BATCH] [-o SECONDS] "
                    "[-a ADDRESS]\n"
                    "            ADDRESS:PORT\n");
    exit(64);
}

static void parse_server(struct load *load, char *text)
{
    char *colon = strchr(text, ':');

    if (!colon)
        usage();
    *colon = '\0';
    load->server.sin_family = AF_INET;
    load->server.sin_port = htons((uint16_t)atoi(colon + 1));
    if (inet_pton(AF_INET, text, &load->server.sin_addr) != 1)
        usage();
}

static void parse_option(struct load *load, int letter)
{
    switch (letter) {
    case 'w':
        load->window = (unsigned)strtoul(optarg, NULL, 10);
        break;
    case 'r':
        load->rate = strtod(optarg, NULL);
        break;
    case 'n':
        load->count = strtoull(optarg, NULL, 10);
        break;
    case 'd':
        load->seconds = strtod(optarg, NULL);
        break;
    case 'p':
        load->questions.prefix = optarg;
        break;
    case 'z':
        load->questions.suffix = optarg;
        break;
    case 'i':
        load->questions.first = strtoull(optarg, NULL, 10);
        break;
    case 'm':
        load->questions.modulo = strtoull(optarg, NULL, 10);
        break;
    case '6':
        load->questions.type = 28;
        break;
    case 'e':
        load->questions.edns = true;
        break;
    case 's':
        load->spins = true;
        break;
    case 't':
        load->tcp = true;
        break;
    case 'c':
        load->connections = (unsigned)strtoul(optarg, NULL, 10);
        break;
    case 'b':
        load->batch = (unsigned)strtoul(optarg, NULL, 10);
        break;
    case 'o':
        load->time_out = (int64_t)(strtod(optarg, NULL) * 1e9);
        break;
    case 'a':
        load->source.sin_family = AF_INET;
        if (inet_pton(AF_INET, optarg, &load->source.sin_addr) != 1)
            usage();
        break;
    case 'f':
        if (questions_read(&load->questions, optarg) == -1)
            exit(1);
        break;
    default:
        usage();
    }
}

static void parse(struct load *load, int argc, char **argv)
{
    int letter;

    while ((letter = getopt(argc, argv, "w:r:n:d:f:p:z:i:m:6etsc:b:o:a:")) != -1)
        parse_option(load, letter);
    if (optind + 1 != argc || load->window == 0 || load->window > SLOTS ||
        load->batch == 0 || load->batch > 64 || (load->count == 0 && load->seconds <= 0))
        usage();
    parse_server(load, argv[optind]);
}

int main(int argc, char **argv)
{
    struct load load = {
        .window = 100,
        .batch = 32,
        .time_out = 2000000000,
        .questions = {.prefix = "n", .suffix = ".bench.lab", .type = 1},
    };

    parse(&load, argc, argv);
    load.pending = pending_new(load.window);
    load.start = clock_ns();
    load.end = load.seconds > 0 ? load.start + (int64_t)(load.seconds * 1e9) : INT64_MAX;
    if (load.tcp)
        load_tcp(&load);
    else
        load_udp(&load);
    print_result(&load, (double)(clock_ns() - load.start) / 1e9);
    free(load.questions.names);
    free(load.pending);
    return 0;
}
