/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only */
#ifndef DOORMAN_SHARED_H
#define DOORMAN_SHARED_H

/*
 * The maps that all families of programs share: pinned by their names, so that whoever is loaded later, and a guard
 * that was started anew, finds them as they are.
 */

#include "bpf/event.h"
#include "bpf/maps.h"
#include "bpf/types.h"

struct {
  __uint(type, BPF_MAP_TYPE_HASH);
  __uint(max_entries, DOORMAN_MAX_CONTAINERS);
  __uint(map_flags, BPF_F_NO_PREALLOC);
  __type(key, __u64);
  __type(value, struct doorman_container);
  __uint(pinning, LIBBPF_PIN_BY_NAME);
} containers SEC(".maps");

struct {
  __uint(type, BPF_MAP_TYPE_ARRAY);
  __uint(max_entries, 1);
  __type(key, __u32);
  __type(value, struct doorman_control);
  __uint(pinning, LIBBPF_PIN_BY_NAME);
} control SEC(".maps");

struct {
  __uint(type, BPF_MAP_TYPE_LRU_PERCPU_HASH);
  __uint(max_entries, DOORMAN_MAX_LOST);
  __type(key, struct doorman_lost_key);
  __type(value, __u64);
  __uint(pinning, LIBBPF_PIN_BY_NAME);
} lost SEC(".maps");

/* What must not be lost to a flood: processes, control groups, drift. */
struct {
  __uint(type, BPF_MAP_TYPE_RINGBUF);
  __uint(max_entries, DOORMAN_CRITICAL_BYTES);
  __uint(pinning, LIBBPF_PIN_BY_NAME);
} critical SEC(".maps");

static __always_inline struct doorman_control* the_control(void) {
  __u32 zero = 0;
  return bpf_map_lookup_elem(&control, &zero);
}

/* A record did not get through. */
static __always_inline void count_lost(__u64 cgroup, __u32 cause) {
  struct doorman_lost_key key = {.cgroup = cgroup, .cause = cause};
  __u64* count = bpf_map_lookup_elem(&lost, &key);
  if (count) {
    *count += 1; /* of this processor alone */
    return;
  }
  __u64 one = 1;
  bpf_map_update_elem(&lost, &key, &one, BPF_NOEXIST);
}

#endif
