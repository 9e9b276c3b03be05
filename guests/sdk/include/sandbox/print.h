// Printing: text goes to the host function HostPrint(String) -> I32.
#ifndef SANDBOX_PRINT_H
#define SANDBOX_PRINT_H

#include <stdarg.h>

// One host call for each printf; several where the text is larger than the output buffer, cut between characters. A text that needs
// several must not be made from the result of a host call, since the first piece's answer takes its place.
// Returns the number of bytes printed, or -1 if a host call failed (see guest_host_error_message). Invalid UTF-8 becomes question marks.
__attribute__((__format__(__printf__, 1, 2))) int printf(const char *restrict format, ...);
__attribute__((__format__(__printf__, 1, 0))) int vprintf(const char *restrict format, va_list arguments);
int puts(const char *text); // with a line end behind
int putchar(int character);

#endif
