#include "daemon/control.h"

#include <errno.h>
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/list.h"

enum {
    LINE_MAX_SIZE = 1100,  /* a command and a name */
    REQUESTS_MAX = 16,     /* at the same time */
    LINE_MS = 5000,        /* until the line must have come */
    ACCEPT_PAUSE_MS = 100, /* when there are no descriptors left, or no memory */
};

struct control {
    struct loop *loop;
    int fd;
    struct watch *watch;
    const struct control_commands *commands;
    void *context;
    struct list requests; /* oldest first */
    size_t count;
    struct timer pause;
};

struct control_request {
    struct list link;
    struct control *control;
    int fd;
    struct watch *watch;
    struct timer deadline;
    size_t len;
    char line[LINE_MAX_SIZE + 1];
};

/* Answers. All fit into a socket that has nothing in it yet. */

/* Sends the whole or nothing: a part would be taken for the whole. The client may be gone,
 * or the kernel short of memory. */
static void send_text(int fd, const char *first, const char *text, const char *last)
{
    struct iovec parts[] = {{(void *)(uintptr_t)first, strlen(first)},
                            {(void *)(uintptr_t)text, strlen(text)},
                            {(void *)(uintptr_t)last, strlen(last)}};
    const struct msghdr message = {.msg_iov = parts, .msg_iovlen = 3};

    sendmsg(fd, &message, MSG_NOSIGNAL | MSG_DONTWAIT);
    close(fd);
}

void control_answer(int fd, const char *text)
{
    send_text(fd, "ok\n", text, "");
}

void control_refuse(int fd, const char *reason)
{
    send_text(fd, "error ", reason, "\n");
}

/* Commands. */

static void refuse_argument(int fd, const struct command *command)
{
    char usage[128];

    snprintf(usage, sizeof usage, "usage: %s%s%s", command->name,
             command->argument ? " " : "", command->argument ? command->argument : "");
    control_refuse(fd, usage);
}

static void run_command(const struct control *control, int fd, char *line)
{
    const struct control_commands *commands = control->commands;
    char *argument = strchr(line, ' ');
    const struct command *command;

    if (argument)
        *argument++ = '\0';
    command = command_find(commands->table, line);
    if (!command)
        control_refuse(fd, "no such command (help lists them)");
    else if (!command_takes(command, argument))
        refuse_argument(fd, command);
    else
        commands->run[command - commands->table](control->context, fd, argument);
}

/* Connections. */

/* Frees the request, and returns its connection. */
static int end_request(struct control_request *request)
{
    int fd = request->fd;

    timer_cancel(&request->deadline);
    loop_unwatch(request->control->loop, request->watch);
    list_remove(&request->link);
    request->control->count--;
    free(request);
    return fd;
}

static void request_expired(void *context)
{
    control_refuse(end_request(context), "no command came within 5 s");
}

static void line_came(struct control_request *request)
{
    const struct control *control = request->control;
    char line[LINE_MAX_SIZE + 1];

    strcpy(line, request->line);
    run_command(control, end_request(request), line);
}

/* Reads one line; whatever a client sends behind it is ignored. */
static void request_ready(void *context, short revents)
{
    struct control_request *request = context;
    ssize_t got =
        read(request->fd, request->line + request->len, LINE_MAX_SIZE - request->len);
    char *end;

    (void)revents;
    if (got == -1 && (errno == EAGAIN || errno == EINTR))
        return;
    if (got <= 0) {
        close(end_request(request));
        return;
    }
    request->len += (size_t)got;
    request->line[request->len] = '\0';
    end = memchr(request->line, '\n', request->len);
    if (end) {
        *end = '\0';
        line_came(request);
    } else if (request->len == LINE_MAX_SIZE) {
        control_refuse(end_request(request), "the line is too long");
    }
}

static void admit(struct control *control, int fd)
{
    struct control_request *request =
        control->count < REQUESTS_MAX ? calloc(1, sizeof *request) : NULL;

    if (!request) {
        control_refuse(fd, "too many clients are connected; try again");
        return;
    }
    request->control = control;
    request->fd = fd;
    list_init(&request->link);
    list_append(&control->requests, &request->link);
    control->count++;
    timer_init(&request->deadline, request_expired, request);
    timer_set(control->loop, &request->deadline, clock_ms() + LINE_MS);
    request->watch = loop_watch(control->loop, fd, POLLIN, request_ready, request);
    if (!request->watch)
        control_refuse(end_request(request), "no memory for the question");
}

static void pause_expired(void *context)
{
    const struct control *control = context;

    watch_events(control->watch, POLLIN);
}

/* A connection that waits keeps the socket ready, so that without a pause the loop would
 * call for it again and again. */
static void pause_accepting(struct control *control)
{
    watch_events(control->watch, 0);
    timer_set(control->loop, &control->pause, clock_ms() + ACCEPT_PAUSE_MS);
}

static void socket_ready(void *context, short revents)
{
    struct control *control = context;
    int fd = accept4(control->fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);

    (void)revents;
    if (fd != -1)
        admit(control, fd);
    else if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM)
        pause_accepting(control);
}

struct control *control_new(struct loop *loop, int fd,
                            const struct control_commands *commands, void *context)
{
    struct control *control = malloc(sizeof *control);

    if (!control)
        return NULL;
    *control =
        (struct control){.loop = loop, .fd = fd, .commands = commands, .context = context};
    list_init(&control->requests);
    timer_init(&control->pause, pause_expired, control);
    control->watch = loop_watch(loop, fd, POLLIN, socket_ready, control);
    if (control->watch)
        return control;
    free(control);
    return NULL;
}

bool control_has_requests(const struct control *control)
{
    return control && control->count > 0;
}

void control_free(struct control *control)
{
    struct control_request *request;

    if (!control)
        return;
    while ((request = list_first(&control->requests, struct control_request, link)))
        close(end_request(request));
    timer_cancel(&control->pause);
    loop_unwatch(control->loop, control->watch);
    free(control);
}
