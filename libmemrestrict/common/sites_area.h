/* SPDX-License-Identifier: MIT
 *
 * The call sites of a run: memory that the command makes (memfd_create(2), sparse) and that each
 * process maps its own area of, one a slot of the accounts, and of that what it needs: pieces, of
 * which each array begins one and no element lies in two. The process writes raw stacks, as
 * module and offset, and counts by atomics; the command gives them names afterwards, whatever death
 * the process died. Only fixed widths: processes of both word sizes share one file.
 *
 * The file: one page-aligned struct sites_head, then from SITES_AREA on an area for each slot.
 */
#ifndef MEMRESTRICT_SITES_AREA_H
#define MEMRESTRICT_SITES_AREA_H

#include "common/accounts.h"

enum {
    SITES_MAGIC = 0x6d727374,
    SITES_VERSION = 4,
    SITES_DEPTH = 16, /* frames of a stack, if nobody says otherwise; the innermost are kept */
    SITES_DEEPEST = 64,
    SITES_MOST = 1 << 16,  /* sites of a process */
    SITES_TABLE = 1 << 17, /* their hash table; a power of two */
    SITES_PROBES = 64,     /* where a site may stand in it */
    SITES_FRAMES = 1 << 22,
    SITES_MODULES = 1024,
    SITES_PATH = 448,
    SITES_BUILD_ID = 32,
    SITES_PIECE = 1 << 16, /* bytes: whole pages, everywhere */
    SITES_COMMAND = 2040,  /* bytes of a command line */
    SITES_UNUSED = 62592   /* what all before the modules lacks to whole pieces */
};

#define SITES_AREA ((uint64_t)64 << 20)
#define SITES_FILE (SITES_AREA * (1 + (uint64_t)ACCOUNTS_SLOTS))

/* The sites that stand for no stack; found ones are numbered from SITE_FIRST on. */
enum site_pseudo {
    SITE_EARLIER, /* blocks from before the start, or before the fork */
    SITE_OTHER,   /* no stack could be taken, or there was no room for it */
    SITE_FIRST
};

struct sites_head {
    uint32_t magic, version;
    uint64_t size;    /* of an area's struct: both sides must be of one build */
    uint32_t depth;   /* frames to take, 1 to SITES_DEEPEST */
    uint32_t crashes; /* is it to be told where a signal strikes that ends a process? */
};

/* A frame is a module's number, counted from 1, and the return address as the module's file counts
 * addresses; number 0 is no module that is known, and the address is the process's. */
enum { SITES_OFFSET_BITS = 48 };
#define SITES_OFFSET_MASK ((UINT64_C(1) << SITES_OFFSET_BITS) - 1)

struct sites_module {
    uint64_t start, end;    /* addresses in the process */
    uint64_t bias;          /* address - bias is the address in the file */
    _Atomic uint32_t ready; /* all else is written before it becomes 1 */
    uint32_t build_id_length;
    unsigned char build_id[SITES_BUILD_ID];
    char path[SITES_PATH]; /* cut short if need be; empty: not known */
};

/* Bytes are of blocks and of regions. All may be off by what other threads do meanwhile, when they
 * are read or copied. */
struct site {
    _Alignas(ACCOUNTS_LINE) _Atomic uint64_t hash; /* of the stack; 0: being made */
    uint32_t frames;       /* where they begin in `frames`, innermost first ... */
    uint16_t frame_count;  /* ... and how many there are */
    _Atomic uint16_t seen; /* see explore.h */
    _Atomic uint64_t live_bytes, live_blocks;
    _Atomic uint64_t total_bytes, total_blocks; /* ever had */
    _Atomic uint64_t refusals;                  /* by the budget, and faults of a plan */
    uint64_t name; /* of the stack, the same in every run (site_name.h) */
};

/* Where a signal struck that ends the process. Frames are as those of sites; of the instruction
 * that failed it is the address behind its first byte. */
struct sites_crash {
    _Atomic uint32_t frame_count; /* 0: none; all below is written before it grows */
    _Atomic int32_t thread;       /* the one that takes it down; 0: nobody */
    _Atomic int32_t done;
    int32_t signal;
    uint32_t has_address; /* that the instruction could not use */
    uint32_t reserved;
    uint64_t address;
    uint64_t frames[SITES_DEEPEST];
    uint64_t command_length;     /* 0: not known, or there is no room for it */
    char command[SITES_COMMAND]; /* its words, each with a zero behind it */
};

struct site_amount {
    uint64_t bytes, blocks;
};

/* What nothing pointed to when the process ended (decide/leaks.h). */
enum sites_leaks_state {
    SITES_LEAKS_NOT_ASKED,
    SITES_LEAKS_ASKED, /* nobody has looked: it did not come to its end in its own way */
    SITES_LEAKS_BEGUN,
    SITES_LEAKS_KNOWN,
    SITES_LEAKS_CANNOT /* for the reason */
};
enum sites_leaks_reason {
    SITES_LEAKS_NO_REASON,
    SITES_LEAKS_NO_HEAP,    /* its blocks are not counted, or another's */
    SITES_LEAKS_NO_MEMORY,  /* for the table */
    SITES_LEAKS_NO_MAPS,    /* what is mapped cannot be seen */
    SITES_LEAKS_NO_THREADS, /* the others cannot be listed, or stopped */
    SITES_LEAKS_WITHIN,     /* it ended within a change of the records, in a signal handler */
    SITES_LEAKS_DAEMON,     /* daemon(3) failed, and was taken for its end */
    SITES_LEAKS_REASONS
};
struct site_losses {
    _Alignas(ACCOUNTS_LINE) _Atomic uint32_t state; /* all below is written before it is KNOWN */
    uint32_t reason;
    uint32_t threads, deaf; /* others that were stopped; and those that could not be */
    struct site_amount lost, within, possible, reached; /* of all sites */
    struct site_amount inherited; /* lost, and from before the fork: in none of these */
    uint64_t nanoseconds;         /* that it took */
};
struct site_lost {
    uint64_t lost, within, possible; /* bytes: nothing leads there; or what is lost itself; or
                                        addresses in their midst */
    uint64_t led;                    /* what its lost blocks lead to, of any site */
    uint32_t lost_blocks, within_blocks, possible_blocks, led_blocks;
    uint32_t by; /* of what is within: a site whose lost blocks lead there */
    uint32_t reserved[3];
};

/* What all sites held at one moment; of each by itself, the area has a row of amounts. */
struct sites_copy {
    uint64_t held;   /* bytes of all sites */
    uint64_t others; /* bytes of what no site has: stacks of threads, if they count */
    uint64_t when;   /* CLOCK_MONOTONIC, in nanoseconds */
    uint64_t count;  /* sites that there were */
};

enum sites_state {
    SITES_OFF, /* the process did not start, or does not collect */
    SITES_ON,
    SITES_NO_UNWIND /* stacks cannot be taken here: another C library, machine, or an older one */
};

struct sites_area {
    _Atomic uint32_t state; /* enum sites_state */
    uint32_t forked;        /* what was there before is the parent's */
    _Atomic uint32_t site_count, frame_count, module_count; /* given out; may pass what there is */
    _Atomic uint32_t copying;                               /* a thread is about to make a copy */
    _Atomic uint32_t peak_copy;    /* which of the two copies at the peak is whole; 0: none yet */
    _Atomic uint32_t refusal_copy; /* 1: the copy at the first refusal is whole */
    _Atomic uint32_t refused_site; /* that asked for what was refused first */
    uint32_t reserved;
    uint64_t refused_size;                         /* and how much */
    _Atomic uint64_t lost;                         /* stacks that found the tables full */
    _Alignas(ACCOUNTS_LINE) _Atomic uint64_t held; /* live bytes of all sites */
    _Atomic uint64_t others;    /* as in struct sites_copy, when a region last changed */
    _Atomic uint64_t peak_next; /* a copy is due when the sum of both falls from above this */
    struct sites_copy peaks[2], refusal;
    struct sites_crash crash;
    struct site_losses leaks;
    _Alignas(ACCOUNTS_LINE) _Atomic uint32_t table[SITES_TABLE]; /* site numbers; 0: free */
    char unused[SITES_UNUSED];
    struct sites_module modules[SITES_MODULES];
    struct site sites[SITES_MOST];
    struct site_amount at_peak[2][SITES_MOST];
    struct site_amount at_refusal[SITES_MOST];
    struct site_lost lost_at_end[SITES_MOST];
    _Atomic uint64_t frames[SITES_FRAMES];
};

_Static_assert(sizeof(struct sites_area) <= SITES_AREA, "an area has room for its struct");
_Static_assert(offsetof(struct sites_area, modules) % SITES_PIECE == 0 &&
                   sizeof(struct sites_module[SITES_MODULES]) % SITES_PIECE == 0 &&
                   sizeof(struct site[SITES_MOST]) % SITES_PIECE == 0 &&
                   sizeof(struct site_amount[SITES_MOST]) % SITES_PIECE == 0 &&
                   sizeof(struct site_lost[SITES_MOST]) % SITES_PIECE == 0,
               "each array begins a piece");

#endif
