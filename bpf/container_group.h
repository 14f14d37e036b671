/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only */
#ifndef DOORMAN_CONTAINER_GROUP_H
#define DOORMAN_CONTAINER_GROUP_H

/*
 * Whether a control group that was just made is a container's, before anything runs in it: so that the first
 * instruction is judged already. This is a guess by the group's name and by who made it; user space confirms it, or
 * takes it back.
 */

#include "bpf/record.h"

#define ID_DIGITS 64

static __always_inline struct kernfs_node* parent_node(struct kernfs_node* node) {
  struct kernfs_node___before_6_15* old = (void*)node;
  if (bpf_core_field_exists(node->__parent)) return LOOK(node, __parent);
  return LOOK(old, parent);
}

static __always_inline __u64 parent_of(struct cgroup* group) {
  struct kernfs_node* parent = parent_node(LOOK(group, kn));
  return parent ? LOOK(parent, id) : 0;
}

/* All ones for the digits of a container's id; a table, as a branch for each letter is too much for the verifier.
 */
static const volatile __u8 id_digit[256] = {
    ['0'] = 0xff, ['1'] = 0xff, ['2'] = 0xff, ['3'] = 0xff, ['4'] = 0xff, ['5'] = 0xff, ['6'] = 0xff, ['7'] = 0xff,
    ['8'] = 0xff, ['9'] = 0xff, ['a'] = 0xff, ['b'] = 0xff, ['c'] = 0xff, ['d'] = 0xff, ['e'] = 0xff, ['f'] = 0xff,
};

static __always_inline bool holds_id(const char* name) {
  __u8 run = 0, found = 0;
  for (int i = 0; i < NAME_BYTES; i++) {
    run = (run + 1) & id_digit[(__u8)name[i]];
    found |= run & ID_DIGITS;
  }
  return found;
}

static __always_inline bool is_conmon(const char* at) {
  return at[0] == 'c' && at[1] == 'o' && at[2] == 'n' && at[3] == 'm' && at[4] == 'o' && at[5] == 'n';
}

/* conmon, crio-conmon-ID, libpod-conmon-ID: of who watches the container. */
static __always_inline bool is_monitor(const char* name) {
  return is_conmon(name) || is_conmon(name + 5) || is_conmon(name + 7);
}

/* NAME.slice: a pod, in which containers stand. */
static __always_inline bool is_slice(const char* name, long length) {
  __u32 at = length - 6;
  opaque(at);
  if (at >= NAME_BYTES - 6) return false;
  return name[at] == '.' && name[at + 1] == 's' && name[at + 2] == 'l' && name[at + 3] == 'i';
}

static __always_inline bool is_runtime(const char* comm) {
  bool ends = comm[4] == 0 || comm[4] == ':';
  if (comm[0] == 'r' && comm[1] == 'u' && comm[2] == 'n' && comm[3] == 'c') return ends;
  if (comm[0] == 'c' && comm[1] == 'r' && comm[2] == 'u' && comm[3] == 'n') return ends;
  if (comm[0] == 'y' && comm[1] == 'o' && comm[2] == 'u' && comm[3] == 'k' && comm[4] == 'i') return comm[5] == 0;
  return comm[0] == 'r' && comm[1] == 'u' && comm[2] == 'n' && comm[3] == 's' && comm[4] == 'c';
}

/* A name with an id below one that is only guessed is a container of its own: pods are named with ids too. */
static __always_inline bool inherits(struct doorman_container* parent, bool named, bool made) {
  if (!parent) return false;
  if (parent->confirmed) return true;
  return !named && !(made && parent->guess == DOORMAN_GUESS_MAKER);
}

/* Puts the group among the containers if it is one. */
static __always_inline void watch_group(struct scratch* s, struct cgroup* group) {
  char comm[16], *name = s->name;
  __builtin_memset(name, 0, NAME_BYTES);
  bpf_get_current_comm(comm, sizeof comm);
  long length = bpf_probe_read_kernel_str(name, NAME_BYTES, group->kn->name) - 1;
  bool named = holds_id(name) && !is_monitor(name) && !is_slice(name, length);
  bool made = is_runtime(comm) && !is_monitor(name);
  __u64 id = LOOK(group, kn, id), parent_id = parent_of(group);
  struct doorman_container* parent = bpf_map_lookup_elem(&containers, &parent_id);
  struct doorman_control* defaults = the_control();
  struct doorman_container entry = {.root = id, .made = bpf_ktime_get_boot_ns()};
  if (inherits(parent, named, made)) {
    entry = *parent;
    entry.guess = DOORMAN_GUESS_PARENT;
  } else if ((named || made) && defaults) {
    entry.drift = defaults->drift;
    entry.flows = defaults->flows;
    entry.guess = named ? DOORMAN_GUESS_NAME : DOORMAN_GUESS_MAKER;
  } else {
    return;
  }
  if (bpf_map_update_elem(&containers, &id, &entry, BPF_ANY)) count_lost(id, DOORMAN_LOST_TABLE_FULL);
}

#endif
