/* A socket plays the service manager. */
#include "../check.h"

#include "daemon/facilities.h"
#include "daemon/notify.h"

#include "base/clock.h"

#include <sys/socket.h>
#include <sys/un.h>

static struct scene {
    int manager;
    struct loop *loop;
    struct watchdog watchdog;
    bool live;
    int asks, asks_wanted;
} scene;

/* On an address that needs no file (unix(7)): the kernel chooses it. */
static void set_up(void)
{
    struct sockaddr_un at = {.sun_family = AF_UNIX};
    socklen_t len = sizeof at;
    char path[sizeof at.sun_path + 1];

    scene = (struct scene){.live = true, .loop = loop_new()};
    scene.manager = socket(AF_UNIX, SOCK_DGRAM, 0);
    assert_int_equal(bind(scene.manager, (const struct sockaddr *)&at, sizeof(sa_family_t)),
                     0);
    assert_int_equal(getsockname(scene.manager, (struct sockaddr *)&at, &len), 0);
    snprintf(path, sizeof path, "@%s", at.sun_path + 1);
    setenv("NOTIFY_SOCKET", path, 1);
    assert_non_null(scene.loop);
}

static void tear_down(void)
{
    notify_forget();
    watchdog_stop(&scene.watchdog);
    loop_free(scene.loop);
    close(scene.manager);
}

FIXTURE(manager, set_up, tear_down);

/* The next message, or "" if there is none. */
static const char *told(void)
{
    static char text[256];
    ssize_t len = recv(scene.manager, text, sizeof text - 1, MSG_DONTWAIT);

    text[len > 0 ? len : 0] = '\0';
    return text;
}

TEST_WITH(manager, it_tells_what_happens)
{
    notify_ready();
    assert_string_equal(told(), "READY=1");
    notify_stopping();
    assert_string_equal(told(), "STOPPING=1");
}

/* In microseconds of the clock that sd_notify(3) names. */
TEST_WITH(manager, a_reload_tells_its_time)
{
    static const char start[] = "RELOADING=1\nMONOTONIC_USEC=";
    int64_t before = clock_ms(), at;
    const char *text;

    notify_reloading();
    text = told();
    assert_memory_equal(text, start, sizeof start - 1);
    at = strtoll(text + sizeof start - 1, NULL, 10);
    assert_in_range(at / 1000, before, clock_ms());
}

TEST_WITH(manager, after_it_is_forgotten_nothing_is_told)
{
    notify_forget();
    notify_ready();
    assert_string_equal(told(), "");
}

/* What is reported as missing; NULL: nothing is. */
static const char *missing(void)
{
    static struct report report;

    report = (struct report){0};
    facilities_report(&report);
    return report.missing_count > 0 ? report.missing[0].text : NULL;
}

TEST_WITH(manager, one_that_is_not_there_is_missing_until_it_is)
{
    char path[128];

    strcpy(path, getenv("NOTIFY_SOCKET"));
    setenv("NOTIFY_SOCKET", "/nonexistent/socket", 1);
    notify_ready();
    assert_string_equal(missing(),
                        "the service manager cannot be reached: No such file or directory");
    setenv("NOTIFY_SOCKET", "relative", 1);
    notify_ready();
    assert_string_equal(missing(),
                        "the service manager cannot be reached: Invalid argument");
    setenv("NOTIFY_SOCKET", path, 1);
    notify_ready();
    assert_string_equal(told(), "READY=1");
    assert_null(missing());
}

/* The longest path has no NUL behind it. */
TEST_WITH(manager, its_socket_may_have_a_long_path)
{
    struct sockaddr_un at = {.sun_family = AF_UNIX};
    char path[sizeof at.sun_path];

    memset(path, 'x', sizeof path);
    memcpy(path, "/tmp/hostdns-notify-", 20);
    path[sizeof path - 1] = '\0';
    strcpy(at.sun_path, path);
    unlink(path);
    close(scene.manager);
    scene.manager = socket(AF_UNIX, SOCK_DGRAM, 0);
    assert_int_equal(bind(scene.manager, (const struct sockaddr *)&at, sizeof at), 0);
    setenv("NOTIFY_SOCKET", path, 1);
    notify_ready();
    assert_string_equal(told(), "READY=1");
    unlink(path);
}

TEST_WITH(manager, one_that_does_not_read_is_not_waited_for)
{
    const char *name = getenv("NOTIFY_SOCKET");
    struct sockaddr_un at = {.sun_family = AF_UNIX};
    int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK, 0);

    memcpy(at.sun_path + 1, name + 1, strlen(name + 1));
    while (sendto(fd, "x", 1, 0, (const struct sockaddr *)&at,
                  (socklen_t)(offsetof(struct sockaddr_un, sun_path) + strlen(name))) == 1)
        ;
    assert_int_equal(errno, EAGAIN);
    close(fd);
    notify_ready();
    assert_string_equal(missing(), "the service manager cannot be reached: "
                                   "Resource temporarily unavailable");
    while (*told())
        ;
    notify_ready();
    assert_null(missing());
}

static bool all_live(void *context)
{
    assert_ptr_equal(context, &scene);
    if (++scene.asks == scene.asks_wanted)
        loop_stop(scene.loop);
    return scene.live;
}

TEST_WITH(manager, a_sign_of_life_comes_at_once_and_again)
{
    scene.asks_wanted = 3;
    setenv("WATCHDOG_USEC", "20000", 1);
    watchdog_start(&scene.watchdog, scene.loop, all_live, &scene);
    assert_string_equal(told(), "WATCHDOG=1");
    assert_int_equal(scene.watchdog.period, 10);
    assert_int_equal(loop_run(scene.loop), 0);
    assert_string_equal(told(), "WATCHDOG=1");
    assert_string_equal(told(), "WATCHDOG=1");
    assert_string_equal(told(), "");
}

TEST_WITH(manager, none_comes_while_something_does_not_live)
{
    scene.live = false;
    scene.asks_wanted = 3;
    setenv("WATCHDOG_USEC", "2000", 1);
    watchdog_start(&scene.watchdog, scene.loop, all_live, &scene);
    assert_int_equal(loop_run(scene.loop), 0);
    assert_string_equal(told(), "");
}

TEST_WITH(manager, none_comes_where_none_is_wanted)
{
    watchdog_start(&scene.watchdog, scene.loop, all_live, &scene);
    assert_int_equal(scene.asks, 0);
    assert_string_equal(told(), "");
}
