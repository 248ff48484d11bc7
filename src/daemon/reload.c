#include "daemon/reload.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "daemon/control.h"
#include "daemon/notify.h"
#include "daemon/stack.h"

/* How long clients of the control socket may delay a reload: a survey of the workers takes
 * two seconds at most. */
enum { WAIT_MS = 20, WAIT_MAX_MS = 3000 };

static void answer(struct reload *reload, const char *why)
{
    if (reload->client != -1)
        control_refuse(reload->client, why);
    reload->client = -1;
}

static void refuse(struct reload *reload, const char *why)
{
    log_error("not reloaded: %s", why);
    answer(reload, why);
}

/* Having given up root, the server may not be allowed to look where its file lies.
 * Then the file that runs is executed, whatever lies there now. */
static const char *program_of(const struct reload *reload)
{
    bool closed = access(reload->program, F_OK) == -1 && errno == EACCES;

    return closed ? "/proc/self/exe" : reload->program;
}

/* Returns only if the program cannot be executed. */
static void execute(struct reload *reload)
{
    static struct handover handover;

    handover = (struct handover){.client = reload->client};
    if (!reload->owner.hand_over(reload->owner.context, &handover) &&
        handover_give(&handover) == 0) {
        notify_reloading();
        execv(program_of(reload), reload->argv);
        notify_ready();
        handover_take_back(&handover);
    }
    refuse(reload, "the program cannot be executed");
}

static void execute_when_idle(void *context)
{
    struct reload *reload = context;

    if (reload->owner.is_busy(reload->owner.context) && clock_ms() < reload->wait_end)
        timer_set(reload->loop, &reload->wait, clock_ms() + WAIT_MS);
    else
        execute(reload);
}

static void begin(struct reload *reload);

static void dry_run_is_over(void *context, bool good, const char *said)
{
    struct reload *reload = context;

    reload->dry_run = NULL;
    if (reload->again) {
        begin(reload);
    } else if (good) {
        reload->wait_end = clock_ms() + WAIT_MAX_MS;
        execute_when_idle(reload);
    } else {
        refuse(reload, said);
    }
}

static void begin(struct reload *reload)
{
    static struct handover handover;
    const char *why;

    timer_cancel(&reload->wait);
    reload->again = false;
    handover = (struct handover){.client = -1};
    why = reload->owner.hand_over(reload->owner.context, &handover);
    if (why) {
        refuse(reload, why);
        return;
    }
    stack_raise(); /* the limit may be another one since the start (prlimit(1)) */
    reload->dry_run = dry_run_start(reload->loop, program_of(reload), reload->argv,
                                    &handover, dry_run_is_over, reload);
    if (!reload->dry_run)
        refuse(reload, "the dry run of the program cannot be started");
}

void reload_init(struct reload *reload, struct loop *loop, char *const *argv,
                 const struct reload_owner *owner)
{
    *reload = (struct reload){.loop = loop, .argv = argv, .owner = *owner, .client = -1};
    timer_init(&reload->wait, execute_when_idle, reload);
    /* The name by which it was started need not be a path. */
    if (readlink("/proc/self/exe", reload->program, PATH_MAX - 1) == -1)
        strncpy(reload->program, argv[0], PATH_MAX - 1);
}

void reload_begin(struct reload *reload, int client)
{
    if (client != -1 && reload->client != -1) {
        control_refuse(client, "another reload is under way");
        return;
    }
    if (client != -1)
        reload->client = client;
    reload->again = reload->dry_run != NULL;
    if (!reload->dry_run)
        begin(reload);
}

void reload_cancel(struct reload *reload)
{
    dry_run_free(reload->dry_run);
    reload->dry_run = NULL;
    timer_cancel(&reload->wait);
    answer(reload, "the server is shutting down");
}
