/* SPDX-License-Identifier: MIT
 *
 * A timeline as curves: one a process, the tree's first. Between two points a curve keeps
 * the earlier one's value.
 */
#ifndef MEMRESTRICT_PLOT_DATA_H
#define MEMRESTRICT_PLOT_DATA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#define PLOT_UNLIMITED UINT64_MAX

enum { PLOT_FAR = 4 }; /* a limit so many times above all of a curve is told, and not drawn */

struct point {
    double seconds;
    uint64_t used, limit; /* bytes; limit or PLOT_UNLIMITED */
    size_t order;         /* in which it was added: two points may be of one instant */
};

struct refusal_mark {
    double seconds;
    uint64_t used, asked; /* bytes */
    bool by_tree;
};

struct curve {
    int pid;    /* 0: of several processes */
    char *name; /* "sort", "all processes", "12 others"; no control characters in it */
    bool tree;
    struct point *points; /* in order of time, at least one */
    size_t count, room;
    uint64_t peak;
    bool refused;
    struct refusal_mark mark; /* its first refusal, if refused */
};

struct plot_data {
    struct curve **curves; /* the tree's, then by falling peak */
    size_t count;
    double seconds; /* the last point's; above 0 */
};

/* Puts all curves from `keep` on together into one, and those that would be lines at the bottom.
 * The tree's does not count. False: no memory. */
bool plot_data_fold(struct plot_data *data, size_t keep);
/* Leaves at most 3 points of a curve in each of `buckets` equal parts of the time: the first, the
 * highest and the last. */
void plot_data_thin(struct plot_data *data, size_t buckets);
void plot_data_free(struct plot_data *data);

/* Adds a point. False: no memory. */
bool curve_add(struct curve *curve, struct point point);
void curve_free(struct curve *curve);

/* A curve's name with its process ID, for people. The caller frees it; NULL: no memory. */
char *curve_title(const struct curve *curve);
/* The first line of a plot: "sort (process 4242): peak 63.4 of 64.0 MiB, first refused after 1.2 s
 * (1.0 MiB)". The caller frees it; NULL: no memory. */
char *curve_caption(const struct curve *curve);
/* The lowest and highest limit of a curve; false: it never had any. */
bool curve_limits(const struct curve *curve, uint64_t *lowest, uint64_t *highest);

#endif
