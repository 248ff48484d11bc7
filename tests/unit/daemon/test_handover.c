/* What is handed over is read again in the same process, as the executed program
 * would. */
#include "../net/sockets.h"

#include "daemon/handover.h"

#include <fcntl.h>
#include <sys/mman.h>

static struct handover given, taken;

static void set_up(void)
{
    given = (struct handover){.client = -1,
                              .counters = -1,
                              .recent = -1,
                              .control = -1,
                              .unlinker = -1,
                              .web = -1};
}

FIXTURE(handover, set_up, NULL);

static bool closes_on_execution(int fd)
{
    return fcntl(fd, F_GETFD) & FD_CLOEXEC;
}

static void hand_over(void)
{
    assert_int_equal(handover_give(&given), 0);
    assert_non_null(getenv("HOSTDNSD_HANDOVER"));
    assert_true(handover_read(&taken));
    assert_null(getenv("HOSTDNSD_HANDOVER"));
}

TEST_WITH(handover, without_one_the_program_was_started_anew)
{
    struct cookie_secret none = {{0}};

    assert_true(handover_read(&taken));
    assert_false(taken.is_reload);
    assert_false(taken.is_activated);
    assert_false(taken.is_filtered);
    assert_int_equal(taken.generation, 0);
    assert_int_equal(taken.child_count, 0);
    assert_int_equal(taken.client, -1);
    assert_int_equal(taken.counters, -1);
    assert_int_equal(taken.recent, -1);
    assert_int_equal(taken.control, -1);
    assert_int_equal(taken.unlinker, -1);
    assert_int_equal(taken.web, -1);
    assert_memory_not_equal(&taken.secret, &none, sizeof none);
}

TEST_WITH(handover, numbers_and_the_secret_come_through)
{
    given.generation = 17;
    given.started = INT64_C(1) << 40;
    given.is_activated = true;
    given.is_filtered = true;
    for (size_t i = 0; i < SERVER_COOKIE_SECRET; i++)
        given.secret.octets[i] = (uint8_t)(250 + i);
    hand_over();
    assert_true(taken.is_reload);
    assert_true(taken.is_activated);
    assert_true(taken.is_filtered);
    assert_int_equal(taken.generation, 17);
    assert_true(taken.started == INT64_C(1) << 40);
    assert_memory_equal(&taken.secret, &given.secret, sizeof given.secret);
}

TEST_WITH(handover, children_come_through)
{
    struct child child = {.role = ROLE_LOOKUP,
                          .generation = 3,
                          .number = 2,
                          .slot = 63,
                          .pid = 4711,
                          .started = 987654};
    int ends[2];

    assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
    child.control = ends[0];
    assert_true(handover_add(&given, &child));
    child.role = ROLE_SERVE;
    child.control = ends[1];
    assert_true(handover_add(&given, &child));
    hand_over();
    assert_int_equal(taken.child_count, 2);
    assert_int_equal(taken.children[0].role, ROLE_LOOKUP);
    assert_int_equal(taken.children[1].role, ROLE_SERVE);
    assert_int_equal(taken.children[0].generation, 3);
    assert_int_equal(taken.children[0].number, 2);
    assert_int_equal(taken.children[0].slot, 63);
    assert_int_equal(taken.children[1].slot, 63);
    assert_int_equal(taken.children[0].started, 987654);
    assert_int_equal(taken.children[0].pid, 4711);
    assert_int_equal(taken.children[0].control, ends[0]);
    assert_true(closes_on_execution(ends[0]));
    close(ends[0]);
    close(ends[1]);
}

TEST_WITH(handover, a_child_that_is_gone_is_not_handed_over)
{
    struct child child = {.role = ROLE_SERVE, .pid = 0, .control = 5};

    assert_true(handover_add(&given, &child));
    assert_int_equal(given.child_count, 0);
}

TEST_WITH(handover, there_is_an_end_to_children)
{
    struct child child = {.role = ROLE_SERVE, .pid = 1, .control = 5};

    for (int i = 0; i < HANDOVER_CHILDREN; i++)
        assert_true(handover_add(&given, &child));
    assert_false(handover_add(&given, &child));
}

TEST_WITH(handover, descriptors_are_open_for_the_program_and_closed_behind_it)
{
    struct addr addr = address_of("127.0.0.1");
    int udp = socket_at(&addr, SOCK_DGRAM);

    given.client = open("/dev/null", O_RDONLY | O_CLOEXEC);
    given.counters = open("/dev/null", O_RDONLY | O_CLOEXEC);
    given.recent = open("/dev/null", O_RDONLY | O_CLOEXEC);
    given.control = open("/dev/null", O_RDONLY | O_CLOEXEC);
    given.unlinker = open("/dev/null", O_RDONLY | O_CLOEXEC);
    given.web = open("/dev/null", O_RDONLY | O_CLOEXEC);
    assert_true(passed_add(&given.sockets, udp));
    assert_int_equal(handover_give(&given), 0);
    assert_false(closes_on_execution(udp));
    assert_false(closes_on_execution(given.client));
    assert_false(closes_on_execution(given.counters));
    assert_false(closes_on_execution(given.recent));
    assert_false(closes_on_execution(given.control));
    assert_false(closes_on_execution(given.unlinker));
    assert_false(closes_on_execution(given.web));
    assert_true(handover_read(&taken));
    assert_true(closes_on_execution(udp));
    assert_int_equal(taken.client, given.client);
    assert_int_equal(taken.counters, given.counters);
    assert_int_equal(taken.recent, given.recent);
    assert_int_equal(taken.control, given.control);
    assert_int_equal(taken.unlinker, given.unlinker);
    assert_int_equal(taken.web, given.web);
    assert_int_equal(taken.sockets.count, 1);
    assert_int_equal(taken.sockets.sockets[0].fd, udp);
    close(given.client);
    close(given.counters);
    close(given.recent);
    close(given.control);
    close(given.unlinker);
    close(given.web);
    close(udp);
}

TEST_WITH(handover, it_can_be_taken_back)
{
    struct addr addr = address_of("127.0.0.1");
    int udp = socket_at(&addr, SOCK_DGRAM);

    assert_true(passed_add(&given.sockets, udp));
    assert_int_equal(handover_give(&given), 0);
    handover_take_back(&given);
    assert_null(getenv("HOSTDNSD_HANDOVER"));
    assert_true(closes_on_execution(udp));
    close(udp);
}

static bool read_lines(const char *text)
{
    int fd = memfd_create("lines", 0);
    char number[16];

    assert_int_equal(write(fd, text, strlen(text)), strlen(text));
    snprintf(number, sizeof number, "%d", fd);
    setenv("HOSTDNSD_HANDOVER", number, 1);
    return handover_read(&taken);
}

/* Another version of the program may write other lines. */
TEST_WITH(handover, what_is_not_understood_is_passed_over)
{
    assert_true(read_lines("generation 5\nnonsense\nchild\nchild baker 1 2 3\n"
                           "child serve 1 2 3 -1 5 64\n"
                           "new-thing 1 2 3\nsecret zz\n\n"));
    assert_int_equal(taken.generation, 5);
    assert_int_equal(taken.child_count, 0);
    assert_int_equal(taken.sockets.count, 0);
}

/* The server would seem to be well, and answer nothing. */
TEST_WITH(handover, a_socket_that_cannot_be_used_is_an_error)
{
    assert_false(read_lines("generation 5\nsocket 77777\n"));
}

TEST_WITH(handover, a_descriptor_that_is_not_open_is_an_error)
{
    setenv("HOSTDNSD_HANDOVER", "77777", 1);
    assert_false(handover_read(&taken));
    assert_null(getenv("HOSTDNSD_HANDOVER"));
}
