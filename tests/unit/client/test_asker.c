#include "responder.h"

#include "client/asker.h"

#include <errno.h>
#include <stdlib.h>
#include <sysexits.h>

static int ask(struct asker *asker, char *name, uint16_t type)
{
    return asker_ask(asker, &(struct wish){name, type});
}

TEST(exit_codes_and_text_come_of_a_name)
{
    struct options options = {.is_short = true};
    struct responder responder;
    struct asker asker;
    char *shown = NULL, *complained = NULL;
    size_t size;
    FILE *out = open_memstream(&shown, &size), *err = open_memstream(&complained, &size);

    responder_start(&responder, responder_addresses);
    options.server = responder.addr;
    assert_int_equal(asker_open(&asker, &options, out, err), 0);
    assert_int_equal(ask(&asker, (char[]){"a.test"}, 0), 0);
    assert_int_equal(ask(&asker, (char[]){"a..test"}, 0), EX_USAGE);
    assert_int_equal(ask(&asker, (char[]){"b.test"}, 1), 0);
    responder_stop(&responder);
    assert_int_equal(ask(&asker, (char[]){"c.test"}, 0), INQUIRY_SILENT);
    asker_close(&asker);
    assert_int_equal(asker.socket, -1);
    asker_close(&asker);
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

TEST(an_address_that_is_none_opens_no_socket)
{
    struct options options = {.server.sock.any.sa_family = AF_UNIX};
    struct asker asker;

    assert_int_equal(asker_open(&asker, &options, stdout, stderr), -1);
    assert_int_equal(asker.socket, -1);
}
