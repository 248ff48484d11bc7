/*
 * What a client of the control socket sends, cut in two: the first octet says where. A
 * whole line is answered, with "ok" or "error" and printable text, JSON if that was asked
 * for; and the server is stopped, reloaded or made to forget by nothing but the command.
 */
#include "json.h"
#include "turn.h"

#include "daemon/commands.h"

static struct control *control;
static const char *line; /* of the client */

static bool is_command(const char *command)
{
    size_t len = strlen(command);

    return strncmp(line, command, len) == 0 && (line[len] == '\0' || line[len] == ' ');
}

static void describe(void *context, struct report *report)
{
    (void)context;
    *report = (struct report){.pid = 1, .cache_bytes = 7};
}

/* The name is a folded one, with the length that its labels have. */
static bool survey(void *context, enum control_message message, const void *data,
                   size_t len, survey_end *end, void *end_context)
{
    struct reader in = reader_of(data, len);
    uint8_t name[NAME_WIRE_MAX], folded[NAME_WIRE_MAX];
    size_t name_len;

    (void)context;
    must(is_command(message == CONTROL_FLUSH ? "flush" : "top"));
    if (len > 0) {
        must(name_expand(&in, name, &name_len) && name_len == len);
        name_fold(folded, name, len);
        must(memcmp(folded, data, len) == 0);
    }
    end(end_context, &(struct survey_result){.sum = 3, .missing = 1});
    return true;
}

static void set_level(void *context, int level)
{
    (void)context;
    must(is_command("log") && level >= 0 && level <= 3);
}

static void reload(void *context, int client)
{
    (void)context;
    must(strcmp(line, "reload") == 0);
    control_refuse(client, "not now");
}

static void stop(void *context)
{
    (void)context;
    must(strcmp(line, "stop") == 0);
}

static void begin(void)
{
    static struct commands_host host = {NULL, describe, survey, set_level, reload, stop};

    int fd = turn_begin();

    control = control_new(loop, fd, &commands, &host);
    must(control);
}

/* The octets of the answer; none if there was no whole line. */
static size_t converse(const uint8_t *data, size_t size, size_t first, char *answer,
                       size_t room)
{
    int client = turn_connect();
    ssize_t got;

    must(send(client, data, first, 0) == (ssize_t)first);
    turn();
    turn();
    if (first < size && send(client, data + first, size - first, MSG_NOSIGNAL) > 0)
        turn();
    got = recv(client, answer, room, 0);
    close(client);
    turn();
    must(!control_has_requests(control));
    return got > 0 ? (size_t)got : 0;
}

static void must_be_an_answer(const char *answer, size_t len)
{
    static const char *const json[] = {"status json", "stats json", "top", "top json"};

    must_be_printable(answer, len);
    if (strncmp(answer, "ok\n", 3) != 0) {
        must(strncmp(answer, "error ", 6) == 0);
        must(strchr(answer, '\n') == answer + len - 1);
        return;
    }
    for (size_t i = 0; i < sizeof json / sizeof *json; i++)
        if (strcmp(line, json[i]) == 0) {
            json_t *read = json_loads(answer + 3, 0, NULL);

            must(json_is_object(read));
            json_decref(read);
        }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static char answer[1 << 17], text[2048];
    const uint8_t *end;
    size_t len;

    if (!control)
        begin();
    if (size < 3 || size > sizeof text)
        return 0;
    end = memchr(data + 1, '\n', size - 1);
    len = end ? (size_t)(end - data) - 1 : size - 1;
    memcpy(text, data + 1, len);
    text[len] = '\0';
    line = text;
    json_begin();
    len = converse(data + 1, size - 1, 1 + data[0] % (size - 1), answer, sizeof answer - 1);
    answer[len] = '\0';
    must(!end || len > 0);
    if (len > 0)
        must_be_an_answer(answer, len);
    json_end();
    return 0;
}
