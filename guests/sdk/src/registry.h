// The functions that the host can call, found by name.
#ifndef SDK_REGISTRY_H
#define SDK_REGISTRY_H

#include <sandbox/function.h>

void guest_register_listed_functions(void);
void guest_run_initializers(void);

// NULL if there is none.
const GuestFunction *guest_find_function(GuestString name);

#endif
