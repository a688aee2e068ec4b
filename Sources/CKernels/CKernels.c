#include "CKernels.h"

// Not inline: Swift's compiler fails on it with the thread sanitizer.
void ck_claim(void *p, uint64_t n) {
    for (uint64_t i = 0; i < n; i += 4096) {
        uint32_t zero = 0;
        // The one store that no compiler leaves out for storing what is there.
        __atomic_compare_exchange_n((uint32_t *)((char *)p + i), &zero, 0, 0, __ATOMIC_RELAXED, __ATOMIC_RELAXED);
    }
}
