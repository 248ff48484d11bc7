/* The way of an answer as a picture. */
#include "told.h"

#include "../mutate.h"
#include "../written.h"

#include "client/trace.h"

static void set_up(void)
{
    told_inquiry = (struct inquiry){.count = 1};
}

FIXTURE(trace, set_up, NULL);

static const char *draw(void)
{
    FILE *out = written_begin();

    trace_show(&told_inquiry, "127.0.0.1 port 5353", out);
    return written_end(out);
}

static struct way_step step(enum way_kind kind, unsigned code, uint8_t flags, uint32_t took)
{
    return (struct way_step){
        .kind = (uint8_t)kind, .code = (uint16_t)code, .flags = flags, .took = took};
}

static struct way_step probe(const char *line, enum way_probe code, uint32_t took)
{
    struct way_step probed = told_text(WAY_PROBE, line);

    probed.code = (uint16_t)code;
    probed.took = took;
    return probed;
}

TEST_WITH(trace, a_lookup_in_dns)
{
    TOLD(0, 1024000, step(WAY_SERVE, WAY_LOOKED_UP, 0, 1023600),
         told_source(ANSWER_FROM_DNS, true), probe("files dns", WAY_LEADS_TO_DNS, 131),
         told_try(WAY_SILENT, 0, 1000000), told_try(WAY_TRUNCATED, 0, 900),
         told_try(RCODE_NOERROR, WAY_OVER_TCP, 22000),
         step(WAY_VERDICT, 0, WAY_LEFT_OUT, 4), step(WAY_LOOKUP, 0, 0, 1023300));
    assert_string_equal(
        draw(),
        "\n"
        "hostdns       host.test. A\n"
        " |  UDP over loopback to 127.0.0.1 port 5353\n"
        " +-> serve    not in the cache: a new lookup\n"
        "      |  a channel between the processes\n"
        "      +-> lookup\n"
        "           |-- libc without DNS: files dns         0.13 ms  DNS is next\n"
        "           |-- DNS server 192.0.2.53 over UDP: A     1.0 s  no reply\n"
        "           |-- DNS server 192.0.2.53 over UDP: A   0.90 ms  too long for UDP\n"
        "           |-- DNS server 192.0.2.53 over TCP: A     22 ms  NOERROR\n"
        "           |-- libc on the reply                   0.00 ms  not needed\n"
        "      +<- lookup                                     1.0 s\n"
        " +<- serve                                           1.0 s\n"
        "hostdns       175 octets                             1.0 s\n");
}

TEST_WITH(trace, a_probe_that_was_left_out)
{
    struct way_step probed = probe("files dns", WAY_LEADS_TO_DNS, 2);

    probed.flags = WAY_LEFT_OUT;
    TOLD(0, 900, step(WAY_SERVE, WAY_LOOKED_UP, 0, 700), probed,
         step(WAY_LOOKUP, 0, 0, 600));
    assert_non_null(
        strstr(draw(), "libc without DNS: files dns   0.00 ms  not needed, DNS is next\n"));
}

TEST_WITH(trace, a_source_of_the_host)
{
    TOLD(0, 900, step(WAY_SERVE, WAY_LOOKED_UP, 0, 700),
         told_source(ANSWER_FROM_FILES, false), probe("files dns", WAY_SETTLED, 100),
         told_text(WAY_OWNER, "files"), step(WAY_LOOKUP, 0, 0, 600));
    assert_string_equal(
        draw(), "\n"
                "hostdns       host.test. A\n"
                " |  UDP over loopback to 127.0.0.1 port 5353\n"
                " +-> serve    not in the cache: a new lookup\n"
                "      |  a channel between the processes\n"
                "      +-> lookup\n"
                "           |-- libc without DNS: files dns   0.10 ms  that is the answer\n"
                "           |-- known to: files\n"
                "      +<- lookup                             0.60 ms\n"
                " +<- serve                                   0.70 ms\n"
                "hostdns       111 octets                     0.90 ms\n");
}

TEST_WITH(trace, the_cache)
{
    TOLD(0, 90, step(WAY_SERVE, WAY_FROM_CACHE, WAY_FAST, 30), told_kept(12, 48),
         told_source(ANSWER_FROM_DNS, true));
    assert_string_equal(draw(),
                        "\n"
                        "hostdns       host.test. A\n"
                        " |  UDP over loopback to 127.0.0.1 port 5353\n"
                        " +-> serve    in the cache\n"
                        "      |  12 s old, 48 s left\n"
                        "      |  from: DNS server 192.0.2.53\n"
                        "      |  without +trace it would have taken the fast path\n"
                        " +<- serve                0.03 ms\n"
                        "hostdns       85 octets   0.09 ms\n");
}

TEST_WITH(trace, each_question_has_its_picture)
{
    told_inquiry.count = 2;
    TOLD(0, 90, step(WAY_SERVE, WAY_BY_ITSELF, 0, 30));
    TOLD(1, 90, step(WAY_SERVE, WAY_JOINED, WAY_OVER_TCP, 30))->is_over_tcp = true;
    assert_string_equal(draw(), "\n"
                                "hostdns       host.test. A\n"
                                " |  UDP over loopback to 127.0.0.1 port 5353\n"
                                " +-> serve    answers by itself\n"
                                " +<- serve                0.03 ms\n"
                                "hostdns       45 octets   0.09 ms\n"
                                "\n"
                                "hostdns       host.test. AAAA\n"
                                " |  TCP over loopback to 127.0.0.1 port 5353\n"
                                " +-> serve    not in the cache: joins a lookup under way\n"
                                " +<- serve                0.03 ms\n"
                                "hostdns       45 octets   0.09 ms\n");
}

TEST_WITH(trace, a_server_that_tells_nothing)
{
    struct exchange *exchange = TOLD(0, 90, told_text(WAY_OWNER, "files"));

    assert_non_null(strstr(draw(), " +-> 127.0.0.1 port 5353    does not tell its way\n"));
    exchange->ask.form.wants_way = false;
    assert_non_null(strstr(draw(), "is not on this host, so its way is not told\n"));
    assert_non_null(strstr(draw(), " |  UDP to 127.0.0.1"));
}

TEST_WITH(trace, no_reply)
{
    struct exchange *exchange = TOLD(0, 5000000, told_text(WAY_OWNER, "files"));

    exchange->state = EXCHANGE_SILENT;
    assert_string_equal(draw(), "\n"
                                "hostdns       host.test. A\n"
                                " |  UDP over loopback to 127.0.0.1 port 5353\n"
                                "hostdns       no reply     5.0 s\n");
    exchange->state = EXCHANGE_UNREACHABLE;
    assert_non_null(strstr(draw(), "hostdns       cannot reach it     5.0 s\n"));
}

static void assert_printable(const char *text)
{
    for (; *text; text++)
        assert_true((*text >= ' ' && *text <= '~') || *text == '\n');
}

static struct exchange *everything(void)
{
    return TOLD(0, 90, step(WAY_SERVE, WAY_STALE, WAY_FAST, 30), told_kept(12, 48),
                told_source(ANSWER_FROM_HOST, true), probe("files \033[2J", WAY_SETTLED, 1),
                told_text(WAY_OWNER, "\007\377"), told_try(WAY_ASKS_US, 0, 9),
                step(WAY_VERDICT, 0, 0, 1), step(WAY_LOOKUP, 0, 0, 2));
}

TEST_WITH(trace, nothing_but_printable_ascii_is_drawn)
{
    struct exchange *exchange = everything();

    assert_printable(draw());
    assert_non_null(strstr(draw(), "files \\027[2J"));
    for (int i = 0; i < 5000; i++) {
        uint8_t *spoilt = mutate(told_wire[0], exchange->size, &exchange->size);

        exchange->wire = spoilt;
        assert_printable(draw());
        free(spoilt);
        exchange = everything();
    }
}

TEST_WITH(trace, as_many_steps_as_there_can_be)
{
    struct way_step many[WAY_STEPS_MAX];

    many[0] = step(WAY_SERVE, WAY_LOOKED_UP, 0, 1);
    many[1] = step(WAY_LOOKUP, 0, 0, 1);
    for (size_t i = 2; i < WAY_STEPS_MAX; i++)
        many[i] = step(WAY_VERDICT, 0, 0, 1);
    told_exchange(0, 90, many, WAY_STEPS_MAX);
    draw();
    assert_non_null(strstr(written, " +<- serve"));
    assert_non_null(strstr(written, "octets"));
}
