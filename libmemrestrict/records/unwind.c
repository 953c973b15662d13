/* SPDX-License-Identifier: MIT */
#include "records/unwind.h"

#include "arch/arch.h"

#include <stddef.h>
#include <string.h>

enum { KNOWN = ARCH_UNWINDS, FP = ARCH_DWARF_FP, SP = ARCH_DWARF_SP, RA = ARCH_DWARF_RA };

enum { /* DW_EH_PE: how a pointer is written */
       PE_SIZE = 0x0f,
       PE_PTR = 0,
       PE_UDATA2 = 2,
       PE_UDATA4 = 3,
       PE_UDATA8 = 4,
       PE_SDATA2 = 0xa,
       PE_SDATA4 = 0xb,
       PE_SDATA8 = 0xc,
       PE_PCREL = 0x10,
       PE_DATAREL_SDATA4 = 0x3b
};

enum { /* DW_CFA: the instructions; the first three have an operand in their low six bits */
       ADVANCE = 0x40,
       OFFSET = 0x80,
       RESTORE = 0xc0,
       NOP = 0,
       ADVANCE1 = 2,
       ADVANCE2,
       ADVANCE4,
       OFFSET_EXTENDED,
       RESTORE_EXTENDED,
       UNDEFINED,
       SAME_VALUE,
       REGISTER,
       REMEMBER,
       RESTORE_STATE,
       DEF_CFA,
       DEF_CFA_REGISTER,
       DEF_CFA_OFFSET,
       DEF_CFA_EXPRESSION,
       EXPRESSION,
       OFFSET_EXTENDED_SF,
       DEF_CFA_SF,
       DEF_CFA_OFFSET_SF,
       VAL_OFFSET,
       VAL_OFFSET_SF,
       VAL_EXPRESSION,
       NEGATE_RA_STATE =
           0x2d, /* AArch64: the return address is signed; who reads it takes that off */
       ARGS_SIZE = 0x2e
};

enum { OP_DEREF = 0x06, OP_BREG0 = 0x70 };

enum where { IN_REGISTER, NOWHERE, AT_CFA, AT_OWN_FP, ELSEWHERE };

struct saved_register { /* of a caller's register */
    enum where where;
    int64_t offset; /* bytes */
};

struct unwind_row {
    unsigned cfa_register;
    int64_t cfa_offset;
    bool cfa_at_fp; /* an expression: the word at the frame pointer plus offset */
    bool cfa_elsewhere;
    struct saved_register fp, ra;
};

struct frame_entry { /* a frame description entry and its common one */
    const unsigned char *instructions, *end;
    const unsigned char *first_instructions, *first_end;
    uintptr_t start, length;
    uint64_t code_align;
    int64_t data_align;
    bool is_signal;
};

bool unwind_is_known_machine(void) { return KNOWN; }

static uint64_t read_uleb(const unsigned char **at)
{
    uint64_t value = 0;
    for (unsigned shift = 0;; shift += 7) {
        unsigned char byte = *(*at)++;
        if (shift < 64)
            value |= (uint64_t)(byte & 0x7f) << shift;
        if (!(byte & 0x80))
            return value;
    }
}

static int64_t read_sleb(const unsigned char **at)
{
    uint64_t value = 0;
    for (unsigned shift = 0;;) {
        unsigned char byte = *(*at)++;
        if (shift < 64)
            value |= (uint64_t)(byte & 0x7f) << shift;
        shift += 7;
        if (byte & 0x80)
            continue;
        if ((byte & 0x40) && shift < 64)
            value |= ~UINT64_C(0) << shift;
        return (int64_t)value;
    }
}

static uint32_t read_u32(const unsigned char **at)
{
    uint32_t value;
    memcpy(&value, *at, sizeof value);
    *at += sizeof value;
    return value;
}

static uint16_t read_u16(const unsigned char **at)
{
    uint16_t value;
    memcpy(&value, *at, sizeof value);
    *at += sizeof value;
    return value;
}

static uint64_t read_u64(const unsigned char **at)
{
    uint64_t value;
    memcpy(&value, *at, sizeof value);
    *at += sizeof value;
    return value;
}

/* A pointer as written, without its base. False: in a way that is not known here. */
static bool read_value(const unsigned char **at, unsigned encoding, uintptr_t *value)
{
    switch (encoding & PE_SIZE) {
    case PE_PTR: *value = sizeof(void *) == 8 ? (uintptr_t)read_u64(at) : read_u32(at); return true;
    case PE_UDATA2: *value = read_u16(at); return true;
    case PE_SDATA2: *value = (uintptr_t)(int16_t)read_u16(at); return true;
    case PE_UDATA4: *value = read_u32(at); return true;
    case PE_SDATA4: *value = (uintptr_t)(intptr_t)(int32_t)read_u32(at); return true;
    case PE_UDATA8:
    case PE_SDATA8: *value = (uintptr_t)read_u64(at); return true;
    default: return false;
    }
}

static bool read_pointer(const unsigned char **at, unsigned encoding, uintptr_t *value)
{
    uintptr_t here = (uintptr_t)*at;
    if ((encoding & ~PE_SIZE & 0xff) != 0 && (encoding & ~PE_SIZE & 0xff) != PE_PCREL)
        return false;
    if (!read_value(at, encoding, value))
        return false;
    if (encoding & PE_PCREL)
        *value += here;
    return true;
}

/* The search table: pairs of an address and its entry, both from the header on. NULL: none covers
 * it. */
static const unsigned char *search(const unsigned char *header, uintptr_t pc)
{
    const unsigned char *at = header + 4;
    uintptr_t frames, count;
    if (header[0] != 1 || header[3] != PE_DATAREL_SDATA4 ||
        !read_pointer(&at, header[1], &frames) || !read_pointer(&at, header[2], &count) ||
        count == 0)
        return NULL;
    const int32_t(*table)[2] = (const int32_t(*)[2])(const void *)at;
    intptr_t target = (intptr_t)(pc - (uintptr_t)header);
    size_t low = 0, high = count; /* table[low] <= target < table[high] */
    if (table[0][0] > target)
        return NULL;
    while (high - low > 1) {
        size_t middle = low + (high - low) / 2;
        if (table[middle][0] <= target)
            low = middle;
        else
            high = middle;
    }
    return header + table[low][1];
}

/* The common entry: how numbers are scaled, how the entry's addresses are written. */
static bool read_common(const unsigned char *at, struct frame_entry *entry, unsigned *encoding)
{
    uint32_t length = read_u32(&at);
    entry->first_end = at + length;
    if (length == UINT32_MAX || read_u32(&at) != 0)
        return false;
    unsigned version = *at++;
    const char *augmentation = (const char *)at;
    at += strlen(augmentation) + 1;
    entry->code_align = read_uleb(&at);
    entry->data_align = read_sleb(&at);
    uint64_t ra = version == 1 ? *at++ : read_uleb(&at);
    *encoding = PE_PTR;
    entry->first_instructions = at;
    if (ra != RA || (version != 1 && version != 3) ||
        (*augmentation != 'z' && *augmentation != '\0'))
        return false;
    if (*augmentation == '\0')
        return true;
    uint64_t data = read_uleb(&at);
    entry->first_instructions = at + data;
    for (augmentation++; *augmentation != '\0'; augmentation++) {
        uintptr_t ignored;
        if (*augmentation == 'R')
            *encoding = *at++;
        else if (*augmentation == 'L')
            at++;
        else if (*augmentation == 'S')
            entry->is_signal = true;
        else if (*augmentation == 'P') {
            unsigned personality = *at++;
            if (!read_value(&at, personality, &ignored))
                return false;
        } else if (*augmentation != 'B')
            return false;
    }
    return true;
}

static bool read_entry(const unsigned char *at, struct frame_entry *entry)
{
    unsigned encoding;
    uint32_t length = read_u32(&at);
    entry->end = at + length;
    const unsigned char *common = at;
    uint32_t back = read_u32(&at);
    if (length == UINT32_MAX || back == 0 || !read_common(common - back, entry, &encoding))
        return false;
    if (!read_pointer(&at, encoding, &entry->start) ||
        !read_value(&at, encoding & PE_SIZE, &entry->length))
        return false;
    if (*(common - back + 9) == 'z') { /* behind length, zero and version */
        uint64_t data = read_uleb(&at);
        at += data;
    }
    entry->instructions = at;
    return true;
}

static struct saved_register *register_of(struct unwind_row *row, uint64_t number)
{
    return number == FP ? &row->fp : number == RA ? &row->ra : NULL;
}

static void set_register(struct unwind_row *row, uint64_t number, enum where where, int64_t offset)
{
    struct saved_register *saved = register_of(row, number);
    if (saved != NULL)
        *saved = (struct saved_register){where, offset};
}

static void restore(struct unwind_row *row, const struct unwind_row *first, uint64_t number)
{
    struct saved_register *saved = register_of(row, number);
    if (saved != NULL)
        *saved = number == FP ? first->fp : first->ra;
}

/* An expression that is understood: a register plus an offset, and what is there if `deref`. */
static bool read_expression(const unsigned char **at, bool deref, int64_t *offset)
{
    uint64_t length = read_uleb(at);
    const unsigned char *inner = *at, *end = *at + length;
    *at = end;
    if (length < 2 || *inner++ != OP_BREG0 + FP)
        return false;
    *offset = read_sleb(&inner);
    if (deref && (inner == end || *inner++ != OP_DEREF))
        return false;
    return inner == end;
}

static void define_cfa(struct unwind_row *row, uint64_t number, int64_t offset)
{
    row->cfa_register = (unsigned)number;
    row->cfa_offset = offset;
    row->cfa_at_fp = row->cfa_elsewhere = false;
}

/* The instructions about the canonical frame address. False: it is none of them. */
static bool run_cfa(struct unwind_row *row, unsigned code, const unsigned char **at, int64_t scale)
{
    uint64_t number;
    switch (code) {
    case DEF_CFA:
        number = read_uleb(at);
        define_cfa(row, number, (int64_t)read_uleb(at));
        return true;
    case DEF_CFA_SF:
        number = read_uleb(at);
        define_cfa(row, number, read_sleb(at) * scale);
        return true;
    case DEF_CFA_REGISTER: row->cfa_register = (unsigned)read_uleb(at); return true;
    case DEF_CFA_OFFSET: row->cfa_offset = (int64_t)read_uleb(at); return true;
    case DEF_CFA_OFFSET_SF: row->cfa_offset = read_sleb(at) * scale; return true;
    case DEF_CFA_EXPRESSION:
        row->cfa_at_fp = read_expression(at, true, &row->cfa_offset);
        row->cfa_elsewhere = !row->cfa_at_fp;
        return true;
    default: return false;
    }
}

/* The instructions about where registers are. False: not known here. */
static bool run_register(struct unwind_row *row, const struct unwind_row *first, unsigned code,
                         const unsigned char **at, int64_t scale)
{
    uint64_t number = code == NOP ? 0 : read_uleb(at);
    int64_t offset = 0;
    switch (code) {
    case OFFSET_EXTENDED:
        set_register(row, number, AT_CFA, (int64_t)read_uleb(at) * scale);
        return true;
    case OFFSET_EXTENDED_SF: set_register(row, number, AT_CFA, read_sleb(at) * scale); return true;
    case RESTORE_EXTENDED: restore(row, first, number); return true;
    case UNDEFINED: set_register(row, number, NOWHERE, 0); return true;
    case SAME_VALUE: set_register(row, number, IN_REGISTER, 0); return true;
    case REGISTER:
    case VAL_OFFSET:
        read_uleb(at);
        set_register(row, number, ELSEWHERE, 0);
        return true;
    case VAL_OFFSET_SF:
        read_sleb(at);
        set_register(row, number, ELSEWHERE, 0);
        return true;
    case EXPRESSION: {
        bool known = read_expression(at, false, &offset);
        set_register(row, number, known ? AT_OWN_FP : ELSEWHERE, offset);
        return true;
    }
    case VAL_EXPRESSION:
        read_expression(at, false, &offset);
        set_register(row, number, ELSEWHERE, 0);
        return true;
    case ARGS_SIZE: return true; /* its operand is what was read as a number */
    default: return false;
    }
}

/* Bytes of code that an instruction moves on by, unscaled; false: it does not. */
static bool run_advance(unsigned code, const unsigned char **at, uint64_t *delta)
{
    switch (code) {
    case ADVANCE1: *delta = *(*at)++; return true;
    case ADVANCE2: *delta = read_u16(at); return true;
    case ADVANCE4: *delta = read_u32(at); return true;
    default: *delta = code & 0x3f; return (code & 0xc0) == ADVANCE;
    }
}

/* Runs instructions up to the row of `target`, counted from the entry's start. */
static bool run(const struct frame_entry *entry, const unsigned char *at, const unsigned char *end,
                uintptr_t target, const struct unwind_row *first, struct unwind_row *row)
{
    enum { REMEMBERED = 8 };
    struct unwind_row stack[REMEMBERED];
    unsigned depth = 0;
    uint64_t location = 0, delta;
    while (at < end) {
        unsigned code = *at++;
        if (run_advance(code, &at, &delta)) {
            location += delta * entry->code_align;
            if (location > target)
                return true;
        } else if ((code & 0xc0) == OFFSET) {
            set_register(row, code & 0x3f, AT_CFA, (int64_t)read_uleb(&at) * entry->data_align);
        } else if ((code & 0xc0) == RESTORE) {
            restore(row, first, code & 0x3f);
        } else if (code == REMEMBER) {
            if (depth == REMEMBERED)
                return false;
            stack[depth++] = *row;
        } else if (code == RESTORE_STATE) {
            if (depth == 0)
                return false;
            *row = stack[--depth];
        } else if (code != NOP && code != NEGATE_RA_STATE &&
                   !run_cfa(row, code, &at, entry->data_align) &&
                   !run_register(row, first, code, &at, entry->data_align)) {
            return false;
        }
    }
    return true;
}

static bool fits(int64_t bytes, unsigned bits, int64_t unit)
{
    int64_t value = bytes / unit, most = INT64_C(1) << (bits - 1);
    return bytes % unit == 0 && value >= -most && value < most;
}

static struct unwind_rule rule_of(const struct unwind_row *row)
{
    struct unwind_rule rule = {.kind = UNWIND_UNKNOWN};
    enum { WORD = sizeof(void *) };
    enum where fp = row->fp.where;
    if (row->ra.where == NOWHERE)
        return (struct unwind_rule){.kind = UNWIND_END};
    if (row->ra.where != AT_CFA || row->cfa_elsewhere || !fits(row->cfa_offset, 28, 1) ||
        !fits(row->ra.offset, 16, WORD) || !fits(row->fp.offset, 16, WORD))
        return rule;
    rule.cfa = row->cfa_offset;
    rule.ra = row->ra.offset / WORD;
    rule.fp = row->fp.offset / WORD;
    if (row->cfa_at_fp && fp == AT_OWN_FP)
        rule.kind = UNWIND_AT_FP;
    else if (!row->cfa_at_fp && fp != AT_OWN_FP && fp != ELSEWHERE)
        rule.kind = row->cfa_register == SP   ? UNWIND_FROM_SP
                    : row->cfa_register == FP ? UNWIND_FROM_FP
                                              : UNWIND_UNKNOWN;
    return rule;
}

struct unwind_rule unwind_find(const void *eh_frame_hdr, uintptr_t pc)
{
    struct frame_entry entry = {.is_signal = false};
    struct unwind_row first = {.cfa_register = SP}, row;
    const unsigned char *found = KNOWN ? search(eh_frame_hdr, pc) : NULL;
    struct unwind_rule unknown = {.kind = UNWIND_UNKNOWN};
    if (found == NULL || !read_entry(found, &entry) || pc - entry.start >= entry.length)
        return unknown;
    if (entry.is_signal)
        return (struct unwind_rule){.kind = UNWIND_SIGNAL};
    if (!run(&entry, entry.first_instructions, entry.first_end, UINTPTR_MAX, &first, &first))
        return unknown;
    row = first;
    if (!run(&entry, entry.instructions, entry.end, pc - entry.start, &first, &row))
        return unknown;
    return rule_of(&row);
}
