// SPDX-License-Identifier: Apache-2.0
#include "source/kernel/call_signatures.h"

#include <array>
#include <vector>

namespace doorman::source::kernel {
namespace {

using model::EventType;

struct Row {
  EventType type;
  CallSignature signature;
};

// The manual pages, section 2; numbers of 32 bits from arch/x86/entry/syscalls/syscall_32.tbl.
constexpr auto rows = std::to_array<Row>({
    {EventType::read, {"fd - size", 3}},
    {EventType::write, {"fd - size", 4}},
    {EventType::open, {"name flags mode", 5}},
    {EventType::close, {"fd", 6}},
    {EventType::stat, {"path", -1}},
    {EventType::fstat, {"fd", -1}},
    {EventType::lstat, {"path", -1}},
    {EventType::lseek, {"fd offset whence", 19}},
    {EventType::mmap, {"addr length prot flags fd offset", -1}},
    {EventType::mprotect, {"addr length prot", 125}},
    {EventType::munmap, {"addr length", 91}},
    {EventType::brk, {"addr", 45}},
    {EventType::ioctl, {"fd request argument", 54}},
    {EventType::pread, {"fd - size pos", -1}},
    {EventType::pwrite, {"fd - size pos", -1}},
    {EventType::readv, {"fd", -1}},
    {EventType::writev, {"fd", -1}},
    {EventType::access, {"name mode", 33}},
    {EventType::dup, {"oldfd", 41, true}},
    {EventType::dup2, {"oldfd newfd", 63, true}},
    {EventType::sendfile, {"out_fd in_fd - size", 187}},
    {EventType::socket, {"domain type proto", 359}},
    {EventType::connect, {"fd &address", 362}},
    {EventType::accept, {"", -1}},
    {EventType::sendto, {"fd - size - &address", 369}},
    {EventType::recvfrom, {"fd - size", 371}},
    {EventType::sendmsg, {"fd &message", -1}},
    {EventType::recvmsg, {"fd", -1}},
    {EventType::shutdown, {"fd how", 373}},
    {EventType::bind, {"fd &address", 361}},
    {EventType::listen, {"fd backlog", 363}},
    {EventType::setsockopt, {"fd level optname - optlen", 366}},
    {EventType::getsockopt, {"fd level optname", 365}},
    {EventType::execve, {"filename", 11}},
    {EventType::kill, {"pid sig", 37}},
    {EventType::semget, {"key nsems semflg", 393}},
    {EventType::semctl, {"semid semnum cmd val", -1}},
    {EventType::fcntl, {"fd cmd arg", 221}},
    {EventType::flock, {"fd operation", 143}},
    {EventType::getdents, {"fd", 141}},
    {EventType::getcwd, {"path", 183}},
    {EventType::chdir, {"path", 12}},
    {EventType::fchdir, {"fd", 133}},
    {EventType::rename, {"oldpath newpath", 38}},
    {EventType::mkdir, {"path mode", 39}},
    {EventType::rmdir, {"path", 40}},
    {EventType::creat, {"name mode", 8}},
    {EventType::link, {"oldpath newpath", 9}},
    {EventType::unlink, {"path", 10}},
    {EventType::symlink, {"target linkpath", 83}},
    {EventType::chmod, {"filename mode", 15}},
    {EventType::fchmod, {"fd mode", 94}},
    {EventType::chown, {"path uid gid", 212}},
    {EventType::fchown, {"fd uid gid", 207}},
    {EventType::lchown, {"path uid gid", 198}},
    {EventType::ptrace, {"request pid addr data", 26}},
    {EventType::setuid, {"uid", 213}},
    {EventType::setgid, {"gid", 214}},
    {EventType::setpgid, {"pid pgid", 57}},
    {EventType::setreuid, {"ruid euid", 203}},
    {EventType::setregid, {"rgid egid", 204}},
    {EventType::setresuid, {"ruid euid suid", 208}},
    {EventType::setresgid, {"rgid egid sgid", 210}},
    {EventType::capset, {"- cap_effective%0+cap_permitted%4+cap_inheritable%8", 185}},
    {EventType::mknod, {"path mode dev", 14}},
    {EventType::mlock, {"addr len", 150}},
    {EventType::munlock, {"addr len", 151}},
    {EventType::mlockall, {"flags", 152}},
    {EventType::prctl, {"option arg2_str|arg2_int", 172}},
    {EventType::chroot, {"path", 61}},
    {EventType::mount, {"dev dir type flags", 21}},
    {EventType::umount2, {"name flags", 52}},
    {EventType::init_module, {"- length uargs", 128}},
    {EventType::delete_module, {"name flags", 129}},
    {EventType::tkill, {"tid sig", 238}},
    {EventType::futex, {"addr op val", 240}},
    {EventType::epoll_create, {"size", 254}},
    {EventType::tgkill, {"pid tid sig", 270}},
    {EventType::keyctl, {"operation arg2 arg3 arg4 arg5", 288}},
    {EventType::openat, {"dirfd name flags mode", 295}},
    {EventType::mkdirat, {"dirfd path mode", 296}},
    {EventType::mknodat, {"dirfd path mode dev", 297}},
    {EventType::fchownat, {"dirfd pathname uid gid flags", 298}},
    {EventType::newfstatat, {"dirfd path - flags", -1}},
    {EventType::unlinkat, {"dirfd name flags", 301}},
    {EventType::renameat, {"olddirfd oldpath newdirfd newpath", 302}},
    {EventType::linkat, {"olddir oldpath newdir newpath flags", 303}},
    {EventType::symlinkat, {"target linkdirfd linkpath", 304}},
    {EventType::fchmodat, {"dirfd filename mode", 306}},
    {EventType::unshare, {"flags", 310}},
    {EventType::splice, {"fd_in - fd_out - size flags", 313}},
    {EventType::signalfd, {"fd - -", -1}},
    {EventType::accept4, {"- - - flags", 364}},
    {EventType::signalfd4, {"fd - - flags", -1}},
    {EventType::eventfd2, {"initval flags", 328}},
    {EventType::epoll_create1, {"flags", 329}},
    {EventType::dup3, {"oldfd newfd flags", 330, true}},
    {EventType::pipe2, {"- flags", 331}},
    {EventType::inotify_init1, {"flags", 332}},
    {EventType::open_by_handle_at, {"mountfd - flags", 342}},
    {EventType::setns, {"fd nstype", 346}},
    {EventType::process_vm_readv, {"pid", 347}},
    {EventType::process_vm_writev, {"pid", 348}},
    {EventType::finit_module, {"fd uargs flags", 350}},
    {EventType::renameat2, {"olddirfd oldpath newdirfd newpath flags", 353}},
    {EventType::seccomp, {"op flags", 354}},
    {EventType::memfd_create, {"name flags", 356}},
    {EventType::bpf, {"cmd", 357}},
    {EventType::userfaultfd, {"flags", 374}},
    {EventType::mlock2, {"addr len flags", 376}},
    {EventType::copy_file_range, {"fdin - fdout - len", 377}},
    {EventType::io_uring_setup,
     {"entries sq_entries%0+cq_entries%4+flags%8+sq_thread_cpu%12+sq_thread_idle%16+features%20", 425}},
    {EventType::io_uring_enter, {"fd to_submit min_complete flags sig", 426}},
    {EventType::io_uring_register, {"fd opcode arg nr_args", 427}},
    {EventType::fsconfig, {"fd cmd key - aux", 431}},
    {EventType::pidfd_open, {"pid flags", 434}},
    {EventType::openat2, {"dirfd name flags@0+mode@8+resolve@16", 437}},
    {EventType::pidfd_getfd, {"pid_fd target_fd flags", 438}},
    {EventType::close_range, {"first last flags", 436}},
    {EventType::execveat, {"", 358}},
});

}  // namespace

CallSignature signature_of(EventType type) {
  static const auto by_type = [] {
    std::vector<CallSignature> table(model::event_types().size() + 1);
    for (const Row& row : rows) table[static_cast<std::size_t>(row.type)] = row.signature;
    return table;
  }();
  return by_type[static_cast<std::size_t>(type)];
}

}  // namespace doorman::source::kernel
