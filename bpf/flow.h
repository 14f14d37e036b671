/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only */
#ifndef DOORMAN_FLOW_H
#define DOORMAN_FLOW_H

/* Judging and telling of flows: for flow.bpf.c alone. */

#include <bpf/bpf_endian.h>

#include "bpf/flow_maps.h"
#include "bpf/look.h"
#include "bpf/net_types.h"
#include "bpf/shared.h"

enum { AF_INET = 2, AF_INET6 = 10 };
enum { SOCK_STREAM = 1, SOCK_DGRAM = 2 };
enum {
  IPPROTO_ICMP = 1,
  IPPROTO_TCP = 6,
  IPPROTO_UDP = 17,
  IPPROTO_ICMPV6 = 58,
  IPPROTO_UDPLITE = 136,
};

struct {
  __uint(type, BPF_MAP_TYPE_LPM_TRIE);
  __uint(max_entries, DOORMAN_MAX_FLOW_ENTRIES);
  __uint(map_flags, BPF_F_NO_PREALLOC);
  __type(key, struct doorman_flow_key);
  __type(value, __u32);
  __uint(pinning, LIBBPF_PIN_BY_NAME);
} flow_entries SEC(".maps");

struct {
  __uint(type, BPF_MAP_TYPE_LRU_HASH);
  __uint(max_entries, DOORMAN_MAX_SEEN);
  __type(key, struct doorman_seen_key);
  __type(value, struct doorman_seen);
  __uint(pinning, LIBBPF_PIN_BY_NAME);
} flow_seen SEC(".maps");

struct {
  __uint(type, BPF_MAP_TYPE_ARRAY);
  __uint(max_entries, 1);
  __type(key, __u32);
  __type(value, struct doorman_flow_control);
  __uint(pinning, LIBBPF_PIN_BY_NAME);
} flow_control SEC(".maps");

struct {
  __uint(type, BPF_MAP_TYPE_LRU_HASH);
  __uint(max_entries, DOORMAN_MAX_TOLD);
  __type(key, struct doorman_told_key);
  __type(value, __u32);
  __uint(pinning, LIBBPF_PIN_BY_NAME);
} flow_told SEC(".maps");

struct {
  __uint(type, BPF_MAP_TYPE_ARRAY);
  __uint(max_entries, 1);
  __type(key, __u32);
  __type(value, __u32);
  __uint(pinning, LIBBPF_PIN_BY_NAME);
} flow_changes SEC(".maps");

struct {
  __uint(type, BPF_MAP_TYPE_LRU_HASH);
  __uint(max_entries, DOORMAN_MAX_CONTAINERS);
  __type(key, __u64);
  __type(value, struct doorman_flow_budget);
  __uint(pinning, LIBBPF_PIN_BY_NAME);
} flow_budget SEC(".maps");

struct {
  __uint(type, BPF_MAP_TYPE_RINGBUF);
  __uint(max_entries, DOORMAN_FLOW_BYTES);
  __uint(pinning, LIBBPF_PIN_BY_NAME);
} flows SEC(".maps");

/* A connection as it is judged and told. */
struct flow {
  __u64 root;
  __u8 kind;
  __u8 protocol;
  __u8 family; /* that an IPv4 address in IPv6's clothes is of, too */
  __u8 server;
  __u16 local_port;
  __u16 remote_port;
  __u8 local[DOORMAN_ADDRESS_BYTES];
  __u8 remote[DOORMAN_ADDRESS_BYTES];
  __u64 sent;
  __u64 received;
};

struct flow_record {
  struct doorman_event_header header;
  struct doorman_event_object object;
  __u16 length;
  __u8 flow[sizeof(struct doorman_flow)]; /* bytes, as they do not stand aligned */
  __u8 zeroes[6];
};
_Static_assert(sizeof(struct flow_record) == 152, "no gaps, and aligned");

static __always_inline void put_v4(__u8* into, __u32 address) {
  __u32* words = (__u32*)into;
  words[0] = 0;
  words[1] = 0;
  words[2] = bpf_htonl(0xffff);
  words[3] = address;
}

static __always_inline void put_v6(__u8* into, const __u32* address) {
  __u32* words = (__u32*)into;
  words[0] = address[0];
  words[1] = address[1];
  words[2] = address[2];
  words[3] = address[3];
}

static __always_inline int is_v4(const __u8* address) {
  const __u32* words = (const __u32*)address;
  return words[0] == 0 && words[1] == 0 && words[2] == bpf_htonl(0xffff);
}

/* To the unspecified address means to this machine: what is judged is where the connection goes. */
static __always_inline void put_loopback_for_none(__u8* address) {
  __u32* words = (__u32*)address;
  if (words[0] || words[1] || words[3]) return;
  if (words[2] == 0) words[3] = bpf_htonl(1);
  else if (words[2] == bpf_htonl(0xffff)) words[3] = bpf_htonl(0x7f000001);
}

/* A record's addresses are as people know them: IPv4 uses the first four bytes. */
static __always_inline void plain_address(__u8* into, const __u8* address, int v4) {
  __u32* words = (__u32*)into;
  const __u32* from = (const __u32*)address;
  words[0] = v4 ? from[3] : from[0];
  words[1] = v4 ? 0 : from[1];
  words[2] = v4 ? 0 : from[2];
  words[3] = v4 ? 0 : from[3];
}

static __always_inline struct doorman_container* container_of_group(__u64 group) {
  struct doorman_container* container = bpf_map_lookup_elem(&containers, &group);
  if (!container || container->root == group) return container;
  __u64 root = container->root;
  return bpf_map_lookup_elem(&containers, &root);
}

static __always_inline __u32 act_of_key(struct doorman_flow_key* key) {
  __u32* act = bpf_map_lookup_elem(&flow_entries, key);
  if (act) return *act;
  key->port = 0;
  act = bpf_map_lookup_elem(&flow_entries, key);
  if (act) return *act;
  key->protocol = 0;
  act = bpf_map_lookup_elem(&flow_entries, key);
  return act ? *act : DOORMAN_FLOW_BY_MODE;
}

/* By the name that the container was told for the address. */
static __always_inline __u32 act_of_name(const struct flow* flow, __u32 policy) {
  struct doorman_told_key told = {.root = flow->root};
  __builtin_memcpy(told.address, flow->remote, sizeof told.address);
  __u32* name = bpf_map_lookup_elem(&flow_told, &told);
  if (!name) return DOORMAN_FLOW_BY_MODE;
  struct doorman_flow_key key = {.prefix = DOORMAN_FLOW_KEY_BITS + 128,
                                 .policy = policy,
                                 .protocol = flow->protocol,
                                 .what = DOORMAN_FLOW_OF_NAME,
                                 .port = flow->remote_port};
  __builtin_memcpy(key.address, name, sizeof *name);
  return act_of_key(&key);
}

static __always_inline __u32 act_of(const struct flow* flow, __u32 policy) {
  struct doorman_flow_key key = {
      .prefix = DOORMAN_FLOW_KEY_BITS + 128, .policy = policy, .protocol = flow->protocol};
  if (flow->family == AF_INET6) key.what |= DOORMAN_FLOW_OF_IPV6;
  if (flow->kind == DOORMAN_FLOW_BIND) {
    key.what |= DOORMAN_FLOW_OF_BIND;
    key.port = flow->local_port;
    __builtin_memcpy(key.address, flow->local, sizeof key.address);
    return act_of_key(&key);
  }
  key.port = flow->remote_port;
  __builtin_memcpy(key.address, flow->remote, sizeof key.address);
  __u32 act = act_of_key(&key);
  return act == DOORMAN_FLOW_BY_MODE ? act_of_name(flow, policy) : act;
}

static __always_inline __u32 judge(const struct flow* flow, const struct doorman_container* container) {
  switch (act_of(flow, container->flow_policy)) {
    case DOORMAN_FLOW_ALLOW:
      return DOORMAN_FLOW_ALLOWED;
    case DOORMAN_FLOW_REFUSE:
      return DOORMAN_FLOW_REFUSED;
    default:
      break;
  }
  if (container->flows == DOORMAN_FLOW_PROTECT) return DOORMAN_FLOW_REFUSED;
  return container->flows == DOORMAN_FLOW_MONITOR ? DOORMAN_FLOW_NEW : DOORMAN_FLOW_ALLOWED;
}

/* Whether the container may still tell in this second. */
static __always_inline int has_budget(__u64 root, __u32 verdict, __u64 now) {
  const __u64 second = 1000000000;
  struct doorman_flow_budget* budget = bpf_map_lookup_elem(&flow_budget, &root);
  if (!budget) {
    struct doorman_flow_budget first = {.since = now, .told = 1};
    bpf_map_update_elem(&flow_budget, &root, &first, BPF_NOEXIST);
    return 1;
  }
  if (now - budget->since >= second) {
    budget->since = now;
    budget->told = 0;
    budget->refused = 0;
  }
  if (verdict == DOORMAN_FLOW_REFUSED) {
    return __sync_fetch_and_add(&budget->refused, 1) < DOORMAN_FLOW_REFUSED_A_SECOND;
  }
  return __sync_fetch_and_add(&budget->told, 1) < DOORMAN_FLOW_TOLD_A_SECOND;
}

/* Who calls; in the tracepoint of a socket's state nobody does. */
static __always_inline void fill_caller(struct doorman_event_header* header) {
  struct task_struct* task = (struct task_struct*)bpf_get_current_task();
  header->pid = LOOK(task, tgid);
  header->tid = LOOK(task, pid);
  header->start = LOOK(task, group_leader, start_boottime);
  header->uid = LOOK(task, cred, uid.val);
  header->gid = LOOK(task, cred, gid.val);
}

static __always_inline void fill_object(struct doorman_event_object* object, const struct flow* flow) {
  int v4 = flow->family == AF_INET;
  object->type = v4 ? DOORMAN_OBJECT_IPV4 : DOORMAN_OBJECT_IPV6;
  object->protocol = flow->protocol;
  object->fd = -1;
  object->inode = 0;
  object->device = 0;
  object->local_port = flow->local_port;
  object->remote_port = flow->remote_port;
  plain_address(object->local, flow->local, v4);
  plain_address(object->remote, flow->remote, v4);
  object->flags = 0;
  if (flow->server) object->flags |= DOORMAN_OBJECT_SERVER;
  if (flow->kind == DOORMAN_FLOW_SEND) object->flags |= DOORMAN_OBJECT_NAMED_HERE;
  if (flow->kind == DOORMAN_FLOW_BIND || flow->kind == DOORMAN_FLOW_LISTEN)
    object->flags |= DOORMAN_OBJECT_LISTENING;
  if (flow->kind >= DOORMAN_FLOW_ESTABLISHED) object->flags |= DOORMAN_OBJECT_CONNECTED;
}

static __always_inline int tell(const struct flow* flow, __u32 verdict, __u32 repeats, int has_caller) {
  struct flow_record* record = bpf_ringbuf_reserve(&flows, sizeof *record, 0);
  if (!record) {
    count_lost(flow->root, DOORMAN_LOST_RING_FULL);
    return 0;
  }
  __builtin_memset(record, 0, sizeof *record);
  struct doorman_event_header* header = &record->header;
  header->size = sizeof *record;
  header->kind = DOORMAN_RECORD_FLOW;
  header->slots = 1;
  header->time = bpf_ktime_get_boot_ns();
  header->cgroup = flow->root;
  header->flags = DOORMAN_HAS_OBJECT;
  header->cpu = bpf_get_smp_processor_id();
  if (has_caller) fill_caller(header);
  fill_object(&record->object, flow);
  record->length = sizeof record->flow;
  struct doorman_flow told = {
      .kind = flow->kind,
      .verdict = verdict,
      .repeats = repeats,
      .sent = flow->sent,
      .received = flow->received,
  };
  __builtin_memcpy(record->flow, &told, sizeof told);
  bpf_ringbuf_submit(record, 0);
  return 1;
}

static __always_inline int is_own(const struct flow* flow) {
  return flow->kind == DOORMAN_FLOW_BIND || flow->kind == DOORMAN_FLOW_LISTEN;
}

static __always_inline void fill_key(struct doorman_seen_key* key, const struct flow* flow) {
  int own = is_own(flow);
  key->root = flow->root;
  key->kind = flow->kind;
  key->protocol = flow->protocol;
  key->port = own || flow->server ? flow->local_port : flow->remote_port;
  key->server = flow->server;
  __builtin_memcpy(key->address, own ? flow->local : flow->remote, sizeof key->address);
}

static __always_inline __u32 note_first(const struct flow* flow, const struct doorman_seen_key* key, __u32 verdict,
                                        __u32 generation, int has_caller, __u64 now) {
  struct doorman_seen first = {.told = now, .generation = generation, .verdict = verdict};
  int is_told = has_budget(flow->root, verdict, now);
  if (is_told) is_told = tell(flow, verdict, 0, has_caller);
  else if (verdict != DOORMAN_FLOW_REFUSED) count_lost(flow->root, DOORMAN_LOST_OVER_SHARE);
  if (!is_told) {
    first.told = 0; /* the next time is told, with this one */
    first.count = 1;
  }
  bpf_map_update_elem(&flow_seen, key, &first, BPF_ANY);
  return verdict;
}

/* Whether the container connected to that server, or sent to it, since its entry was last used for another. */
static __always_inline int was_asked(const struct flow* flow) {
  struct doorman_seen_key key = {};
  fill_key(&key, flow);
  key.kind = DOORMAN_FLOW_CONNECT;
  if (bpf_map_lookup_elem(&flow_seen, &key)) return 1;
  key.kind = DOORMAN_FLOW_SEND;
  return bpf_map_lookup_elem(&flow_seen, &key) != 0;
}

enum { now_and_then = 15 }; /* of so many the clock is looked at once: it costs as much as all the rest */

/* The first of its kind is told, what repeats it is counted and told now and then: the cost follows what is new.
 * `container` null: it happened, and is not judged. */
static __always_inline __u32 note(const struct flow* flow, const struct doorman_container* container) {
  const __u64 often = 1000000000, seldom = 10000000000;
  struct doorman_seen_key key = {};
  fill_key(&key, flow);
  __u32 zero = 0;
  struct doorman_flow_control* now_in_force = bpf_map_lookup_elem(&flow_control, &zero);
  __u32* changes = bpf_map_lookup_elem(&flow_changes, &zero);
  __u32 generation = (now_in_force ? now_in_force->generation : 0) + (changes ? *changes : 0);

  struct doorman_seen* seen = bpf_map_lookup_elem(&flow_seen, &key);
  if (!seen) {
    __u32 first = container ? judge(flow, container) : DOORMAN_FLOW_ALLOWED;
    return note_first(flow, &key, first, generation, container != 0, bpf_ktime_get_boot_ns());
  }
  int is_other = 0;
  if (container && seen->generation != generation) {
    __u32 anew = judge(flow, container);
    is_other = anew != seen->verdict;
    seen->verdict = anew;
    seen->generation = generation;
  }
  __u32 verdict = seen->verdict;
  if (!is_other && seen->told && verdict != DOORMAN_FLOW_REFUSED && (seen->count & now_and_then) != now_and_then) {
    __sync_fetch_and_add(&seen->count, 1);
    return verdict;
  }
  __u64 now = bpf_ktime_get_boot_ns();
  __u64 interval = verdict == DOORMAN_FLOW_REFUSED ? often : seldom;
  if ((is_other || now - seen->told >= interval) && has_budget(flow->root, verdict, now)) {
    __u32 repeats = seen->count;
    seen->told = now;
    seen->count = 0; /* one that comes at this very moment may go uncounted */
    tell(flow, verdict, repeats, container != 0);
  } else {
    __sync_fetch_and_add(&seen->count, 1);
  }
  return verdict;
}

/* A connection is over. Who came to whom is known from when it was made; where that is forgotten, nothing is told.
 */
static __always_inline void note_closed(struct flow* flow) {
  const __u64 often = 1000000000;
  struct doorman_seen_key key = {};
  flow->kind = DOORMAN_FLOW_ESTABLISHED;
  flow->server = flow->local_port < flow->remote_port; /* a guess, to ask for the likelier first */
  fill_key(&key, flow);
  struct doorman_seen* seen = bpf_map_lookup_elem(&flow_seen, &key);
  if (!seen) {
    flow->server = !flow->server;
    key.server = flow->server;
    key.port = flow->server ? flow->local_port : flow->remote_port;
    seen = bpf_map_lookup_elem(&flow_seen, &key);
    if (!seen) return;
  }
  flow->kind = DOORMAN_FLOW_CLOSED;
  int is_time = seen->closed == 0 || (seen->closings & now_and_then) == now_and_then;
  __u64 now = is_time ? bpf_ktime_get_boot_ns() : 0;
  if (is_time && now - seen->closed >= often && has_budget(flow->root, DOORMAN_FLOW_ALLOWED, now)) {
    __u32 repeats = seen->closings;
    flow->sent += seen->sent;
    flow->received += seen->received;
    seen->closed = now;
    seen->closings = 0;
    seen->sent = 0;
    seen->received = 0;
    tell(flow, DOORMAN_FLOW_ALLOWED, repeats, 0);
  } else {
    __sync_fetch_and_add(&seen->closings, 1);
    __sync_fetch_and_add(&seen->sent, flow->sent);
    __sync_fetch_and_add(&seen->received, flow->received);
  }
}

#endif
