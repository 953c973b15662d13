/* SPDX-License-Identifier: MIT */
#include "space/picture_text.h"

#include "base/size_words.h"
#include "base/terminal.h"
#include "base/text.h"
#include "space/charges.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum { ADDRESS = 12, SIZE = 10, ACCESS = 5, CHARGE = 7, INDENT = 2, WIDE = 100 };

/* What is drawn with. */
struct pen {
    FILE *file;
    const struct picture_style *style;
    const char *full, *half, *dot, *line;
    unsigned bar; /* columns */
};

static struct pen pen_make(FILE *file, const struct picture_style *style)
{
    unsigned bar = style->width / 4 > 40 ? 40 : style->width / 4 - 7;
    if (style->unicode)
        return (struct pen){file, style, "█", "▒", "·", "─", bar};
    return (struct pen){file, style, "#", "=", ".", "-", bar};
}

static void color(const struct pen *pen, const char *code)
{
    if (pen->style->color && code != NULL)
        fputs(code, pen->file);
}

static const char *color_of(const struct picture_row *row)
{
    static const char *const colors[MAPPING_KINDS] = {
        [MAPPING_TEXT] = TERMINAL_GREEN,      [MAPPING_CONSTANTS] = TERMINAL_GREEN,
        [MAPPING_DATA] = TERMINAL_GREEN,      [MAPPING_BSS] = TERMINAL_GREEN,
        [MAPPING_HEAP] = TERMINAL_YELLOW,     [MAPPING_ARENA] = TERMINAL_YELLOW,
        [MAPPING_LIBRARY] = TERMINAL_BLUE,    [MAPPING_FILE] = TERMINAL_CYAN,
        [MAPPING_SHARED] = TERMINAL_CYAN,     [MAPPING_ANONYMOUS] = TERMINAL_MAGENTA,
        [MAPPING_CODE] = TERMINAL_MAGENTA,    [MAPPING_STACK] = TERMINAL_RED,
        [MAPPING_THREAD] = TERMINAL_RED,      [MAPPING_GUARD] = TERMINAL_DIM,
        [MAPPING_RESERVATION] = TERMINAL_DIM, [MAPPING_KERNEL] = TERMINAL_DIM,
        [MAPPING_DEVICE] = TERMINAL_CYAN,
    };
    return row->gap ? TERMINAL_DIM : colors[row->most];
}

static void end_line(const struct pen *pen) { fputs(pen->style->line_end, pen->file); }

static unsigned cells(const struct pen *pen, const struct picture *picture, uint64_t bytes)
{
    if (bytes == 0)
        return 0;
    return 1 + (unsigned)(picture_length(picture, bytes) * (pen->bar - 1) + 0.5);
}

static void write_bar(const struct pen *pen, const struct picture *picture,
                      const struct picture_row *row)
{
    unsigned all = cells(pen, picture, row->gap ? row->high - row->low : row->mapped);
    unsigned full = cells(pen, picture, row->resident);
    color(pen, color_of(row));
    for (unsigned i = 0; i < all; i++)
        fputs(row->gap ? pen->dot : i < full ? pen->full : pen->half, pen->file);
    color(pen, TERMINAL_PLAIN);
    fprintf(pen->file, "%*s", (int)(pen->bar - all), "");
}

/* In ASCII alone, a column each; cut as text_cut does without Unicode. */
static void write_plain(FILE *file, const char *words, size_t width)
{
    size_t all = 0;
    for (const char *at = words; *at != '\0'; at++)
        all += ((unsigned char)*at & 0xc0) != 0x80; /* not within a character */
    bool cut = all > width;
    for (size_t column = 0; *words != '\0' && column + cut < width; words++) {
        if (((unsigned char)*words & 0xc0) == 0x80)
            continue;
        fputc(*words >= ' ' && *words < 0x7f ? *words : '?', file);
        column++;
    }
    fputs(cut ? "~" : "", file);
}

static void write_cut(const struct pen *pen, const char *words, size_t width)
{
    if (pen->style->unicode)
        text_cut(pen->file, words, width);
    else
        write_plain(pen->file, words, width);
}

/* Of all mappings of a row; "": they differ, or nothing is known. */
static const char *charge_words(const struct picture *picture, const struct picture_row *row)
{
    const struct mapping *list = &picture->space->mappings[row->first];
    if (row->gap || !picture->space->account.known)
        return "";
    enum charge charge = charge_rule_of(list)->charge;
    for (size_t i = 1; i < row->count; i++)
        if (charge_rule_of(&list[i])->charge != charge)
            return "";
    return charge == CHARGE_NONE ? "-" : charge_id(charge);
}

static void write_columns(const struct pen *pen, const struct picture *picture,
                          const struct picture_row *row)
{
    if (pen->style->width < WIDE)
        return;
    fprintf(pen->file, "%-*s", ACCESS, row->access);
    if (picture->space->account.known)
        fprintf(pen->file, "%-*s", CHARGE, charge_words(picture, row));
}

static bool write_row(const struct pen *pen, const struct picture *picture,
                      const struct picture_row *row)
{
    char size[SIZE_ROOM];
    char *words = picture_words(picture, row);
    bool changed = row->is_new || row->grown != 0 || row->resident_grown != 0;
    if (words == NULL)
        return false;
    bool wide = pen->style->width >= WIDE;
    unsigned columns = !wide ? 0 : picture->space->account.known ? ACCESS + CHARGE : ACCESS;
    unsigned before = ADDRESS + 1 + SIZE + 1 + pen->bar + 1 + columns;
    const char *mark = row->fault                      ? "!"
                       : !picture->changes || !changed ? " "
                       : row->is_new                   ? "+"
                                                       : "~";
    color(pen, row->fault ? TERMINAL_RED TERMINAL_BOLD
               : changed  ? TERMINAL_BOLD
               : row->gap ? TERMINAL_DIM
                          : NULL);
    fprintf(pen->file, "%*" PRIx64 "%s%*s ", ADDRESS, row->low, mark, SIZE,
            size_words(row->gap ? row->high - row->low : row->mapped, size));
    color(pen, TERMINAL_PLAIN);
    write_bar(pen, picture, row);
    color(pen, row->fault ? TERMINAL_RED TERMINAL_BOLD
               : changed  ? TERMINAL_BOLD
               : row->gap ? TERMINAL_DIM
                          : NULL);
    fputc(' ', pen->file);
    write_columns(pen, picture, row);
    write_cut(pen, words, pen->style->width > before ? pen->style->width - before : 1);
    color(pen, TERMINAL_PLAIN);
    end_line(pen);
    free(words);
    return true;
}

static bool write_section(const struct pen *pen, const struct picture *picture,
                          const struct picture_row *row)
{
    char *words = picture_section_words(picture, row);
    if (words == NULL)
        return false;
    size_t width = text_width(words);
    width = width < pen->style->width ? width : pen->style->width - 1;
    color(pen, TERMINAL_BOLD);
    write_cut(pen, words, pen->style->width - 1);
    color(pen, TERMINAL_PLAIN TERMINAL_DIM);
    fputc(' ', pen->file);
    for (size_t i = width + 1; i < pen->style->width; i++)
        fputs(pen->line, pen->file);
    color(pen, TERMINAL_PLAIN);
    end_line(pen);
    free(words);
    return true;
}

/* How much of a word a line has room for: all of it, unless it is longer than any line. */
static size_t bytes_within(const char *word, size_t room)
{
    size_t all = strcspn(word, " "), bytes = 0, columns = 0;
    while (bytes < all) {
        char one[5] = "";
        unsigned size = text_utf8(word + bytes);
        memcpy(one, word + bytes, size = size == 0 ? 1 : size);
        columns += text_width(one);
        if (columns > room)
            break;
        bytes += size;
    }
    return bytes > 0 ? bytes : all;
}

/* Words, broken at spaces, with an indent but for the first line. */
static void write_wrapped(const struct pen *pen, const char *text, size_t column, size_t indent)
{
    while (*text != '\0') {
        size_t length = bytes_within(text, pen->style->width - indent);
        char *word = strndup(text, length);
        size_t width = word != NULL ? text_width(word) : 0;
        if (column > indent && column + 1 + width > pen->style->width) {
            end_line(pen);
            fprintf(pen->file, "%*s", (int)indent, "");
            column = indent;
        } else if (column > indent) {
            fputc(' ', pen->file);
            column++;
        }
        fputs(word != NULL ? word : "", pen->file);
        free(word);
        column += width;
        text += length + strspn(text + length, " ");
    }
    end_line(pen);
}

static bool write_caption(const struct pen *pen, const struct picture *picture, const char *moment)
{
    char *caption = picture_caption(picture, moment), *rest = NULL;
    if (caption == NULL)
        return false;
    for (char *line = strtok_r(caption, "\n", &rest); line != NULL;
         line = strtok_r(NULL, "\n", &rest))
        write_wrapped(pen, line, 0, 0);
    free(caption);
    color(pen, TERMINAL_DIM);
    fprintf(pen->file, "bars on a log scale: %s in memory, %s mapped, %s free", pen->full,
            pen->half, pen->dot);
    color(pen, TERMINAL_PLAIN);
    end_line(pen);
    return true;
}

bool picture_text(FILE *file, const struct picture *picture, const char *moment,
                  const struct picture_style *style)
{
    struct pen pen = pen_make(file, style);
    bool done = write_caption(&pen, picture, moment);
    end_line(&pen);
    for (size_t i = 0; i < picture->count && done; i++) {
        const struct picture_row *row = &picture->rows[i];
        if (row->begins)
            done = write_section(&pen, picture, row);
        done = done && write_row(&pen, picture, row);
    }
    end_line(&pen);
    return done && !ferror(file);
}

static void write_budget(const struct pen *pen, const struct space_account *account)
{
    char limit[SIZE_ROOM], one[SIZE_ROOM], two[SIZE_ROOM], line[300];
    bool limited = account->limit != SPACE_UNKNOWN;
    int length = snprintf(line, sizeof line,
                          "budget: %s%s, %s are charged by the process's word, %s at most",
                          limited ? size_words(account->limit, limit) : "none of its own",
                          account->tree_limit != SPACE_UNKNOWN ? " (its run has one for all)" : "",
                          size_words(account->used, one), size_words(account->peak, two));
    if (account->refusals > 0)
        snprintf(line + length, sizeof line - (size_t)length, ", %" PRIu64 " refused",
                 account->refusals);
    write_wrapped(pen, line, 0, INDENT);
    if (account->doubt != NULL) {
        snprintf(line, sizeof line, "which cannot be trusted: %s", account->doubt);
        fprintf(pen->file, "%*s", INDENT, "");
        write_wrapped(pen, line, INDENT, INDENT);
    }
    if (account->own_heap || account->own_maps)
        write_wrapped(pen,
                      account->own_heap
                          ? "the program has a malloc of its own: blocks are not charged"
                          : "the program has an mmap of its own: not charged",
                      0, INDENT);
}

bool charges_text(FILE *file, const struct address_space *space, const struct picture_style *style)
{
    struct pen pen = pen_make(file, style);
    struct charge_sum sums[CHARGE_RULES];
    char size[SIZE_ROOM];
    if (!space->account.known)
        return true;
    write_budget(&pen, &space->account);
    charge_sums(space, sums);
    for (size_t i = 0; i < CHARGE_RULES; i++) {
        const struct charge_rule *rule = &charge_rules[i];
        if (sums[i].mapped == 0 || style->brief)
            continue;
        color(&pen, rule->charge == CHARGE_NONE ? TERMINAL_DIM : NULL);
        int column = fprintf(file, "%*s %-*s%-13s", SIZE, size_words(sums[i].mapped, size), CHARGE,
                             rule->charge == CHARGE_NONE ? "-" : charge_id(rule->charge), rule->id);
        write_wrapped(&pen, rule->words, (size_t)column, (size_t)column);
        color(&pen, TERMINAL_PLAIN);
    }
    end_line(&pen);
    return !ferror(file);
}

static bool write_fault(const struct pen *pen, const struct fault_found *found)
{
    char *words = text_safe_string(found->words);
    bool fault = found->severity == FAULT_FAULT;
    if (words == NULL)
        return false;
    color(pen, fault ? TERMINAL_RED TERMINAL_BOLD : TERMINAL_BOLD);
    int column = fprintf(pen->file, "%s %s:", fault ? "fault" : "note", found->row->kind);
    color(pen, TERMINAL_PLAIN);
    write_wrapped(pen, words, (size_t)column, INDENT);
    free(words);
    if (pen->style->brief)
        return true;
    fprintf(pen->file, "%*s", INDENT, "");
    color(pen, TERMINAL_DIM);
    write_wrapped(pen, found->row->why, INDENT, INDENT);
    color(pen, TERMINAL_PLAIN);
    int start = fprintf(pen->file, "%*sDo:", INDENT, "");
    write_wrapped(pen, found->row->advice, (size_t)start, INDENT);
    return true;
}

bool faults_text(FILE *file, const struct fault_list *list, const struct picture_style *style)
{
    struct pen pen = pen_make(file, style);
    bool done = true;
    for (size_t i = 0; i < list->count && done; i++) {
        if (i > 0 && !style->brief)
            end_line(&pen);
        done = write_fault(&pen, &list->faults[i]);
    }
    if (list->count == 0) {
        fputs("no faults", file);
        end_line(&pen);
    }
    return done && !ferror(file);
}
