/* SPDX-License-Identifier: MIT */
#include "space/format_layout.h"

#include "base/escape.h"
#include "base/size_words.h"
#include "base/string_file.h"
#include "base/text.h"
#include "space/picture_text.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum { WIDTH = 960, MARGIN = 20, LEFT = 232, TOWER = 240, LINE = 18, LEAST = 15, MORE = 30 };
enum { LABEL_CHARACTERS = 62, FAULT_CHARACTERS = 122, TABLE_CHARACTERS = 120 };

/* Where the next thing goes. */
struct canvas {
    FILE *file;
    const struct picture *picture;
    double y;
};

/* Viewers that know no @media show the light one. */
static const char style[] =
    "<style>\n"
    "text { font: 12px sans-serif; fill: #1f2328 }\n"
    ".m { font-family: monospace; font-size: 11.5px }\n"
    ".b { font-weight: 600 }\n"
    ".d, .d tspan { fill: #656d76 }\n"
    ".f { fill: #b3261e }\n"
    ".ground { fill: #ffffff }\n"
    ".gap { fill: none; stroke: #afb8c1; stroke-dasharray: 3 3 }\n"
    ".bad { fill: none; stroke: #b3261e; stroke-width: 2.5 }\n"
    ".program { fill: #2e8b57 } .heap { fill: #d98d1e } .library { fill: #1f5fa8 }\n"
    ".file { fill: #2aa0b0 } .memory { fill: #7b4fa3 } .stack { fill: #c2527f }\n"
    ".other { fill: #8c959f }\n"
    "@media (prefers-color-scheme: dark) {\n"
    "text { fill: #e6edf3 }\n"
    ".d, .d tspan { fill: #8b949e }\n"
    ".f { fill: #ff7b72 }\n"
    ".ground { fill: #0d1117 }\n"
    ".gap { stroke: #484f58 }\n"
    ".bad { stroke: #ff7b72 }\n"
    ".program { fill: #3fb06f } .heap { fill: #e3a33c } .library { fill: #4a8fe0 }\n"
    ".file { fill: #39b8c8 } .memory { fill: #a278d0 } .stack { fill: #dd7599 }\n"
    ".other { fill: #6e7681 }\n"
    "}\n"
    "</style>\n";

static const char *class_of(const struct picture_row *row)
{
    static const char *const classes[MAPPING_KINDS] = {
        [MAPPING_TEXT] = "program",      [MAPPING_CONSTANTS] = "program",
        [MAPPING_DATA] = "program",      [MAPPING_BSS] = "program",
        [MAPPING_HEAP] = "heap",         [MAPPING_ARENA] = "heap",
        [MAPPING_LIBRARY] = "library",   [MAPPING_FILE] = "file",
        [MAPPING_SHARED] = "file",       [MAPPING_ANONYMOUS] = "memory",
        [MAPPING_CODE] = "memory",       [MAPPING_STACK] = "stack",
        [MAPPING_THREAD] = "stack",      [MAPPING_GUARD] = "other",
        [MAPPING_RESERVATION] = "other", [MAPPING_KERNEL] = "other",
        [MAPPING_DEVICE] = "file",
    };
    return classes[row->most];
}

/* At most so many characters of a text. */
static void write_text(const struct canvas *canvas, double x, const char *class, const char *words,
                       size_t most)
{
    struct string_file string;
    if (string_file_open(&string) == NULL)
        return;
    text_cut(string.file, words, most);
    char *cut = string_file_close(&string);
    if (cut != NULL) {
        fprintf(canvas->file, "<text x=\"%.0f\" y=\"%.1f\" class=\"%s\">", x, canvas->y, class);
        escape_xml(canvas->file, cut);
        fputs("</text>\n", canvas->file);
    }
    free(cut);
}

static double height_of(const struct picture *picture, const struct picture_row *row)
{
    return LEAST + MORE * picture_length(picture, row->gap ? row->high - row->low : row->mapped);
}

static void write_rect(const struct canvas *canvas, const char *class, double width, double height,
                       double opacity)
{
    fprintf(canvas->file,
            "<rect x=\"%d\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\" class=\"%s\" "
            "fill-opacity=\"%.2f\"/>\n",
            LEFT, canvas->y, width, height, class, opacity);
}

static bool write_row(struct canvas *canvas, const struct picture_row *row)
{
    char size[SIZE_ROOM], left[64];
    char *words = picture_words(canvas->picture, row);
    double height = height_of(canvas->picture, row);
    if (words == NULL)
        return false;
    if (row->gap) {
        write_rect(canvas, "gap", TOWER, height - 1, 1);
    } else {
        double part = row->mapped > 0 ? (double)row->resident / (double)row->mapped : 0;
        write_rect(canvas, class_of(row), TOWER, height - 1, 0.3);
        write_rect(canvas, class_of(row), TOWER * (part > 1 ? 1 : part), height - 1, 1);
    }
    if (row->fault)
        write_rect(canvas, "bad", TOWER, height - 1, 0);
    double top = canvas->y;
    canvas->y += height / 2 + 3.5;
    snprintf(left, sizeof left, "%12" PRIx64, row->low);
    write_text(canvas, MARGIN, row->gap ? "m d" : "m", left, 20);
    fprintf(canvas->file, "<text x=\"%d\" y=\"%.1f\" text-anchor=\"end\" class=\"%s\">%s</text>\n",
            LEFT - 10, canvas->y, row->gap ? "d" : "",
            size_words(row->gap ? row->high - row->low : row->mapped, size));
    write_text(canvas, LEFT + TOWER + 10, row->access[0] != '\0' ? "m d" : "d", row->access, 8);
    write_text(canvas, LEFT + TOWER + 48,
               row->fault ? "f"
               : row->gap ? "d"
                          : "",
               words, LABEL_CHARACTERS);
    canvas->y = top + height;
    free(words);
    return true;
}

static bool write_section(struct canvas *canvas, const struct picture_row *row)
{
    char *words = picture_section_words(canvas->picture, row);
    if (words == NULL)
        return false;
    canvas->y += LINE;
    write_text(canvas, LEFT, "b", words, LABEL_CHARACTERS);
    canvas->y += 6;
    free(words);
    return true;
}

/* Words in lines, broken at spaces. */
static void write_lines(struct canvas *canvas, double x, const char *class, const char *words)
{
    while (*words != '\0') {
        size_t length = strlen(words);
        if (length > FAULT_CHARACTERS) {
            length = FAULT_CHARACTERS;
            while (length > FAULT_CHARACTERS / 2 && words[length] != ' ')
                length--;
        }
        while (length > 0 && ((unsigned char)words[length] & 0xc0) == 0x80)
            length--; /* not within a character */
        char *line = strndup(words, length);
        write_text(canvas, x, class, line != NULL ? line : "", FAULT_CHARACTERS + 8);
        free(line);
        canvas->y += LINE - 2;
        words += length + (words[length] == ' ');
    }
}

/* The same table as below a picture in text. */
static bool write_charges(struct canvas *canvas)
{
    const struct picture_style plain = {.width = TABLE_CHARACTERS, .line_end = "\n"};
    struct string_file table;
    FILE *file = string_file_open(&table);
    bool done = file != NULL && charges_text(file, canvas->picture->space, &plain);
    char *text = file != NULL ? string_file_close(&table) : NULL, *rest = NULL;
    canvas->y += 8;
    fputs("<g xml:space=\"preserve\">\n", canvas->file);
    for (char *line = text != NULL ? strtok_r(text, "\n", &rest) : NULL; line != NULL;
         line = strtok_r(NULL, "\n", &rest)) {
        write_text(canvas, MARGIN, "m", line, TABLE_CHARACTERS);
        canvas->y += LINE - 2;
    }
    fputs("</g>\n", canvas->file);
    canvas->y += 8;
    free(text);
    return done && text != NULL;
}

static bool write_fault(struct canvas *canvas, const struct fault_found *found)
{
    char *safe = text_safe_string(found->words), *head = NULL;
    bool fault = found->severity == FAULT_FAULT;
    if (safe == NULL ||
        asprintf(&head, "%s %s: %s", fault ? "fault" : "note", found->row->kind, safe) < 0) {
        free(safe);
        return false;
    }
    canvas->y += 8;
    write_lines(canvas, MARGIN, fault ? "b f" : "b", head);
    write_lines(canvas, MARGIN + 12, "d", found->row->why);
    write_lines(canvas, MARGIN + 12, "", found->row->advice);
    free(safe);
    free(head);
    return true;
}

static bool write_body(struct canvas *canvas, const struct layout_view *view)
{
    const struct picture *picture = view->picture;
    char *caption = picture_caption(picture, view->moment), *rest = NULL;
    bool done = caption != NULL;
    canvas->y = 2 * LINE;
    for (char *line = done ? strtok_r(caption, "\n", &rest) : NULL; line != NULL;
         line = strtok_r(NULL, "\n", &rest)) {
        write_text(canvas, MARGIN, canvas->y < 3 * LINE - 2 ? "b" : "d", line, FAULT_CHARACTERS);
        canvas->y += LINE;
    }
    free(caption);
    write_text(canvas, MARGIN, "d",
               "Heights on a log scale. Full colour: the part that is in memory. Dashed: free.",
               200);
    for (size_t i = 0; i < picture->count && done; i++) {
        const struct picture_row *row = &picture->rows[i];
        if (row->begins) {
            done = write_section(canvas, row);
        } else if (i == 0) {
            canvas->y += LINE;
        }
        done = done && write_row(canvas, row);
    }
    canvas->y += LINE;
    if (done && picture->space->account.known)
        done = write_charges(canvas);
    for (size_t i = 0; i < picture->faults->count && done; i++)
        done = write_fault(canvas, &picture->faults->faults[i]);
    if (picture->faults->count == 0)
        write_text(canvas, MARGIN, "b", "no faults", 20);
    return done;
}

/* The height is known only when all is drawn. */
bool format_layout_svg(FILE *file, const void *view_of)
{
    const struct layout_view *view = view_of;
    struct string_file string;
    struct canvas canvas = {string_file_open(&string), view->picture, 0};
    if (canvas.file == NULL)
        return false;
    bool done = write_body(&canvas, view);
    char *body = string_file_close(&string);
    done = body != NULL && done;
    if (done) {
        fprintf(file,
                "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" height=\"%.0f\" "
                "viewBox=\"0 0 %d %.0f\">\n",
                WIDTH, canvas.y + LINE, WIDTH, canvas.y + LINE);
        fputs(style, file);
        fputs("<rect class=\"ground\" width=\"100%\" height=\"100%\"/>\n", file);
        fwrite(body, 1, string.length, file);
        fputs("</svg>\n", file);
    }
    free(body);
    return done && !ferror(file);
}
