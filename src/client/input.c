#include "client/input.h"

#include "base/xalloc.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

void input_open(struct input *input, int fd)
{
    *input = (struct input){.fd = fd, .octets = xmalloc(INPUT_LINE_MAX + 1)};
}

/* The line that has begun moves to the front. */
static void make_room(struct input *input)
{
    memmove(input->octets, input->octets + input->start, input->end - input->start);
    input->end -= input->start;
    input->start = 0;
}

void input_read(struct input *input)
{
    ssize_t count;

    make_room(input);
    count = read(input->fd, input->octets + input->end, INPUT_LINE_MAX - input->end);
    if (count > 0) {
        input->end += (size_t)count;
        return;
    }
    /* Another program may have made the pipe non-blocking. */
    if (count == -1 && (errno == EAGAIN || errno == EINTR))
        return;
    input->error = count == -1 ? errno : 0;
    input->is_ended = true;
}

/* Octets up to the end of the first line, or 0. The last one may have no end. */
static size_t first_line(const struct input *input)
{
    const char *start = input->octets + input->start;
    size_t size = input->end - input->start;
    const char *end = memchr(start, '\n', size);

    if (end)
        return (size_t)(end - start) + 1;
    return input->is_ended ? size : 0;
}

/* Looks whether the line that has begun is too long. */
static enum input_found without_line(struct input *input)
{
    bool is_full = input->end - input->start == INPUT_LINE_MAX, is_news;

    if (!is_full && !input->skips)
        return INPUT_NONE;
    is_news = !input->skips;
    input->skips = true;
    input->start = input->end;
    return is_news ? INPUT_TOO_LONG : INPUT_NONE;
}

enum input_found input_line(struct input *input, char **line, size_t *size)
{
    size_t taken = first_line(input);

    if (taken > 0 && input->skips) {
        input->skips = false;
        input->start += taken;
        taken = first_line(input);
    }
    if (taken == 0)
        return without_line(input);
    *line = input->octets + input->start;
    input->start += taken;
    *size = (*line)[taken - 1] == '\n' ? taken - 1 : taken;
    (*line)[*size] = '\0';
    return INPUT_LINE;
}
