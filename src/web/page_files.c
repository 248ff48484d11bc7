#include "web/page_files.h"

#include <stddef.h>
#include <string.h>

#define HTML   "text/html; charset=utf-8"
#define CSS    "text/css; charset=utf-8"
#define SVG    "image/svg+xml"
#define SCRIPT "text/javascript; charset=utf-8"

/* One row for each file that is sent as it is: name, path, and type. */
#define FILES(ROW)                                                                         \
    ROW(style, "/style.css", CSS)                                                          \
    ROW(icon, "/icon.svg", SVG)                                                            \
    ROW(script, "/script.js", SCRIPT)                                                      \
    ROW(format, "/format.js", SCRIPT)                                                      \
    ROW(plot, "/plot.js", SCRIPT)                                                          \
    ROW(questions, "/questions.js", SCRIPT)                                                \
    ROW(detail, "/detail.js", SCRIPT)                                                      \
    ROW(packet, "/packet.js", SCRIPT)

/* The assembler reads the file, so no copy of it has to be kept. The Makefile tells on
 * which files this one depends. */
#define EMBED(name, path, type)                                                            \
    __asm__(".pushsection .rodata\n"                                                       \
            "page_files_" #name ":\n"                                                      \
            ".incbin \"src/web/page" path "\"\n"                                           \
            "page_files_" #name "_end:\n"                                                  \
            ".byte 0\n"                                                                    \
            ".popsection\n");                                                              \
    __attribute__((visibility("hidden"))) extern const char page_files_##name[],           \
        page_files_##name##_end[];

EMBED(html, "/page.html", HTML)
FILES(EMBED)

#define FILE_ROW(name, path, type) {path, type, page_files_##name, page_files_##name##_end},

const struct page_file page_files_page = {"/", HTML, page_files_html, page_files_html_end};

static const struct page_file files[] = {FILES(FILE_ROW)};

const struct page_file *page_files_find(const char *path)
{
    for (size_t i = 0; i < sizeof files / sizeof *files; i++)
        if (strcmp(files[i].path, path) == 0)
            return &files[i];
    return NULL;
}
