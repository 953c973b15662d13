/* SPDX-License-Identifier: MIT
 *
 * A process's address space as the kernel tells it in proc(5): the mappings by rising address, what
 * each is for, and the limits around them. All texts are as the kernel gives them, so any bytes:
 * they go through text_safe before they are shown.
 */
#ifndef MEMRESTRICT_ADDRESS_SPACE_H
#define MEMRESTRICT_ADDRESS_SPACE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SPACE_UNKNOWN UINT64_MAX /* of a size or a limit: also "unlimited" */

enum { SPACE_NAME = 256, SPACE_MAPPINGS = 1 << 20, SPACE_THREADS = 1 << 16 };

/* What a mapping is for. */
enum mapping_kind {
    MAPPING_TEXT, /* of the program itself: code, constants, data, and data that begins as zeros */
    MAPPING_CONSTANTS,
    MAPPING_DATA,
    MAPPING_BSS,
    MAPPING_HEAP, /* brk */
    MAPPING_LIBRARY,
    MAPPING_FILE,
    MAPPING_SHARED,      /* shared memory without a file of its own on a disk */
    MAPPING_ANONYMOUS,   /* private and writable, by mmap */
    MAPPING_ARENA,       /* a heap of glibc's malloc beside the brk one */
    MAPPING_CODE,        /* anonymous and executable: a compiler at run time */
    MAPPING_STACK,       /* the main thread's */
    MAPPING_THREAD,      /* another thread's stack */
    MAPPING_GUARD,       /* what ends a stack */
    MAPPING_RESERVATION, /* address space without access */
    MAPPING_KERNEL,      /* vdso and the like */
    MAPPING_DEVICE,
    MAPPING_KINDS
};

struct mapping {
    uint64_t low, high, offset, inode;
    bool read, write, execute, shared;
    enum mapping_kind kind;
    bool deleted; /* its file has no name any more */
    bool guarded; /* a stack that something without access lies below, or within at its end */
    bool grows;   /* downwards, as the main stack; false also where the kernel does not say */
    uint64_t
        guard;     /* the end of guard pages within the main stack, which nothing passes; 0: none */
    int thread;    /* whose stack pointer is in it; 0: none that is known */
    unsigned more; /* threads beside that one */
    const char *name; /* "" if it has none; shared by mappings of the same name */
    /* Bytes; SPACE_UNKNOWN where the kernel does not say. */
    uint64_t resident, anonymous, huge, swapped, locked;
};

struct space_limits {
    uint64_t stack, data, address_space, locked; /* RLIMIT_*, soft */
};

/* What the machine's settings are; -1 or SPACE_UNKNOWN: not to be seen. */
struct space_system {
    int64_t randomize, legacy, overcommit, max_map_count;
    uint64_t commit_limit, committed, memory, swap;
};

/* The memory cgroup with the least left, of those that the process is in. */
struct space_cgroup {
    uint64_t limit, used; /* SPACE_UNKNOWN: none */
    char name[SPACE_NAME];
};

/* What the library says of a process under a run: its word, as far as it can be true. */
struct space_account {
    bool known;          /* else all is 0 */
    uint64_t limit;      /* of the process; SPACE_UNKNOWN: none */
    uint64_t used, peak; /* charged now, and at the most */
    uint64_t refusals;
    uint64_t tree_limit; /* of all processes of the run together; SPACE_UNKNOWN: none */
    uint64_t tree_used;
    bool own_heap, own_maps; /* the program brings its own malloc, or its own mmap: uncharged */
    const char *doubt;       /* why this cannot be; NULL: it can. Static */
};

struct address_space {
    int pid;
    char program[SPACE_NAME]; /* the file's last part, or the command's name */
    uint64_t start_time;
    unsigned bits;        /* 64 or 32 */
    unsigned parent_bits; /* 0: not to be seen */
    unsigned threads;
    uint64_t personality; /* bits of personality(2) */
    bool knows_personality;
    uint64_t top; /* where its part of the address space ends */
    uint64_t code, break_start, break_end, interpreter, stack_start; /* 0: not to be seen */
    uint64_t data_used, stack_used, mapped,
        locked; /* the kernel's own figures: VmData, VmStk ... */
    struct space_limits limits;
    struct space_system system;
    struct space_cgroup cgroup;
    uint64_t budget; /* its account's; else MEMRESTRICT_LIMIT of its environment, which it may have
                        changed; SPACE_UNKNOWN: none */
    struct space_account account;
    struct mapping *mappings; /* by rising address, those of the process's own part alone */
    size_t count;
    bool cut; /* there are more mappings than are kept */
    struct space_names *names;
};

/* Reads it. A process that runs goes on meanwhile. False: it cannot be seen, which was said. */
bool space_read(int pid, struct address_space *space);
/* The same, and says nothing. */
bool space_try(int pid, struct address_space *space);
void space_free(struct address_space *space);

/* The mapping at or above an address; NULL: none. */
const struct mapping *space_above(const struct address_space *space, uint64_t address);
/* The one that ends at or below it; NULL: none. */
const struct mapping *space_below(const struct address_space *space, uint64_t address);

/* Sums over all mappings, and over what is not mapped. */
struct space_sums {
    uint64_t mapped, resident, writable, reserved, free, largest_gap, largest_gap_low;
    uint64_t anonymous, huge;
};
struct space_sums space_sums(const struct address_space *space);

/* How far brk can grow: to the next mapping, the kernel's guard below a stack, or the end. */
uint64_t space_heap_room(const struct address_space *space, const struct mapping **next);
/* The same of a gap that the next mapping ends. */
uint64_t space_heap_part(uint64_t gap, bool below_stack);
/* How far the main stack can grow before the mapping below it, whatever its limit. The mapping is
 * the stack itself if guard pages are within. */
uint64_t space_stack_room(const struct address_space *space, const struct mapping **next);

/* Where the main stack ends now; 0: it is not to be seen. */
uint64_t space_stack_low(const struct address_space *space);

/* Where mmap looks for room. */
enum space_direction { SPACE_DOWN, SPACE_UP, SPACE_DIRECTION_UNKNOWN };
struct space_area {
    enum space_direction direction;
    uint64_t base; /* the first mapping's edge that is not the kernel's doing by hand; 0: unknown */
};
struct space_area space_area(const struct address_space *space);

/* Is it private memory of no file? */
bool mapping_is_anonymous(const struct mapping *mapping);
bool mapping_has_access(const struct mapping *mapping);

/* "text", "heap" ... for machines, never changed. Static. */
const char *mapping_kind_id(enum mapping_kind kind);
/* "libc.so.6", "stack of thread 12", "[anon:x]": not yet safe. Static or the mapping's. */
const char *mapping_name(const struct mapping *mapping);

#endif
