/* SPDX-License-Identifier: MIT */
#include "judge/call_names.h"

#include <linux/audit.h>
#include <seccomp.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { X32_BIT = 0x40000000, MOST_CALLS = 1024 };

/* x32 has its own table in libseccomp, and the same AUDIT_ARCH as the kernel tells it. */
static uint32_t token_of(uint32_t arch, uint64_t number)
{
    return arch == AUDIT_ARCH_X86_64 && (number & X32_BIT) ? SCMP_ARCH_X32 : arch;
}

const char *call_kind(uint32_t arch, uint64_t number)
{
    uint32_t token = token_of(arch, number), own = seccomp_arch_native();
    return token == own             ? ""
           : token == SCMP_ARCH_X86 ? "i386"
           : token == SCMP_ARCH_X32 ? "x32"
           : token == SCMP_ARCH_ARM ? "arm"
                                    : "foreign";
}

const char *call_name(uint32_t arch, uint64_t number, char room[CALL_NAME_ROOM])
{
    char *name = seccomp_syscall_resolve_num_arch(token_of(arch, number), (int)number);
    if (name != NULL)
        snprintf(room, CALL_NAME_ROOM, "%s", name);
    else
        snprintf(room, CALL_NAME_ROOM, "call %llu", (unsigned long long)number);
    free(name);
    return room;
}

const char *call_name_within(const char *name, const uint64_t args[6])
{
    static const char *const sockets[] = {"",           "socket",   "bind",        "connect",
                                          "listen",     "accept",   "getsockname", "getpeername",
                                          "socketpair", "send",     "recv",        "sendto",
                                          "recvfrom",   "shutdown", "setsockopt",  "getsockopt",
                                          "sendmsg",    "recvmsg",  "accept4",     "recvmmsg",
                                          "sendmmsg"};
    static const char *const ipcs[] = {
        "", "semop", "semget", "semctl", "semtimedop", "",       "",      "", "",
        "", "",      "msgsnd", "msgrcv", "msgget",     "msgctl", "",      "", "",
        "", "",      "",       "shmat",  "shmdt",      "shmget", "shmctl"};
    uint32_t which = (uint32_t)args[0];
    if (strcmp(name, "socketcall") == 0)
        return which < sizeof sockets / sizeof sockets[0] ? sockets[which] : "";
    if (strcmp(name, "ipc") == 0)
        return (which & 0xffff) < sizeof ipcs / sizeof ipcs[0] ? ipcs[which & 0xffff] : "";
    return NULL;
}

bool call_name_exists(const char *name)
{
    return strlen(name) < CALL_NAME_ROOM && seccomp_syscall_resolve_name(name) != __NR_SCMP_ERROR;
}

/* How many letters are to be changed, put in or left out: Levenshtein's distance. */
static unsigned distance(const char *one, const char *other)
{
    unsigned row[CALL_NAME_ROOM + 1];
    size_t width = strlen(other);
    for (unsigned i = 0; i <= width; i++)
        row[i] = i;
    for (unsigned line = 1; *one != '\0'; one++, line++) {
        unsigned diagonal = row[0];
        row[0] = line;
        for (size_t i = 1; i <= width; i++) {
            unsigned best = diagonal + (*one != other[i - 1]);
            best = row[i] + 1 < best ? row[i] + 1 : best;
            best = row[i - 1] + 1 < best ? row[i - 1] + 1 : best;
            diagonal = row[i];
            row[i] = best;
        }
    }
    return row[width];
}

const char *call_name_nearest(const char *name)
{
    static char nearest[CALL_NAME_ROOM];
    unsigned least = (unsigned)(strlen(name) + 2) / 3 + 1;
    bool found = false;
    if (strlen(name) >= CALL_NAME_ROOM)
        return NULL;
    for (int number = 0; number < MOST_CALLS; number++) {
        char *known = seccomp_syscall_resolve_num_arch(SCMP_ARCH_NATIVE, number);
        unsigned off =
            known != NULL && strlen(known) < CALL_NAME_ROOM ? distance(name, known) : least;
        if (off < least) {
            least = off;
            found = true;
            snprintf(nearest, sizeof nearest, "%s", known);
        }
        free(known);
    }
    return found ? nearest : NULL;
}
