#include "daemon/control.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/list.h"

enum {
    LINE_MAX_SIZE = 1100, /* a command and a name */
    REQUESTS_MAX = 16,    /* at the same time */
    PATIENCE_MS = 5000,   /* for the line */
    BACKLOG = 16,
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
    struct timer patience;
    size_t len;
    char line[LINE_MAX_SIZE + 1];
};

/* The socket's file. */

void control_default_path(char path[static CONTROL_PATH_MAX + 1])
{
    const char *folder = geteuid() == 0 ? NULL : getenv("XDG_RUNTIME_DIR");

    snprintf(path, CONTROL_PATH_MAX + 1, "%s/hostdns/control", folder ? folder : "/run");
}

void control_path_of(int fd, char path[static CONTROL_PATH_MAX + 1])
{
    struct sockaddr_un address = {0};
    socklen_t len = sizeof address - 1;

    path[0] = '\0';
    if (getsockname(fd, (struct sockaddr *)&address, &len) == 0 &&
        address.sun_family == AF_UNIX)
        snprintf(path, CONTROL_PATH_MAX + 1, "%s", address.sun_path);
}

static struct sockaddr_un address_of(const char *path)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};

    strncpy(address.sun_path, path, sizeof address.sun_path - 1);
    return address;
}

/* The error of a connection to it, 0 if a server answers there. */
static int knock(const char *path)
{
    struct sockaddr_un address = address_of(path);
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0), error = 0;

    if (fd == -1 || connect(fd, (struct sockaddr *)&address, sizeof address) == -1)
        error = errno;
    if (fd != -1)
        close(fd);
    return error == EAGAIN ? 0 : error; /* its backlog is full */
}

/* Removes what a killed server left, and no other file. 0, or -1 with errno. */
static int make_room(const char *path)
{
    struct stat file;
    int error;

    if (lstat(path, &file) == -1)
        return 0; /* what is wrong with the path, bind() says */
    error = S_ISSOCK(file.st_mode) ? knock(path) : EEXIST;
    if (error == ECONNREFUSED)
        return unlink(path);
    errno = error ? error : EADDRINUSE;
    return -1;
}

/* The path up to its last slash; "" if there is none that matters. */
static void folder_of(const char *path, char folder[static CONTROL_PATH_MAX + 1])
{
    char *slash;

    snprintf(folder, CONTROL_PATH_MAX + 1, "%s", path);
    slash = strrchr(folder, '/');
    *(slash ? slash : folder) = '\0';
}

static void make_folder_of(const char *path)
{
    char folder[CONTROL_PATH_MAX + 1];

    folder_of(path, folder);
    if (*folder)
        mkdir(folder, 0755);
}

void control_remove(const char *path)
{
    char by_default[CONTROL_PATH_MAX + 1], folder[CONTROL_PATH_MAX + 1];

    if (make_room(path) == -1)
        return;
    control_default_path(by_default);
    folder_of(path, folder);
    if (strcmp(path, by_default) == 0)
        rmdir(folder);
}

void control_close(int fd)
{
    char path[CONTROL_PATH_MAX + 1];

    control_path_of(fd, path);
    if (fd != -1)
        close(fd);
    if (*path)
        control_remove(path);
}

/* The mode from the first moment on. */
static int bind_for_owner(int fd, const char *path)
{
    struct sockaddr_un address = address_of(path);
    mode_t before = umask(0177);
    int result = bind(fd, (struct sockaddr *)&address, sizeof address);

    umask(before);
    return result;
}

/* A keeper may just be removing what a killed server left, and the folder: then once more.
 */
static int bind_to(int fd, const char *path, bool make_folder)
{
    int tries = 3;

    do {
        if (make_folder)
            make_folder_of(path);
        if (make_room(path) == 0 && bind_for_owner(fd, path) == 0)
            return 0;
    } while (errno == ENOENT && --tries > 0);
    return -1;
}

int control_listen(const char *path, bool make_folder)
{
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0), saved;

    if (fd == -1)
        return -1;
    if (bind_to(fd, path, make_folder) == 0 && listen(fd, BACKLOG) == 0)
        return fd;
    saved = errno;
    close(fd);
    errno = saved;
    return -1;
}

/* Answers. All fit into a socket that has nothing in it yet. */

static void send_text(int fd, const char *text, size_t len)
{
    while (len > 0) {
        ssize_t sent = send(fd, text, len, MSG_NOSIGNAL | MSG_DONTWAIT);

        if (sent == -1)
            return; /* who asked is gone, or does not read */
        text += sent;
        len -= (size_t)sent;
    }
}

static void send_answer(int fd, const char *text)
{
    send_text(fd, "ok\n", 3);
    send_text(fd, text, strlen(text));
}

static void send_refusal(int fd, const char *reason)
{
    send_text(fd, "error ", 6);
    send_text(fd, reason, strlen(reason));
    send_text(fd, "\n", 1);
}

void control_answer_on(int fd, const char *text)
{
    send_answer(fd, text);
    close(fd);
}

void control_refuse_on(int fd, const char *reason)
{
    send_refusal(fd, reason);
    close(fd);
}

int control_detach(struct control_request *request)
{
    int fd = request->fd;

    timer_cancel(&request->patience);
    loop_unwatch(request->control->loop, request->watch);
    list_remove(&request->link);
    request->control->count--;
    free(request);
    return fd;
}

void control_answer(struct control_request *request, const char *text)
{
    send_answer(request->fd, text); /* which may be a part of the request */
    close(control_detach(request));
}

void control_refuse(struct control_request *request, const char *reason)
{
    send_refusal(request->fd, reason);
    close(control_detach(request));
}

/* Commands. */

void control_help(void *context, struct control_request *request, const char *argument)
{
    char *text = NULL;
    size_t len;
    FILE *out = open_memstream(&text, &len);

    (void)context;
    (void)argument;
    if (!out) {
        control_refuse(request, "no memory for the answer");
        return;
    }
    command_print_help(request->control->commands->table, out);
    if (fclose(out) == 0 && text)
        control_answer(request, text);
    else
        control_refuse(request, "no memory for the answer");
    free(text);
}

static void refuse_argument(struct control_request *request, const struct command *command)
{
    char *usage = NULL;
    size_t len;
    FILE *out = open_memstream(&usage, &len);

    if (out) {
        fputs("usage: ", out);
        command_print_usage(command, out);
        if (fclose(out) != 0) {
            free(usage);
            usage = NULL;
        }
    }
    control_refuse(request, usage ? usage : "the argument is wrong");
    free(usage);
}

static void run_command(struct control_request *request)
{
    const struct control *control = request->control;
    const struct control_commands *commands = control->commands;
    char *name = request->line, *argument = strchr(name, ' ');
    const struct command *command;

    if (argument)
        *argument++ = '\0';
    command = command_find(commands->table, name);
    if (!command)
        control_refuse(request, "no such command (help lists them)");
    else if (!command_takes(command, argument))
        refuse_argument(request, command);
    else
        commands->run[command - commands->table](control->context, request, argument);
}

/* Connections. */

static void give_up(void *context)
{
    control_refuse(context, "no line came");
}

/* Nothing more is read than the line: who sends more is not listened to. */
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
        close(control_detach(request));
        return;
    }
    request->len += (size_t)got;
    request->line[request->len] = '\0';
    end = memchr(request->line, '\n', request->len);
    if (end) {
        *end = '\0';
        timer_cancel(&request->patience);
        run_command(request);
    } else if (request->len == LINE_MAX_SIZE) {
        control_refuse(request, "the line is too long");
    }
}

static void admit(struct control *control, int fd)
{
    struct control_request *request =
        control->count < REQUESTS_MAX ? calloc(1, sizeof *request) : NULL;

    if (!request) {
        control_refuse_on(fd, "too many are asking");
        return;
    }
    request->control = control;
    request->fd = fd;
    list_init(&request->link);
    list_append(&control->requests, &request->link);
    control->count++;
    timer_init(&request->patience, give_up, request);
    timer_set(control->loop, &request->patience, clock_ms() + PATIENCE_MS);
    request->watch = loop_watch(control->loop, fd, POLLIN, request_ready, request);
    if (!request->watch)
        control_refuse(request, "no memory for the question");
}

static void ring_pause(void *context)
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
    timer_init(&control->pause, ring_pause, control);
    control->watch = loop_watch(loop, fd, POLLIN, socket_ready, control);
    if (control->watch)
        return control;
    free(control);
    return NULL;
}

void control_free(struct control *control)
{
    struct control_request *request;

    if (!control)
        return;
    while ((request = list_first(&control->requests, struct control_request, link)))
        close(control_detach(request));
    timer_cancel(&control->pause);
    loop_unwatch(control->loop, control->watch);
    free(control);
}
