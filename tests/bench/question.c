#include "question.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void put16(uint8_t *at, unsigned value)
{
    at[0] = (uint8_t)(value >> 8);
    at[1] = (uint8_t)value;
}

/* Text without escapes to wire form; its length, or 0 if it is no name. */
static size_t name_to_wire(const char *text, uint8_t wire[NAME_SIZE])
{
    size_t len = 0;

    for (const char *label = text; *label && *label != ' ';) {
        size_t size = strcspn(label, ". \n");

        if (size == 0 || size > 63 || len + 1 + size >= NAME_SIZE)
            return 0;
        wire[len++] = (uint8_t)size;
        memcpy(wire + len, label, size);
        len += size;
        label += size;
        label += *label == '.';
        if (*label == '\n')
            break;
    }
    wire[len++] = 0;
    return len > 1 ? len : 0;
}

static size_t wire_length(const uint8_t *name)
{
    size_t len = 0;

    while (name[len])
        len += 1 + name[len];
    return len + 1;
}

int questions_read(struct questions *questions, const char *path)
{
    FILE *file = fopen(path, "r");
    char line[512];
    size_t room = 0;

    if (!file) {
        perror(path);
        return -1;
    }
    while (fgets(line, sizeof line, file)) {
        if (questions->count == room) {
            room = room ? room * 2 : 1024;
            questions->names = realloc(questions->names, room * NAME_SIZE);
            if (!questions->names)
                abort();
        }
        questions->count += name_to_wire(line, questions->names[questions->count]) != 0;
    }
    fclose(file);
    if (questions->count == 0)
        fprintf(stderr, "%s: no names\n", path);
    return questions->count ? 0 : -1;
}

static size_t write_name(const struct questions *questions, uint64_t number, uint8_t *wire)
{
    char text[NAME_SIZE];

    if (questions->names) {
        const uint8_t *name = questions->names[number % questions->count];
        size_t len = wire_length(name);

        memcpy(wire, name, len);
        return len;
    }
    if (questions->modulo)
        number %= questions->modulo;
    snprintf(text, sizeof text, "%s%llu%s", questions->prefix,
             (unsigned long long)(questions->first + number), questions->suffix);
    return name_to_wire(text, wire);
}

/* What dig sends by default: 1232 octets, and a client's cookie (RFC 7873). */
static size_t write_opt(uint8_t *at)
{
    static const uint8_t opt[] = {0,    0,    41,   0x04, 0xd0, 0,    0,   0,
                                  0,    0,    12,   0,    10,   0,    8,   0xc0,
                                  0xff, 0xee, 0xc0, 0xff, 0xee, 0xc0, 0xff};

    memcpy(at, opt, sizeof opt);
    return sizeof opt;
}

size_t questions_write(struct questions *questions, uint16_t id,
                       uint8_t wire[QUESTION_SIZE], size_t *entry)
{
    size_t len = write_name(questions, questions->written++, wire + HEADER_SIZE);
    size_t end = HEADER_SIZE + len + 4;

    memset(wire, 0, HEADER_SIZE);
    put16(wire, id);
    put16(wire + 2, questions->edns ? 0x0120 : 0x0100); /* RD, and dig's AD */
    put16(wire + 4, 1);
    put16(wire + HEADER_SIZE + len, questions->type);
    put16(wire + HEADER_SIZE + len + 2, 1);
    *entry = len + 4;
    if (!questions->edns)
        return end;
    put16(wire + 10, 1);
    return end + write_opt(wire + end);
}
