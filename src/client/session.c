/*
 * One name from the question to the text on the screen. The command line, the pipe and the
 * dialogue all come through here.
 */
#include "client/session.h"

#include "client/datagram.h"
#include "client/idn.h"
#include "client/inquiry.h"
#include "client/source.h"
#include "client/trace.h"
#include "client/view_dig.h"
#include "client/view_json.h"
#include "client/view_plain.h"
#include "client/view_wire.h"
#include "client/view_yaml.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

const struct settings *session_settings(const struct session *session,
                                        const struct wish *wish)
{
    return wish->settings ? wish->settings : session->settings;
}

/* Only a server on this host tells the way, so others are not asked for it. */
static bool wants_way(const struct session *session, const struct style *style)
{
    return addr_is_loopback(&session->address) &&
           ((style->show_source && style->view == VIEW_PLAIN) || style->show_trace ||
            style->view == VIEW_JSON);
}

static int open_at(struct session *session, const struct addr *server)
{
    session->address = *server;
    show_server(server, session->server);
    session->socket = datagram_open(server);
    return session->socket == -1 ? -1 : 0;
}

int session_open(struct session *session, const struct cmdline *cmdline, FILE *out,
                 FILE *err)
{
    *session = (struct session){
        .settings = &cmdline->settings, .command = cmdline->argv, .out = out, .err = err};
    return open_at(session, &cmdline->server);
}

int session_at(struct session *session, const struct session *like,
               const struct addr *server)
{
    *session = *like;
    return open_at(session, server);
}

void session_close(struct session *session)
{
    if (session->socket != -1)
        close(session->socket);
    session->socket = -1;
}

int session_refuse(const char *name, int error, FILE *err)
{
    if (error == EINVAL) {
        show_bad_name(name, "not a domain name", err);
        return EX_USAGE;
    }
    if (error == EILSEQ) {
        show_bad_name(name,
                      "not a name in the letters of this locale (+noidnin asks for "
                      "its octets)",
                      err);
        return EX_USAGE;
    }
    show_bad_name(name, strerror(error), err);
    return EX_OSERR;
}

static const struct style *style_of(const struct session *session,
                                    const struct inquiry *inquiry)
{
    return inquiry->settings ? &inquiry->settings->style : &session->settings->style;
}

/* Stands behind what was found and what was not. */
static void show_way(const struct session *session, const struct inquiry *inquiry)
{
    const struct style *style = style_of(session, inquiry);
    bool shows_source = style->show_source && style->view == VIEW_PLAIN;
    bool is_for_programs = style->view == VIEW_JSON || style->view == VIEW_YAML;
    bool shows_trace = style->show_trace && !is_for_programs;

    if (shows_source)
        source_show(inquiry, session->server, session->out);
    if (shows_trace)
        trace_show(inquiry, session->server, session->out);
    if (shows_source || shows_trace)
        fflush(session->out);
}

/* dig asks for A if no type is given, and programs that read its layout expect that. */
static uint16_t type_of(const struct style *style, const struct wish *wish)
{
    bool is_dig = style->view == VIEW_DIG || style->view == VIEW_YAML;

    return wish->type == 0 && is_dig ? TYPE_A : wish->type;
}

/* The name in ASCII and with a domain of the search list, to free; NULL with errno. */
static char *name_of(const struct settings *settings, const struct wish *wish,
                     size_t attempt)
{
    char *name = search_name(&settings->search, wish->name, attempt), *ascii;

    if (!name || !settings->takes_letters)
        return name;
    ascii = idn_to_ascii(name);
    free(name);
    return ascii;
}

int session_build(const struct session *session, struct inquiry *inquiry,
                  const struct wish *wish, size_t attempt)
{
    const struct settings *settings = session_settings(session, wish);
    struct ask_form form = settings->form;
    struct wish own = *wish;
    int built;

    *inquiry = (struct inquiry){0};
    own.name = name_of(settings, wish, attempt);
    if (!own.name)
        return -1;
    own.type = type_of(&settings->style, wish);
    form.wants_way = wants_way(session, &settings->style);
    built = inquiry_build(inquiry, &own, &form, &settings->manner);
    free(own.name);
    return built;
}

static void show_inquiry(struct show *show, const struct inquiry *inquiry)
{
    static void (*const views[])(struct show *,
                                 const struct exchange *) = {[VIEW_DIG] = view_dig,
                                                             [VIEW_YAML] = view_yaml,
                                                             [VIEW_JSON] = view_json,
                                                             [VIEW_WIRE] = view_wire};
    enum view view = show->style->view;

    if (view == VIEW_PLAIN || view == VIEW_SHORT)
        view_plain(show, inquiry);
    else
        for (size_t i = 0; i < inquiry->count; i++)
            views[view](show, &inquiry->exchanges[i]);
    show->has_begun = true;
}

int session_show(struct session *session, const struct inquiry *inquiry)
{
    struct show show = {.style = style_of(session, inquiry),
                        .server = &session->address,
                        .command = session->command,
                        .out = session->out,
                        .err = session->err,
                        .has_begun = session->has_shown};

    show_inquiry(&show, inquiry);
    session->has_shown = show.has_begun;
    show_way(session, inquiry);
    return (int)inquiry_exit(inquiry);
}

/* Asks about one name of the search after the other until one exists. 0, or -1 with
 * errno. */
static int search_for(struct session *session, struct inquiry *inquiry,
                      const struct wish *wish)
{
    struct inquiry next;

    if (session_build(session, inquiry, wish, 0) != 0)
        return -1;
    for (size_t attempt = 1;; attempt++) {
        inquiry_ask(inquiry, session->socket);
        if (!inquiry_lacks_name(inquiry) ||
            session_build(session, &next, wish, attempt) != 0)
            break;
        inquiry_free(inquiry);
        *inquiry = next;
    }
    inquiry_judge(inquiry);
    return 0;
}

int session_ask(struct session *session, const struct wish *wish)
{
    struct inquiry inquiry;
    int code;

    if (search_for(session, &inquiry, wish) != 0)
        code = session_refuse(wish->name, errno, session->err);
    else if (inquiry_is_interrupted(&inquiry))
        code = SESSION_INTERRUPTED;
    else
        code = session_show(session, &inquiry);
    inquiry_free(&inquiry);
    return code;
}
