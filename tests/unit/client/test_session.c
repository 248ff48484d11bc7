#include "responder.h"

#include "client/session.h"

static int ask(struct session *session, char *name, uint16_t type)
{
    return session_ask(session, &(struct wish){.name = name, .type = type});
}

TEST(exit_codes_and_text_come_of_a_name)
{
    static struct cmdline cmdline;

    cmdline = (struct cmdline){.settings.style.view = VIEW_SHORT,
                               .settings.manner = {.tries = 2, .try_ms = 5000}};
    struct responder responder;
    struct session session;
    char *shown = NULL, *complained = NULL;
    size_t size;
    FILE *out = open_memstream(&shown, &size), *err = open_memstream(&complained, &size);

    responder_start(&responder, responder_addresses);
    cmdline.server = responder.addr;
    assert_int_equal(session_open(&session, &cmdline, out, err), 0);
    assert_int_equal(ask(&session, (char[]){"a.test"}, 0), 0);
    assert_int_equal(ask(&session, (char[]){"a..test"}, 0), EX_USAGE);
    assert_int_equal(ask(&session, (char[]){"b.test"}, 1), 0);
    responder_stop(&responder);
    assert_int_equal(ask(&session, (char[]){"c.test"}, 0), INQUIRY_SILENT);
    session_close(&session);
    assert_int_equal(session.socket, -1);
    session_close(&session);
    fclose(out);
    fclose(err);
    assert_string_equal(shown, "192.0.2.10\n2001:db8::10\n192.0.2.10\n");
    assert_ptr_equal(strstr(complained,
                            "hostdns: \"a..test\": not a domain name\n"
                            "hostdns: c.test: nobody answers at 127.0.0.1 port "),
                     complained);
    free(shown);
    free(complained);
}

TEST(another_server_is_asked_in_the_same_manner)
{
    static struct cmdline cmdline;

    cmdline = (struct cmdline){.settings.style.view = VIEW_SHORT,
                               .settings.manner = {.tries = 2, .try_ms = 5000}};
    struct addr none = {.sock.any.sa_family = AF_UNIX};
    struct responder responder, other_responder;
    struct session session, other;
    char *shown = NULL;
    size_t size;
    FILE *out = open_memstream(&shown, &size);

    responder_start(&responder, responder_addresses);
    responder_start(&other_responder, responder_addresses);
    cmdline.server = responder.addr;
    assert_int_equal(session_open(&session, &cmdline, out, stderr), 0);
    assert_int_equal(session_at(&other, &session, &other_responder.addr), 0);
    assert_int_equal(ask(&other, (char[]){"a.test"}, 1), 0);
    session_close(&other);
    assert_int_equal(ask(&session, (char[]){"a.test"}, 28), 0);
    assert_int_equal(session_at(&other, &session, &none), -1);
    assert_int_equal(other.socket, -1);
    session_close(&session);
    responder_stop(&responder);
    responder_stop(&other_responder);
    assert_int_equal(responder.asked, 1);
    assert_int_equal(other_responder.asked, 1);
    fclose(out);
    assert_string_equal(shown, "192.0.2.10\n2001:db8::10\n");
    free(shown);
}

TEST(an_address_that_is_none_opens_no_socket)
{
    static struct cmdline cmdline;

    cmdline = (struct cmdline){.server.sock.any.sa_family = AF_UNIX};
    struct session session;

    assert_int_equal(session_open(&session, &cmdline, stdout, stderr), -1);
    assert_int_equal(session.socket, -1);
}
