/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only */
#ifndef DOORMAN_TYPES_H
#define DOORMAN_TYPES_H

/*
 * The kernel's own types, as far as our programs look at them: libbpf finds where each member stands in the kernel
 * that runs (CO-RE), so order, gaps and what is left out do not matter here. A member that came, went or changed
 * its name between Linux 6.1 and 6.18 has a flavour of its struct, named with three underscores; who reads it asks
 * bpf_core_field_exists first.
 *
 * The types of the interface to user space come from the kernel's own public headers.
 */

#include <linux/bpf.h>
#include <stdbool.h>

typedef __u8 u8;
typedef __u16 u16;
typedef __u32 u32;
typedef __u64 u64;
typedef __s32 s32;
typedef __s64 s64;

#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)

/* Processes */

typedef struct {
  u32 val;
} kuid_t;
typedef struct {
  u32 val;
} kgid_t;

struct atomic_int { /* atomic_t */
  int counter;
};

struct capabilities { /* kernel_cap_t: 64 bits, in two halves until 6.3 */
};

struct cred {
  kuid_t uid;
  kgid_t gid;
  kuid_t euid;
  kgid_t egid;
  kuid_t fsuid;
  kgid_t fsgid;
  struct capabilities cap_inheritable;
  struct capabilities cap_permitted;
  struct capabilities cap_effective;
};

struct pid_namespace;
struct upid {
  int nr;
  struct pid_namespace* ns;
};
struct hlist_node {
  struct hlist_node *next, **pprev;
};
struct hlist_head {
  struct hlist_node* first;
};
struct pid {
  unsigned int level;
  struct hlist_head tasks[4];
  struct upid numbers[1];
};
enum { PIDTYPE_PID, PIDTYPE_TGID, PIDTYPE_PGID, PIDTYPE_SID };

struct task_struct;
struct ns_common {
  unsigned int inum;
};
struct pid_namespace {
  struct task_struct* child_reaper;
  struct ns_common ns;
};
struct mnt_namespace {
  struct ns_common ns;
};
struct nsproxy {
  struct mnt_namespace* mnt_ns;
};

struct tty_driver {
  int major;
  int minor_start;
};
struct tty_struct {
  int index;
  struct tty_driver* driver;
};
struct signal_struct {
  struct atomic_int live;
  int group_exit_code;
  unsigned int flags;
  struct pid* pids[4];
  struct tty_struct* tty;
};

typedef struct {
  unsigned long sig[1];
} sigset_t;
struct sigaction {
  void (*sa_handler)(int);
};
struct k_sigaction {
  struct sigaction sa;
};
struct sighand_struct {
  struct k_sigaction action[64];
};

struct thread_info {
  u32 status;
};

struct css_set;
struct mm_struct;
struct fs_struct;
struct files_struct;
struct task_struct {
  struct thread_info thread_info;
  int pid;
  int tgid;
  int exit_code;
  unsigned int flags;
  u64 start_boottime;
  char comm[16];
  kuid_t loginuid; /* with CONFIG_AUDIT */
  struct task_struct* real_parent;
  struct task_struct* group_leader;
  struct pid* thread_pid;
  struct hlist_node pid_links[4];
  struct signal_struct* signal;
  struct sighand_struct* sighand;
  sigset_t blocked;
  const struct cred* cred;
  struct mm_struct* mm;
  struct fs_struct* fs;
  struct files_struct* files;
  struct nsproxy* nsproxy;
  struct css_set* cgroups;
};

/* Files */

struct qstr {
  u32 len;
  const unsigned char* name;
};
struct inode;
struct super_block;
struct dentry {
  struct dentry* d_parent;
  struct qstr d_name;
  struct inode* d_inode;
  struct super_block* d_sb;
};
struct vfsmount {
  struct dentry* mnt_root;
  struct super_block* mnt_sb;
  int mnt_flags;
};
struct mount {
  struct mount* mnt_parent;
  struct dentry* mnt_mountpoint;
  struct vfsmount mnt;
};
struct path {
  struct vfsmount* mnt;
  struct dentry* dentry;
};
struct file_system_type {
  const char* name;
};
struct super_block {
  u32 s_dev;
  unsigned long s_magic;
  unsigned long s_flags;
  struct file_system_type* s_type;
};
struct timespec64 {
  s64 tv_sec;
  long tv_nsec;
};
struct inode {
  u16 i_mode;
  kuid_t i_uid;
  kgid_t i_gid;
  struct super_block* i_sb;
  unsigned long i_ino;
  unsigned int i_nlink;
  void* i_private;
};
struct inode___since_6_11 {
  s64 i_mtime_sec;
  s64 i_ctime_sec;
  u32 i_mtime_nsec;
  u32 i_ctime_nsec;
};
struct inode___since_6_7 {
  struct timespec64 __i_mtime;
  struct timespec64 __i_ctime;
};
struct inode___before_6_6 {
  struct timespec64 i_mtime;
  struct timespec64 i_ctime;
};
struct file_operations;
struct file {
  unsigned int f_mode;
  const struct file_operations* f_op;
  void* private_data;
  struct inode* f_inode;
  unsigned int f_flags;
  struct path f_path;
};
struct fdtable {
  unsigned int max_fds;
  struct file** fd;
};
struct files_struct {
  struct fdtable* fdt;
};
struct fs_struct {
  struct path root;
  struct path pwd;
};
struct ovl_inode { /* of overlayfs, which may be a module */
  struct inode vfs_inode;
  struct dentry* __upperdentry;
};

/* Programs */

struct mm_struct {
  unsigned long arg_start, arg_end, env_start, env_end;
  struct file* exe_file;
};
struct linux_binprm {
  struct file* file;
  struct file* executable;
  struct cred* cred;
  int argc;
  int envc;
  const char* filename;
  const char* interp;
  const char* fdpath;
  char buf[256]; /* how the file begins */
};

/* Control groups */

struct kernfs_node {
  const char* name;
  struct kernfs_node* __parent;
  u64 id;
};
struct kernfs_node___before_6_15 {
  struct kernfs_node* parent;
};
struct cgroup_root {
  int hierarchy_id; /* 0: the one of version 2 */
};
struct cgroup {
  int level;
  struct kernfs_node* kn;
  struct cgroup_root* root;
};
struct css_set {
  struct cgroup* dfl_cgrp; /* of version 2 */
};

/* Sockets */

struct in6_addr {
  union {
    u8 u6_addr8[16];
  } in6_u;
};
struct sockaddr_un {
  unsigned short sun_family;
  char sun_path[108];
};
struct sock_common {
  u32 skc_daddr;
  u32 skc_rcv_saddr;
  u16 skc_dport;
  u16 skc_num;
  unsigned short skc_family;
  unsigned char skc_state;
  struct in6_addr skc_v6_daddr;
  struct in6_addr skc_v6_rcv_saddr;
};
struct sock_cgroup_data {
  struct cgroup* cgroup;
};
struct sock {
  struct sock_common __sk_common;
  u16 sk_protocol;
  struct sock_cgroup_data sk_cgrp_data;
};
struct socket {
  struct sock* sk;
};
struct unix_address {
  int len;
  struct sockaddr_un name[0];
};
struct unix_sock {
  struct unix_address* addr;
};

/* Iterators */

struct seq_file;
struct bpf_iter_meta {
  struct seq_file* seq;
};
struct bpf_iter__task {
  struct bpf_iter_meta* meta;
  struct task_struct* task;
};
struct bpf_iter__cgroup {
  struct bpf_iter_meta* meta;
  struct cgroup* cgroup;
};

/* System calls */

#if defined(__TARGET_ARCH_x86)
struct pt_regs {
  unsigned long r10, r9, r8, ax, cx, dx, si, di, orig_ax, bx, bp;
};
#elif defined(__TARGET_ARCH_arm64)
struct user_pt_regs {
  __u64 regs[31];
};
struct pt_regs {
  u64 regs[31];
  u64 orig_x0;
  s32 syscallno;
};
#endif

#pragma clang attribute pop

#endif
