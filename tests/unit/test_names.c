/* SPDX-License-Identifier: MIT
 *
 * Patterns as the shell has them, the names of functions, and the names of call stacks.
 */
#include "records/names.h"
#include "ground/object.h"
#include "common/pattern.h"
#include "records/site_name.h"
#include "unit.h"

#include <stdlib.h>
#include <string.h>

static bool matches(const char *pattern, const char *word)
{
    return pattern_matches(pattern, strlen(pattern), word, strlen(word));
}

START_TEST(patterns_match_as_in_the_shell)
{
    static const char *const pairs[][2] = {
        {"", ""},      {"*", ""},      {"*", "abc"},     {"a*c", "abbc"},       {"a*b*c", "abxbyc"},
        {"?", "x"},    {"[abc]", "b"}, {"[a-c]x", "bx"}, {"[!a-c]", "d"},       {"[]]", "]"},
        {"[", "["},    {"\\*", "*"},   {"[a-]", "-"},    {"*.so", "lib.so.so"}, {"**a", "bca"},
        {"[^a]", "b"},
    };
    for (unsigned i = 0; i < sizeof pairs / sizeof pairs[0]; i++)
        ck_assert_msg(matches(pairs[i][0], pairs[i][1]), "%s %s", pairs[i][0], pairs[i][1]);
}
END_TEST

START_TEST(what_a_pattern_does_not_say_does_not_match)
{
    static const char *const pairs[][2] = {
        {"", "a"},       {"a", ""},    {"a", "ab"},   {"?", ""},    {"a*c", "ab"}, {"[abc]", "d"},
        {"[!a-c]", "b"}, {"\\*", "a"}, {"*x", "abc"}, {"[ab", "a"}, {"a?", "a"},
    };
    for (unsigned i = 0; i < sizeof pairs / sizeof pairs[0]; i++)
        ck_assert_msg(!matches(pairs[i][0], pairs[i][1]), "%s %s", pairs[i][0], pairs[i][1]);
}
END_TEST

START_TEST(many_stars_take_no_exponential_time)
{
    char word[2000];
    memset(word, 'a', sizeof word - 1);
    word[sizeof word - 1] = '\0';
    ck_assert(!matches("*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*b", word));
}
END_TEST

START_TEST(plain_names_of_mangled_ones)
{
    static const char *const pairs[][2] = {
        {"_ZN6parser4nextEv", "parser::next"},
        {"_Z5parsei", "parse"},
        {"_ZNK1a1bEv", "a::b"},
        {"_ZN4core3fmt5write17h0123456789abcdefE", "core::fmt::write"},
        {"parse", ""},
        {"_Z", ""},
        {"_ZN19tooshortE", ""},
    };
    for (unsigned i = 0; i < sizeof pairs / sizeof pairs[0]; i++) {
        char plain[64];
        size_t length = names_plain(pairs[i][0], plain, sizeof plain);
        ck_assert_uint_eq(length, strlen(pairs[i][1]));
        ck_assert_int_eq(memcmp(plain, pairs[i][1], length), 0);
    }
}
END_TEST

START_TEST(a_plain_name_that_does_not_fit_is_none)
{
    char plain[12];
    ck_assert_uint_eq(names_plain("_ZN6parser4nextEv", plain, sizeof plain), 0);
}
END_TEST

static bool found;

static void look_for(const char *name, void *wanted) { found = found || strcmp(name, wanted) == 0; }

static __attribute__((noinline)) uintptr_t here(void)
{
    return (uintptr_t)__builtin_return_address(0);
}

static __attribute__((noinline)) uintptr_t inside_of_a_static_function(void)
{
    uintptr_t address = here();
    __asm__ volatile("" : "+r"(address));
    return address;
}

START_TEST(functions_are_found_by_an_address_in_them)
{
    if (!object_is_known())
        SKIP("this C library does not say what is loaded where");
    found = false;
    names_at(inside_of_a_static_function(), look_for, "inside_of_a_static_function");
    ck_assert(found);
}
END_TEST

START_TEST(exported_functions_of_stripped_libraries_are_found)
{
    if (!object_is_known())
        SKIP("this C library does not say what is loaded where");
    found = false;
    names_at((uintptr_t)qsort + 1, look_for, "qsort");
    ck_assert(found);
}
END_TEST

START_TEST(what_is_in_no_file_has_no_name)
{
    int local;
    found = false;
    names_at((uintptr_t)&local, look_for, "");
    ck_assert(!found);
}
END_TEST

START_TEST(a_stack_has_one_name)
{
    const uintptr_t stack[] = {(uintptr_t)qsort + 1, (uintptr_t)look_for};
    ck_assert_uint_eq(site_name(stack, 2), site_name(stack, 2));
    ck_assert_uint_ne(site_name(stack, 2), 0);
}
END_TEST

START_TEST(another_stack_has_another_name)
{
    const uintptr_t stack[] = {(uintptr_t)qsort + 1, (uintptr_t)look_for};
    const uintptr_t other[] = {(uintptr_t)qsort + 2, (uintptr_t)look_for};
    const uintptr_t turned[] = {(uintptr_t)look_for, (uintptr_t)qsort + 1};
    ck_assert_uint_ne(site_name(stack, 2), site_name(stack, 1));
    ck_assert_uint_ne(site_name(stack, 2), site_name(other, 2));
    ck_assert_uint_ne(site_name(stack, 2), site_name(turned, 2));
}
END_TEST

START_TEST(frames_in_no_file_are_alike_in_every_run)
{
    int one, other[4];
    const uintptr_t stack[] = {(uintptr_t)look_for, (uintptr_t)&one};
    const uintptr_t same[] = {(uintptr_t)look_for, (uintptr_t)&other};
    ck_assert_uint_eq(site_name(stack, 2), site_name(same, 2));
}
END_TEST

Suite *suite_names(void)
{
    Suite *suite = suite_create("names");
    unit_add(suite, patterns_match_as_in_the_shell);
    unit_add(suite, what_a_pattern_does_not_say_does_not_match);
    unit_add(suite, many_stars_take_no_exponential_time);
    unit_add(suite, plain_names_of_mangled_ones);
    unit_add(suite, a_plain_name_that_does_not_fit_is_none);
    unit_add(suite, functions_are_found_by_an_address_in_them);
    unit_add(suite, exported_functions_of_stripped_libraries_are_found);
    unit_add(suite, what_is_in_no_file_has_no_name);
    unit_add(suite, a_stack_has_one_name);
    unit_add(suite, another_stack_has_another_name);
    unit_add(suite, frames_in_no_file_are_alike_in_every_run);
    return suite;
}
