/* SPDX-License-Identifier: MIT */
#include "victim.h"

#include <new>

/* clang does not declare it by itself. */
void operator delete(void *block, std::size_t size) noexcept;

static void *reserve;

static void give_up_reserve()
{
    free(reserve);
    std::set_new_handler(nullptr);
}

static void expect(void *block, uint64_t total) { CHECK(block != nullptr && used() == total); }

/* Calls of the functions: the compiler may leave new-expressions out. */
int main()
{
    const std::align_val_t wide{64};
    const uint64_t before = used();
    void *one = ::operator new(1), *row = ::operator new[](1000);
    void *quiet = ::operator new(500, std::nothrow), *aligned = ::operator new(192, wide);
    expect(quiet, before + 1693);
    CHECK(reinterpret_cast<uintptr_t>(aligned) % 64 == 0);
    ::operator delete(one);
    ::operator delete[](row);
    expect(quiet, before + 692);
    ::operator delete(quiet, std::nothrow);
    ::operator delete(aligned, wide);
    CHECK(used() == before);
    CHECK(::operator new(1024 * MIB, std::nothrow) == nullptr &&refusals() == 1);
    reserve = malloc(40 * MIB);
    std::set_new_handler(give_up_reserve);
    one = ::operator new(40 * MIB);
    expect(one, before + 40 * MIB);
    ::operator delete(one, 40 * MIB);
    CHECK(used() == before && usage().unknown == 0);
    return 0;
}
