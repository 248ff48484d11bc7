#include "base/memory_guard.h"

#include "base/shortage.h"

#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <sysexits.h>
#include <termios.h>
#include <unistd.h>

static const char *name;
static struct termios terminal;
static bool has_terminal;

/* Nothing here allocates, so output that stdio has not written yet is lost. */
static void end(void)
{
    char said[64];
    int len = snprintf(said, sizeof said, "%s: out of memory\n", name);

    if (has_terminal) {
        signal(SIGTTOU, SIG_IGN); /* or a program in the background would stop */
        tcsetattr(STDIN_FILENO, TCSANOW, &terminal);
    }
    while (write(STDERR_FILENO, said, (size_t)len) == -1 && errno == EINTR)
        ;
    _exit(EX_OSERR);
}

void memory_guard(const char *program)
{
    name = program;
    has_terminal = tcgetattr(STDIN_FILENO, &terminal) == 0;
    shortage_wait(false);
    shortage_end_by(end);
}
