// What the processor refuses.
#ifndef SIMPLE_FAULT_H
#define SIMPLE_FAULT_H

__attribute__((noreturn)) static inline void undefined_instruction(void)
{
    for (;;)
        __asm__ volatile("ud2");
}

#endif
