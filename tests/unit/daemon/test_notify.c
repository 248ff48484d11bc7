/* A service manager is played by a socket; what it is told comes out of there. */
#include "../check.h"

#include "daemon/notify.h"

#include "base/clock.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

struct scene {
    int manager;
    struct loop *loop;
    struct watchdog watchdog;
    bool live;
    int looks, looks_wanted;
};

/* On an address that needs no file (unix(7)): the kernel chooses it. */
static struct scene set_up(void)
{
    struct scene scene = {.live = true, .loop = loop_new()};
    struct sockaddr_un at = {.sun_family = AF_UNIX};
    socklen_t len = sizeof at;
    char path[sizeof at.sun_path + 1];

    scene.manager = socket(AF_UNIX, SOCK_DGRAM, 0);
    assert_int_equal(bind(scene.manager, (const struct sockaddr *)&at, sizeof(sa_family_t)),
                     0);
    assert_int_equal(getsockname(scene.manager, (struct sockaddr *)&at, &len), 0);
    snprintf(path, sizeof path, "@%s", at.sun_path + 1);
    setenv("NOTIFY_SOCKET", path, 1);
    assert_non_null(scene.loop);
    return scene;
}

static void tear_down(struct scene *scene)
{
    notify_forget();
    watchdog_stop(&scene->watchdog);
    loop_free(scene->loop);
    close(scene->manager);
}

/* The next message, or "" if there is none. */
static const char *told(const struct scene *scene)
{
    static char text[256];
    ssize_t len = recv(scene->manager, text, sizeof text - 1, MSG_DONTWAIT);

    text[len > 0 ? len : 0] = '\0';
    return text;
}

TEST(it_tells_what_happens)
{
    struct scene scene = set_up();

    notify_ready();
    assert_string_equal(told(&scene), "READY=1");
    notify_stopping();
    assert_string_equal(told(&scene), "STOPPING=1");
    tear_down(&scene);
}

/* In microseconds of the clock that sd_notify(3) names. */
TEST(a_reload_tells_its_time)
{
    static const char start[] = "RELOADING=1\nMONOTONIC_USEC=";
    int64_t before = clock_ms(), at;
    struct scene scene = set_up();
    const char *text;

    notify_reloading();
    text = told(&scene);
    assert_memory_equal(text, start, sizeof start - 1);
    at = strtoll(text + sizeof start - 1, NULL, 10);
    assert_in_range(at / 1000, before, clock_ms());
    tear_down(&scene);
}

TEST(after_it_is_forgotten_nothing_is_told)
{
    struct scene scene = set_up();

    notify_forget();
    notify_ready();
    assert_string_equal(told(&scene), "");
    tear_down(&scene);
}

static bool all_live(void *context)
{
    struct scene *scene = context;

    if (++scene->looks == scene->looks_wanted)
        loop_stop(scene->loop);
    return scene->live;
}

TEST(a_sign_of_life_comes_at_once_and_again)
{
    struct scene scene = set_up();

    scene.looks_wanted = 3;
    setenv("WATCHDOG_USEC", "20000", 1);
    watchdog_start(&scene.watchdog, scene.loop, all_live, &scene);
    assert_string_equal(told(&scene), "WATCHDOG=1");
    assert_int_equal(scene.watchdog.period, 10);
    assert_int_equal(loop_run(scene.loop), 0);
    assert_string_equal(told(&scene), "WATCHDOG=1");
    assert_string_equal(told(&scene), "WATCHDOG=1");
    assert_string_equal(told(&scene), "");
    tear_down(&scene);
}

TEST(none_comes_while_something_does_not_live)
{
    struct scene scene = set_up();

    scene.live = false;
    scene.looks_wanted = 3;
    setenv("WATCHDOG_USEC", "2000", 1);
    watchdog_start(&scene.watchdog, scene.loop, all_live, &scene);
    assert_int_equal(loop_run(scene.loop), 0);
    assert_string_equal(told(&scene), "");
    tear_down(&scene);
}

TEST(none_comes_where_none_is_wanted)
{
    struct scene scene = set_up();

    watchdog_start(&scene.watchdog, scene.loop, all_live, &scene);
    assert_int_equal(scene.looks, 0);
    assert_string_equal(told(&scene), "");
    tear_down(&scene);
}
