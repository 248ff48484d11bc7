#include "daemon/privileges.h"

#include <cap-ng.h>
#include <errno.h>
#include <pwd.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "base/log.h"

enum { PASSWD_TEXT = 16384 };

static bool find_user(const char *name, struct passwd *found)
{
    static char text[PASSWD_TEXT];
    struct passwd *result;

    return getpwnam_r(name, found, text, sizeof text, &result) == 0 && result;
}

bool privileges_may_be(const char *user)
{
    struct passwd found;

    return find_user(user, &found) && found.pw_uid != 0;
}

static bool choose_user(const char *user, struct passwd *found)
{
    return *user ? find_user(user, found)
                 : find_user("hostdns", found) || find_user("nobody", found);
}

/* user_namespaces(7): lines of the first number inside, the first outside, how many. */
static bool is_mapped(uid_t uid)
{
    FILE *file = fopen("/proc/self/uid_map", "re");
    unsigned long inside, outside, count;
    bool mapped = !file;

    while (file && !mapped && fscanf(file, "%lu %lu %lu", &inside, &outside, &count) == 3)
        mapped = uid >= inside && uid - inside < count;
    if (file)
        fclose(file);
    return mapped;
}

static void choose_capability(void)
{
    capng_clear(CAPNG_SELECT_ALL);
    capng_update(CAPNG_ADD, CAPNG_EFFECTIVE | CAPNG_PERMITTED | CAPNG_INHERITABLE,
                 CAP_NET_BIND_SERVICE);
}

/* What is ambient stays when a program is executed (capabilities(7)). */
static void keep_when_executing(void)
{
    if (prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, CAP_NET_BIND_SERVICE, 0, 0) == -1)
        log_debug("a reload cannot open ports below 1024: %m");
}

static int become(const struct passwd *user)
{
    choose_capability();
    if (capng_change_id((int)user->pw_uid, (int)user->pw_gid,
                        CAPNG_INIT_SUPP_GRP | CAPNG_CLEAR_BOUNDING) != 0) {
        log_error("cannot become user %s: %m", user->pw_name);
        return -1;
    }
    keep_when_executing();
    return 0;
}

static int give_up_capabilities(void)
{
    choose_capability();
    if (capng_apply(CAPNG_SELECT_BOTH) != 0) {
        log_error("cannot give up capabilities: %m");
        return -1;
    }
    keep_when_executing();
    return 0;
}

int privileges_drop(const char *user)
{
    struct passwd found;

    if (geteuid() != 0)
        return 0;
    if (!choose_user(user, &found)) {
        log_error("no user %s to run as", *user ? user : "hostdns or nobody");
        return -1;
    }
    return is_mapped(found.pw_uid) ? become(&found) : give_up_capabilities();
}

int privileges_drop_rest(void)
{
    capng_clear(CAPNG_SELECT_CAPS | CAPNG_SELECT_AMBIENT);
    return capng_apply(CAPNG_SELECT_CAPS | CAPNG_SELECT_AMBIENT) == 0 ? 0 : -1;
}
