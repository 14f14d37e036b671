/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only */
#ifndef DOORMAN_NET_TYPES_H
#define DOORMAN_NET_TYPES_H

/* As bpf/types.h, of sockets. */

#include "bpf/types.h"

#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)

struct inet_sock {
  u16 inet_sport; /* network order; stays when the port itself is given back */
};
struct inet_connection_sock {
  struct inet_sock icsk_inet;
};
struct tcp_sock {
  struct inet_connection_sock inet_conn;
  u64 bytes_received;
  u64 bytes_acked;
};

#pragma clang attribute pop

#endif
