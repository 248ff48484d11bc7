/*
 * +wire=FILE: captures, dumps in hexadecimal digits, bare messages. Of any file something
 * is told, what is told is printable, and the messages have no more octets than the file,
 * but for the lines that "*" stands for in a dump.
 */
#include "fuzz.h"

#include "client/capture.h"

enum { REPEATED_MAX = 1 << 20 };

struct told {
    size_t octets, times;
};

static void take(void *context, const struct capture_message *message)
{
    struct told *told = context;
    void *copy = malloc(message->size);

    must(copy || message->size == 0);
    memcpy(copy, message->wire, message->size);
    free(copy);
    told->octets += message->size;
    told->times++;
    must_be_printable(message->about, strlen(message->about));
}

static void complain(void *context, const char *line)
{
    struct told *told = context;

    told->times++;
    must(*line && !strchr(line, '\n'));
    must_be_printable(line, strlen(line));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct told told = {0};

    capture_read(data, size, &(struct sink){take, complain, &told});
    must(told.times > 0);
    must(told.octets <= size + REPEATED_MAX);
    return 0;
}
