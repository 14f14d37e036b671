/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only */
#ifndef DOORMAN_FLOW_MAPS_H
#define DOORMAN_FLOW_MAPS_H

/* What bpf/flow.bpf.c and user space tell each other through maps. User space reads this in src/kern alone. */

#ifndef __VMLINUX_H__
#include <linux/types.h>
#endif

/* An address is IPv6's here; an IPv4 one is ::ffff:a.b.c.d, so that one code judges both. */
#define DOORMAN_ADDRESS_BYTES 16

enum doorman_flow_act {
  DOORMAN_FLOW_BY_MODE = 0, /* what is new: told, or refused in mode protect */
  DOORMAN_FLOW_ALLOW = 1,
  DOORMAN_FLOW_REFUSE = 2, /* in every mode but off */
};

/* Map `flow_entries`, longest prefix; value: doorman_flow_act in 4 bytes. Asked first with protocol and port, then
 * with port 0, then with protocol 0 as well. */
struct doorman_flow_key {
  __u32 prefix; /* in bits, of what follows: DOORMAN_FLOW_KEY_BITS and the network's */
  __u32 policy; /* doorman_container.flow_policy */
  __u8 protocol;
  __u8 what; /* DOORMAN_FLOW_OF_BIND, DOORMAN_FLOW_OF_IPV6 */
  __u16 port;
  __u8 address[DOORMAN_ADDRESS_BYTES];
};
#define DOORMAN_FLOW_KEY_BITS 64
#define DOORMAN_FLOW_OF_BIND 1 /* about bind(2), and the address is the own one */
#define DOORMAN_FLOW_OF_IPV6 2 /* else the network is of IPv4: ::/0 holds nobody of it */
#define DOORMAN_FLOW_OF_NAME \
  4 /* about what the container was told that a name is: its number stands for the address */
#define DOORMAN_MAX_FLOW_ENTRIES (1 << 18)

/* Map `flow_names`: numbers, from 1 on, of names that somebody's policy speaks of. They stay as long as the map
 * does. */
struct doorman_name {
  __u8 bytes[256]; /* as in a DNS message, in small letters; then zeroes */
};
#define DOORMAN_MAX_NAMES (1 << 14)

/* Map `flow_told`: the number of the name that a container was last told to have this address. */
struct doorman_told_key {
  __u64 root; /* of doorman_container */
  __u8 address[DOORMAN_ADDRESS_BYTES];
};
#define DOORMAN_MAX_TOLD (1 << 16)

/* Map `flow_seen`: what was told already. Least recently used goes first; then it is told once more. */
struct doorman_seen_key {
  __u64 root; /* of doorman_container */
  __u8 kind;  /* doorman_flow_kind */
  __u8 protocol;
  __u16 port;                          /* the server's; of bind and listen the own */
  __u32 server;                        /* 1: the other end came to us */
  __u8 address[DOORMAN_ADDRESS_BYTES]; /* of the other end; of bind and listen the own */
};
struct doorman_seen {
  __u64 told;   /* when, nanoseconds since boot; 0: not yet */
  __u64 closed; /* when the bytes of closed connections were last told */
  __u64 sent;   /* bytes that were not told yet */
  __u64 received;
  __u32 count;      /* times that were not told yet */
  __u32 closings;   /* and closed connections */
  __u32 generation; /* that the verdict is of, with what `flow_changes` was */
  __u32 verdict;    /* doorman_flow_verdict */
};
#define DOORMAN_MAX_SEEN (1 << 16)

/* Map `flow_control`, one entry. */
struct doorman_flow_control {
  __u32 generation; /* user space adds one when policies or modes changed: verdicts are made anew */
  __u32 reserved;
};

/* Map `flow_changes`, one number: how often `flow_told` changed. Verdicts are made anew then, too. */

/* Map `flow_budget`, by root: what a container told within this second. */
struct doorman_flow_budget {
  __u64 since;
  __u32 told;
  __u32 refused;
};
#define DOORMAN_FLOW_TOLD_A_SECOND 2000
#define DOORMAN_FLOW_REFUSED_A_SECOND 100

#define DOORMAN_FLOW_BYTES (2 << 20) /* of the ring `flows` */
#define DOORMAN_DNS_BYTES 1232       /* of an answer that are kept */

#endif
