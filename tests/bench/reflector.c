/*
 * The least that a UDP server can do, as the limit that others are measured against: it
 * takes datagrams in batches, turns each question into a reply with one fixed A record, and
 * sends them in batches. poll() is called only when a batch was short. There is no table,
 * no check worth the name, no clock.
 *
 *   reflector ADDRESS:PORT [DROP]
 *
 * Questions for names that begin with DROP, four letters, get no answer, which makes it a
 * name server whose names hang. The kernel drops them: in the world such a server is
 * another machine, and here its work would be on the core of the load, which measures time.
 * Prints "ready".
 */
#include <arpa/inet.h>
#include <linux/filter.h>
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

enum { BATCH = 32, SIZE = 1232, BUFFER = 16 << 20 };
enum { UDP_HEADER = 8, HEADER = 12, DROP_LEN = 4 };

static const uint8_t record[] = {0xc0, 12, 0, 1, 0, 1, 0, 0, 0x0e, 0x10, 0, 4, 10, 9, 8, 7};

static struct mmsghdr heads[BATCH];
static struct iovec parts[BATCH];
static struct sockaddr_in peers[BATCH];
static uint8_t wires[BATCH][SIZE + sizeof record];

static size_t question_end(const uint8_t *wire, size_t len)
{
    size_t at = 12;

    while (at < len && wire[at])
        at += 1 + (size_t)wire[at];
    return at + 5;
}

/* Makes a reply of a question; its length, or 0: none. What follows the question, an OPT
 * record, stays. */
static size_t reflect(uint8_t *wire, size_t len)
{
    size_t end = question_end(wire, len);

    if (end > len || (wire[2] & 0x80))
        return 0;
    wire[2] |= 0x80;
    wire[3] = 0x80;         /* RA, and no AD */
    if (wire[end - 3] != 1) /* another type: no data */
        return len;
    wire[7] = 1;
    memmove(wire + end + sizeof record, wire + end, len - end);
    memcpy(wire + end, record, sizeof record);
    return len + sizeof record;
}

static int take_batch(int fd)
{
    for (int i = 0; i < BATCH; i++) {
        parts[i].iov_len = SIZE;
        heads[i].msg_hdr.msg_namelen = sizeof peers[i];
    }
    return recvmmsg(fd, heads, BATCH, MSG_DONTWAIT, NULL);
}

/* Those without a reply are squeezed out. */
static unsigned reflect_batch(int count)
{
    unsigned kept = 0;

    for (int i = 0; i < count; i++) {
        size_t len = reflect(wires[i], heads[i].msg_len);

        if (len == 0)
            continue;
        if (kept != (unsigned)i) {
            memcpy(wires[kept], wires[i], len);
            peers[kept] = peers[i];
        }
        heads[kept].msg_hdr.msg_namelen = sizeof peers[kept];
        parts[kept++].iov_len = len;
    }
    return kept;
}

static int open_socket(char *text)
{
    char *colon = strchr(text, ':');
    struct sockaddr_in here = {.sin_family = AF_INET};
    int fd = socket(AF_INET, SOCK_DGRAM, 0), size = BUFFER;

    if (!colon || fd == -1)
        return -1;
    *colon = '\0';
    here.sin_port = htons((uint16_t)atoi(colon + 1));
    if (inet_pton(AF_INET, text, &here.sin_addr) != 1)
        return -1;
    if (setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof size) == -1)
        setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof size);
    return bind(fd, (struct sockaddr *)&here, sizeof here) == -1 ? -1 : fd;
}

/* The first letters of the name stand behind the length of its first label. */
static int drop_names(int fd, const char *text)
{
    uint32_t letters;
    struct sock_filter code[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, UDP_HEADER + HEADER + 1),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 0, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, 0),
        BPF_STMT(BPF_RET | BPF_K, UINT32_MAX),
    };
    struct sock_fprog program = {.len = sizeof code / sizeof *code, .filter = code};

    if (strlen(text) != DROP_LEN)
        return -1;
    memcpy(&letters, text, sizeof letters);
    code[1].k = ntohl(letters);
    return setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &program, sizeof program);
}

int main(int argc, char **argv)
{
    int fd = argc > 1 ? open_socket(argv[1]) : -1;

    if (fd == -1 || (argc > 2 && drop_names(fd, argv[2]) == -1)) {
        fprintf(stderr, "usage: reflector ADDRESS:PORT [DROP]\n");
        return 64;
    }
    for (int i = 0; i < BATCH; i++) {
        parts[i].iov_base = wires[i];
        heads[i].msg_hdr =
            (struct msghdr){.msg_name = &peers[i], .msg_iov = &parts[i], .msg_iovlen = 1};
    }
    puts("ready");
    fflush(stdout);
    for (;;) {
        int count = take_batch(fd);

        if (count > 0)
            sendmmsg(fd, heads, reflect_batch(count), 0);
        if (count < BATCH)
            poll(&(struct pollfd){.fd = fd, .events = POLLIN}, 1, -1);
    }
}
