/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only */
#ifndef DOORMAN_PATH_H
#define DOORMAN_PATH_H

/*
 * Paths of what was really opened: from the dentry up, over mount points, to the root of the mount namespace. A
 * chroot does not shorten them, so nobody gives a file another name by choosing where his root is; in a container
 * they are as the container sees them, since its root is that of its namespace.
 */

#include "bpf/record.h"

#define PATH_STEPS 128 /* names and mount points; deeper paths lose their beginning, and the record says so */

/* What is read of a dentry and of a mount. The kernel has these members side by side, so that where each read is a
 * call one brings them all. */
struct dentry_look {
  struct dentry* parent;
  struct {
    __u32 hash;
    __u32 length; /* little-endian, as the kernel has it there */
    const unsigned char* text;
  } name;
};
struct mount_look {
  struct mount* parent;
  struct dentry* mountpoint; /* in the parent */
  struct dentry* root;
};

struct place {
  struct vfsmount* mnt;
  struct dentry* dentry;
};

struct walk {
  struct scratch* s;
  struct dentry* dentry;
  struct mount* mount;
  struct mount_look at; /* that mount */
  bool done;
};

static __always_inline struct mount* mount_of(struct vfsmount* mnt) {
  return (struct mount*)((char*)mnt - bpf_core_field_offset(struct mount, mnt));
}

static __always_inline struct place place_of(const struct path* path) {
  struct place place = {};
  if (CAN_LOOK) {
    place.mnt = LOOK(path, mnt);
    place.dentry = LOOK(path, dentry);
    return place;
  }
  bpf_probe_read_kernel(&place, sizeof place, path);
  return place;
}

static __always_inline void look_at_dentry(struct dentry_look* look, struct dentry* dentry) {
  const __u32 at = bpf_core_field_offset(struct dentry, d_parent);
  if (!CAN_LOOK && bpf_core_field_offset(struct dentry, d_name) == at + offsetof(struct dentry_look, name)) {
    bpf_probe_read_kernel(look, sizeof *look, (char*)dentry + at);
    return;
  }
  look->parent = LOOK(dentry, d_parent);
  look->name.length = LOOK(dentry, d_name.len);
  look->name.text = LOOK(dentry, d_name.name);
}

static __always_inline void look_at_mount(struct mount_look* look, struct mount* mount) {
  const __u32 at = bpf_core_field_offset(struct mount, mnt_parent);
  if (!CAN_LOOK &&
      bpf_core_field_offset(struct mount, mnt_mountpoint) == at + offsetof(struct mount_look, mountpoint) &&
      bpf_core_field_offset(struct mount, mnt) == at + offsetof(struct mount_look, root) &&
      bpf_core_field_offset(struct vfsmount, mnt_root) == 0) {
    bpf_probe_read_kernel(look, sizeof *look, (char*)mount + at);
    return;
  }
  look->parent = LOOK(mount, mnt_parent);
  look->mountpoint = LOOK(mount, mnt_mountpoint);
  look->root = LOOK(mount, mnt.mnt_root);
}

static __always_inline void enter_mount(struct walk* walk, struct mount* mount) {
  walk->mount = mount;
  look_at_mount(&walk->at, mount);
}

/* The root of a mount: goes on where it is mounted. */
static __always_inline void leave_mount(struct walk* walk) {
  struct mount* parent = walk->at.parent;
  if (!parent || parent == walk->mount) {
    walk->done = true;
    return;
  }
  walk->dentry = walk->at.mountpoint;
  enter_mount(walk, parent);
}

static __always_inline void put_name_before(struct walk* walk, const struct dentry_look* look) {
  struct scratch* s = walk->s;
  __u32 length = look->name.length, at = s->path_at;
  opaque(length);
  opaque(at);
  if (length == 0 || length >= NAME_BYTES || at > PATH_BYTES || at < length + 1) {
    s->cut |= length != 0;
    walk->done = true;
    return;
  }
  at -= length + 1;
  opaque(at);
  if (at >= PATH_BYTES) return; /* for the verifier */
  s->path[at] = '/';
  bpf_probe_read_kernel(s->path + at + 1, length, look->name.text);
  s->path_at = at;
}

static long walk_step(__u32 index, struct walk* walk) {
  if (walk->dentry == walk->at.root) {
    leave_mount(walk);
    return walk->done;
  }
  struct dentry_look look = {};
  look_at_dentry(&look, walk->dentry);
  put_name_before(walk, &look);
  if (!look.parent || look.parent == walk->dentry) walk->done = true; /* stands nowhere: a memfd */
  walk->dentry = look.parent;
  return walk->done;
}

/* Writes it at the end of s->path, from s->path_at on. */
static __always_inline void walk_path(struct scratch* s, const struct path* path) {
  struct place start = place_of(path);
  struct walk walk = {.s = s, .dentry = start.dentry};
  s->path_at = PATH_BYTES;
  enter_mount(&walk, mount_of(start.mnt));
  bpf_loop(PATH_STEPS, walk_step, &walk, 0);
  if (!walk.done) s->cut = 1;
  if (s->path_at == PATH_BYTES) {
    s->path_at = PATH_BYTES - 1;
    s->path[PATH_BYTES - 1] = '/';
  }
}

static __always_inline void walk_file(struct scratch* s, struct file* file) { walk_path(s, &file->f_path); }

/* The last name of its path, and the top of the mount that it is in: NULL where mounts stand on one another. */
static __always_inline struct dentry* look_at_leaf(struct dentry_look* look, struct file* file) {
  struct place place = place_of(&file->f_path);
  struct mount_look at = {};
  look_at_mount(&at, mount_of(place.mnt));
  struct dentry* dentry = place.dentry;
  if (dentry == at.root) {
    dentry = at.mountpoint;
    look_at_mount(&at, at.parent);
    if (dentry == at.root) return NULL;
  }
  look_at_dentry(look, dentry);
  return at.root;
}

/* What walk_path found. */
static __always_inline void put_walked(struct scratch* s, __u32 slot) {
  __u32 at = s->path_at;
  opaque(at);
  if (at >= PATH_BYTES) return;
  put_bytes(s, slot, s->path + at, PATH_BYTES - at);
}

static __always_inline void put_path(struct scratch* s, __u32 slot, const struct path* path) {
  walk_path(s, path);
  put_walked(s, slot);
}

#endif
