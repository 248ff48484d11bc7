#include "client/sink.h"

#include <stdarg.h>
#include <stdio.h>

enum { LINE_MAX_ROOM = 256 };

void sink_take(const struct sink *sink, const uint8_t *wire, size_t size, const char *about)
{
    sink->take(sink->context, &(struct capture_message){wire, size, about});
}

void sink_complain(const struct sink *sink, const char *line, ...)
{
    char text[LINE_MAX_ROOM];
    va_list arguments;

    va_start(arguments, line);
    vsnprintf(text, sizeof text, line, arguments);
    va_end(arguments);
    sink->complain(sink->context, text);
}
