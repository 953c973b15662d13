/* SPDX-License-Identifier: MIT */
#include "timeline/plot_picture.h"

#include "base/fd.h"
#include "base/message.h"
#include "base/output.h"
#include "base/size_words.h"

#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

enum { LABELS = 3 };

static const char *const colors[] = {"#1f5fa8", "#2e8b57", "#d98d1e", "#7b4fa3", "#2aa0b0",
                                     "#a85c32", "#6b7a1f", "#c2527f", "#888888"};
enum { COLORS = sizeof colors / sizeof colors[0] };

/* The scales: what a unit of the axes is, in bytes and in seconds. */
struct scales {
    double bytes, seconds, top; /* top: the highest value, in bytes */
    const char *byte_unit, *second_unit;
    uint64_t limit; /* far above what is used, so it is only told; PLOT_UNLIMITED: none such */
};

static bool ends_in(const char *path, const char *ending)
{
    size_t length = strlen(path), more = strlen(ending);
    return length > more && strcasecmp(path + length - more, ending) == 0;
}

bool plot_picture_known(const char *path) { return ends_in(path, ".png") || ends_in(path, ".svg"); }

static struct scales scales_make(const struct plot_data *data)
{
    static const char *const units[] = {"bytes", "KiB", "MiB", "GiB", "TiB"};
    struct scales scales = {1, 1, 1, units[0], "seconds", PLOT_UNLIMITED};
    uint64_t lowest, highest, limit = 0;
    for (size_t i = 0; i < data->count; i++) {
        if ((double)data->curves[i]->peak > scales.top)
            scales.top = (double)data->curves[i]->peak;
        if (curve_limits(data->curves[i], &lowest, &highest) && highest > limit)
            limit = highest;
    }
    if ((double)limit > scales.top * PLOT_FAR)
        scales.limit = limit;
    else if ((double)limit > scales.top)
        scales.top = (double)limit;
    for (int i = 1; i < 5 && scales.top / scales.bytes >= 2048; i++) {
        scales.bytes *= 1024;
        scales.byte_unit = units[i];
    }
    if (data->seconds < 2)
        scales.seconds = 1e-3, scales.second_unit = "milliseconds";
    else if (data->seconds >= 7200)
        scales.seconds = 3600, scales.second_unit = "hours";
    else if (data->seconds >= 180)
        scales.seconds = 60, scales.second_unit = "minutes";
    return scales;
}

/* A string of gnuplot's: in single quotes nothing but the quote itself is special. */
static void write_string(FILE *file, const char *text)
{
    fputc('\'', file);
    for (; text != NULL && *text != '\0'; text++) {
        if (*text == '\'')
            fputc('\'', file);
        fputc((unsigned char)*text < 0x20 ? '?' : *text, file);
    }
    fputc('\'', file);
}

static void write_points(FILE *file, const struct plot_data *data, const struct scales *scales)
{
    for (size_t i = 0; i < data->count; i++) {
        const struct curve *curve = data->curves[i];
        fprintf(file, "$curve%zu << END\n", i);
        for (size_t k = 0; k < curve->count; k++) {
            const struct point *point = &curve->points[k];
            fprintf(file, "%.6f %.4f ", point->seconds / scales->seconds,
                    (double)point->used / scales->bytes);
            if (point->limit == PLOT_UNLIMITED)
                fputs("NaN\n", file);
            else
                fprintf(file, "%.4f\n", (double)point->limit / scales->bytes);
        }
        fputs("END\n", file);
    }
    fputs("$refusals << END\n", file);
    for (size_t i = 0; i < data->count; i++)
        if (data->curves[i]->refused)
            fprintf(file, "%.6f %.4f\n", data->curves[i]->mark.seconds / scales->seconds,
                    (double)data->curves[i]->mark.used / scales->bytes);
    fputs("END\n", file);
}

/* Is the mark of this curve so near to that of an earlier one that their labels would overlap? */
static bool label_is_near(const struct plot_data *data, size_t index, const struct scales *scales)
{
    const struct refusal_mark *mark = &data->curves[index]->mark;
    for (size_t i = 0; i < index; i++) {
        const struct refusal_mark *other = &data->curves[i]->mark;
        double across = (mark->seconds - other->seconds) / data->seconds;
        double up = ((double)mark->used - (double)other->used) / scales->top;
        if (data->curves[i]->refused && across > -0.3 && across < 0.3 && up > -0.08 && up < 0.08)
            return true;
    }
    return false;
}

static void write_labels(FILE *file, const struct plot_data *data, const struct scales *scales)
{
    char size[SIZE_ROOM], text[SIZE_ROOM + 32];
    unsigned labels = 0;
    for (size_t i = 0; i < data->count && labels < LABELS; i++) {
        const struct curve *curve = data->curves[i];
        const struct refusal_mark *mark = &curve->mark;
        if (!curve->refused || mark->asked == PLOT_UNLIMITED || label_is_near(data, i, scales))
            continue;
        bool late = mark->seconds > data->seconds * 0.6;
        snprintf(text, sizeof text, late ? "%s refused " : " %s refused",
                 size_words(mark->asked, size));
        fprintf(file, "set label %u ", ++labels);
        write_string(file, text);
        fprintf(file, " at %.6f,%.4f %s offset 0,1 front tc rgb '#b3261e'\n",
                mark->seconds / scales->seconds, (double)mark->used / scales->bytes,
                late ? "right" : "left");
    }
}

static void write_head(FILE *file, bool svg, const struct plot_data *data,
                       const struct scales *scales)
{
    char *caption = curve_caption(data->curves[0]);
    fputs(
        svg ? "set terminal svg size 900,480 font 'sans-serif,14' background 'white' noenhanced\n"
            : "set terminal pngcairo size 1200,640 font 'sans,13' background 'white' noenhanced\n",
        file);
    fprintf(file, "set encoding utf8\nset xlabel '%s'\nset ylabel '%s in use'\n",
            scales->second_unit, scales->byte_unit);
    fprintf(file, "set xrange [0:%.6f]\nset yrange [0:%.4f]\n", data->seconds / scales->seconds,
            scales->top / scales->bytes * 1.12);
    fputs("set border 3 lw 1 lc rgb '#606060'\nset tics nomirror out tc rgb '#303030'\n"
          "set grid ytics lt 1 lw 1 lc rgb '#e4e4e4'\nset grid noxtics\n"
          "set key outside bottom center horizontal tc rgb '#303030'\n"
          "set style fill transparent solid 0.18 noborder\n"
          "set title ",
          file);
    write_string(file, caption);
    fputs(" tc rgb '#303030'\n", file);
    free(caption);
}

/* Has another curve up to here the same limit all the time? */
static bool limit_drawn(const struct plot_data *data, size_t index)
{
    uint64_t lowest, highest, low, high;
    curve_limits(data->curves[index], &lowest, &highest);
    for (size_t i = 0; i < index; i++)
        if (curve_limits(data->curves[i], &low, &high) && low == highest && high == lowest)
            return true;
    return false;
}

/* A limit that never changed is a line over all of the time. */
static void write_limit(FILE *file, const struct plot_data *data, size_t index,
                        const struct scales *scales)
{
    uint64_t lowest, highest;
    char size[SIZE_ROOM], text[SIZE_ROOM + 40];
    const struct curve *curve = data->curves[index];
    if (!curve_limits(curve, &lowest, &highest) || highest == scales->limit ||
        limit_drawn(data, index))
        return;
    if (lowest != highest) {
        fprintf(file,
                ", $curve%zu using 1:3 with steps lw 2 dt (10,6) lc rgb '#b3261e' title 'limit'",
                index);
        return;
    }
    snprintf(text, sizeof text, "limit%s %s", curve->tree ? " of all" : "",
             size_words(highest, size));
    fprintf(file, ", %.4f with lines lw 2 dt (10,6) lc rgb '#b3261e' title ",
            (double)highest / scales->bytes);
    write_string(file, text);
}

static void write_plot(FILE *file, const struct plot_data *data, const struct scales *scales)
{
    char size[SIZE_ROOM];
    bool refused = false;
    fputs("plot ", file);
    fprintf(file, "$curve0 using 1:2 with fillsteps lc rgb '%s' notitle, ",
            data->curves[0]->tree ? "#909090" : colors[0]);
    for (size_t i = 0; i < data->count; i++) {
        char *title = curve_title(data->curves[i]);
        fprintf(file, "%s$curve%zu using 1:2 with steps lw 2 lc rgb '%s' title ",
                i == 0 ? "" : ", ", i, data->curves[i]->tree ? "#202020" : colors[i % COLORS]);
        write_string(file, title);
        free(title);
        refused |= data->curves[i]->refused;
    }
    for (size_t i = 0; i < data->count; i++)
        write_limit(file, data, i, scales);
    if (scales->limit != PLOT_UNLIMITED)
        fprintf(file,
                ", NaN with lines lw 2 dt (10,6) lc rgb '#b3261e' title 'limit %s, far above'",
                size_words(scales->limit, size));
    if (refused)
        fputs(", $refusals using 1:2 with points pt 2 ps 1.4 lw 2.5 lc rgb '#b3261e' title 'first "
              "refusal'",
              file);
    fputc('\n', file);
}

/* Starts gnuplot; its orders go to *orders, its picture into `picture`. 0: it could not be started.
 */
static pid_t start(int picture, FILE **orders)
{
    int ends[2], error;
    pid_t pid = 0;
    posix_spawn_file_actions_t actions;
    char *argv[] = {"gnuplot", "-d", "-", NULL};
    if (!fd_pipe(ends)) {
        message("plot: cannot make a pipe: %s", strerror(errno));
        return 0;
    }
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, ends[0], 0);
    posix_spawn_file_actions_adddup2(&actions, picture, 1);
    setenv("LC_ALL", "C.UTF-8", 1); /* what we write; in another locale gnuplot warns of that */
    error = posix_spawnp(&pid, argv[0], &actions, NULL, argv, environ);
    posix_spawn_file_actions_destroy(&actions);
    close(ends[0]);
    if (error == ENOENT)
        message(
            "plot: gnuplot is missing: install it (Debian: gnuplot-nox), or leave --output out to "
            "draw here");
    else if (error != 0)
        message("plot: cannot start gnuplot: %s", strerror(error));
    *orders = error == 0 ? fdopen(ends[1], "w") : NULL;
    if (*orders == NULL)
        close(ends[1]);
    return error == 0 ? pid : 0;
}

static bool ended_well(pid_t pid)
{
    int status;
    while (waitpid(pid, &status, 0) < 0)
        if (errno != EINTR)
            return false;
    return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

static bool draw(int picture, bool svg, const struct plot_data *data)
{
    FILE *orders = NULL;
    struct scales scales = scales_make(data);
    signal(SIGPIPE, SIG_IGN); /* gnuplot may end early: its status tells */
    pid_t pid = start(picture, &orders);
    if (pid == 0)
        return false;
    bool done = orders != NULL;
    if (done) {
        write_head(orders, svg, data, &scales);
        write_points(orders, data, &scales);
        write_labels(orders, data, &scales);
        write_plot(orders, data, &scales);
        done = !ferror(orders);
        done = fclose(orders) == 0 && done;
    }
    if (ended_well(pid) && done && lseek(picture, 0, SEEK_END) > 0)
        return true;
    message("plot: gnuplot could not draw the picture");
    return false;
}

/* From memory into the file. */
static bool copy(FILE *file, const void *what)
{
    char buffer[65536];
    const int *picture = what;
    ssize_t got = 0;
    bool done = lseek(*picture, 0, SEEK_SET) == 0;
    while (done && (got = read(*picture, buffer, sizeof buffer)) > 0)
        done = fwrite(buffer, 1, (size_t)got, file) == (size_t)got;
    return done && got == 0;
}

static bool save(int picture, const char *path)
{
    struct output output;
    return output_open(&output, "output", path) && output_write(&output, copy, &picture);
}

bool plot_picture(const char *path, const struct plot_data *data)
{
    int picture = memfd_create("memrestrict-plot", MFD_CLOEXEC);
    if (picture < 0) {
        message("plot: no memory for the picture: %s", strerror(errno));
        return false;
    }
    bool done = draw(picture, ends_in(path, ".svg"), data) && save(picture, path);
    close(picture);
    return done;
}
