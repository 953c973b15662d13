/* SPDX-License-Identifier: MIT */
/* ends_past_libc: ends by the system call instruction, as Go's runtime does. Compiled with LIKE_GO
 * it has Go's build ID; with LIKE_CGO, and its symbols exported, one of Go's that are C's as well.
 */
#include <sys/syscall.h>
#include <unistd.h>

#ifdef LIKE_GO
__asm__(".pushsection .note.go.buildid,\"a\",%note\n\t.balign 4\n\t.long 4, 4, 4\n\t"
        ".ascii \"Go\\0\\0\", \"test\"\n\t.popsection");
#endif

#ifdef LIKE_CGO
void crosscall2(void);
void crosscall2(void) {}
#endif

int main(void)
{
#ifdef __x86_64__
    long number = SYS_exit_group;
    __asm__ volatile("syscall" : "+a"(number) : "D"(0) : "rcx", "r11", "memory");
#elif defined(__aarch64__)
    register long number __asm__("x8") = SYS_exit_group, status __asm__("x0") = 0;
    __asm__ volatile("svc 0" : "+r"(status) : "r"(number) : "memory");
#endif
    _exit(77);
}
