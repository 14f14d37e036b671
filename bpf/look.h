/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only */
#ifndef DOORMAN_LOOK_H
#define DOORMAN_LOOK_H

/*
 * LOOK(pointer, member, member...) reads as BPF_CORE_READ does. Since Linux 6.2 these are plain loads, of memory
 * that nobody vouches for: what cannot be read is 0. Before it each arrow is a call of some 15 ns.
 *
 * A plain load from a pointer that the kernel vouches for would do as well, but for each one the verifier looks
 * through all of the kernel's types, which made half of the time that the guard took to start.
 */

#include "bpf/types.h"

extern void* bpf_rdonly_cast(const void* object, __u32 type) __ksym __weak;
extern int LINUX_KERNEL_VERSION __kconfig;

#define CAN_LOOK (LINUX_KERNEL_VERSION >= (6 << 16 | 2 << 8))
#define LOOKED_AT(pointer) ((typeof(pointer))bpf_rdonly_cast(pointer, bpf_core_type_id_kernel(typeof(*(pointer)))))

/* The same pointer, for plain loads. */
#define UNVOUCHED(pointer) (CAN_LOOK ? LOOKED_AT(pointer) : (pointer))
#define LOOK(pointer, ...) \
  (CAN_LOOK ? ___arrow(LOOKED_AT(pointer), __VA_ARGS__) : BPF_CORE_READ(pointer, __VA_ARGS__))

#endif
