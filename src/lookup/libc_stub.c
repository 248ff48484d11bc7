#include "lookup/libc_stub.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <unistd.h>

#include "dns/order.h"
#include "dns/rcode.h"
#include "dns/transaction.h"
#include "net/udp.h"

enum {
    QUERY_MAX = 512,
    BUFFER = 1 << 20,     /* octets of queries that wait while the loop is busy */
    PROBE_FLAGS = 0xff,   /* no question has these */
    DATAGRAM_MAX = 65507, /* the longest over IPv4; a longer reply cannot be given */
};

struct libc_stub {
    struct loop *loop;
    int fd;
    struct addr addr;
    struct watch *watch;
    struct table entries; /* the first entry for each question; more are its twins */
};

static bool is_for(struct table_link *link, const void *key)
{
    return question_equal_folded(&table_item(link, struct stub_entry, link)->question, key);
}

static uint64_t hash_of(const struct libc_stub *stub, const struct question *key)
{
    size_t len;
    const void *bytes = question_bytes(key, &len);

    return table_hash(&stub->entries, bytes, len);
}

/* The entry of a probe stands for every type of its name. */
static void make_key(struct question *key, const struct question *question, bool is_probe)
{
    question_fold(key, question);
    question_set_forwarder(key, 0); /* libc does not say who asks */
    if (!is_probe)
        return;
    key->type = 0;
    key->flags = PROBE_FLAGS;
}

static struct stub_entry *find(const struct libc_stub *stub, const struct question *key)
{
    struct table_link *link = table_find(&stub->entries, hash_of(stub, key), key);

    return link ? table_item(link, struct stub_entry, link) : NULL;
}

/*
 * Marks all entries for the question as asked, and returns one that has a reply, if any
 * does. There may be several: a job for A may need AAAA as well, and another job asks for
 * AAAA itself.
 */
static const struct stub_entry *mark_entries(const struct libc_stub *stub,
                                             const struct question *asked, bool is_probe)
{
    struct stub_entry *first, *entry, *best;
    struct question key;

    make_key(&key, asked, is_probe);
    first = entry = best = find(stub, &key);
    if (!first)
        return NULL;
    do {
        entry->asked = true;
        if (!best->reply)
            best = entry;
        entry = list_item(entry->twins.next, struct stub_entry, twins);
    } while (entry != first);
    return best;
}

/* libc passes over what is not counted. */
static size_t copy_reply(const struct stub_entry *entry, const uint8_t *query, size_t len,
                         uint8_t *out, size_t size)
{
    size_t copied =
        transaction_copy_reply(entry->reply, entry->reply_len, query, len, out, size);

    if (copied == 0 || wire_count(out, SECTION_ANSWER) <= entry->shown)
        return copied;
    wire_set_count(out, SECTION_ANSWER, entry->shown);
    wire_set_count(out, SECTION_AUTHORITY, 0);
    wire_set_count(out, SECTION_ADDITIONAL, 0);
    return copied;
}

static size_t make_reply(const struct libc_stub *stub, const uint8_t *query, size_t len,
                         uint8_t *out, size_t size)
{
    struct question asked;
    const struct stub_entry *entry;

    if (!transaction_read_query(query, len, &asked))
        return 0;
    entry = mark_entries(stub, &asked, !(wire_flags(query) & WIRE_RD));
    if (entry && entry->reply && entry->reply_len <= DATAGRAM_MAX)
        return copy_reply(entry, query, len, out, size);
    return transaction_make_reply(query, len, RCODE_SERVFAIL, out, size);
}

static void query_ready(void *context, short revents)
{
    static uint8_t query[QUERY_MAX], reply[TRANSACTION_REPLY_MAX];
    const struct libc_stub *stub = context;
    enum udp_result result;
    struct udp_path from;
    size_t len;

    (void)revents;
    for (int i = 0; i < LOOP_BUDGET; i++) {
        result = udp_receive(stub->fd, query, sizeof query, &len, &from);
        if (result == UDP_EMPTY)
            return;
        if (result == UDP_SKIPPED)
            continue;
        len = make_reply(stub, query, len, reply, sizeof reply);
        if (len > 0)
            udp_send(stub->fd, reply, len, &from);
    }
}

static int bind_stub(struct libc_stub *stub)
{
    int size = BUFFER;

    stub->addr.sock.ip4 = (struct sockaddr_in){.sin_family = AF_INET,
                                               .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    stub->addr.len = sizeof stub->addr.sock.ip4;
    stub->fd = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (stub->fd == -1 || bind(stub->fd, &stub->addr.sock.any, stub->addr.len) == -1 ||
        getsockname(stub->fd, &stub->addr.sock.any, &stub->addr.len) == -1)
        return -1;
    setsockopt(stub->fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof size);
    setsockopt(stub->fd, SOL_SOCKET, SO_SNDBUF, &size, sizeof size);
    stub->watch = loop_watch(stub->loop, stub->fd, POLLIN, query_ready, stub);
    return stub->watch ? 0 : -1;
}

struct libc_stub *libc_stub_open(struct loop *loop)
{
    struct libc_stub *stub = calloc(1, sizeof *stub);
    int saved;

    if (!stub)
        return NULL;
    stub->loop = loop;
    stub->fd = -1;
    if (table_init(&stub->entries, is_for) == 0 && bind_stub(stub) == 0)
        return stub;
    saved = errno;
    libc_stub_close(stub);
    errno = saved;
    return NULL;
}

void libc_stub_close(struct libc_stub *stub)
{
    if (!stub)
        return;
    loop_unwatch(stub->loop, stub->watch);
    if (stub->fd != -1)
        close(stub->fd);
    table_free(&stub->entries);
    free(stub);
}

const struct addr *libc_stub_addr(const struct libc_stub *stub)
{
    return &stub->addr;
}

/* A reply that cannot be put in order is dropped: libc would deny the records it has. */
static void put_in_order(struct stub_entry *entry)
{
    entry->restored = NULL;
    if (!entry->reply ||
        order_is_kept(&entry->question, entry->reply, entry->reply_len, &entry->shown))
        return;
    entry->restored = order_restore(&entry->question, entry->reply, entry->reply_len,
                                    &entry->reply_len, &entry->shown);
    entry->reply = entry->restored;
}

void libc_stub_add(struct libc_stub *stub, struct stub_entry *entry)
{
    struct stub_entry *first;

    entry->stub = stub;
    put_in_order(entry);
    list_init(&entry->twins);
    make_key(&entry->question, &entry->question, entry->is_probe);
    first = find(stub, &entry->question);
    if (first)
        list_append(&first->twins, &entry->twins);
    else
        table_add(&stub->entries, hash_of(stub, &entry->question), &entry->link);
}

void libc_stub_remove(struct stub_entry *entry)
{
    struct libc_stub *stub = entry->stub;
    bool is_first = stub && find(stub, &entry->question) == entry;
    struct stub_entry *next;

    if (!stub)
        return;
    entry->stub = NULL;
    free(entry->restored);
    entry->reply = entry->restored = NULL;
    if (is_first)
        table_remove(&stub->entries, &entry->link);
    if (is_first && !list_empty(&entry->twins)) {
        next = list_item(entry->twins.next, struct stub_entry, twins);
        table_add(&stub->entries, hash_of(stub, &next->question), &next->link);
    }
    list_remove(&entry->twins);
}
