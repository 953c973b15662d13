/* SPDX-License-Identifier: MIT */
#include "common/utf8.h"

unsigned utf8_length(const char *text, size_t room)
{
    const unsigned char *at = (const unsigned char *)text;
    unsigned length = at[0] < 0x80   ? 1
                      : at[0] < 0xc2 ? 0
                      : at[0] < 0xe0 ? 2
                      : at[0] < 0xf0 ? 3
                      : at[0] < 0xf5 ? 4
                                     : 0;
    if (length > room)
        return 0;
    for (unsigned i = 1; i < length; i++)
        if ((at[i] & 0xc0) != 0x80)
            return 0;
    bool overlong = (at[0] == 0xe0 && at[1] < 0xa0) || (at[0] == 0xf0 && at[1] < 0x90);
    bool surrogate = at[0] == 0xed && at[1] > 0x9f;
    bool beyond =
        (at[0] == 0xf4 && at[1] > 0x8f) || (at[0] == 0xef && at[1] == 0xbf && at[2] >= 0xbe);
    return overlong || surrogate || beyond ? 0 : length;
}

bool utf8_steers(const char *text, unsigned length)
{
    unsigned char first = (unsigned char)text[0];
    return first < 0x20 || first == 0x7f ||
           (length == 2 && first == 0xc2 && (unsigned char)text[1] < 0xa0);
}
