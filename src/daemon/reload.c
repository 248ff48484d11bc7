#include "daemon/reload.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"
#include "daemon/control.h"
#include "daemon/notify.h"

void reload_init(struct reload *reload, struct loop *loop, char *const *argv,
                 reload_hand_over *hand_over, void *context)
{
    *reload = (struct reload){.loop = loop,
                              .argv = argv,
                              .hand_over = hand_over,
                              .context = context,
                              .asker = -1};
    /* The name by which it was started need not be a path. */
    if (readlink("/proc/self/exe", reload->program, PATH_MAX - 1) == -1)
        strncpy(reload->program, argv[0], PATH_MAX - 1);
}

static void answer(struct reload *reload, const char *why)
{
    if (reload->asker != -1)
        control_refuse_on(reload->asker, why);
    reload->asker = -1;
}

static void refuse(struct reload *reload, const char *why)
{
    log_error("not reloaded: %s", why);
    answer(reload, why);
}

/* The file may lie where the server, having given up root, may not look: then it is the one
 * that runs, whatever lies there now. */
static const char *program_of(const struct reload *reload)
{
    bool closed = access(reload->program, F_OK) == -1 && errno == EACCES;

    return closed ? "/proc/self/exe" : reload->program;
}

/* Comes back only if the program cannot be executed. */
static void execute(struct reload *reload)
{
    static struct handover handover;

    handover = (struct handover){.asker = reload->asker};
    if (reload->hand_over(reload->context, &handover) && handover_give(&handover) == 0) {
        notify_reloading();
        execv(program_of(reload), reload->argv);
        notify_ready();
        handover_take_back(&handover);
    }
    refuse(reload, "the program cannot be executed");
}

static void begin(struct reload *reload);

static void trial_is_over(void *context, bool good, const char *said)
{
    struct reload *reload = context;

    reload->trial = NULL;
    if (reload->again)
        begin(reload);
    else if (good)
        execute(reload);
    else
        refuse(reload, said);
}

static void begin(struct reload *reload)
{
    static struct handover handover;

    reload->again = false;
    handover = (struct handover){.asker = -1};
    if (!reload->hand_over(reload->context, &handover)) {
        refuse(reload, "processes of too many reloads before still have clients");
        return;
    }
    reload->trial = trial_start(reload->loop, program_of(reload), reload->argv, &handover,
                                trial_is_over, reload);
    if (!reload->trial)
        refuse(reload, "the program cannot be tried");
}

void reload_begin(struct reload *reload, int asker)
{
    if (asker != -1 && reload->asker != -1) {
        control_refuse_on(asker, "another reload is under way");
        return;
    }
    if (asker != -1)
        reload->asker = asker;
    reload->again = reload->trial != NULL;
    if (!reload->trial)
        begin(reload);
}

void reload_cancel(struct reload *reload)
{
    trial_free(reload->trial);
    reload->trial = NULL;
    answer(reload, "the server is shutting down");
}
