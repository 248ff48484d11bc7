#include "base/name_servers.h"

#include <string.h>

#include "base/printable.h"

#define NAME_SERVER_WORD(name, text) text,
const char *const name_server_words[NAME_SERVER_STATES_NUMBER] = {
    NAME_SERVER_STATES(NAME_SERVER_WORD)};

void name_servers_write(struct name_servers *servers, const struct name_server_row *rows,
                        size_t count)
{
    seqlock_write_begin(&servers->lock);
    servers->list.count = (uint32_t)count;
    memcpy(servers->list.rows, rows, count * sizeof *rows);
    seqlock_write_end(&servers->lock);
}

size_t name_servers_read(const struct name_servers *servers,
                         struct name_server_row rows[static NAME_SERVERS_ROWS])
{
    struct name_servers_list list;

    if (!seqlock_read(&servers->lock, &list, &servers->list, sizeof list) ||
        list.count > NAME_SERVERS_ROWS)
        return 0;
    for (size_t row = 0; row < list.count; row++)
        printable_make(list.rows[row].address, sizeof list.rows[row].address);
    memcpy(rows, list.rows, sizeof list.rows);
    return list.count;
}
