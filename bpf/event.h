/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only */
#ifndef DOORMAN_EVENT_H
#define DOORMAN_EVENT_H

/*
 * What the kernel programs tell user space, and what a recording holds: one record an event.
 *
 *   struct doorman_event_header            64 bytes
 *   struct doorman_event_object            56 bytes, where flags has DOORMAN_HAS_OBJECT
 *   __u16 length[slots]                    bytes in each slot; DOORMAN_SLOT_ABSENT: there is none
 *   the slots' bytes, one after another, without gaps
 *   zeroes up to a multiple of 8
 *
 * All numbers are little-endian. A record begins at a multiple of 8 and says its own size, so records stand back to
 * back. Who reads must check every length: nothing here is trusted. The reader is src/parse/event, and it alone.
 *
 * A writer keeps to these limits; where something is longer, it is cut and flags has DOORMAN_CUT.
 */

#ifndef __VMLINUX_H__
#include <linux/types.h>
#endif

#define DOORMAN_EVENT_ALIGN 8
#define DOORMAN_EVENT_MAX_BYTES 65528
#define DOORMAN_EVENT_MAX_SLOTS 42
#define DOORMAN_SLOT_ABSENT 0xffff
#define DOORMAN_SLOT_MAX_BYTES 0xfffe

/* What a record is. Calls, executions, forks and exits are also events that rules are asked about, if `type` is not
 * 0. */
enum doorman_record_kind {
  DOORMAN_RECORD_CALL = 1,   /* a system call that returned, or another event; slots: doorman_call_slot */
  DOORMAN_RECORD_EXEC = 2,   /* a process is another program now; slots: doorman_process_slot */
  DOORMAN_RECORD_FORK = 3,   /* the header's process made the one of DOORMAN_SLOT_PROCESS; threads are not told */
  DOORMAN_RECORD_EXIT = 4,   /* the last thread is gone; result: the status as wait(2) gives it */
  DOORMAN_RECORD_CHANGE = 5, /* of a process: the slots that are there hold from now on */
  DOORMAN_RECORD_CONTAINER = 6, /* what is known of a control group; slots: doorman_container_slot */
  DOORMAN_RECORD_CGROUP = 7,    /* a control group appeared, or is DOORMAN_GONE; slots: doorman_cgroup_slot */
  DOORMAN_RECORD_FLOW = 8,      /* a connection or an attempt, the object has its ends; slots: doorman_flow_slot */
  DOORMAN_RECORD_DNS =
      9, /* a DNS answer that the group received, the object has its ends; slots: doorman_dns_slot */
  DOORMAN_RECORD_DRIFT =
      10, /* a program that is not the image's, the object is its file; slots: doorman_drift_slot */
  DOORMAN_RECORD_LOST = 11,   /* records that did not get through; slots: doorman_lost_slot */
  DOORMAN_RECORD_ALERT = 12,  /* a rule matched; user space alone writes it; slots: doorman_alert_slot */
  DOORMAN_RECORD_MAPPED = 13, /* a process has a file of the image mapped to run it; user space alone writes it;
                                 slots: doorman_mapped_slot */
};

enum doorman_record_flags {
  DOORMAN_HAS_OBJECT = 1,
  DOORMAN_CUT = 2,
  DOORMAN_GONE = 4, /* of a container or control group: it is no more */
};

struct doorman_event_header {
  __u32 size;   /* of the whole record, a multiple of 8 */
  __u16 type;   /* number of the event in src/model/event_types.def, from 1; 0: no event */
  __u8 kind;    /* doorman_record_kind */
  __u8 slots;   /* at most DOORMAN_EVENT_MAX_SLOTS */
  __u64 time;   /* nanoseconds since boot, suspended time included */
  __u64 cgroup; /* id of the control group (v2); 0 in a container record: the host itself */
  __u64 start; /* of the process, on the same clock: with pid it is the process's name, which is never used again */
  __s64 result; /* what the call returned */
  __u32 pid;    /* of the process (thread group), as the first pid namespace counts */
  __u32 tid;    /* and of the thread */
  __u32 uid;    /* as the first user namespace counts */
  __u32 gid;
  __u16 cpu;
  __u16 flags; /* doorman_record_flags */
  __u32 vtid;  /* the thread in its own pid namespace */
};

/* What a descriptor is. */
enum doorman_object_type {
  DOORMAN_OBJECT_OTHER = 0,
  DOORMAN_OBJECT_FILE = 1,
  DOORMAN_OBJECT_DIRECTORY = 2,
  DOORMAN_OBJECT_IPV4 = 3,
  DOORMAN_OBJECT_IPV6 = 4,
  DOORMAN_OBJECT_UNIX = 5,
  DOORMAN_OBJECT_PIPE = 6,
  DOORMAN_OBJECT_EVENT = 7,
  DOORMAN_OBJECT_SIGNALFD = 8,
  DOORMAN_OBJECT_EVENTPOLL = 9,
  DOORMAN_OBJECT_INOTIFY = 10,
  DOORMAN_OBJECT_TIMERFD = 11,
  DOORMAN_OBJECT_NETLINK = 12,
  DOORMAN_OBJECT_BPF = 13,
  DOORMAN_OBJECT_USERFAULTFD = 14,
  DOORMAN_OBJECT_IO_URING = 15,
  DOORMAN_OBJECT_MEMFD = 16,
  DOORMAN_OBJECT_PIDFD = 17,
};

enum doorman_object_flags {
  DOORMAN_OBJECT_CONNECTED = 1,
  DOORMAN_OBJECT_NAMED_HERE = 2,   /* the call itself names the other end: sendto on an unconnected socket */
  DOORMAN_OBJECT_SERVER = 4,       /* the other end came to us: accept */
  DOORMAN_OBJECT_LISTENING = 8,    /* there is no other end */
  DOORMAN_OBJECT_CREATED = 16,     /* the file was not there before */
  DOORMAN_OBJECT_UPPER_LAYER = 32, /* of an overlay: not the image's */
  DOORMAN_OBJECT_LOWER_LAYER = 64,
};

/* The descriptor, file or connection that a call is about. */
struct doorman_event_object {
  __u8 type;     /* doorman_object_type */
  __u8 protocol; /* IPPROTO_*: 6 tcp, 17 udp, 1 icmp, 58 icmpv6, 255 raw; 0: not known */
  __u16 flags;   /* doorman_object_flags */
  __s32 fd;      /* -1: the call failed to make one */
  __u64 inode;
  __u32 device;     /* as the kernel counts: major << 20 | minor */
  __u16 local_port; /* ports and addresses are as people write them: 443 is 443 */
  __u16 remote_port;
  __u8 local[16]; /* network order; IPv4 uses the first four bytes */
  __u8 remote[16];
};

/* Slots 0 and 1 are the same in calls and process records. */
enum doorman_call_slot {
  DOORMAN_SLOT_PATH = 0,       /* of the object or the first path parameter: absolute, links followed */
  DOORMAN_SLOT_OTHER_PATH = 1, /* of the second path parameter: where something is renamed or linked to */
  DOORMAN_SLOT_PARAMETERS =
      2, /* the event's parameters in order: numbers in 8 bytes, texts as the caller wrote them */
};

enum doorman_process_slot {
  DOORMAN_SLOT_EXE = 0,     /* the program's path, links followed */
  DOORMAN_SLOT_SCRIPT = 1,  /* the script's path, where the program was named by #! */
  DOORMAN_SLOT_PROCESS = 2, /* struct doorman_process; of a FORK: of the child */
  DOORMAN_SLOT_COMM = 3,
  DOORMAN_SLOT_ARGS = 4, /* each ends with NUL, the name of the program first */
  DOORMAN_SLOT_ENV = 5,  /* NAME=value, each ends with NUL */
  DOORMAN_SLOT_CWD = 6,
  DOORMAN_SLOT_FILENAME = 7,    /* as the caller of execve wrote it */
  DOORMAN_SLOT_CLONE_FLAGS = 8, /* 8 bytes */
};

enum doorman_process_flags {
  DOORMAN_EXE_WRITABLE = 1, /* by who started it */
  DOORMAN_EXE_UPPER_LAYER = 2,
  DOORMAN_EXE_LOWER_LAYER = 4,
  DOORMAN_EXE_FROM_MEMFD = 8,
};

/* Of a process; may grow at its end, so a reader takes what it knows. */
struct doorman_process {
  __u64 start;
  __u64 parent_start;
  __u64 cap_effective;
  __u64 cap_permitted;
  __u64 cap_inheritable;
  __u64 exe_inode;
  __u64 exe_ctime; /* nanoseconds since 1970, as the file system has it */
  __u64 exe_mtime;
  __u64 pidns_start; /* of the first process in its pid namespace, on the header's clock */
  __u32 pid;
  __u32 parent;
  __u32 vpid; /* v…: as its own pid namespace counts */
  __u32 session;
  __u32 vsession;
  __u32 group;
  __u32 vgroup;
  __u32 tty; /* 0: none */
  __u32 uid;
  __u32 gid;
  __u32 loginuid; /* 0xffffffff: none */
  __u32 flags;    /* doorman_process_flags */
  __u32 exe_device;
  __u32 reserved;
};

/* All are texts but the first. Lists are texts that each end with NUL. */
enum doorman_container_slot {
  DOORMAN_CONTAINER_FLAGS = 0, /* 8 bytes: doorman_container_flags; absent: not known */
  DOORMAN_CONTAINER_ID = 1,    /* whole */
  DOORMAN_CONTAINER_NAME = 2,
  DOORMAN_CONTAINER_ENGINE = 3,     /* podman, docker, containerd, cri-o */
  DOORMAN_CONTAINER_IMAGE = 4,      /* as it was asked for: registry/name:tag */
  DOORMAN_CONTAINER_IMAGE_ID = 5,   /* the digest of its configuration, which is its identity */
  DOORMAN_CONTAINER_REPOSITORY = 6, /* registry/name */
  DOORMAN_CONTAINER_TAG = 7,
  DOORMAN_CONTAINER_DIGEST = 8,  /* of its manifest in the registry */
  DOORMAN_CONTAINER_LABELS = 9,  /* list: key, value, key, value … */
  DOORMAN_CONTAINER_MOUNTS = 10, /* list: source, destination, mode, rw or ro, propagation, source … */
  DOORMAN_CONTAINER_IP = 11,
  DOORMAN_CONTAINER_POD_NAME = 12,
  DOORMAN_CONTAINER_POD_NAMESPACE = 13,
  DOORMAN_CONTAINER_POD_UID = 14,
  DOORMAN_CONTAINER_POD_SANDBOX = 15, /* whole id */
  DOORMAN_CONTAINER_POD_LABELS = 16,
  DOORMAN_CONTAINER_USERS = 17,  /* lines as in passwd(5) */
  DOORMAN_CONTAINER_GROUPS = 18, /* lines as in group(5) */
  DOORMAN_CONTAINER_HOSTNAME = 19,
};

enum doorman_container_flags {
  DOORMAN_CONTAINER_PRIVILEGED = 1,
  DOORMAN_CONTAINER_HOST_PID = 2,
  DOORMAN_CONTAINER_HOST_NETWORK = 4,
  DOORMAN_CONTAINER_HOST_IPC = 8,
};

enum doorman_cgroup_slot {
  DOORMAN_CGROUP_PATH = 0,   /* below the root of the v2 hierarchy: /machine.slice/libpod-….scope */
  DOORMAN_CGROUP_PARENT = 1, /* 8 bytes: the parent's id */
  DOORMAN_CGROUP_COMM = 2,   /* who made it */
};

enum doorman_flow_kind {
  DOORMAN_FLOW_CONNECT = 1, /* asked for: connect(2) */
  DOORMAN_FLOW_SEND = 2,    /* asked for: sendto(2), sendmsg(2) to a named end */
  DOORMAN_FLOW_BIND = 3,    /* asked for: bind(2); the local end alone */
  DOORMAN_FLOW_LISTEN = 4,
  DOORMAN_FLOW_ESTABLISHED = 5, /* TCP: both ends are known; DOORMAN_OBJECT_SERVER when the other end came to us */
  DOORMAN_FLOW_CLOSED = 6,      /* TCP: with the bytes that went over it */
};

enum doorman_flow_verdict {
  DOORMAN_FLOW_ALLOWED = 0,
  DOORMAN_FLOW_NEW = 1,     /* let through, though the policy does not know it */
  DOORMAN_FLOW_REFUSED = 2, /* with EPERM */
};

/* May grow at its end, as may the structs below. */
struct doorman_flow {
  __u8 kind;    /* doorman_flow_kind */
  __u8 verdict; /* doorman_flow_verdict */
  __u16 reserved;
  __u32 repeats; /* how often the same was seen since it was last told, this time not counted */
  __u64 sent;    /* bytes; of a closed one */
  __u64 received;
};

enum doorman_flow_slot {
  DOORMAN_SLOT_FLOW = 0, /* struct doorman_flow */
};

enum doorman_dns_slot {
  DOORMAN_DNS_ANSWER = 0, /* the UDP payload */
};

/* Why a program is not the image's. */
enum doorman_drift_reason {
  DOORMAN_DRIFT_WRITTEN = 1,  /* added or changed after the container was made */
  DOORMAN_DRIFT_MEMORY = 2,   /* memfd, or another file without a name from the start */
  DOORMAN_DRIFT_UNLINKED = 3, /* its name was taken away */
  DOORMAN_DRIFT_FOREIGN = 4,  /* from another file system: a volume, a tmpfs */
  DOORMAN_DRIFT_LOADER = 5,   /* named to the dynamic loader */
  DOORMAN_DRIFT_SCRIPT = 6,   /* a script of one of the kinds above, run by an interpreter of the image */
  DOORMAN_DRIFT_DATA = 7, /* the same, as an argument of the interpreter: data to the kernel, and never refused */
};

enum doorman_drift_done {
  DOORMAN_DRIFT_TOLD = 0,
  DOORMAN_DRIFT_REFUSED = 1, /* with EPERM */
  DOORMAN_DRIFT_KILLED = 2,  /* before its first instruction */
};

struct doorman_drift {
  __u8 reason; /* doorman_drift_reason */
  __u8 done;   /* doorman_drift_done */
  __u16 reserved;
  __u32 mode; /* doorman_drift_mode that was in force, bpf/maps.h */
};

enum doorman_drift_slot {
  DOORMAN_DRIFT_PATH = 0,     /* absolute, as the container sees it */
  DOORMAN_DRIFT_FILENAME = 1, /* as the caller wrote it */
  DOORMAN_SLOT_DRIFT = 2,     /* struct doorman_drift */
};

enum doorman_mapped_slot {
  DOORMAN_MAPPED_PATH = 0, /* absolute, as the container sees it */
};

enum doorman_lost_cause {
  DOORMAN_LOST_RING_FULL = 1,  /* nobody read fast enough */
  DOORMAN_LOST_OVER_SHARE = 2, /* the container used up its share of the ring: a flood */
  DOORMAN_LOST_TABLE_FULL = 3, /* a table of the kernel side has no room */
  DOORMAN_LOST_LOG = 4,        /* the log could not be written */
};

struct doorman_lost {
  __u32 cause; /* doorman_lost_cause */
  __u32 reserved;
  __u64 count; /* since the last such record */
};

enum doorman_lost_slot {
  DOORMAN_SLOT_LOST = 0, /* struct doorman_lost */
};

/* All are texts but the three numbers of 8 bytes. */
enum doorman_alert_slot {
  DOORMAN_ALERT_RULE = 0,
  DOORMAN_ALERT_OUTPUT = 1,
  DOORMAN_ALERT_PRIORITY = 2, /* number: model::Priority */
  DOORMAN_ALERT_ACTION = 3,   /* number: model::Action that the rule asks for */
  DOORMAN_ALERT_DONE = 4,     /* number: model::Action that was done */
  DOORMAN_ALERT_SOURCE = 5,   /* the word behind `source:` */
  DOORMAN_ALERT_TAGS = 6,     /* list */
  DOORMAN_ALERT_FIELDS = 7,   /* list: name, value, name, value … of what the output names */
};

#endif
