#include "../control_group.h"
#include "clients.h"

#include "base/counters.h"
#include "serve/forwarders.h"

#include <sys/wait.h>

enum { SERVICE = 105, OTHER_SERVICE = 106, DYNAMIC = 61184, PERSON = 1000, NOBODY = 65534 };

static const char check_name[] = "0123456789abcdef.hostdns-loop-check.office";

static struct forwarders forwarders;
static int64_t now;

static void forget_all(void)
{
    size_t len = (QUESTION_FORWARDER_MAX + 1) * sizeof *forwarders.known;

    memset(forwarders.known, 0, len);
    memset(forwarders.groups, 0, len);
}

static void set_up(void)
{
    if (getuid() != 0)
        skip();
    forwarders_open(&forwarders);
    assert_int_not_equal(forwarders.fd, -1);
    forget_all();
    now = 1000;
}

static void tear_down(void)
{
    forwarders_close(&forwarders);
}

FIXTURE(forwarders, set_up, tear_down);

static int socket_of(uid_t uid, struct addr *addr)
{
    int fd;

    assert_int_equal(seteuid(uid), 0);
    fd = udp_socket(addr);
    assert_int_equal(seteuid(0), 0);
    return fd;
}

/* The number with which the name is marked when this user asks for it. */
static unsigned mark_of(uid_t uid, const char *name)
{
    struct question question = question_of(name, "A");
    struct addr at;
    struct query query = {.at = &at, .received = now};
    int fd = socket_of(uid, &query.path.peer);
    bool is_marked;

    addr_parse(&at, "127.0.0.1", 5353);
    is_marked = forwarders_mark(&forwarders, &query, &question);
    assert_int_equal(is_marked, question_forwarder(&question) != 0);
    close(fd);
    return question_forwarder(&question);
}

TEST_WITH(forwarders, a_forwarder_that_brings_a_check_is_marked_from_then_on)
{
    unsigned number;

    assert_int_equal(mark_of(SERVICE, "a.office"), 0);
    number = mark_of(SERVICE, check_name);
    assert_in_range(number, 1, QUESTION_FORWARDER_MAX);
    assert_int_equal(mark_of(SERVICE, "a.office"), number);
    now += 86399000;
    assert_int_equal(mark_of(SERVICE, "a.office"), number);
    now += 1000;
    assert_int_equal(mark_of(SERVICE, "a.office"), 0);
}

/* The kernel hands the forwarder's questions to any of them. */
TEST_WITH(forwarders, what_one_process_finds_out_all_know)
{
    unsigned number;
    pid_t pid;
    int status;

    assert_int_not_equal(counters_open(-1), -1);
    tear_down();
    set_up();
    pid = fork();
    if (pid == 0)
        _exit((int)mark_of(SERVICE, check_name));
    assert_int_equal(waitpid(pid, &status, 0), pid);
    number = (unsigned)WEXITSTATUS(status);
    assert_in_range(number, 1, QUESTION_FORWARDER_MAX);
    assert_int_equal(mark_of(SERVICE, "a.office"), number);
    assert_int_equal(mark_of(OTHER_SERVICE, "a.office"), 0);
}

TEST_WITH(forwarders, others_are_not_marked)
{
    assert_int_not_equal(mark_of(SERVICE, check_name), 0);
    assert_int_equal(mark_of(OTHER_SERVICE, "a.office"), 0);
    assert_int_equal(mark_of(0, "a.office"), 0);
}

TEST_WITH(forwarders, no_user_of_a_person_is_believed)
{
    static const uid_t users[] = {0, PERSON, 60000, NOBODY};

    for (size_t i = 0; i < sizeof users / sizeof *users; i++)
        assert_int_equal(mark_of(users[i], check_name), 0);
    assert_int_not_equal(mark_of(DYNAMIC, check_name), 0);
}

/* As one that a service manager has made for a service. There nobody is the service's; root
 * and persons may have other programs in it, which lookup has to see. */
TEST_WITH(forwarders, in_a_control_group_of_its_own_anybody_is_marked)
{
    static const uid_t users[] = {SERVICE, NOBODY, 0, PERSON};
    uint64_t groups[4];
    unsigned numbers[4], unknown;
    struct group group;

    if (forwarders.own_cgroup == 0 || !group_enter(&group))
        skip();
    for (int i = 0; i < 4; i++) {
        numbers[i] = mark_of(users[i], check_name);
        groups[i] = forwarders.groups[numbers[i]];
        forget_all(); /* the next one may have the same number */
    }
    forwarders.own_cgroup = 0;
    unknown = mark_of(NOBODY, check_name) + mark_of(0, check_name);
    group_leave(&group);
    group_remove(&group);
    for (int i = 0; i < 4; i++) {
        assert_int_not_equal(numbers[i], 0);
        assert_int_equal(groups[i], i < 2 ? 0 : group.number);
    }
    assert_int_equal(unknown, 0);
}

/* Where all are whom nobody has put into one. */
TEST_WITH(forwarders, nobody_is_marked_outside_of_all_groups)
{
    if (forwarders.own_cgroup != 1)
        skip();
    forwarders.own_cgroup = 42;
    assert_int_equal(mark_of(NOBODY, check_name), 0);
    assert_int_equal(mark_of(0, check_name), 0);
}

TEST_WITH(forwarders, neither_nobody_nor_root_is_believed_in_ours)
{
    struct group group;
    unsigned number;

    if (!group_enter(&group))
        skip();
    tear_down();
    set_up();
    number = mark_of(NOBODY, check_name) + mark_of(0, check_name);
    group_leave(&group);
    group_remove(&group);
    assert_int_equal(number, 0);
}

TEST_WITH(forwarders, our_own_user_is_not_believed)
{
    forwarders.own = SERVICE;
    assert_int_equal(mark_of(SERVICE, check_name), 0);
}

/* Its number is another one's, as that may be in one case of 31; until that one is gone. */
TEST_WITH(forwarders, the_first_of_two_with_one_number_has_it)
{
    unsigned number = mark_of(SERVICE, check_name);

    forwarders.known[number] ^= (uint64_t)1 << 63;
    assert_int_equal(mark_of(SERVICE, check_name), 0);
    assert_int_equal(mark_of(SERVICE, "a.office"), 0);
    now += 89000;
    assert_int_equal(mark_of(SERVICE, check_name), 0);
    now += 1000;
    assert_int_equal(mark_of(SERVICE, "a.office"), 0);
    assert_int_equal(mark_of(SERVICE, check_name), number);
    assert_int_equal(mark_of(SERVICE, "a.office"), number);
}

/* A socket here that has the port is not the one that has asked. */
TEST_WITH(forwarders, a_client_on_another_host_is_not_marked)
{
    struct question question = question_of(check_name, "A");
    struct addr at, everywhere;
    struct query query = {.at = &at, .received = now};
    int fd = -1;

    addr_parse(&at, "127.0.0.1", 5353);
    addr_parse(&everywhere, "0.0.0.0", 0);
    assert_int_equal(seteuid(SERVICE), 0);
    fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    assert_int_equal(seteuid(0), 0);
    assert_int_equal(bind(fd, &everywhere.sock.any, everywhere.len), 0);
    assert_int_equal(getsockname(fd, &everywhere.sock.any, &everywhere.len), 0);
    addr_parse(&query.path.peer, "203.0.113.9", addr_port(&everywhere));
    assert_false(forwarders_mark(&forwarders, &query, &question));
    addr_parse(&query.path.peer, "127.0.0.1", addr_port(&everywhere));
    assert_true(forwarders_mark(&forwarders, &query, &question));
    close(fd);
}

TEST(without_the_kernels_word_nothing_is_marked)
{
    struct question question = question_of(check_name, "A");
    struct forwarders none = {.fd = -1};
    struct addr at;
    struct query query = {.at = &at};

    addr_parse(&at, "127.0.0.1", 5353);
    assert_false(forwarders_mark(&none, &query, &question));
    assert_false(forwarders_mark(NULL, &query, &question));
}
