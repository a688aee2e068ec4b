/// Comparisons of thirty-two bytes at once, with a bit a byte for the answer.
///
/// Swift has no way to say "gather the top bits of a vector" (its SIMD types take twenty instructions for it), so these few
/// functions are C. They are inline and compiled into their callers. SSE2 is a part of x86-64, so no processor is asked;
/// elsewhere the same is done eight bytes at a time in ordinary integers.
#ifndef CKERNELS_H
#define CKERNELS_H

#include <stdint.h>
#include <stdlib.h>
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

/// How many bytes before `a` and `b` are the same, at most `most`. Both have thirty-two bytes before them that can be read, or
/// `most` if that is more.
CK_INLINE uint64_t ck_common_before(const void *a, const void *b, uint64_t most) {
    uint64_t n = 0;
    do {
        uint32_t differences = ck_differences((const uint8_t *)a - n - 32, (const uint8_t *)b - n - 32);
        if (differences != 0) {
            n += (uint64_t)__builtin_clz(differences);
            return n < most ? n : most;
        }
        n += 32;
    } while (n + 32 <= most);
    while (n < most && ((const uint8_t *)a)[-(int64_t)n - 1] == ((const uint8_t *)b)[-(int64_t)n - 1]) n++;
    return n < most ? n : most;
}

/// Copies `n` bytes, thirty-two at a time: up to thirty-one more are read and written. A call of memcpy costs more than most
/// copies do.
CK_INLINE void ck_copy(void *target, const void *source, uint64_t n) {
    for (uint64_t i = 0; i < n; i += 32) memcpy((uint8_t *)target + i, (const uint8_t *)source + i, 32);
}

/// A number below 2^56 in groups of seven bits, low group first, the top bit set on all but the last. Writes eight bytes.
/// - Returns: how many of them count.
CK_INLINE uint64_t ck_varint(void *target, uint64_t value) {
    // Each step halves the groups that are still together.
    uint64_t x = value;
    x = (x & 0x000000000fffffffULL) | (x & 0x00fffffff0000000ULL) << 4;
    x = (x & 0x00003fff00003fffULL) | (x & 0x0fffc0000fffc000ULL) << 2;
    x = (x & 0x007f007f007f007fULL) | (x & 0x3f803f803f803f80ULL) << 1;
    uint64_t count = (uint64_t)(70 - __builtin_clzll(value | 1)) / 7;
    x |= 0x8080808080808080ULL & ((1ULL << (8 * (count - 1))) - 1);
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
    x = __builtin_bswap64(x);
#endif
    memcpy(target, &x, 8);
    return count;
}

/// A place of a document from which a repeat may begin.
typedef struct {
    uint32_t offset;
    uint32_t state;
} ck_anchor;

/// The first of up to four anchors, from `first` to before `end`, that has this state and is followed by the same sixteen
/// bytes as `p`, the byte itself left out; -1 if none is. All four are looked at, because which of them it is cannot be
/// predicted.
CK_INLINE int64_t ck_anchor_alike(
    const ck_anchor *anchors, int64_t first, int64_t end, const void *base, const void *p, uint32_t state) {
    uint64_t low = ck_word((const uint8_t *)p + 1), high = ck_word((const uint8_t *)p + 9);
    uint32_t found = 0;
    for (int i = 0; i < 4; i++) {
        const ck_anchor *anchor = anchors + (first + i < end ? first + i : end - 1);
        const uint8_t *s = (const uint8_t *)base + anchor->offset;
        uint64_t differs = (ck_word(s + 1) ^ low) | (ck_word(s + 9) ^ high) | (anchor->state ^ state);
        found |= (uint32_t)(differs == 0) << i;
    }
    if (found == 0) return -1;
    int64_t index = first + __builtin_ctz(found);
    return index < end ? index : end - 1;
}

/// Copies anchors, `distance` further on, up to `count` of them and to the first that is not before `end`. The target does not
/// overlap the source; three more than `count` are written.
/// - Returns: how many were copied.
CK_INLINE int64_t ck_copy_anchors(
    ck_anchor *target, const ck_anchor *source, int64_t count, uint32_t end, uint32_t distance) {
    int64_t n = 0;
    while (n < count) {
        int before = 0;
        for (int i = 0; i < 4; i++) {
            // In order: what is before `end` comes first.
            before += (int64_t)(n + i < count) & (source[n + i].offset < end);
            target[n + i].offset = source[n + i].offset + distance;
            target[n + i].state = source[n + i].state;
        }
        n += before;
        if (before < 4) break;
    }
    return n;
}

/// Zeroed memory, to be given back by `free`. Large memory comes zeroed from the system, and is not touched until it is used;
/// Swift's own allocation cannot say so.
CK_INLINE void *ck_zeroed(uint64_t count, uint64_t size) { return calloc(count, size); }
CK_INLINE void ck_free(void *p) { free(p); }

/// Writes to each page of `n` bytes without changing any.
CK_INLINE void ck_claim(void *p, uint64_t n) {
    for (uint64_t i = 0; i < n; i += 4096) {
        uint32_t zero = 0;
        // The one store that no compiler leaves out for storing what is there.
        __atomic_compare_exchange_n((uint32_t *)((char *)p + i), &zero, 0, 0, __ATOMIC_RELAXED, __ATOMIC_RELAXED);
    }
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

/// A bit for each of the 64 bytes at `p` that is `c` once the bits of `fold` are set. Reads exactly 64 bytes.
CK_INLINE uint64_t ck_equal64(const void *p, uint8_t fold, uint8_t c) {
#if defined(__SSE2__)
    const __m128i wanted = _mm_set1_epi8((char)c), folded = _mm_set1_epi8((char)fold);
    uint64_t found = 0;
    for (int i = 0; i < 4; i++) {
        __m128i x = _mm_or_si128(_mm_loadu_si128((const __m128i *)p + i), folded);
        found |= (uint64_t)(uint32_t)_mm_movemask_epi8(_mm_cmpeq_epi8(x, wanted)) << (16 * i);
    }
    return found;
#else
    const uint64_t ones = 0x0101010101010101ULL;
    uint64_t found = 0;
    for (int i = 0; i < 8; i++)
        found |= (uint64_t)ck_zeros8((ck_word((const uint8_t *)p + 8 * i) | ones * fold) ^ ones * c) << (8 * i);
    return found;
#endif
}

/// Where a walk through JSON stands: within a string (all bits set) or not, behind a backslash or not, and how many objects and
/// arrays are open.
typedef struct {
    uint64_t in_string;
    uint64_t escaped;
    int64_t depth;
} ck_json_state;

/// Goes through `n` bytes of JSON, of which nothing but strings and nesting is looked at, sixty-four at a time.
/// - Returns: where the object or array ends that leaves `target` open ones, the byte behind it; 0 if none ends here, and then the
///   state is that behind all bytes.
CK_INLINE uint64_t ck_json_skip(const void *bytes, uint64_t n, ck_json_state *state, int64_t target) {
    const uint64_t even = 0x5555555555555555ULL;
    const uint8_t *p = (const uint8_t *)bytes;
    uint8_t last[64];
    for (uint64_t i = 0; i < n; i += 64) {
        const uint8_t *block = p + i;
        uint64_t count = n - i;
        if (count < 64) {
            memset(last, ' ', 64);
            memcpy(last, block, count);
            block = last;
        }
        // Which bytes stand behind a backslash that is not itself behind one.
        uint64_t backslashes = ck_equal64(block, 0, '\\') & ~state->escaped;
        uint64_t behind = backslashes << 1 | state->escaped;
        uint64_t odd = backslashes & ~even & ~behind;
        uint64_t sequences;
        uint64_t carry = __builtin_add_overflow(odd, backslashes, &sequences);
        uint64_t escaped = (even ^ sequences << 1) & behind;
        state->escaped = count < 64 ? escaped >> count & 1 : carry;
        // From each quote to the next one.
        uint64_t strings = ck_equal64(block, 0, '"') & ~escaped;
        for (int shift = 1; shift < 64; shift <<= 1) strings ^= strings << shift;
        strings ^= state->in_string;
        state->in_string = (uint64_t)((int64_t)strings >> 63);
        uint64_t opens = ck_equal64(block, 0x20, '{') & ~strings, closes = ck_equal64(block, 0x20, '}') & ~strings;
        if (state->depth - __builtin_popcountll(closes) > target) {
            state->depth += __builtin_popcountll(opens) - __builtin_popcountll(closes);
            continue;
        }
        for (uint64_t both = opens | closes; both != 0; both &= both - 1) {
            if (opens & both & -both) {
                state->depth++;
            } else if (--state->depth == target) {
                uint64_t end = i + (uint64_t)__builtin_ctzll(both) + 1;
                state->in_string = 0;
                state->escaped = 0;
                return end;
            }
        }
    }
    return 0;
}

#endif
