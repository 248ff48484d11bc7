#include "base/name_servers.h"

#include <stdbool.h>
#include <string.h>

enum { TRIES = 4 };

#define NAME_SERVER_WORD(name, text) text,
const char *const name_server_words[NAME_SERVER_STATES_NUMBER] = {
    NAME_SERVER_STATES(NAME_SERVER_WORD)};

/* A reader in the meantime sees an odd version before its copy, or another version after
 * it. */
void name_servers_write(struct name_servers *servers, const struct name_server_row *rows,
                        size_t count)
{
    __atomic_store_n(&servers->version, servers->version | 1, __ATOMIC_RELAXED);
    __atomic_thread_fence(__ATOMIC_RELEASE);
    servers->count = (uint32_t)count;
    memcpy(servers->rows, rows, count * sizeof *rows);
    __atomic_store_n(&servers->version, servers->version + 1, __ATOMIC_RELEASE);
}

static bool copy(const struct name_servers *servers, struct name_servers *out)
{
    uint32_t before = __atomic_load_n(&servers->version, __ATOMIC_ACQUIRE);

    memcpy(out, servers, sizeof *out);
    __atomic_thread_fence(__ATOMIC_ACQUIRE);
    return before % 2 == 0 &&
           __atomic_load_n(&servers->version, __ATOMIC_RELAXED) == before &&
           out->count <= NAME_SERVERS_ROWS;
}

static void make_safe(char text[static NAME_SERVER_ADDRESS])
{
    text[NAME_SERVER_ADDRESS - 1] = '\0';
    for (; *text; text++)
        if (*text <= ' ' || *text > '~')
            *text = '?';
}

size_t name_servers_read(const struct name_servers *servers,
                         struct name_server_row rows[static NAME_SERVERS_ROWS])
{
    struct name_servers out;

    for (int i = 0; i < TRIES; i++) {
        if (!copy(servers, &out))
            continue;
        for (size_t row = 0; row < out.count; row++)
            make_safe(out.rows[row].address);
        memcpy(rows, out.rows, sizeof out.rows);
        return out.count;
    }
    return 0;
}
