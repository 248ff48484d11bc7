/* Nobody reads these descriptors, so a case that fails waits for ever. */
#include "../check.h"

#include "base/output.h"

#include <fcntl.h>
#include <pty.h>
#include <sys/socket.h>

static int saved;

static void save(void)
{
    saved = dup(STDERR_FILENO);
}

static void restore(void)
{
    dup2(saved, STDERR_FILENO);
    close(saved);
}

FIXTURE(standard, save, restore);

static const char line[] = "a line\n";
enum { LINE = sizeof line - 1 };

static void become_stderr(int fd)
{
    assert_int_not_equal(dup2(fd, STDERR_FILENO), -1);
    output_open(STDERR_FILENO);
}

/* Writes until the descriptor takes no more, and returns how many octets it took. */
static unsigned fill(void)
{
    unsigned count = 0;

    while (output_write(STDERR_FILENO, line, LINE) == OUTPUT_DONE)
        count++;
    assert_int_equal(errno, EAGAIN);
    return count;
}

TEST_WITH(standard, a_pipe_that_nobody_reads_is_not_waited_for)
{
    char text[LINE];
    int ends[2];

    assert_int_equal(pipe(ends), 0);
    become_stderr(ends[1]);
    assert_int_equal(fill() >= 4096 / LINE, 1);
    assert_int_equal(read(ends[0], text, LINE), LINE);
    assert_memory_equal(text, line, LINE);
    close(ends[0]);
    close(ends[1]);
}

TEST_WITH(standard, other_processes_that_have_the_pipe_go_on_waiting)
{
    int ends[2];

    assert_int_equal(pipe(ends), 0);
    become_stderr(ends[1]);
    assert_int_equal(fcntl(ends[1], F_GETFL) & O_NONBLOCK, 0);
    assert_int_equal(fcntl(STDERR_FILENO, F_GETFL) & O_NONBLOCK, O_NONBLOCK);
    close(ends[0]);
    close(ends[1]);
}

TEST_WITH(standard, a_terminal_that_nobody_reads_is_not_waited_for)
{
    int master, terminal;

    assert_int_equal(openpty(&master, &terminal, NULL, NULL, NULL), 0);
    become_stderr(terminal);
    while (output_write(STDERR_FILENO, line, LINE) == OUTPUT_DONE) {
        /* until it is full */
    }
    assert_int_equal(fcntl(terminal, F_GETFL) & O_NONBLOCK, 0);
    close(master);
    close(terminal);
}

TEST_WITH(standard, a_socket_that_nobody_reads_is_not_waited_for)
{
    static const int types[] = {SOCK_STREAM, SOCK_DGRAM, SOCK_SEQPACKET};
    int ends[2];

    for (size_t i = 0; i < sizeof types / sizeof *types; i++) {
        assert_int_equal(socketpair(AF_UNIX, types[i], 0, ends), 0);
        become_stderr(ends[1]);
        assert_int_not_equal(fill(), 0);
        assert_int_equal(fcntl(ends[1], F_GETFL) & O_NONBLOCK, 0);
        close(ends[0]);
        close(ends[1]);
    }
}

TEST_WITH(standard, a_full_disk_is_told)
{
    int full = open("/dev/full", O_WRONLY | O_CLOEXEC);

    become_stderr(full);
    assert_int_equal(output_write(STDERR_FILENO, line, LINE), OUTPUT_LOST);
    assert_int_equal(errno, ENOSPC);
    close(full);
}

/* Another user may not open it again, as the pipe of a container's manager belongs to
 * root. */
TEST_WITH(standard, a_pipe_of_another_user_is_not_waited_for)
{
    int ends[2];

    if (geteuid() != 0)
        skip();
    assert_int_equal(pipe(ends), 0);
    assert_int_equal(setegid(65534), 0);
    assert_int_equal(seteuid(65534), 0);
    become_stderr(ends[1]);
    assert_int_equal(seteuid(0), 0);
    assert_int_equal(setegid(0), 0);
    assert_int_equal(fcntl(STDERR_FILENO, F_GETFL) & O_NONBLOCK, 0);
    assert_int_not_equal(fill(), 0);
    close(ends[0]);
    close(ends[1]);
}
