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
#include "daemon/command_line.h"
#include "daemon/control.h"
#include "daemon/handover.h"
#include "daemon/keeper.h"
#include "daemon/privileges.h"
#include "daemon/sandbox.h"
#include "daemon/sockets.h"
#include "daemon/supervisor.h"

static struct sockets sockets;
static struct handover handover;
static int control = -1; /* the listening control socket */
static int keeper = -1;  /* who removes its file, if this process may not */

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

static bool open_sockets(const struct options *options)
{
    if (handover.is_activated)
        return sockets_adopt(&sockets, &handover.sockets);
    return sockets_open(&sockets, options->listen, options->listen_count, options->workers,
                        &handover.sockets);
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
    for (size_t i = 0; i < sockets.addr_count; i++)
        printf("Listening on %s (UDP and TCP).\n", addr_format(&sockets.addrs[i], text));
    say("Press 'Ctrl + C' to stop.");
}

static void say_reloaded(void)
{
    char text[ADDR_TEXT];

    for (size_t i = 0; i < sockets.addr_count; i++)
        log_info("reloaded: listening on %s", addr_format(&sockets.addrs[i], text));
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
                    .no_aaaa = options->filter_aaaa,
                    .onion = options->onion,
                    .canary = options->canary},
    };
}

static int run(const struct options *options, char *const *argv)
{
    int result;
    char why[NAMES_REASON];
    struct names *names = names_new(options->names, why);
    const struct supervisor_config config = {
        .serve = {.udp_size = options->udp_size,
                  .cache = {.bytes = options->cache_size,
                            .min_ttl = options->min_ttl,
                            .max_ttl = options->max_ttl,
                            .stale = options->stale},
                  .per_client = options->per_client,
                  .timeout = options->timeout,
                  .tcp_clients = options->tcp_clients,
                  .tcp_per_client = options->tcp_per_client,
                  .tcp_idle = options->tcp_idle,
                  .policy = policy_of(options),
                  .names = {.names = names,
                            .ttl = options->ttl,
                            .negative_ttl = options->negative_ttl,
                            .no_aaaa = options->filter_aaaa},
                  .cookie_secret = handover.secret,
                  .nsid = options->nsid,
                  .log_queries = options->log_queries,
                  .padding = options->padding},
        .lookup = {.filter_aaaa = options->filter_aaaa,
                   .max_lookups = options->max_lookups,
                   .ttl = options->ttl,
                   .negative_ttl = options->negative_ttl,
                   .own = sockets.addrs,
                   .own_count = sockets.addr_count},
        .workers = options->workers,
        .sockets = &sockets,
        .handover = &handover,
        .control = control,
        .keeper = keeper,
        .argv = argv,
        .ready = say_ready,
        .reloaded = say_reloaded,
        .shutting_down = say_shutting_down,
    };

    if (!names) {
        log_error("name: %s", why);
        return -1;
    }
    result = supervisor_run(&config);
    names_free(names);
    return result;
}

/* The one from before a reload, if it is where it is to be. */
static bool is_there_already(const char *path)
{
    char old[CONTROL_PATH_MAX + 1];

    control_path_of(control, old);
    return strcmp(path, old) == 0;
}

static void close_control(void)
{
    control_close(control);
    keeper_dismiss(keeper);
    control = keeper = -1;
}

static void use_control(int fd, const char *path)
{
    close_control();
    control = fd;
    if (geteuid() != 0)
        return;
    keeper = keeper_start(path);
    if (keeper == -1)
        log_warning("the control socket %s may stay behind at the end: %m", path);
}

/* The server can do without a place that nobody asked for, and a reload ends no server. */
static bool do_without(const char *path, bool is_wanted)
{
    const char *why = errno == EADDRINUSE ? "another server has it" : strerror(errno);

    if (is_wanted && !handover.is_reload)
        log_error("cannot make the control socket %s: %s", path, why);
    else if (control != -1)
        log_warning("no control socket at %s: %s; it stays where it was", path, why);
    else
        log_warning("no control socket at %s: %s; hostdnsctl does not reach this server "
                    "(-o control=PATH gives it another)",
                    path, why);
    return !is_wanted || handover.is_reload;
}

static bool open_control(const struct options *options)
{
    char path[CONTROL_PATH_MAX + 1];
    bool is_wanted = *options->control;
    int fd;

    if (is_wanted)
        snprintf(path, sizeof path, "%s", options->control);
    else
        control_default_path(path);
    control = handover.control;
    keeper = handover.keeper;
    if (control != -1 && is_there_already(path))
        return true;
    fd = control_listen(path, !is_wanted);
    if (fd == -1)
        return do_without(path, is_wanted);
    use_control(fd, path);
    return true;
}

/* With -n before a reload the addresses are tried as well. */
static int check(const struct options *options)
{
    bool good = !handover.is_reload || open_sockets(options);

    sockets_close(&sockets);
    return good ? EXIT_SUCCESS : EXIT_FAILURE;
}

static int serve_until_told(const struct options *options, char *const *argv)
{
    int result = -1;

    if (open_sockets(options) && open_control(options) &&
        privileges_drop(options->user, handover.is_reload) == 0) {
        sandbox_all(handover.is_reload);
        passed_close_rest(&handover.sockets);
        result = run(options, argv);
    }
    sockets_close(&sockets);
    close_control();
    if (result == 0)
        say("DNS server socket closed");
    return result == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}

/* As it was given: reading the options moves and cuts the words. NULL when memory is short.
 */
static char **copy_of(int argc, char **argv)
{
    char **copy = calloc((size_t)argc + 1, sizeof *copy);

    for (int i = 0; copy && i < argc; i++)
        if (!(copy[i] = strdup(argv[i])))
            return NULL;
    return copy;
}

int main(int argc, char **argv)
{
    static char **given;
    struct options options;

    given = copy_of(argc, argv);
    if (!given)
        return EXIT_FAILURE;
    open_standard_descriptors();
    log_open("hostdnsd", LOG_LEVEL_INFO);
    if (!handover_read(&handover))
        return EXIT_FAILURE;
    switch (command_line_read(&options, argc, argv)) {
    case COMMAND_LINE_DONE:
        return EXIT_SUCCESS;
    case COMMAND_LINE_FAILED:
        return EXIT_FAILURE;
    case COMMAND_LINE_RUN:
        break;
    }
    if (options.check_only)
        return check(&options);
    if (options.verbose)
        log_open("hostdnsd", LOG_LEVEL_DEBUG);
    return serve_until_told(&options, given);
}
