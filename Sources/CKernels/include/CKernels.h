/// Comparisons of thirty-two bytes at once, with a bit a byte for the answer.
///
/// Swift has no way to say "gather the top bits of a vector" (its SIMD types take twenty instructions for it), so these few
/// functions are C. They are inline and compiled into their callers. SSE2 is a part of x86-64, so no processor is asked;
/// elsewhere the same is done eight bytes at a time in ordinary integers.
#ifndef CKERNELS_H
#define CKERNELS_H

#include <stdint.h>
#include <string.h>

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

#define CK_INLINE static inline __attribute__((always_inline))

CK_INLINE uint64_t ck_word(const void *p) {
    uint64_t word;
    memcpy(&word, p, 8);
    return word;
}

#if !defined(__SSE2__)
#if __BYTE_ORDER__ != __ORDER_LITTLE_ENDIAN__
#error "CKernels takes the lowest byte of a word for the first"
#endif
/// A bit for each byte of `x` that is zero.
CK_INLINE uint32_t ck_zeros8(uint64_t x) {
    const uint64_t low = 0x7f7f7f7f7f7f7f7fULL;
    uint64_t flags = ~(((x & low) + low) | x | low);
    return (uint32_t)(((flags >> 7) * 0x0102040810204080ULL) >> 56);
}
#endif

/// A bit for each of the 32 bytes at `p` that ends the plain text of a JSON string: a quote, a backslash or a control
/// character. Reads exactly 32 bytes.
CK_INLINE uint32_t ck_string_stops(const void *p) {
#if defined(__SSE2__)
    const __m128i quote = _mm_set1_epi8('"'), backslash = _mm_set1_epi8('\\'), control = _mm_set1_epi8(0x1f);
    __m128i a = _mm_loadu_si128((const __m128i *)p), b = _mm_loadu_si128((const __m128i *)p + 1);
    __m128i x = _mm_or_si128(_mm_or_si128(_mm_cmpeq_epi8(a, quote), _mm_cmpeq_epi8(a, backslash)),
                             _mm_cmpeq_epi8(_mm_min_epu8(a, control), a));
    __m128i y = _mm_or_si128(_mm_or_si128(_mm_cmpeq_epi8(b, quote), _mm_cmpeq_epi8(b, backslash)),
                             _mm_cmpeq_epi8(_mm_min_epu8(b, control), b));
    return (uint32_t)_mm_movemask_epi8(x) | (uint32_t)_mm_movemask_epi8(y) << 16;
#else
    const uint64_t ones = 0x0101010101010101ULL;
    uint32_t stops = 0;
    for (int i = 0; i < 4; i++) {
        uint64_t word = ck_word((const uint8_t *)p + 8 * i);
        uint32_t found = ck_zeros8(word ^ ones * '"') | ck_zeros8(word ^ ones * '\\') | ck_zeros8(word & ones * 0xe0);
        stops |= found << (8 * i);
    }
    return stops;
#endif
}

/// A bit for each of the 32 bytes at `p` that is `c`. Reads exactly 32 bytes.
CK_INLINE uint32_t ck_find(const void *p, uint8_t c) {
#if defined(__SSE2__)
    const __m128i wanted = _mm_set1_epi8((char)c);
    __m128i a = _mm_loadu_si128((const __m128i *)p), b = _mm_loadu_si128((const __m128i *)p + 1);
    return (uint32_t)_mm_movemask_epi8(_mm_cmpeq_epi8(a, wanted))
        | (uint32_t)_mm_movemask_epi8(_mm_cmpeq_epi8(b, wanted)) << 16;
#else
    const uint64_t ones = 0x0101010101010101ULL;
    uint32_t found = 0;
    for (int i = 0; i < 4; i++) found |= ck_zeros8(ck_word((const uint8_t *)p + 8 * i) ^ ones * c) << (8 * i);
    return found;
#endif
}

/// A bit for each of 32 bytes that differs between `a` and `b`. Reads exactly 32 bytes of each.
CK_INLINE uint32_t ck_differences(const void *a, const void *b) {
#if defined(__SSE2__)
    __m128i x = _mm_cmpeq_epi8(_mm_loadu_si128((const __m128i *)a), _mm_loadu_si128((const __m128i *)b));
    __m128i y = _mm_cmpeq_epi8(_mm_loadu_si128((const __m128i *)a + 1), _mm_loadu_si128((const __m128i *)b + 1));
    return ~((uint32_t)_mm_movemask_epi8(x) | (uint32_t)_mm_movemask_epi8(y) << 16);
#else
    uint32_t same = 0;
    for (int i = 0; i < 4; i++)
        same |= ck_zeros8(ck_word((const uint8_t *)a + 8 * i) ^ ck_word((const uint8_t *)b + 8 * i)) << (8 * i);
    return ~same;
#endif
}

/// Has the line of the cache at `p` loaded, if there is memory there.
CK_INLINE void ck_prefetch(const void *p) { __builtin_prefetch(p); }

CK_INLINE uint64_t ck_mix(uint64_t a, uint64_t b) {
    unsigned __int128 product = (unsigned __int128)a * b;
    return (uint64_t)(product >> 64) ^ (uint64_t)product;
}

/// A multiply-and-fold hash in the manner of wyhash (Wang Yi), in memory only and never in a file. Up to 32 bytes take the
/// same steps whatever their number: the branches of a loop cost more than it would save.
///
/// Reads 32 bytes where `n` is less, and exactly `n` where it is more.
CK_INLINE uint64_t ck_hash(const void *start, uint64_t n, uint64_t seed) {
    static const uint8_t masks[64] = {
        255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255,
        255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255};
    const uint64_t k1 = 0xa0761d6478bd642fULL, k2 = 0xe7037ed1a0b428dbULL, k3 = 0x8ebc6af09c88c6e3ULL;
    const uint8_t *p = (const uint8_t *)start;
    uint64_t first = seed ^ k1, second = seed ^ k3, rest = n;
    if (n > 32) {
        do {
            first = ck_mix(ck_word(p) ^ first, ck_word(p + 8) ^ k1);
            second = ck_mix(ck_word(p + 16) ^ second, ck_word(p + 24) ^ k2);
            p += 32;
            rest -= 32;
        } while (rest > 32);
        p -= 32 - rest;
        rest = 32;
    }
    // In bounds: `rest` is at most 32, so the masks are read from an offset of at most 32 on.
    const uint8_t *m = masks + 32 - rest;
    uint64_t a = ck_word(p) & ck_word(m), b = ck_word(p + 8) & ck_word(m + 8);
    uint64_t c = ck_word(p + 16) & ck_word(m + 16), d = ck_word(p + 24) & ck_word(m + 24);
    return ck_mix(ck_mix(a ^ first, b ^ k2) ^ ck_mix(c ^ second, d ^ k1) ^ n, k2 ^ seed);
}

#endif
