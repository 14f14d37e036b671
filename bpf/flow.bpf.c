/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only */
/*
 * Who speaks to whom. What judges is attached once, at the root of the control groups; what is no container's costs
 * one look-up there. What costs something with every packet or socket is attached to containers alone (flow_dns), or
 * where a container is in mode protect (flow_socket).
 *
 * What is asked for (connect, sendmsg, bind) is judged before it happens and refused with EPERM. What happened
 * (established, closed, listening) comes from the state of sockets, so that the accepting side is told too.
 *
 * Not judged, as the kernel asks nobody: packets of AF_PACKET sockets, which need CAP_NET_RAW in the container.
 */
#include "bpf/dns.h"
#include "bpf/flow.h"

char LICENSE[] SEC("license") = "GPL";

static __always_inline int ask(struct bpf_sock_addr *ctx, struct flow *flow) {
  __u64 group = bpf_get_current_cgroup_id();
  struct doorman_container *container = container_of_group(group);
  if (!container || container->flows == DOORMAN_FLOW_OFF) return 1;
  flow->root = container->root;
  flow->protocol = ctx->protocol;
  __u16 port = bpf_ntohs((__u16)ctx->user_port);
  __u8 *address = flow->kind == DOORMAN_FLOW_BIND ? flow->local : flow->remote;
  if (flow->kind == DOORMAN_FLOW_BIND) {
    if (port == 0) return 1; /* a client's: whatever the kernel gives */
    flow->local_port = port;
  } else {
    flow->remote_port = port;
    put_loopback_for_none(flow->remote);
  }
  flow->family = is_v4(address) ? AF_INET : AF_INET6;
  return note(flow, container) != DOORMAN_FLOW_REFUSED;
}

static __always_inline int ask4(struct bpf_sock_addr *ctx, __u8 kind) {
  struct flow flow = {.kind = kind};
  put_v4(kind == DOORMAN_FLOW_BIND ? flow.local : flow.remote, ctx->user_ip4);
  return ask(ctx, &flow);
}

static __always_inline int ask6(struct bpf_sock_addr *ctx, __u8 kind) {
  struct flow flow = {.kind = kind};
  __u32 address[4];
  address[0] = ctx->user_ip6[0];
  address[1] = ctx->user_ip6[1];
  address[2] = ctx->user_ip6[2];
  address[3] = ctx->user_ip6[3];
  put_v6(kind == DOORMAN_FLOW_BIND ? flow.local : flow.remote, address);
  return ask(ctx, &flow);
}

SEC("cgroup/connect4")
int flow_connect4(struct bpf_sock_addr *ctx) { return ask4(ctx, DOORMAN_FLOW_CONNECT); }
SEC("cgroup/connect6")
int flow_connect6(struct bpf_sock_addr *ctx) { return ask6(ctx, DOORMAN_FLOW_CONNECT); }
SEC("cgroup/sendmsg4")
int flow_sendmsg4(struct bpf_sock_addr *ctx) { return ask4(ctx, DOORMAN_FLOW_SEND); }
SEC("cgroup/sendmsg6")
int flow_sendmsg6(struct bpf_sock_addr *ctx) { return ask6(ctx, DOORMAN_FLOW_SEND); }
SEC("cgroup/bind4")
int flow_bind4(struct bpf_sock_addr *ctx) { return ask4(ctx, DOORMAN_FLOW_BIND); }
SEC("cgroup/bind6")
int flow_bind6(struct bpf_sock_addr *ctx) { return ask6(ctx, DOORMAN_FLOW_BIND); }

/* In mode protect there are only sockets whose connections can be judged: no raw ones, and none of protocols that
 * ask nobody when they connect (mptcp, sctp). */
SEC("cgroup/sock_create")
int flow_socket(struct bpf_sock *ctx) {
  __u64 group = bpf_get_current_cgroup_id();
  struct doorman_container *container = container_of_group(group);
  if (!container || container->flows != DOORMAN_FLOW_PROTECT) return 1;
  if (ctx->type != SOCK_STREAM && ctx->type != SOCK_DGRAM) return 0;
  switch (ctx->protocol) {
    case IPPROTO_ICMP:
    case IPPROTO_TCP:
    case IPPROTO_UDP:
    case IPPROTO_ICMPV6:
    case IPPROTO_UDPLITE:
      return 1;
    default:
      return 0;
  }
}

enum {
  TCP_ESTABLISHED = 1,
  TCP_SYN_SENT = 2,
  TCP_SYN_RECV = 3,
  TCP_CLOSE = 7,
  TCP_LISTEN = 10,
  TCP_NEW_SYN_RECV = 12
};

static __always_inline int is_of_connection(int state) {
  return state != TCP_CLOSE && state != TCP_LISTEN && state != TCP_SYN_SENT && state != TCP_SYN_RECV &&
         state != TCP_NEW_SYN_RECV;
}

static __always_inline void read_ends(const struct tcp_sock *tcp, const struct sock *sk, struct flow *flow) {
  const struct sock_common *common = &sk->__sk_common;
  if (common->skc_family == AF_INET) {
    put_v4(flow->local, common->skc_rcv_saddr);
    put_v4(flow->remote, common->skc_daddr);
  } else {
    bpf_core_read(flow->local, sizeof flow->local, &common->skc_v6_rcv_saddr);
    bpf_core_read(flow->remote, sizeof flow->remote, &common->skc_v6_daddr);
  }
  flow->local_port = bpf_ntohs(tcp->inet_conn.icsk_inet.inet_sport);
  flow->remote_port = bpf_ntohs(common->skc_dport);
  flow->family = is_v4(flow->kind == DOORMAN_FLOW_LISTEN ? flow->local : flow->remote) ? AF_INET : AF_INET6;
}

SEC("tp_btf/inet_sock_set_state")
int BPF_PROG(flow_state, struct sock *sk, int old, int new) {
  struct flow flow = {};
  if (new == TCP_ESTABLISHED) flow.kind = DOORMAN_FLOW_ESTABLISHED;
  else if (new == TCP_LISTEN) flow.kind = DOORMAN_FLOW_LISTEN;
  else if (new == TCP_CLOSE && is_of_connection(old)) flow.kind = DOORMAN_FLOW_CLOSED;
  else return 0;
  struct doorman_container *container = container_of_group(LOOK(sk, sk_cgrp_data.cgroup, kn, id));
  if (!container || container->flows == DOORMAN_FLOW_OFF) return 0;
  flow.root = container->root;
  flow.protocol = IPPROTO_TCP;
  struct tcp_sock *tcp = bpf_skc_to_tcp_sock(sk);
  if (!tcp) return 0;
  read_ends(tcp, sk, &flow);
  if (flow.kind == DOORMAN_FLOW_CLOSED) {
    flow.sent = tcp->bytes_acked;
    flow.received = tcp->bytes_received;
    note_closed(&flow);
    return 0;
  }
  flow.server = flow.kind == DOORMAN_FLOW_ESTABLISHED && old != TCP_SYN_SENT;
  note(&flow, 0);
  return 0;
}

struct ipv4_head {
  __u8 version_length;
  __u8 before[8];
  __u8 protocol;
  __u16 checksum;
  __u32 source;
  __u32 destination;
};
struct ipv6_head {
  __u8 before[6];
  __u8 protocol;
  __u8 hops;
  __u32 source[4];
  __u32 destination[4];
};
struct udp_head {
  __u16 source;
  __u16 destination;
  __u16 length;
  __u16 checksum;
};
enum { IPV4 = 0x0800, DNS_PORT = 53 };

/* Where the UDP payload begins, of a datagram from port 53; 0: it is none. */
static __always_inline __u32 dns_offset(struct __sk_buff *skb, struct flow *flow) {
  void *data = (void *)(long)skb->data, *end = (void *)(long)skb->data_end;
  struct udp_head *udp;
  __u32 offset;
  if (skb->protocol == bpf_htons(IPV4)) {
    struct ipv4_head *ip = data;
    if ((void *)(ip + 1) > end || ip->protocol != IPPROTO_UDP) return 0;
    offset = (ip->version_length & 15) * 4;
    if (offset != sizeof *ip) return 0; /* options: no resolver's */
    put_v4(flow->remote, ip->source);
    put_v4(flow->local, ip->destination);
    flow->family = AF_INET;
  } else {
    struct ipv6_head *ip = data;
    if ((void *)(ip + 1) > end || ip->protocol != IPPROTO_UDP) return 0;
    offset = sizeof *ip;
    put_v6(flow->remote, ip->source);
    put_v6(flow->local, ip->destination);
    flow->family = AF_INET6;
  }
  udp = data + offset;
  if ((void *)(udp + 1) > end || udp->source != bpf_htons(DNS_PORT)) return 0;
  flow->local_port = bpf_ntohs(udp->destination);
  return offset + sizeof *udp;
}

/* DNS answers that a container receives, over UDP from port 53 of a server that it asked. Those over TCP are not
 * read. */
SEC("cgroup_skb/ingress")
int flow_dns(struct __sk_buff *skb) {
  struct flow flow = {.protocol = IPPROTO_UDP, .remote_port = DNS_PORT};
  __u32 offset = dns_offset(skb, &flow);
  if (offset == 0 || skb->len <= offset) return 1;
  struct doorman_container *container = container_of_group(bpf_skb_cgroup_id(skb));
  if (!container || container->flows == DOORMAN_FLOW_OFF) return 1;
  flow.root = container->root;
  __u32 zero = 0;
  struct dns_scratch *scratch = bpf_map_lookup_elem(&dns_scratch, &zero);
  if (!scratch || !was_asked(&flow)) return 1;
  __u32 whole = skb->len - offset, length = whole > DOORMAN_DNS_BYTES ? DOORMAN_DNS_BYTES : whole;
  /* The verifier looks at this very number, and that of Linux 6.1 learns nothing from "not 0". */
  __u32 last = length - 1;
  barrier_var(last);
  if (last >= DOORMAN_DNS_BYTES) return 1;
  length = last + 1;
  if (bpf_skb_load_bytes(skb, offset, scratch->record.answer, length)) return 1;
  take_answer(scratch, &flow, length, whole);
  return 1;
}

/* A container in quarantine: nothing comes, nothing leaves. */
SEC("cgroup_skb/ingress")
int flow_cut_in(struct __sk_buff *skb) { return 0; }
SEC("cgroup_skb/egress")
int flow_cut_out(struct __sk_buff *skb) { return 0; }
