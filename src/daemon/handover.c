#include "daemon/handover.h"

#include <inttypes.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/counters.h"
#include "base/log.h"
#include "daemon/descriptors.h"

static const char variable[] = "HOSTDNSD_HANDOVER"; /* the descriptor of a file with
                                                     * the lines */

enum { LINE_MAX_SIZE = 256 };

/* Descriptors that stand in a line of their own; -1: none. */
static const struct {
    const char *key;
    size_t offset;
} descriptors[] = {{"client", offsetof(struct handover, client)},
                   {"counters", offsetof(struct handover, counters)},
                   {"dnstap", offsetof(struct handover, dnstap)},
                   {"recent", offsetof(struct handover, recent)},
                   {"control", offsetof(struct handover, control)},
                   {"unlinker", offsetof(struct handover, unlinker)},
                   {"web", offsetof(struct handover, web)}};

enum { DESCRIPTORS = sizeof descriptors / sizeof *descriptors };

static int *descriptor(const struct handover *handover, size_t i)
{
    return (int *)(void *)((char *)(uintptr_t)handover + descriptors[i].offset);
}

/* Reading: a line is "KEY VALUES". Another version of the program may have other keys,
 * which are ignored. */

static void read_child(struct handover *handover, const char *values)
{
    struct child *child = &handover->children[handover->child_count];
    char name[16];
    int pid;

    if (handover->child_count < HANDOVER_CHILDREN &&
        sscanf(values, "%15s %u %u %d %d %" SCNd64 " %u", name, &child->generation,
               &child->number, &pid, &child->control, &child->started, &child->slot) == 7 &&
        child->slot < COUNTERS_SLOTS && role_parse(&child->role, name)) {
        child->pid = pid;
        descriptors_pass_on(child->control, false);
        handover->child_count++;
    }
}

/* Without it nobody would answer what comes there. */
static void read_socket(struct handover *handover, const char *values)
{
    int fd = atoi(values);

    if (passed_add(&handover->sockets, fd))
        descriptors_pass_on(fd, false);
    else
        handover->is_broken = true;
}

static void read_secret(struct handover *handover, const char *values)
{
    for (size_t i = 0; i < SERVER_COOKIE_SECRET; i++)
        if (sscanf(values + 2 * i, "%2" SCNx8, &handover->secret.octets[i]) != 1)
            return;
}

static void read_descriptor(struct handover *handover, const char *key, const char *values)
{
    for (size_t i = 0; i < DESCRIPTORS; i++)
        if (strcmp(descriptors[i].key, key) == 0) {
            *descriptor(handover, i) = atoi(values);
            descriptors_pass_on(atoi(values), false);
        }
}

static void read_line(struct handover *handover, char *line)
{
    char *values = line + strcspn(line, " ");

    if (*values)
        *values++ = '\0';
    if (strcmp(line, "generation") == 0)
        handover->generation = (unsigned)strtoul(values, NULL, 10);
    else if (strcmp(line, "started") == 0)
        handover->started = strtoll(values, NULL, 10);
    else if (strcmp(line, "activated") == 0)
        handover->is_activated = true;
    else if (strcmp(line, "filtered") == 0)
        handover->is_filtered = true;
    else if (strcmp(line, "socket") == 0)
        read_socket(handover, values);
    else if (strcmp(line, "child") == 0)
        read_child(handover, values);
    else if (strcmp(line, "secret") == 0)
        read_secret(handover, values);
    else
        read_descriptor(handover, line, values);
}

static bool read_file(struct handover *handover, int fd)
{
    FILE *file = fdopen(fd, "r");
    char line[LINE_MAX_SIZE];

    if (file)
        rewind(file);
    while (file && fgets(line, sizeof line, file)) {
        line[strcspn(line, "\n")] = '\0';
        read_line(handover, line);
    }
    handover->is_broken |= !file || ferror(file);
    if (handover->is_broken)
        log_error("cannot use what the program before the reload handed over: %m");
    if (file)
        fclose(file);
    return !handover->is_broken;
}

static bool read_activation(struct handover *handover)
{
    int bad, count = passed_from_environment(&handover->sockets, &bad);

    if (count == -1)
        log_error("LISTEN_FDS: descriptor %d is neither a bound UDP socket nor a listening "
                  "TCP socket",
                  bad);
    handover->is_activated = count > 0;
    return count != -1;
}

bool handover_read(struct handover *handover)
{
    const char *text = getenv(variable);
    int fd = text ? atoi(text) : -1;

    *handover = (struct handover){.is_reload = text != NULL};
    for (size_t i = 0; i < DESCRIPTORS; i++)
        *descriptor(handover, i) = -1;
    unsetenv(variable);
    if (!handover->is_reload)
        return read_activation(handover) &&
               server_cookie_draw_secret(&handover->secret) == 0;
    return read_file(handover, fd);
}

/* Writing. */

bool handover_add(struct handover *handover, const struct child *child)
{
    if (child->pid == 0)
        return true;
    if (handover->child_count == HANDOVER_CHILDREN)
        return false;
    handover->children[handover->child_count++] = *child;
    return true;
}

static void write_secret(const struct cookie_secret *secret, FILE *file)
{
    fputs("secret ", file);
    for (size_t i = 0; i < SERVER_COOKIE_SECRET; i++)
        fprintf(file, "%02x", secret->octets[i]);
    fputc('\n', file);
}

static void write_lines(const struct handover *handover, FILE *file)
{
    fprintf(file, "generation %u\nstarted %" PRId64 "\n", handover->generation,
            handover->started);
    if (handover->is_activated)
        fputs("activated\n", file);
    if (handover->is_filtered)
        fputs("filtered\n", file);
    for (size_t i = 0; i < handover->sockets.count; i++)
        fprintf(file, "socket %d\n", handover->sockets.sockets[i].fd);
    for (size_t i = 0; i < handover->child_count; i++) {
        const struct child *child = &handover->children[i];

        fprintf(file, "child %s %u %u %d %d %" PRId64 " %u\n", role_name(child->role),
                child->generation, child->number, (int)child->pid, child->control,
                child->started, child->slot);
    }
    write_secret(&handover->secret, file);
    for (size_t i = 0; i < DESCRIPTORS; i++)
        fprintf(file, "%s %d\n", descriptors[i].key, *descriptor(handover, i));
}

static bool pass_all_on(const struct handover *handover, bool pass)
{
    bool all = true;

    for (size_t i = 0; i < handover->sockets.count; i++)
        all &= descriptors_pass_on(handover->sockets.sockets[i].fd, pass);
    for (size_t i = 0; i < handover->child_count; i++)
        all &= descriptors_pass_on(handover->children[i].control, pass);
    for (size_t i = 0; i < DESCRIPTORS; i++)
        all &= descriptors_pass_on(*descriptor(handover, i), pass);
    return all;
}

/* The file lives as long as its descriptor, which the program inherits. */
static int make_file(const struct handover *handover)
{
    int fd = memfd_create("hostdnsd-handover", 0);
    int copy = fd == -1 ? -1 : dup(fd);
    FILE *file = copy == -1 ? NULL : fdopen(copy, "w");

    if (!file) {
        if (copy != -1)
            close(copy);
        if (fd != -1)
            close(fd);
        return -1;
    }
    write_lines(handover, file);
    if (fclose(file) == 0)
        return fd;
    close(fd);
    return -1;
}

int handover_give(const struct handover *handover)
{
    int fd = make_file(handover);
    char number[16];

    if (fd == -1)
        return -1;
    snprintf(number, sizeof number, "%d", fd);
    if (setenv(variable, number, 1) == -1) {
        close(fd);
        return -1;
    }
    if (pass_all_on(handover, true))
        return 0;
    handover_take_back(handover);
    return -1;
}

void handover_take_back(const struct handover *handover)
{
    const char *text = getenv(variable);

    if (text)
        close(atoi(text));
    unsetenv(variable);
    pass_all_on(handover, false);
}
