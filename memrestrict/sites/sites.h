/* SPDX-License-Identifier: MIT
 *
 * The call sites that the processes of a run collected: who held what at the peak, at the first
 * refusal and at the end. The command makes the memory before the run and gathers a process when
 * its slot of the accounts is reaped; everything that prints sites is made from this alone.
 */
#ifndef MEMRESTRICT_COMMAND_SITES_H
#define MEMRESTRICT_COMMAND_SITES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum sites_moment { SITES_AT_PEAK, SITES_AT_REFUSAL, SITES_AT_END, SITES_MOMENTS };
/* "peak", "first refusal", "end". Static. */
const char *sites_moment_name(enum sites_moment moment);

struct sites_amount {
    uint64_t bytes, blocks;
};

struct sites_object { /* a module: the program or a library */
    char *path;       /* NULL: not known */
    char *build_id;   /* in hexadecimal; NULL: it has none */
};

struct sites_frame {
    const struct sites_object *object; /* NULL: not known, `offset` is an address of the process */
    uint64_t offset;                   /* the return address, as the object's file counts */
};

/* What nothing pointed to when the process ended, and was had by a stack. */
struct sites_lost {
    struct sites_amount lost;     /* by itself */
    struct sites_amount led;      /* of any stack: what leads there is lost, and of this stack */
    struct sites_amount within;   /* what leads there is lost, of the stack `by` among others */
    struct sites_amount possible; /* addresses in its midst lead there */
    const struct sites_stack *by; /* NULL: none, or not known */
};

/* Did a process look for that, and if not, why? */
enum sites_look {
    SITES_NOT_ASKED,
    SITES_NOT_LOOKED, /* it ended in another way */
    SITES_LOOKED,
    SITES_CANNOT_LOOK
};
struct sites_leaks {
    enum sites_look look;
    const char *reason;     /* of CANNOT_LOOK; else NULL. Static */
    uint64_t threads, deaf; /* others that were stopped; and could not be */
    uint64_t nanoseconds;
    struct sites_amount lost, within, possible, reached; /* of all stacks */
    struct sites_amount inherited; /* lost, and from before a fork: in none of these */
};

struct sites_stack {
    uint64_t name;              /* of the stack, the same in every run; 0: it has none */
    const char *label;          /* for what has no stack: "[before the start]"; else NULL */
    struct sites_frame *frames; /* innermost first; cut off at the depth of the run */
    size_t frame_count;
    struct sites_amount at[SITES_MOMENTS];
    struct sites_amount total; /* ever had, as far as it was counted */
    uint64_t refusals;
    struct sites_lost lost;
};

struct sites_crash_place { /* where a signal struck that ended the process */
    int signal;            /* 0: none did, as far as is known */
    bool has_address;      /* that an instruction could not use */
    uint64_t address;
    struct sites_stack stack; /* no more than frames */
    char **command;           /* the words of its command line, ended by NULL; NULL: not known */
};

struct sites_process {
    int pid;
    char *program;
    bool forked;         /* began as a copy of its parent */
    bool shortened;      /* see sites_shorten */
    const char *trouble; /* why nothing was collected; NULL: all is well */
    struct sites_object *objects;
    size_t object_count;
    struct sites_stack *stacks; /* with something to show, in the order in which they were met */
    size_t stack_count;
    bool has[SITES_MOMENTS];                /* there was such a moment */
    struct sites_amount sum[SITES_MOMENTS]; /* of all stacks */
    uint64_t when[SITES_MOMENTS];           /* CLOCK_MONOTONIC, in nanoseconds; 0: not known */
    uint64_t began;
    const struct sites_stack
        *refused; /* asked for what was refused first; NULL: nobody, or unknown */
    struct sites_crash_place crash;
    struct sites_leaks leaks;
    uint64_t lost; /* stacks that there was no room for: in "[other call sites]" */
};

struct sites;

/* The memory, for stacks of up to `depth` frames (1 to 64; 0: the default, 16). With `crashes`,
 * processes tell where a signal struck that ended them. NULL with errno: it cannot be had. */
struct sites *sites_open(unsigned depth, bool crashes);
unsigned sites_depth(const struct sites *sites);
/* Its descriptor, close-on-exec, for accounts->sites. */
int sites_fd(const struct sites *sites);
/* Gathers what the process of a slot has collected: `used` is all that it holds at the end and
 * `began` when it began, as its account has them. False: no memory. */
bool sites_collect(struct sites *sites, unsigned slot, int pid, const char *program, uint64_t used,
                   uint64_t began);
/* Of the process that was gathered last, one of many copies (--explore): keeps only the sites that
 * have something at its end; none, if it crashed. It is no process of the program. */
void sites_shorten(struct sites *sites);
/* Makes the slot's area empty and free, for the next process. Before the slot itself is freed. */
void sites_release(struct sites *sites, unsigned slot);
/* Frees everything; NULL is ignored. */
void sites_close(struct sites *sites);

/* What was gathered, in order of gathering. */
size_t sites_count(const struct sites *sites);
const struct sites_process *sites_process(const struct sites *sites, size_t index);
/* The process that matters most: the first that was refused something, else the one that held the
 * most; one with `trouble` only if there is no other. NULL: there is none at all. */
const struct sites_process *sites_chosen(const struct sites *sites);

/* The one whose account of this process began then; NULL: none was gathered. */
const struct sites_process *sites_of(const struct sites *sites, int pid, uint64_t began);

/* A live process of another command, whose memory is open as `fd`. NULL with errno. */
struct sites_process *sites_read(int fd, unsigned slot, int pid, const char *program, uint64_t used,
                                 uint64_t began);
void sites_process_free(struct sites_process *process);

/* The stack that held the most comes first, at that moment; the caller frees the array. Stacks
 * without a byte are left out. NULL with *count 0: there is none, or no memory. */
const struct sites_stack **sites_sorted(const struct sites_process *process,
                                        enum sites_moment moment, size_t *count);

#endif
