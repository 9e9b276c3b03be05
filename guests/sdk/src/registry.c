#include "registry.h"

#include <sandbox/failure.h>

// The linker gathers what GUEST_FUNCTION and GUEST_INITIALIZE list, and guest.ld names where each list starts and stops.
extern const GuestFunction *const __start_guest_functions[];
extern const GuestFunction *const __stop_guest_functions[];
extern void (*const __start_guest_initializers[])(void);
extern void (*const __stop_guest_initializers[])(void);

// Open addressing in a table twice as large as it can get full; 0 is a free place, n stands for functions[n - 1].
#define PLACES (2 * GUEST_MAXIMUM_FUNCTIONS)
_Static_assert((PLACES & (PLACES - 1)) == 0, "a mask finds the place");

static const GuestFunction *functions[GUEST_MAXIMUM_FUNCTIONS];
static uint16_t places[PLACES];
static size_t function_count;

static uint32_t hash(const char *text, size_t length)
{
    uint32_t hash = 2166136261u; // FNV-1a
    for (size_t i = 0; i < length; i++)
        hash = (hash ^ (uint8_t)text[i]) * 16777619u;
    return hash ^ hash >> 16;
}

// The place of a name, or the free place where it belongs.
static uint16_t *find_place(const char *name, size_t length)
{
    for (uint32_t place = hash(name, length);; place++) {
        uint16_t *found = &places[place & (PLACES - 1)];
        if (*found == 0)
            return found;

        const char *other = functions[*found - 1]->name;
        if (strncmp(other, name, length) == 0 && other[length] == '\0')
            return found;
    }
}

const GuestFunction *guest_find_function(GuestString name)
{
    // strncmp would take a name that ends early for the whole of it.
    if (memchr(name.text, '\0', name.length) != NULL)
        return NULL;

    uint16_t place = *find_place(name.text, name.length);
    return place == 0 ? NULL : functions[place - 1];
}

static void check_descriptor(const GuestFunction *function)
{
    if (function->name == NULL || function->name[0] == '\0' || function->body == NULL || function->types == NULL)
        guest_panic("a function was registered without name, body or types");
    if (function->parameter_count > GUEST_MAXIMUM_PARAMETERS)
        guest_panic("function %s has %zu parameters, more than %d", function->name, function->parameter_count, GUEST_MAXIMUM_PARAMETERS);
    if (function->types[0] > GuestTypeBytes)
        guest_panic("the result of function %s has unknown type %d", function->name, function->types[0]);

    for (size_t i = 1; i <= function->parameter_count; i++)
        if (function->types[i] == GuestTypeVoid || function->types[i] > GuestTypeBytes)
            guest_panic("parameter %zu of function %s has type %d, which no parameter can have", i - 1, function->name, function->types[i]);
}

int guest_register_function(const GuestFunction *function)
{
    check_descriptor(function);
    if (function_count == GUEST_MAXIMUM_FUNCTIONS)
        return GUEST_ERROR_TOO_MANY_FUNCTIONS;

    uint16_t *place = find_place(function->name, strlen(function->name));
    if (*place != 0)
        guest_panic("two functions are named %s", function->name);

    functions[function_count++] = function;
    *place = (uint16_t)function_count;
    return GUEST_ERROR_NONE;
}

void guest_register_listed_functions(void)
{
    for (const GuestFunction *const *listed = __start_guest_functions; listed < __stop_guest_functions; listed++)
        if (guest_register_function(*listed) != GUEST_ERROR_NONE)
            guest_abort(GUEST_ERROR_TOO_MANY_FUNCTIONS, "more than %d functions: no room for %s", GUEST_MAXIMUM_FUNCTIONS, (*listed)->name);
}

void guest_run_initializers(void)
{
    for (void (*const *listed)(void) = __start_guest_initializers; listed < __stop_guest_initializers; listed++)
        (*listed)();
}
