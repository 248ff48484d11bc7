/*
 * hostdnsd: answers DNS questions with what getaddrinfo() says.
 *
 * Read on in serve/serve.c for a packet's way in and out, in lookup/host.c for the answer,
 * and in daemon/supervisor.c for the processes these run in.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"
#include "daemon/options.h"
#include "daemon/supervisor.h"
#include "net/holder.h"

static struct listener listeners[LISTENERS_MAX];
static size_t listener_count;

/* libc may close descriptor 0 by mistake and our sockets must never get a standard number.
 */
static void open_standard_descriptors(void)
{
    int fd;

    do
        fd = open("/dev/null", O_RDWR);
    while (fd >= 0 && fd <= STDERR_FILENO);
    if (fd > STDERR_FILENO)
        close(fd);
}

static void explain_failure(const struct addr *addr)
{
    int error = errno;
    char text[ADDR_TEXT], holder[64];

    addr_format(addr, text);
    if (error == EADDRINUSE && holder_find(addr, holder, sizeof holder))
        log_error("cannot listen on %s: %s, held by %s", text, strerror(error), holder);
    else
        log_error("cannot listen on %s: %s", text, strerror(error));
}

static bool open_listeners(const struct options *options)
{
    for (size_t i = 0; i < options->listen_count; i++) {
        if (listener_open(&listeners[i], &options->listen[i]) == -1) {
            explain_failure(&options->listen[i]);
            return false;
        }
        listener_count++;
    }
    return true;
}

static void close_listeners(void)
{
    while (listener_count > 0)
        listener_close(&listeners[--listener_count]);
}

static void say(const char *line)
{
    puts(line);
    fflush(stdout);
}

static void say_ready(void)
{
    char text[ADDR_TEXT];

    puts("DNS server is ready ...");
    for (size_t i = 0; i < listener_count; i++)
        printf("Listening on %s (UDP and TCP).\n", addr_format(&listeners[i].addr, text));
    say("Press 'Ctrl + C' to stop.");
}

static void say_shutting_down(void)
{
    say("DNS server is shutting down ...");
}

static struct policy policy_of(const struct options *options)
{
    return (struct policy){
        .allow = options->allow,
        .allow_count = options->allow_count,
        .cookies = options->cookies,
        .identity = options->identity,
        .special = {.ttl = options->ttl,
                    .negative_ttl = options->negative_ttl,
                    .onion = options->onion,
                    .canary = options->canary},
    };
}

static int run(const struct options *options, const struct cookie_secret *secret)
{
    struct addr own[LISTENERS_MAX];
    const struct supervisor_config config = {
        .serve = {.listeners = listeners,
                  .listener_count = listener_count,
                  .udp_size = options->udp_size,
                  .cache = {.bytes = options->cache_size,
                            .min_ttl = options->min_ttl,
                            .max_ttl = options->max_ttl,
                            .stale = options->stale},
                  .tcp_clients = options->tcp_clients,
                  .tcp_per_client = options->tcp_per_client,
                  .tcp_idle = options->tcp_idle,
                  .policy = policy_of(options),
                  .cookie_secret = *secret,
                  .nsid = options->nsid,
                  .padding = options->padding},
        .lookup = {.filter_aaaa = options->filter_aaaa,
                   .max_lookups = options->max_lookups,
                   .ttl = options->ttl,
                   .negative_ttl = options->negative_ttl,
                   .own = own,
                   .own_count = listener_count},
        .ready = say_ready,
        .shutting_down = say_shutting_down,
    };

    for (size_t i = 0; i < listener_count; i++)
        own[i] = listeners[i].addr;
    return supervisor_run(&config);
}

int main(int argc, char **argv)
{
    struct cookie_secret secret;
    struct options options;
    int result = -1;

    open_standard_descriptors();
    switch (options_read(&options, argc, argv)) {
    case OPTIONS_DONE:
        return EXIT_SUCCESS;
    case OPTIONS_FAILED:
        return EXIT_FAILURE;
    case OPTIONS_RUN:
        break;
    }
    if (options.check_only)
        return EXIT_SUCCESS;
    log_open("hostdnsd", options.verbose ? LOG_LEVEL_DEBUG : LOG_LEVEL_INFO);
    if (cookie_draw_secret(&secret) == -1) {
        log_error("no random numbers: %m");
    } else if (open_listeners(&options)) {
        result = run(&options, &secret);
        close_listeners();
        if (result == 0)
            say("DNS server socket closed");
    } else {
        close_listeners();
    }
    return result == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
