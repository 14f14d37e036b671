/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only */
#ifndef DOORMAN_OBJECT_H
#define DOORMAN_OBJECT_H

/* What a descriptor is: file, socket with its two ends, or another thing that has one. */

#include "bpf/path.h"
#include "bpf/task.h"

#define S_IFMT 0170000
#define S_IFSOCK 0140000
#define S_IFREG 0100000
#define S_IFDIR 0040000
#define S_IFIFO 0010000
#define S_IFCHR 0020000
#define S_IFBLK 0060000
#define AF_UNIX 1
#define AF_INET 2
#define AF_INET6 10
#define AF_NETLINK 16
#define TCP_ESTABLISHED 1
#define TCP_LISTEN 10
#define PROTOCOL_TCP 6
#define ANON_INODE_MAGIC 0x09041934
#define PIDFS_MAGIC 0x50494446
#define MODE_CREATED 0x100000 /* FMODE_CREATED */

static __always_inline struct file* file_of(struct task_struct* task, int fd) {
  struct files_struct* files = UNVOUCHED(task)->files;
  if (!files || fd < 0) return NULL;
  struct fdtable* table = files->fdt;
  if ((unsigned int)fd >= table->max_fds) return NULL;
  struct file* file = NULL;
  bpf_probe_read_kernel(&file, sizeof file, table->fd + fd);
  return file;
}

/* Ends of a connection, from the socket. */
static __always_inline void fill_inet(struct doorman_event_object* object, struct sock* sk, bool v6) {
  object->protocol = LOOK(sk, sk_protocol);
  object->local_port = LOOK(sk, __sk_common.skc_num);
  object->remote_port = __builtin_bswap16(LOOK(sk, __sk_common.skc_dport));
  if (v6) {
    object->type = DOORMAN_OBJECT_IPV6;
    BPF_CORE_READ_INTO(&object->local, sk, __sk_common.skc_v6_rcv_saddr);
    BPF_CORE_READ_INTO(&object->remote, sk, __sk_common.skc_v6_daddr);
  } else {
    object->type = DOORMAN_OBJECT_IPV4;
    __u32 local = LOOK(sk, __sk_common.skc_rcv_saddr), remote = LOOK(sk, __sk_common.skc_daddr);
    __builtin_memcpy(object->local, &local, sizeof local);
    __builtin_memcpy(object->remote, &remote, sizeof remote);
  }
  unsigned char state = LOOK(sk, __sk_common.skc_state);
  if (state == TCP_LISTEN) object->flags |= DOORMAN_OBJECT_LISTENING;
  if (state == TCP_ESTABLISHED || (object->protocol != PROTOCOL_TCP && object->remote_port)) {
    object->flags |= DOORMAN_OBJECT_CONNECTED;
  }
}

static __always_inline void fill_socket(struct doorman_event_object* object, struct file* file) {
  struct socket* socket = LOOK(file, private_data);
  struct sock* sk = LOOK(socket, sk);
  if (!sk) return;
  switch (LOOK(sk, __sk_common.skc_family)) {
    case AF_INET:
      fill_inet(object, sk, false);
      break;
    case AF_INET6:
      fill_inet(object, sk, true);
      break;
    case AF_UNIX:
      object->type = DOORMAN_OBJECT_UNIX;
      break;
    case AF_NETLINK:
      object->type = DOORMAN_OBJECT_NETLINK;
      break;
  }
}

/* anon_inode:[eventpoll], anon_inode:bpf-map and their like: nothing else tells them apart from outside. */
static __always_inline __u8 type_by_name(struct file* file) {
  char name[8] = {};
  bpf_probe_read_kernel(name, sizeof name, LOOK(file, f_path.dentry, d_name.name));
  if (name[0] == 'i') return DOORMAN_OBJECT_INOTIFY;
  if (name[0] == 'b') return DOORMAN_OBJECT_BPF;
  switch (name[1]) {
    case 'e':
      return name[6] == 'f' ? DOORMAN_OBJECT_EVENT : DOORMAN_OBJECT_EVENTPOLL;
    case 's':
      return DOORMAN_OBJECT_SIGNALFD;
    case 't':
      return DOORMAN_OBJECT_TIMERFD;
    case 'u':
      return DOORMAN_OBJECT_USERFAULTFD;
    case 'p':
      return name[2] == 'i' ? DOORMAN_OBJECT_PIDFD : DOORMAN_OBJECT_OTHER;
    case 'i':
      return DOORMAN_OBJECT_IO_URING;
  }
  return DOORMAN_OBJECT_OTHER;
}

static __always_inline void fill_file(struct doorman_event_object* object, struct file* file) {
  struct inode* inode = LOOK(file, f_inode);
  struct super_block* super = LOOK(inode, i_sb);
  unsigned long magic = LOOK(super, s_magic);
  object->inode = LOOK(inode, i_ino);
  object->device = LOOK(super, s_dev);
  if (LOOK(file, f_mode) & MODE_CREATED) object->flags |= DOORMAN_OBJECT_CREATED;
  switch (LOOK(inode, i_mode) & S_IFMT) {
    case S_IFSOCK:
      fill_socket(object, file);
      return;
    case S_IFIFO:
      object->type = DOORMAN_OBJECT_PIPE;
      return;
    case S_IFDIR:
      object->type = DOORMAN_OBJECT_DIRECTORY;
      break;
    case S_IFREG:
    case S_IFCHR:
    case S_IFBLK:
      object->type = DOORMAN_OBJECT_FILE;
      break;
  }
  if (magic == PIDFS_MAGIC) object->type = DOORMAN_OBJECT_PIDFD;
  else if (magic == ANON_INODE_MAGIC) object->type = type_by_name(file);
  else if (magic == OVERLAYFS_MAGIC && bpf_core_type_exists(struct ovl_inode)) {
    object->flags |= is_in_upper_layer(inode) ? DOORMAN_OBJECT_UPPER_LAYER : DOORMAN_OBJECT_LOWER_LAYER;
  } else if (magic == TMPFS_MAGIC_NUMBER && LOOK(inode, i_nlink) == 0) {
    char name[6] = {};
    bpf_probe_read_kernel(name, sizeof name, LOOK(file, f_path.dentry, d_name.name));
    if (name[0] == 'm' && name[3] == 'f' && name[5] == ':') object->type = DOORMAN_OBJECT_MEMFD;
  }
}

/* A socket address in the caller's memory, as sockaddr_in, sockaddr_in6 or sockaddr_un. */
struct named_end {
  __u16 family;
  __u16 port;
  union {
    __u8 v4[4];
    struct {
      __u32 flow;
      __u8 address[16];
    } v6;
  };
};

static __always_inline void take_end(__u16* port, __u8* address, const struct named_end* end) {
  *port = __builtin_bswap16(end->port);
  if (end->family == AF_INET6) {
    __builtin_memcpy(address, end->v6.address, sizeof end->v6.address);
    return;
  }
  __builtin_memset(address, 0, sizeof end->v6.address);
  __builtin_memcpy(address, end->v4, sizeof end->v4);
}

/* The end that the call names: the other one, or with bind our own. The family is of the address, as an IPv6 socket
 * may be given an IPv4 one. */
static __always_inline bool fill_named_end(struct doorman_event_object* object, const void* address, bool own) {
  struct named_end end = {};
  if (!address || bpf_probe_read_user(&end, sizeof end.family + sizeof end.port + sizeof end.v4, address))
    return false;
  if (end.family == AF_INET6 && bpf_probe_read_user(&end, sizeof end, address)) return false;
  if (end.family != AF_INET && end.family != AF_INET6) return false;
  object->type = end.family == AF_INET6 ? DOORMAN_OBJECT_IPV6 : DOORMAN_OBJECT_IPV4;
  if (own) {
    take_end(&object->local_port, object->local, &end);
  } else {
    take_end(&object->remote_port, object->remote, &end);
    object->flags |= DOORMAN_OBJECT_NAMED_HERE;
  }
  return true;
}

#endif
