#include "daemon/privileges.h"

#include <cap-ng.h>
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

/* A line of the map has the first id inside, the first outside, and their number
 * (user_namespaces(7)). */
static bool is_mapped(const char *map, unsigned id)
{
    FILE *file = fopen(map, "re");
    unsigned inside, outside, count;
    bool mapped = !file;

    while (file && !mapped && fscanf(file, "%u %u %u", &inside, &outside, &count) == 3)
        mapped = id >= inside && id - inside < count;
    if (file)
        fclose(file);
    return mapped;
}

static bool has(unsigned capability)
{
    return capng_have_capability(CAPNG_EFFECTIVE, capability);
}

/* Chooses the capability that the supervisor keeps, if it has it. */
static void choose_capability(void)
{
    bool may_bind = capng_have_capability(CAPNG_PERMITTED, CAP_NET_BIND_SERVICE);

    capng_clear(CAPNG_SELECT_ALL);
    if (may_bind)
        capng_update(CAPNG_ADD, CAPNG_EFFECTIVE | CAPNG_PERMITTED | CAPNG_INHERITABLE,
                     CAP_NET_BIND_SERVICE);
}

/* An ambient capability stays when a program is executed (capabilities(7)). */
static void keep_when_executing(void)
{
    if (prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, CAP_NET_BIND_SERVICE, 0, 0) == -1)
        log_debug("a reload cannot open ports below 1024: %m");
}

static bool is_gone_for_good(void)
{
    if (setresuid(0, 0, 0) == -1 && setresgid(0, 0, 0) == -1)
        return true;
    log_error("the server could become root again, so it stops");
    return false;
}

/* Lowering the bounding set takes a capability of its own. */
static int become(const struct passwd *user)
{
    capng_flags_t bounding = has(CAP_SETPCAP) ? CAPNG_CLEAR_BOUNDING : CAPNG_NO_FLAG;

    choose_capability();
    if (capng_change_id((int)user->pw_uid, (int)user->pw_gid,
                        CAPNG_INIT_SUPP_GRP | bounding) != 0) {
        log_error("cannot become user %s: %m", user->pw_name);
        return -1;
    }
    keep_when_executing();
    return is_gone_for_good() ? 0 : -1;
}

static int give_up_capabilities(void)
{
    capng_select_t which = has(CAP_SETPCAP) ? CAPNG_SELECT_BOTH : CAPNG_SELECT_CAPS;

    choose_capability();
    /* A capability outside the bounding set could not become inheritable any more. */
    capng_update(CAPNG_ADD, CAPNG_BOUNDING_SET, CAP_NET_BIND_SERVICE);
    if (capng_apply(which) != 0) {
        log_error("cannot give up capabilities: %m");
        return -1;
    }
    keep_when_executing();
    return 0;
}

static bool is_mapped_user(const struct passwd *user)
{
    return is_mapped("/proc/self/uid_map", user->pw_uid) &&
           is_mapped("/proc/self/gid_map", user->pw_gid);
}

/* At a reload the warning is not repeated. */
static int drop_from_root(const struct passwd *user, bool is_reload)
{
    if (!is_mapped_user(user))
        return give_up_capabilities();
    if (has(CAP_SETUID) && has(CAP_SETGID))
        return become(user);
    if (!is_reload)
        log_warning("the server goes on as root without capabilities, since it needs "
                    "CAP_SETUID and CAP_SETGID to become user %s",
                    user->pw_name);
    return give_up_capabilities();
}

int privileges_drop(const char *user, bool is_reload)
{
    struct passwd found;

    if (geteuid() != 0)
        return 0;
    if (capng_get_caps_process() != 0) {
        log_error("cannot read capabilities: %m");
        return -1;
    }
    if (!choose_user(user, &found)) {
        log_error("there is no user %s to run as (-o user=NAME chooses another)",
                  *user ? user : "hostdns or nobody");
        return -1;
    }
    return drop_from_root(&found, is_reload);
}

int privileges_drop_rest(void)
{
    capng_clear(CAPNG_SELECT_CAPS | CAPNG_SELECT_AMBIENT);
    return capng_apply(CAPNG_SELECT_CAPS | CAPNG_SELECT_AMBIENT) == 0 ? 0 : -1;
}
