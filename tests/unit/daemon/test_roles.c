/* Children that are forked as the supervisor forks them; the test is the supervisor. */
#include "../check.h"

#include "base/counters.h"
#include "daemon/roles.h"
#include "dnstap/tap_memory.h"

#include <sys/wait.h>

static struct config config;
static struct sockets sockets;
static struct roles roles;

static void set_up(void)
{
    struct addr any;

    config_set_defaults(&config);
    config.lookup.max_lookups = 8;
    assert_true(addr_parse(&any, "127.0.0.1:0", 0));
    config.web.socket = listener_open_tcp(&any);
    assert_int_equal(listener_open(&sockets.all[sockets.count++], &any), 0);
    sockets.addrs[sockets.addr_count++] = sockets.all[0].addr;
    config.tap.output = TAP_OUTPUT_UNIX;
    strcpy(config.tap.path, "/nonexistent/reader");
    assert_int_equal(roles_open(&roles, &config, &sockets), 0);
    assert_int_equal(roles.tap_memory, -1);
    roles.tap_memory = tap_memory_open(-1);
    assert_int_not_equal(roles.tap_memory, -1);
    roles.counters = counters_open(-1);
    assert_int_not_equal(roles.counters, -1);
}

static void tear_down(void)
{
    close(roles.tap_memory);
    roles_close(&roles);
    sockets_close(&sockets);
    close(config.web.socket);
}

FIXTURE(roles, set_up, tear_down);

TEST_WITH(roles, each_gets_ready_and_leaves_when_its_channel_closes)
{
    static const struct child_owner owner;

    for (int role = ROLE_SERVE; role < ROLES; role++) {
        struct channel control;
        struct child child;
        enum control_message message;
        int status;
        pid_t pid;

        child_init(&child, &owner, (enum role)role, 0, 1);
        assert_int_equal(channel_open(&control), 0);
        pid = fork();
        if (pid == 0)
            roles_run(&roles, &child, control.right);
        channel_close_end(&control.right);
        assert_int_equal(channel_receive_control(control.left, &message, NULL, NULL, NULL,
                                                 CHANNEL_BLOCK),
                         CHANNEL_DONE);
        assert_int_equal(message, CONTROL_READY);
        channel_close_end(&control.left);
        assert_int_equal(waitpid(pid, &status, 0), pid);
        assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
    }
}
