#ifndef SIMPLE_SPIN_H
#define SIMPLE_SPIN_H

// In assembly: the compiler may take a loop without effect for one that ends.
__attribute__((noreturn)) static inline void spin(void)
{
    for (;;)
        __asm__ volatile("");
}

#endif
