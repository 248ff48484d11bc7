/*
 * What a client of the web page sends, cut in two: the first octet says where. Each reply
 * has a length that is true and forbids what a page does not need; nobody gets a page who
 * has not asked with GET or HEAD; and each connection ends with its client.
 */
#include "clock.h"
#include "turn.h"

#include "web/http.h"
#include "web/mhd.h"

/* Turns of the loop until a connection has ended, and while nothing is sent. */
enum { TURNS = 32, PATIENCE = 4 };

static struct http *http;
static struct web_config config;
static struct figures figures;

static void begin(void)
{
    static const struct site site = {&config, &figures};
    const char *why;

    must(mhd_load(&why) && counters_open(-1) != -1);
    counters_use(0);
    figures_init(&figures, clock_ms());
    figures_sample(&figures, clock_ms() + FIGURES_STEP_MS);
    must(http_hosts_add(&config.hosts, "dns.example"));
    config.socket = turn_begin();
    http = http_new(loop, &site);
    must(http);
}

/* There is a new point of the figures, which readers of the stream of events get. */
static void let_a_second_pass(void)
{
    fuzz_us += 1000000;
    figures_sample(&figures, clock_ms());
    turn();
}

/* Reads what is there; false at the end. */
static bool read_more(int client, char *reply, size_t room, size_t *len)
{
    ssize_t got = recv(client, reply + *len, room - *len, MSG_DONTWAIT);

    *len += got > 0 ? (size_t)got : 0;
    return got != 0;
}

/* A stream of events lasts, and a request in part is awaited, so the client leaves first.
 */
static size_t converse(const uint8_t *data, size_t size, size_t first, char *reply,
                       size_t room)
{
    int client = turn_connect();
    size_t len = 0;
    size_t before = 0;
    int turns = PATIENCE;

    must(send(client, data, first, 0) == (ssize_t)first);
    turn();
    if (first < size)
        send(client, data + first, size - first, MSG_NOSIGNAL);
    for (; turns > 0 && read_more(client, reply, room, &len); turns--) {
        turns = len > before ? PATIENCE : turns;
        before = len;
        turn();
    }
    close(client);
    turn();
    for (turns = 0; http_count(http) > 0; turns++) {
        must(turns < TURNS);
        let_a_second_pass();
    }
    return len;
}

/* The library itself refuses what is no HTTP; libmicrohttpd 0.9.75 then sends the head of
 * its reply twice. */
static bool is_ours(const char *reply)
{
    return strstr(reply, "\r\nContent-Security-Policy: default-src 'none'; ");
}

static void check_length(const char *reply, size_t len)
{
    const char *end = strstr(reply, "\r\n\r\n"), *at;

    must(end);
    at = strstr(reply, "\r\nContent-Length: ");
    if (at && at < end)
        must(strtoul(at + 18, NULL, 10) == len - (size_t)(end + 4 - reply));
}

static void check_reply(const char *request, const char *reply, size_t len)
{
    bool is_get = strncmp(request, "GET", 3) == 0;
    long status = strtol(reply + 9, NULL, 10);

    must(strncmp(reply, "HTTP/1.", 7) == 0);
    must(status == 200 || (status >= 400 && status < 600));
    if (!is_ours(reply)) {
        must(status != 200 && status != 404);
        return;
    }
    if (is_get)
        check_length(reply, len);
    if (status != 200 && status != 404)
        return;
    must(is_get || strncmp(request, "HEAD", 4) == 0);
    must(strcasestr(request, "\nHost:") || strstr(request, " HTTP/1.0"));
}

/* Where the library takes the request to begin: it passes over lines that are empty, and
 * over those that begin with an octet of zero. */
static size_t passed_over(const uint8_t *data, size_t size)
{
    size_t at = 0;

    while (at < size && (data[at] == '\r' || data[at] == '\n' || data[at] == '\0'))
        if (data[at++] == '\0')
            while (at < size && data[at] != '\r' && data[at] != '\n')
                at++;
    return at;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static char reply[1 << 20], request[4096];
    size_t len;

    if (!http)
        begin();
    if (size < 2 || size >= sizeof request)
        return 0;
    size--;
    for (size_t i = 0; i < size; i++)
        request[i] = data[1 + i] ? (char)data[1 + i] : '?';
    request[size] = '\0';
    len = converse(data + 1, size, 1 + data[0] % size, reply, sizeof reply - 1);
    reply[len] = '\0';
    if (len > 0)
        check_reply(request + passed_over(data + 1, size), reply, len);
    return 0;
}
