// The one header that a guest author includes. What each part offers stands in the header of its name; guests/README.md is the guide.
#ifndef SANDBOX_GUEST_H
#define SANDBOX_GUEST_H

#include <sandbox/abi.h>
#include <sandbox/clock.h>
#include <sandbox/failure.h>
#include <sandbox/function.h>
#include <sandbox/heap.h>
#include <sandbox/host.h>
#include <sandbox/log.h>
#include <sandbox/memory.h>
#include <sandbox/print.h>
#include <sandbox/random.h>
#include <sandbox/span.h>
#include <sandbox/stream.h>
#include <sandbox/text.h>
#include <sandbox/value.h>

#endif
