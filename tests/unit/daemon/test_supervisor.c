/*
 * The server's processes, started by a supervisor in a process of its own. What it says
 * comes through a pipe, one letter a word, and its log through another. All processes hold
 * the writing end of this one, so the end of the file tells that the last of them is gone.
 *
 * All but one ask for a name that /etc/hosts of every host has, and need no name server.
 */
#include "../lookup/lab_lookup.h"

#include "daemon/supervisor.h"

#include "base/clock.h"

#include <ctype.h>
#include <dirent.h>
#include <signal.h>
#include <sys/wait.h>

enum { SERVE, LOOKUP };

static struct scene {
    pid_t pid; /* of the supervisor */
    int said, log, client;
    struct listener listener;
} scene;

static int words; /* the supervisor's end of the pipe `said` */

static void say(char letter)
{
    if (write(words, &letter, 1) != 1)
        _exit(99);
}

static void ready(void)
{
    say('r');
}

static void shutting_down(void)
{
    say('s');
}

__attribute__((noreturn)) static void supervise(void)
{
    static char name[] = "hostdnsd";
    static char *const argv[] = {name, NULL};
    static struct handover handover = {
        .client = -1, .counters = -1, .control = -1, .unlinker = -1, .web = -1};
    static struct sockets sockets;
    static struct config config;
    const struct supervisor_config supervisor = {
        .config = &config,
        .sockets = &sockets,
        .handover = &handover,
        .argv = argv,
        .ready = ready,
        .shutting_down = shutting_down,
    };

    config_set_defaults(&config);
    config_complete(&config);
    config.lookup.max_lookups = 8;
    config.serve.cache.bytes = 0; /* each question is looked up */
    sockets.all[sockets.count++] = scene.listener;
    sockets.addrs[sockets.addr_count++] = scene.listener.addr;
    exit(supervisor_run(&supervisor) == 0 ? 42 : 1);
}

/* The next letter that is said, or '-' when the supervisor is gone. */
static char next_word(void)
{
    char letter;

    return read(scene.said, &letter, 1) == 1 ? letter : '-';
}

static void start(void)
{
    struct addr any;
    int said[2], logged[2];

    assert_true(addr_parse(&any, "127.0.0.1:0", 0));
    assert_int_equal(listener_open(&scene.listener, &any), 0);
    assert_int_equal(pipe(said), 0);
    assert_int_equal(pipe(logged), 0);
    scene.client = socket(AF_INET, SOCK_DGRAM, 0);
    assert_int_equal(
        connect(scene.client, &scene.listener.addr.sock.any, scene.listener.addr.len), 0);
    fflush(NULL);
    scene.pid = fork();
    if (scene.pid == 0) {
        close(said[0]);
        close(logged[0]);
        dup2(logged[1], STDERR_FILENO);
        close(logged[1]);
        words = said[1];
        supervise();
    }
    close(said[1]);
    close(logged[1]);
    scene.said = said[0];
    scene.log = logged[0];
}

static void set_up(void)
{
    start();
    assert_int_equal(next_word(), 'r');
}

/* The supervisor's exit status; 200 + signal if one ended it. */
static int wait_end(void)
{
    int status;

    assert_int_equal(waitpid(scene.pid, &status, 0), scene.pid);
    scene.pid = 0;
    return WIFEXITED(status) ? WEXITSTATUS(status) : 200 + WTERMSIG(status);
}

static void tear_down(void)
{
    if (scene.pid > 0) { /* the test has failed */
        kill(scene.pid, SIGKILL);
        waitpid(scene.pid, NULL, 0);
    }
    listener_close(&scene.listener);
    close(scene.client);
    close(scene.said);
    close(scene.log);
}

FIXTURE(supervisor, set_up, tear_down);

static void set_up_where_dns_hangs(void)
{
    etc_write("resolv.conf", "nameserver 127.0.0.3\n");
    set_up();
}

static void tear_down_and_restore(void)
{
    tear_down();
    lab_restore();
}

FIXTURE(hanging_supervisor, set_up_where_dns_hangs, tear_down_and_restore);

/* Ends it as Ctrl+C does. */
static void finish(void)
{
    kill(scene.pid, SIGTERM);
    assert_int_equal(wait_end(), 42);
}

/* The process's parent; 0 if it is gone. Sets its name. */
static pid_t parent_of(pid_t pid, char name[static 32])
{
    char path[64];
    int parent = 0;
    FILE *file;

    snprintf(path, sizeof path, "/proc/%d/stat", (int)pid);
    file = fopen(path, "re");
    if (!file)
        return 0;
    if (fscanf(file, "%*d (%31[^)]) %*c %d", name, &parent) != 2)
        parent = 0;
    fclose(file);
    return parent;
}

static pid_t child_of(int role)
{
    const char *wanted = role == SERVE ? "hostdnsd-serve" : "hostdnsd-lookup";
    DIR *dir = opendir("/proc");
    struct dirent *entry;
    pid_t found = 0;
    char name[32];

    assert_non_null(dir);
    while ((entry = readdir(dir)))
        if (isdigit((unsigned char)*entry->d_name) &&
            parent_of(atoi(entry->d_name), name) == scene.pid && strcmp(name, wanted) == 0)
            found = atoi(entry->d_name);
    closedir(dir);
    assert_int_not_equal(found, 0);
    return found;
}

static void ask(uint16_t id, const char *name, const char *type)
{
    struct ask query;

    assert_int_equal(ask_build(&query, name, type_from_text(type), &(struct ask_form){0}),
                     0);
    query.wire[0] = (uint8_t)(id >> 8);
    query.wire[1] = (uint8_t)id;
    assert_int_equal(send(scene.client, query.wire, query.size, 0), query.size);
}

/* The next reply, whose id is `id`. */
static const char *reply(uint16_t id)
{
    static uint8_t wire[4096];
    ssize_t len = recv(scene.client, wire, sizeof wire, 0);

    assert_true(len >= 12);
    assert_int_equal(wire[0] << 8 | wire[1], id);
    return reply_text(wire, (size_t)len);
}

/*
 * What is said to a question after a lookup process died. The first may still have gone to
 * the old one; then it fails, and the next does not.
 */
static const char *reply_of_the_next(const char *name)
{
    const char *text;

    ask(1, name, "A");
    text = reply(1);
    if (strcmp(text, "SERVFAIL: Other Error (0): the lookup process died\n") != 0)
        return text;
    ask(2, name, "A");
    return reply(2);
}

static const char *next_line(void)
{
    static char line[1024];
    size_t len = 0;

    while (len < sizeof line - 1 && read(scene.log, &line[len], 1) == 1)
        if (line[len++] == '\n')
            break;
    line[len] = '\0';
    return line;
}

TEST_WITH(supervisor, it_says_once_that_it_is_ready)
{
    kill(scene.pid, SIGTERM);
    assert_int_equal(next_word(), 's');
    assert_int_equal(next_word(), '-');
    assert_int_equal(wait_end(), 42);
}

TEST_WITH(supervisor, once_ready_it_answers)
{
    ask(1, "localhost", "A");
    assert_string_equal(reply(1), "NOERROR\n"
                                  "localhost. 10 A 127.0.0.1\n");
    finish();
}

TEST_WITH(supervisor, sigterm_ends_it_well)
{
    kill(scene.pid, SIGTERM);
    assert_int_equal(next_word(), 's');
    assert_int_equal(wait_end(), 42);
}

TEST_WITH(supervisor, sigint_ends_it_well)
{
    kill(scene.pid, SIGINT);
    assert_int_equal(next_word(), 's');
    assert_int_equal(wait_end(), 42);
}

/* Ctrl+C on a terminal goes to all processes at once. */
TEST_WITH(supervisor, the_children_leave_only_when_the_supervisor_says_so)
{
    kill(child_of(SERVE), SIGINT);
    kill(child_of(LOOKUP), SIGINT);
    kill(child_of(SERVE), SIGTERM);
    kill(child_of(LOOKUP), SIGTERM);
    ask(1, "localhost", "A");
    reply(1);
    kill(scene.pid, SIGINT);
    assert_int_equal(wait_end(), 42);
    assert_string_equal(next_line(), ""); /* nobody died before */
}

TEST_WITH(supervisor, nothing_is_left_when_it_has_ended)
{
    kill(scene.pid, SIGTERM);
    assert_int_equal(wait_end(), 42);
    assert_int_equal(next_word(), 's');
    assert_string_equal(next_line(), "");
}

TEST_WITH(supervisor, nothing_outlives_a_killed_supervisor)
{
    kill(scene.pid, SIGKILL);
    assert_int_equal(wait_end(), 200 + SIGKILL);
    assert_string_equal(next_line(), "");
}

/* "hostdns: the serve process (pid N) died: Killed; starting another" */
static void assert_logged_death(const char *role, pid_t pid)
{
    char expected[128];

    snprintf(expected, sizeof expected,
             "hostdns: the %s process (pid %d) died: Killed; starting another\n", role,
             (int)pid);
    assert_string_equal(next_line(), expected);
}

TEST_WITH(supervisor, a_killed_lookup_process_is_replaced)
{
    pid_t old = child_of(LOOKUP);

    kill(old, SIGKILL);
    assert_logged_death("lookup", old);
    assert_string_equal(reply_of_the_next("localhost"), "NOERROR\n"
                                                        "localhost. 10 A 127.0.0.1\n");
    assert_int_not_equal(child_of(LOOKUP), old);
    finish();
}

TEST_WITH(supervisor, a_killed_serve_process_is_replaced)
{
    pid_t old = child_of(SERVE);

    kill(old, SIGKILL);
    assert_logged_death("serve", old);
    ask(1, "localhost", "A");
    assert_string_equal(reply(1), "NOERROR\n"
                                  "localhost. 10 A 127.0.0.1\n");
    assert_int_not_equal(child_of(SERVE), old);
    finish();
}

TEST_WITH(supervisor, a_child_is_replaced_again_and_again)
{
    for (int i = 0; i < 3; i++) {
        kill(child_of(LOOKUP), SIGKILL);
        next_line();
        assert_string_equal(reply_of_the_next("localhost"), "NOERROR\n"
                                                            "localhost. 10 A 127.0.0.1\n");
    }
    finish();
}

TEST_WITH(supervisor, it_is_ready_once_though_a_child_is_replaced)
{
    kill(child_of(LOOKUP), SIGKILL);
    next_line();
    reply_of_the_next("localhost");
    kill(scene.pid, SIGTERM);
    assert_int_equal(next_word(), 's');
    assert_int_equal(wait_end(), 42);
}

/*
 * In the lab, where 127.0.0.3 never answers. Questions are taken in their order: the second
 * one's reply tells that the first is being looked up.
 */
TEST_WITH(hanging_supervisor, a_client_that_waits_for_a_killed_lookup_process_is_told)
{
    ask(1, "hangs.example.test", "A");
    ask(2, "localhost", "A");
    reply(2);
    kill(child_of(LOOKUP), SIGKILL);
    assert_string_equal(reply(1), "SERVFAIL: Other Error (0): the lookup process died\n");
    finish();
}

TEST_WITH(supervisor, a_child_that_does_not_leave_is_killed)
{
    kill(child_of(LOOKUP), SIGSTOP);
    kill(scene.pid, SIGTERM);
    assert_int_equal(wait_end(), 42);
    assert_int_equal(next_word(), 's');
    assert_string_equal(next_line(), "");
}

/* Patience is two seconds long. */
TEST_WITH(supervisor, a_second_signal_ends_it_at_once)
{
    int64_t before = 0;

    for (int tries = 0; clock_ms() - before >= 1900; tries++) {
        assert_true(tries < 10); /* a busy machine may take long, but not each time */
        if (tries > 0) {
            tear_down();
            set_up();
        }
        before = clock_ms();
        kill(child_of(LOOKUP), SIGSTOP);
        kill(scene.pid, SIGTERM);
        assert_int_equal(next_word(), 's');
        kill(scene.pid, SIGTERM);
        assert_int_equal(wait_end(), 42);
    }
    assert_int_equal(next_word(), '-'); /* and says so once */
}
