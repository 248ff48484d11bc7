#include "ctl/server.h"

#include "base/xalloc.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

/* True if a system call that failed with this error is to be tried again. */
static bool is_to_go_on(const struct server_patience *patience, int error)
{
    if (error == EINTR && !patience->goes_on)
        return true;
    return (error == EAGAIN || error == EINTR) && patience->goes_on &&
           patience->goes_on(patience->context);
}

static void set_slice(int fd, int ms)
{
    const struct timeval slice = {.tv_sec = ms / 1000, .tv_usec = ms % 1000 * 1000};

    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &slice, sizeof slice);
    setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &slice, sizeof slice);
}

/* connect() waits, too, if many clients already wait for a server that hangs. -1 with
 * errno, which is EAGAIN if that took too long. */
static int connect_to(const char *path, const struct server_patience *patience)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    int fd, error;

    if (strlen(path) >= sizeof address.sun_path) {
        errno = ENAMETOOLONG;
        return -1;
    }
    strcpy(address.sun_path, path);
    fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd == -1)
        return -1;
    set_slice(fd, patience->slice_ms);
    while (connect(fd, (struct sockaddr *)&address, sizeof address) == -1) {
        error = errno;
        if (is_to_go_on(patience, error))
            continue;
        close(fd);
        errno = error == EINTR ? EAGAIN : error;
        return -1;
    }
    return fd;
}

/* If that fails, the server may still have said why: with too many clients, it answers
 * before it has read. */
static void send_line(int fd, const char *const *words, size_t count)
{
    char *line;
    size_t len;
    FILE *out = xopen_memstream(&line, &len);

    for (size_t i = 0; i < count; i++)
        fprintf(out, "%s%s", i > 0 ? " " : "", words[i]);
    fputc('\n', out);
    fclose(out);
    send(fd, line, len, MSG_NOSIGNAL);
    free(line);
}

/* 1 at the end, 0 if there is more, -1 if nothing came in time, or it cannot be read. */
static int read_some(int fd, FILE *out, const struct server_patience *patience)
{
    char octets[4096];
    ssize_t got = recv(fd, octets, sizeof octets, 0);

    if (got > 0) {
        fwrite(octets, 1, (size_t)got, out);
        return 0;
    }
    if (got == 0 || errno == ECONNRESET)
        return 1;
    return (errno == EAGAIN || errno == EINTR) && is_to_go_on(patience, errno) ? 0 : -1;
}

/* Takes the first word away: "ok" and the end of the line, or "error" and a blank. */
static enum server_said judge(char *text)
{
    bool refused = strncmp(text, "error ", 6) == 0;
    size_t first = refused ? 6 : 3;

    if (!refused && strncmp(text, "ok\n", 3) != 0)
        return SERVER_ENDED;
    memmove(text, text + first, strlen(text + first) + 1);
    return refused ? SERVER_REFUSED : SERVER_ANSWERED;
}

static enum server_said read_answer(int fd, const struct server_patience *patience,
                                    char **text)
{
    size_t len = 0;
    FILE *out = xopen_memstream(text, &len);
    int end;

    while ((end = read_some(fd, out, patience)) == 0)
        continue;
    fclose(out);
    return end == -1 ? SERVER_SILENT : judge(*text);
}

enum server_said server_ask(const char *path, const char *const *words, size_t count,
                            const struct server_patience *patience, char **text)
{
    int fd = connect_to(path, patience);
    enum server_said said;

    *text = NULL;
    if (fd == -1)
        return errno == EAGAIN ? SERVER_SILENT : SERVER_MISSING;
    send_line(fd, words, count);
    said = read_answer(fd, patience, text);
    close(fd);
    if (said == SERVER_ANSWERED || said == SERVER_REFUSED)
        return said;
    free(*text);
    *text = NULL;
    return said;
}
