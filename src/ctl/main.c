/*
 * hostdnsctl asks a running hostdnsd over its control socket (daemon/control): it sends the
 * words of its command line as one line and prints what comes back. The table of commands
 * (daemon/command_table) is for the help alone: a server of another version may know more.
 */
#include <errno.h>
#include <getopt.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sysexits.h>
#include <unistd.h>

#include "daemon/command_table.h"
#include "daemon/control.h"

enum { CTL_REFUSED = 1, CTL_NO_SERVER = 2 };

/* -1 with errno. */
static int connect_to(const char *path)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    int fd, error;

    if (strlen(path) >= sizeof address.sun_path) {
        errno = ENAMETOOLONG;
        return -1;
    }
    strcpy(address.sun_path, path);
    fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd == -1 || connect(fd, (struct sockaddr *)&address, sizeof address) == 0)
        return fd;
    error = errno;
    close(fd);
    errno = error;
    return -1;
}

/* For want of a connection; errno says why. */
static int no_server(const char *path, const char *command)
{
    if (!command_find(command_table, command)) {
        fprintf(stderr,
                "hostdnsctl: no such command: %s (hostdnsctl -h lists them), and no server "
                "at %s that might know it\n",
                command, path);
        return EX_USAGE;
    }
    if (errno == EACCES)
        fprintf(stderr, "hostdnsctl: may not speak to a server at %s: %s\n", path,
                strerror(errno));
    else
        fprintf(stderr, "hostdnsctl: no server at %s: %s\n", path, strerror(errno));
    return CTL_NO_SERVER;
}

/* The words with a blank between each two. */
static void send_line(int fd, char *const *words, size_t count)
{
    bool sent = true;

    for (size_t i = 0; i < count && sent; i++)
        sent = dprintf(fd, "%s%s", i > 0 ? " " : "", words[i]) >= 0;
    if (sent)
        dprintf(fd, "\n");
}

/* "ok" and the answer, or "error" and a reason, perhaps of several lines. */
static int print_answer(FILE *answer)
{
    char line[4096];
    bool first = true, refused = false;

    while (fgets(line, sizeof line, answer)) {
        refused |= first && strncmp(line, "error ", 6) == 0;
        if (refused)
            fprintf(stderr, "%s%s", first ? "hostdnsctl: " : "", line + (first ? 6 : 0));
        else if (!first)
            fputs(line, stdout);
        first = false;
    }
    if (!first)
        return refused ? CTL_REFUSED : 0;
    fputs("hostdnsctl: the server has not answered\n", stderr);
    return CTL_NO_SERVER;
}

static int ask(const char *path, char *const *words, size_t count)
{
    int fd = connect_to(path), code;
    FILE *answer;

    if (fd == -1)
        return no_server(path, words[0]);
    send_line(fd, words, count); /* if that fails the server may still have said why */
    answer = fdopen(fd, "r");
    if (!answer) {
        fprintf(stderr, "hostdnsctl: %s: %s\n", path, strerror(errno));
        close(fd);
        return CTL_NO_SERVER;
    }
    code = print_answer(answer);
    fclose(answer);
    return code;
}

static void help(void)
{
    puts("usage: hostdnsctl [-s SOCKET] COMMAND [ARGUMENT]\n"
         "       hostdnsctl -h | -V\n"
         "Asks a running hostdnsd.\n\n"
         "  -s SOCKET  its control socket\n"
         "  -V         print the version\n"
         "  -h         print this\n\n"
         "Commands:");
    command_print_help(command_table, stdout);
}

int main(int argc, char **argv)
{
    char by_default[CONTROL_PATH_MAX + 1];
    const char *path = by_default;
    int flag;

    signal(SIGPIPE, SIG_IGN); /* a server that has no time answers before it is asked */
    control_default_path(by_default);
    while ((flag = getopt(argc, argv, "s:hV")) != -1)
        switch (flag) {
        case 's':
            path = optarg;
            break;
        case 'h':
            help();
            return 0;
        case 'V':
            puts("hostdnsctl " HOSTDNS_VERSION);
            return 0;
        default:
            return EX_USAGE;
        }
    if (optind < argc)
        return ask(path, argv + optind, (size_t)(argc - optind));
    fputs("hostdnsctl: a command is needed (hostdnsctl -h lists them)\n", stderr);
    return EX_USAGE;
}
