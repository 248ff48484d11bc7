/*
 * hostdnsd: answers DNS questions with what getaddrinfo() says.
 *
 * Read on in serve/serve.c for a packet's way in and out, in lookup/job.c for the answer,
 * and in daemon/supervisor.c for the processes these run in.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/output.h"
#include "daemon/command_line.h"
#include "daemon/control_socket.h"
#include "daemon/facilities.h"
#include "daemon/handover.h"
#include "daemon/privileges.h"
#include "daemon/sandbox.h"
#include "daemon/sockets.h"
#include "daemon/stack.h"
#include "daemon/supervisor.h"
#include "daemon/unlinker.h"
#include "daemon/web_socket.h"
#include "web/web.h"

static struct sockets sockets;
static struct handover handover;

/* A container may have no /dev/null. A descriptor of / that can be neither read nor written
 * takes the number there. */
static int open_nothing(void)
{
    int fd = open("/dev/null", O_RDWR);

    return fd == -1 ? open("/", O_PATH) : fd;
}

/* Our sockets must never get the number of a standard descriptor, which libraries write to
 * or close. */
static void open_standard_descriptors(void)
{
    int fd;

    do
        fd = open_nothing();
    while (fd >= 0 && fd <= STDERR_FILENO);
    if (fd > STDERR_FILENO)
        close(fd);
}

/*
 * SIGCHLD may have been ignored by the program that started this one, and then the end of a
 * child would never be seen. It is not touched otherwise, since that would lose what is
 * pending from before a reload. SIGPIPE and SIGXFSZ would end the program when its log
 * cannot be written.
 */
static void set_signals(void)
{
    struct sigaction now;

    if (sigaction(SIGCHLD, NULL, &now) == 0 && now.sa_handler == SIG_IGN)
        signal(SIGCHLD, SIG_DFL);
    signal(SIGPIPE, SIG_IGN);
    signal(SIGXFSZ, SIG_IGN);
}

static bool open_sockets(const struct config *config)
{
    if (handover.is_activated)
        return sockets_adopt(&sockets, &handover.sockets);
    return sockets_open(&sockets, config->listen, config->listen_count, config->workers,
                        &handover.sockets);
}

__attribute__((format(printf, 1, 2))) static void say(const char *format, ...)
{
    char text[256];
    va_list args;
    int len;

    va_start(args, format);
    len = vsnprintf(text, sizeof text, format, args);
    va_end(args);
    if (len > 0 && (size_t)len < sizeof text)
        output_write(STDOUT_FILENO, text, (size_t)len);
}

static void say_ready(void)
{
    char text[ADDR_TEXT];

    say("DNS server is ready ...\n");
    for (size_t i = 0; i < sockets.addr_count; i++)
        say("Listening on %s (UDP and TCP).\n", sockets_format(&sockets, i, text));
    if (handover.web != -1)
        say("Web page at http://%s/.\n", web_socket_format(handover.web, text));
    say("Press 'Ctrl + C' to stop.\n");
}

static void say_reloaded(void)
{
    char text[ADDR_TEXT];

    for (size_t i = 0; i < sockets.addr_count; i++)
        log_info("reloaded: listening on %s", sockets_format(&sockets, i, text));
}

static void say_shutting_down(void)
{
    say("DNS server is shutting down ...\n");
}

static int run(struct config *config, char *const *argv)
{
    const struct supervisor_config supervisor = {
        .config = config,
        .sockets = &sockets,
        .handover = &handover,
        .argv = argv,
        .ready = say_ready,
        .reloaded = say_reloaded,
        .shutting_down = say_shutting_down,
    };

    config->serve.cookie_secret = handover.secret;
    config->web.socket = handover.web;
    config->web.started = handover.is_reload ? handover.started : clock_ms();
    config->lookup.own = sockets.addrs;
    config->lookup.own_count = sockets.addr_count;
    return supervisor_run(&supervisor);
}

/* Whether the socket from before a reload is at this path. */
static bool is_there_already(const char *path)
{
    char old[CONTROL_PATH_MAX + 1];

    control_socket_path(handover.control, old);
    return strcmp(path, old) == 0;
}

static void close_control(void)
{
    control_socket_close(handover.control);
    unlinker_dismiss(handover.unlinker);
    handover.control = handover.unlinker = -1;
}

static void use_control(int fd, const char *path)
{
    close_control();
    handover.control = fd;
    if (geteuid() != 0)
        return;
    handover.unlinker = unlinker_start(path);
    if (handover.unlinker == -1)
        log_warning(
            "the control socket %s may stay behind when the server ends: no process "
            "can be started to remove it: %m",
            path);
}

static void do_without(const char *path)
{
    const char *why = errno == EADDRINUSE ? "another server has it" : strerror(errno);

    if (handover.control != -1)
        facility_lost(FACILITY_CONTROL,
                      "no control socket at %s: %s; it stays where it was", path, why);
    else
        facility_lost(FACILITY_CONTROL,
                      "no control socket at %s: %s; hostdnsctl cannot reach this server "
                      "(-o control=PATH chooses another place)",
                      path, why);
}

static void open_control(const struct config *config)
{
    char path[CONTROL_PATH_MAX + 1];
    bool is_wanted = *config->control;
    int fd;

    if (is_wanted)
        snprintf(path, sizeof path, "%s", config->control);
    else
        control_socket_default(path);
    if (handover.control != -1 && is_there_already(path))
        return;
    fd = control_socket_listen(path, !is_wanted);
    if (fd == -1)
        do_without(path);
    else
        use_control(fd, path);
}

/* A page that there is must not be lost for one that there cannot be. One that there was
 * not is no reason to keep the rest from being reloaded. */
static bool check_web(const struct config *config)
{
    bool was_open = handover.web != -1;

    return web_socket_open(&config->web_address, config->has_web, &handover) || !was_open;
}

/* The server would start without the page, so this is no error. */
static void check_library(const struct config *config)
{
    char text[ADDR_TEXT];
    const char *why;

    if (config->has_web && !web_can_run(&why))
        log_warning("web=%s: there will be no page: %s",
                    endpoint_format(&config->web_address, text), why);
}

/* The dry run of a reload tries the addresses as well. */
static int check(const struct config *config)
{
    bool good = !handover.is_reload || (open_sockets(config) && check_web(config));

    check_library(config);
    sockets_close(&sockets);
    web_socket_close(&handover);
    return good ? EXIT_SUCCESS : EXIT_FAILURE;
}

static bool open_all(const struct config *config)
{
    bool done;

    web_socket_open(&config->web_address, config->has_web, &handover);
    done = open_sockets(config);
    if (done)
        open_control(config);
    return done;
}

static int serve_until_told(struct config *config, char *const *argv)
{
    int result = -1;

    output_open(STDOUT_FILENO);
    output_open(STDERR_FILENO);
    if (open_all(config)) {
        result = privileges_drop(config->user, handover.is_reload);
    }
    if (result == 0) {
        handover.is_filtered = sandbox_all(handover.is_filtered);
        passed_close_rest(&handover.sockets);
        result = run(config, argv);
    }
    sockets_close(&sockets);
    web_socket_close(&handover);
    close_control();
    if (result == 0)
        say("DNS server socket closed\n");
    return result == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}

int main(int argc, char **argv)
{
    static struct config config;

    open_standard_descriptors();
    set_signals();
    log_open("hostdnsd", LOG_LEVEL_INFO);
    if (!stack_raise() || !handover_read(&handover))
        return EXIT_FAILURE;
    switch (command_line_read(&config, argc, argv)) {
    case COMMAND_LINE_DONE:
        return EXIT_SUCCESS;
    case COMMAND_LINE_FAILED:
        return EXIT_FAILURE;
    case COMMAND_LINE_RUN:
        break;
    }
    if (config.check_only)
        return check(&config);
    if (config.verbose)
        log_open("hostdnsd", LOG_LEVEL_DEBUG);
    return serve_until_told(&config, argv);
}
