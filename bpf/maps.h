/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only */
#ifndef DOORMAN_MAPS_H
#define DOORMAN_MAPS_H

/*
 * What kernel programs and user space tell each other through maps: keys, values and limits. User space reads this
 * in src/kern alone.
 */

#ifndef __VMLINUX_H__
#include <linux/types.h>
#endif

enum doorman_drift_mode {
  DOORMAN_DRIFT_OFF = 0,
  DOORMAN_DRIFT_ALERT = 1, /* tell */
  DOORMAN_DRIFT_DENY = 2,  /* EPERM where it can be given, else kill before the first instruction */
  DOORMAN_DRIFT_KILL = 3,
};

enum doorman_flow_mode {
  DOORMAN_FLOW_OFF = 0,
  DOORMAN_FLOW_DISCOVER = 1, /* tell each new peer */
  DOORMAN_FLOW_MONITOR = 2,  /* and whether the policy knows it */
  DOORMAN_FLOW_PROTECT = 3,  /* refuse what the policy does not know */
};

#define DOORMAN_MAX_CONTAINERS 16384
#define DOORMAN_MAX_LOST 4096            /* keys of `lost` */
#define DOORMAN_CRITICAL_BYTES (4 << 20) /* of the ring `critical` */

/* Why a group counts as a container's, before user space has looked. */
enum doorman_guess {
  DOORMAN_GUESS_NONE = 0,
  DOORMAN_GUESS_NAME = 1,   /* its name holds the container's id */
  DOORMAN_GUESS_MAKER = 2,  /* a container runtime made it */
  DOORMAN_GUESS_PARENT = 3, /* it stands below one */
};

/* Map `containers`, key: id of the control group (v2). Of a container, and of every group below it. The kernel side
 * adds groups when they are made, with the modes of `control`; user space changes modes. */
struct doorman_container {
  __u64 root;        /* the group of the container itself */
  __u64 made;        /* nanoseconds since boot */
  __u32 flow_policy; /* number of its flow policy; 0: the default one */
  __u8 drift;        /* doorman_drift_mode */
  __u8 flows;        /* doorman_flow_mode */
  __u8 confirmed;    /* user space knows it for a container; not only by its name */
  __u8 guess;        /* doorman_guess */
};

/* Map `control`, one entry. */
struct doorman_control {
  __u64 heartbeat;   /* when the guard last gave a sign of life, nanoseconds since boot; 0: never */
  __u64 patience;    /* nanoseconds after which it counts as gone */
  __u32 host_mnt_ns; /* inode numbers of the host's namespaces */
  __u32 host_pid_ns;
  __u32 guard_pid;  /* whose own deeds are not told */
  __u8 drift;       /* doorman_drift_mode of containers that appear */
  __u8 flows;       /* doorman_flow_mode of containers that appear */
  __u8 environment; /* whether executions tell the environment */
  __u8 reserved;
};

/* Map `lost`, per processor, least recently used goes first. */
struct doorman_lost_key {
  __u64 cgroup;
  __u32 cause; /* doorman_lost_cause */
  __u32 reserved;
};

/* Drift: whether a program is the image's. */

/* Key of map `approved`: one state of one file. Of an overlay's changed file, the file of the upper layer itself.
 */
struct doorman_drift_file {
  __u64 inode;
  __u64 ctime;  /* nanoseconds since 1970: another content is another state */
  __u32 device; /* of the superblock: major << 20 | minor */
  __u32 reserved;
};

#define DOORMAN_MAX_APPROVED 16384

/* Map `drift_roots`, key: doorman_container.root. */
struct doorman_drift_root {
  __u32 device;  /* of the superblock that holds the container's root */
  __u32 overlay; /* whether it is an overlay */
};

/* Map `drift_held`, key: pid. A process that stands stopped before its program's first instruction until user space
 * has looked: a dynamic loader that was named a file, or a file that may only be re-permissioned.
 *
 * Behind the SIGSTOP a signal waits that ends it, so that whoever sends SIGCONT lets nothing run. To let it go on,
 * its tracer takes that signal away. */
struct doorman_drift_held {
  __u64 cgroup;
  __u64 start;
  __u64 since; /* nanoseconds since boot */
  __u8 reason; /* doorman_drift_reason */
  __u8 reserved[7];
};

/* SIGXCPU. Its number is above SIGSTOP's, so it is looked at when the stop is over, and as one that dumps core it
 * does not end the process when it is sent. */
#define DOORMAN_DRIFT_SIGNAL 24

#define DOORMAN_MAX_HELD 1024

/* Map `drift_gate`, one entry that user space maps into memory: who answers questions about executions. */
struct doorman_drift_gate {
  __u64 heartbeat;  /* when it last gave a sign of life, nanoseconds since boot; 0: there is none */
  __u64 patience;   /* nanoseconds after which it counts as gone */
  __u64 start[2];   /* of its processes, as /proc/PID/stat has it */
  __u32 pid[2];     /* 0: there is none; the kernel side takes away who ends */
  __u64 wall_clock; /* what is to be added to the time since boot for the time since 1970, in nanoseconds */
};

/* Program `drift_look`: what the kernel knows of a file and of a process that wants to run it. */
struct doorman_drift_look {
  __s32 fd;    /* asked: of the caller */
  __s32 pidfd; /* asked: of the caller; -1: nobody */
  __u64 cgroup;
  __u64 start;
  __u64 root; /* doorman_container.root; 0: no container */
  struct doorman_drift_file file;
  __u32 pid;
  __u32 uid;
  __u32 gid;
  __u8 reason; /* doorman_drift_reason; 0: the image's */
  __u8 mode;   /* doorman_drift_mode of the process's container */
  __u8 approved;
  __u8 in_host; /* in the host's mount namespace: the engine still */
  __u8 found;   /* 0: fd or pidfd is none */
  __u8 reserved[7];
};

#define DOORMAN_DRIFT_PATH_MAX 4096
#define DOORMAN_DRIFT_WRITERS 3 /* the gate's two processes, and the guard */

/* Program `drift_tell`, whose context is the number of an entry of map `drift_say`: what the gate did, or the guard
 * found, one entry for each of these processes. */
struct doorman_drift_say {
  struct doorman_drift_look look;
  __u8 reason;
  __u8 done; /* doorman_drift_done */
  __u16 path_bytes;
  __u32 reserved;
  char path[DOORMAN_DRIFT_PATH_MAX];
};

#endif
