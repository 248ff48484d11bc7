/* The files of the page in src/web/page, which the build puts into the program as they are.
 */
#pragma once

struct page_file {
    const char *path; /* as a browser asks for it */
    const char *type; /* of its content */
    const char *begin, *end;
};

/* The page itself, in which web/page_html writes the figures. */
extern const struct page_file page_files_page;

/* A file that is sent as it is, or NULL: there is none with this path. */
const struct page_file *page_files_find(const char *path);
