// SPDX-License-Identifier: MIT
// Containers, threads, aligned new; with an argument, far too much at once, or ever more.
#include <algorithm>
#include <future>
#include <iostream>
#include <map>
#include <memory>
#include <new>
#include <regex>
#include <string>
#include <thread>
#include <unordered_map>
#include <vector>

struct alignas(256) Wide {
    char bytes[512];
};

static size_t churn(unsigned seed)
{
    std::map<unsigned, std::string> ordered;
    std::unordered_map<std::string, std::vector<int>> hashed;
    for (unsigned i = 0; i < 40000; i++) {
        seed = seed * 1103515245 + 12345;
        ordered[seed % 3000] += std::to_string(seed % 100);
        hashed[std::to_string(seed % 1000)].push_back(static_cast<int>(i));
    }
    size_t sum = 0;
    for (auto &[key, text] : ordered)
        sum += text.size();
    for (auto &[key, list] : hashed)
        sum += list.size();
    return sum;
}

template <typename Make> static const char *outcome(Make make)
{
    try {
        return make() ? "had" : "null";
    } catch (const std::bad_alloc &error) {
        return error.what();
    }
}

static void ask_for_giants()
{
    volatile size_t huge = SIZE_MAX / 4;
    std::cout << outcome([&] { return std::vector<char>(huge).data(); }) << ", "
              << outcome([&] { return new (std::nothrow) char[huge]; }) << ", "
              << outcome([&] { return new char[huge]; }) << '\n';
}

int main(int argc, char **argv)
{
    std::vector<std::unique_ptr<std::string>> all;
    if (argc > 1 && argv[1] == std::string("giant")) {
        ask_for_giants();
        return 0;
    }
    while (argc > 1)
        all.push_back(std::make_unique<std::string>(100000, 'x'));
    std::vector<std::future<size_t>> parts;
    for (unsigned i = 0; i < 4; i++)
        parts.push_back(std::async(std::launch::async, churn, i));
    for (auto &part : parts)
        std::cout << part.get() << '\n';
    auto wide = std::make_unique<Wide[]>(10);
    std::cout << reinterpret_cast<uintptr_t>(wide.get()) % 256 << '\n';
    std::cout << std::regex_replace("a1b22c333", std::regex("[0-9]+"), "#") << '\n';
}
