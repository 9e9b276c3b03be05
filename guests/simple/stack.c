// The stack: used, used up, and overrun.
#include <sandbox/guest.h>

// Keeps the compiler from seeing through a recursion, and from turning it into a loop.
static void use(volatile void *memory) { __asm__ volatile("" : : "r"(memory) : "memory"); }

static volatile bool endless = true;

__attribute__((noinline)) static int32_t recurse(int32_t depth)
{
    volatile uint8_t frame[16];
    use(frame);
    int32_t reached = depth > 0 ? recurse(depth - 1) + 1 : 0;
    use(frame);
    return reached;
}

__attribute__((noinline)) static int32_t recurse_forever(int32_t depth)
{
    volatile uint8_t frame[256];
    frame[0] = (uint8_t)depth;
    use(frame);
    int32_t reached = endless ? recurse_forever(depth + 1) : depth;
    use(frame);
    return reached;
}

// As deep as asked; deep enough, and the stack ends first.
GUEST_FUNCTION(StackOverflow, I32, I32) { return return_i32(recurse(arg_i32(0))); }

GUEST_FUNCTION(InfiniteRecursion, Void)
{
    recurse_forever(0);
    return return_void();
}

// An array larger than the whole stack. The compiler touches it page by page, so that no guard page is jumped over.
GUEST_FUNCTION(LargeVar, I32)
{
    size_t size = guest_boot->stack.size + 4096;
    volatile uint8_t *large = __builtin_alloca(size);
    large[0] = 1;
    use(large);
    return return_i32((int32_t)size);
}

GUEST_FUNCTION(SmallVar, I32)
{
    volatile uint8_t small[1024];
    small[0] = 1;
    use(small);
    return return_i32(sizeof small);
}

// Copies the text to 17 bytes without looking at its length. What is left of them is the answer of one that fits.
GUEST_FUNCTION(BufferOverrun, I32, String)
{
    char buffer[17];
    char *destination = buffer;
    const char *text = arg_string(0);

    // The compiler must not know where it writes to: it may take a loop past the array's end for one that never gets there.
    __asm__ volatile("" : "+r"(destination) : : "memory");
    do
        *destination++ = *text;
    while (*text++ != '\0');
    use(buffer);
    return return_i32((int32_t)sizeof buffer - (int32_t)arg_string_length(0));
}
