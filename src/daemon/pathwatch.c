#include "daemon/pathwatch.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <unistd.h>

enum {
    WATCHES_MAX = 512,
    LINKS_MAX = 40, /* as many as the kernel follows in one path */
    FOLDER_EVENTS = IN_ATTRIB | IN_CREATE | IN_DELETE | IN_MOVED_FROM | IN_MOVED_TO,
    END_EVENTS = FOLDER_EVENTS | IN_MODIFY | IN_CLOSE_WRITE,
};

struct watched {
    int number; /* inotify's number of the folder, or of the end of the way */
    unsigned path;
    char name[NAME_MAX + 1]; /* the entry of the folder that counts; "": all that
                              * happens */
};

struct pathwatch {
    int inotify;
    const char *const *paths;
    size_t path_count;
    struct watched all[WATCHES_MAX];
    size_t count;
    bool exhausted;
};

/* A folder that is missing, or that we may not read, is left out. */
static void add_watch(struct pathwatch *watch, unsigned path, const char *at,
                      const char *name, unsigned events)
{
    struct watched *watched = &watch->all[watch->count];
    int number = -1;

    errno = ENOSPC;
    if (watch->count < WATCHES_MAX)
        number = inotify_add_watch(watch->inotify, at, events | IN_MASK_ADD);
    if (number == -1) {
        watch->exhausted |= errno == ENOSPC || errno == ENOMEM;
        return;
    }
    watched->number = number;
    watched->path = path;
    strcpy(watched->name, name);
    watch->count++;
}

/* Walking. */

/* The walk has come to `at`, without links or a slash at its end; `rest` is ahead. */
struct path_walk {
    char at[PATH_MAX], rest[2 * PATH_MAX];
};

/* Takes the next name off the rest. False at the end, or if the name is too long. */
static bool take_name(struct path_walk *way, char name[static NAME_MAX + 1])
{
    const char *begin = way->rest + strspn(way->rest, "/");
    size_t len = strcspn(begin, "/");

    if (len == 0 || len > NAME_MAX)
        return false;
    memcpy(name, begin, len);
    name[len] = '\0';
    memmove(way->rest, begin + len, strlen(begin + len) + 1);
    return true;
}

/* False if the path would be longer than the kernel takes. */
static bool go_to(struct path_walk *way, const char *name)
{
    size_t at = strlen(way->at), len = strlen(name);

    if (at + 1 + len >= sizeof way->at)
        return false;
    way->at[at] = '/';
    memcpy(way->at + at + 1, name, len + 1);
    return true;
}

static void go_up(struct path_walk *way)
{
    char *slash = strrchr(way->at, '/');

    *(slash ? slash : way->at) = '\0';
}

/* If `at` is a link, puts its target ahead, in the folder that the link is in. */
static bool follow_link(struct path_walk *way)
{
    char target[PATH_MAX];
    ssize_t got = readlink(way->at, target, sizeof target);
    size_t len = (size_t)got, rest = strlen(way->rest);

    if (got <= 0 || len + rest + 1 > sizeof way->rest)
        return false;
    memmove(way->rest + len, way->rest, rest + 1);
    memcpy(way->rest, target, len);
    if (*target == '/')
        *way->at = '\0';
    else
        go_up(way);
    return true;
}

static const char *folder_of(const struct path_walk *way)
{
    return *way->at ? way->at : "/";
}

static void walk(struct pathwatch *watch, unsigned path)
{
    char name[NAME_MAX + 1];
    struct path_walk way = {.at = ""};
    unsigned links = 0;

    strncpy(way.rest, watch->paths[path], PATH_MAX - 1);
    while (take_name(&way, name)) {
        if (strcmp(name, ".") == 0)
            continue;
        if (strcmp(name, "..") == 0) {
            go_up(&way);
            continue;
        }
        /* The watch comes first, so that it tells of what happens after the look. */
        add_watch(watch, path, folder_of(&way), name, FOLDER_EVENTS | IN_ONLYDIR);
        if (!go_to(&way, name) || (follow_link(&way) && ++links > LINKS_MAX))
            return;
    }
    add_watch(watch, path, folder_of(&way), "", END_EVENTS);
}

static bool is_used(const struct pathwatch *watch, int number)
{
    for (size_t i = 0; i < watch->count; i++)
        if (watch->all[i].number == number)
            return true;
    return false;
}

void pathwatch_walk(struct pathwatch *watch)
{
    int before[WATCHES_MAX];
    size_t count = watch->count;

    for (size_t i = 0; i < count; i++)
        before[i] = watch->all[i].number;
    watch->count = 0;
    watch->exhausted = false;
    for (size_t i = 0; i < watch->path_count; i++)
        walk(watch, (unsigned)i);
    /* The kernel may have removed the watch already, with its inode. */
    for (size_t i = 0; i < count; i++)
        if (!is_used(watch, before[i]))
            inotify_rm_watch(watch->inotify, before[i]);
}

/* Events. */

static bool is_about(const struct watched *watched, const struct inotify_event *event)
{
    if (event->mask & IN_Q_OVERFLOW)
        return true;
    if (watched->number != event->wd)
        return false;
    return !*watched->name || event->mask & (IN_IGNORED | IN_UNMOUNT) ||
           (event->len > 0 && strcmp(watched->name, event->name) == 0);
}

static unsigned paths_of(const struct pathwatch *watch, const struct inotify_event *event)
{
    unsigned paths = 0;

    for (size_t i = 0; i < watch->count; i++)
        if (is_about(&watch->all[i], event))
            paths |= 1u << watch->all[i].path;
    return paths;
}

unsigned pathwatch_read(struct pathwatch *watch)
{
    _Alignas(struct inotify_event) char events[16 * (sizeof(struct inotify_event) + 64)];
    unsigned changed = 0;
    ssize_t len;

    while ((len = read(watch->inotify, events, sizeof events)) > 0)
        for (char *at = events; at < events + len;) {
            const struct inotify_event *event = (const struct inotify_event *)(void *)at;

            changed |= paths_of(watch, event);
            at += sizeof *event + event->len;
        }
    if (changed)
        pathwatch_walk(watch);
    return changed;
}

/* Their life. */

struct pathwatch *pathwatch_new(const char *const *paths, size_t count)
{
    struct pathwatch *watch = calloc(1, sizeof *watch);
    int saved;

    if (!watch)
        return NULL;
    watch->paths = paths;
    watch->path_count = count;
    watch->inotify = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
    if (watch->inotify == -1) {
        saved = errno;
        free(watch);
        errno = saved;
        return NULL;
    }
    pathwatch_walk(watch);
    return watch;
}

void pathwatch_free(struct pathwatch *watch)
{
    if (!watch)
        return;
    close(watch->inotify);
    free(watch);
}

int pathwatch_descriptor(const struct pathwatch *watch)
{
    return watch->inotify;
}

bool pathwatch_complete(const struct pathwatch *watch)
{
    return !watch->exhausted;
}
