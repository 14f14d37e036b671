// SPDX-License-Identifier: Apache-2.0
#include "model/flag_names.h"

#include <fmt/format.h>

#include <array>
#include <bit>
#include <span>

namespace doorman::model {
namespace {

struct Name {
  std::string_view text;
  std::uint32_t value;
};

// The numbers of Linux on x86-64, with Falco's words and in its order, as rules compare whole texts too. Numbers
// and not the headers' names, which differ from one C library to the next.
constexpr auto open_bits = std::to_array<Name>({
    {"O_LARGEFILE", 0100000},
    {"O_DIRECTORY", 0200000},
    {"O_DIRECT", 040000},
    {"O_TRUNC", 01000},
    {"O_SYNC", 04010000},
    {"O_NONBLOCK", 04000},
    {"O_EXCL", 0200},
    {"O_DSYNC", 010000},
    {"O_APPEND", 02000},
    {"O_CREAT", 0100},
});
constexpr auto clone_bits = std::to_array<Name>({
    {"CLONE_FILES", 0x400},
    {"CLONE_FS", 0x200},
    {"CLONE_IO", 0x80000000},
    {"CLONE_NEWIPC", 0x8000000},
    {"CLONE_NEWNET", 0x40000000},
    {"CLONE_NEWNS", 0x20000},
    {"CLONE_NEWPID", 0x20000000},
    {"CLONE_NEWUTS", 0x4000000},
    {"CLONE_PARENT", 0x8000},
    {"CLONE_PARENT_SETTID", 0x100000},
    {"CLONE_PTRACE", 0x2000},
    {"CLONE_SIGHAND", 0x800},
    {"CLONE_SYSVSEM", 0x40000},
    {"CLONE_THREAD", 0x10000},
    {"CLONE_UNTRACED", 0x800000},
    {"CLONE_VM", 0x100},
    {"CLONE_NEWUSER", 0x10000000},
    {"CLONE_CHILD_CLEARTID", 0x200000},
    {"CLONE_CHILD_SETTID", 0x1000000},
    {"CLONE_SETTLS", 0x80000},
    {"CLONE_VFORK", 0x4000},
    {"CLONE_NEWCGROUP", 0x2000000},
});
constexpr auto mode_bits = std::to_array<Name>({
    {"S_IXOTH", 01},
    {"S_IWOTH", 02},
    {"S_IROTH", 04},
    {"S_IXGRP", 010},
    {"S_IWGRP", 020},
    {"S_IRGRP", 040},
    {"S_IXUSR", 0100},
    {"S_IWUSR", 0200},
    {"S_IRUSR", 0400},
    {"S_ISVTX", 01000},
    {"S_ISGID", 02000},
    {"S_ISUID", 04000},
});
constexpr auto families = std::to_array<Name>({
    {"AF_NFC", 39},     {"AF_ALG", 38},    {"AF_CAIF", 37},    {"AF_IEEE802154", 36}, {"AF_PHONET", 35},
    {"AF_ISDN", 34},    {"AF_RXRPC", 33},  {"AF_IUCV", 32},    {"AF_BLUETOOTH", 31},  {"AF_TIPC", 30},
    {"AF_CAN", 29},     {"AF_LLC", 26},    {"AF_WANPIPE", 25}, {"AF_PPPOX", 24},      {"AF_IRDA", 23},
    {"AF_SNA", 22},     {"AF_RDS", 21},    {"AF_ATMSVC", 20},  {"AF_ECONET", 19},     {"AF_ASH", 18},
    {"AF_PACKET", 17},  {"AF_ROUTE", 16},  {"AF_NETLINK", 16}, {"AF_KEY", 15},        {"AF_SECURITY", 14},
    {"AF_NETBEUI", 13}, {"AF_DECnet", 12}, {"AF_ROSE", 11},    {"AF_INET6", 10},      {"AF_X25", 9},
    {"AF_ATMPVC", 8},   {"AF_BRIDGE", 7},  {"AF_NETROM", 6},   {"AF_APPLETALK", 5},   {"AF_IPX", 4},
    {"AF_AX25", 3},     {"AF_INET", 2},    {"AF_LOCAL", 1},    {"AF_UNIX", 1},        {"AF_UNSPEC", 0},
});
constexpr auto ptrace_requests = std::to_array<Name>({
    {"PTRACE_SINGLEBLOCK", 33},
    {"PTRACE_SYSEMU_SINGLESTEP", 32},
    {"PTRACE_SYSEMU", 31},
    {"PTRACE_ARCH_PRCTL", 30},
    {"PTRACE_SET_THREAD_AREA", 26},
    {"PTRACE_GET_THREAD_AREA", 25},
    {"PTRACE_OLDSETOPTIONS", 21},
    {"PTRACE_SETFPXREGS", 19},
    {"PTRACE_GETFPXREGS", 18},
    {"PTRACE_SETFPREGS", 15},
    {"PTRACE_GETFPREGS", 14},
    {"PTRACE_SETREGS", 13},
    {"PTRACE_GETREGS", 12},
    {"PTRACE_SETSIGMASK", 16907},
    {"PTRACE_GETSIGMASK", 16906},
    {"PTRACE_PEEKSIGINFO", 16905},
    {"PTRACE_LISTEN", 16904},
    {"PTRACE_INTERRUPT", 16903},
    {"PTRACE_SEIZE", 16902},
    {"PTRACE_SETREGSET", 16901},
    {"PTRACE_GETREGSET", 16900},
    {"PTRACE_SETSIGINFO", 16899},
    {"PTRACE_GETSIGINFO", 16898},
    {"PTRACE_GETEVENTMSG", 16897},
    {"PTRACE_SETOPTIONS", 16896},
    {"PTRACE_SYSCALL", 24},
    {"PTRACE_DETACH", 17},
    {"PTRACE_ATTACH", 16},
    {"PTRACE_SINGLESTEP", 9},
    {"PTRACE_KILL", 8},
    {"PTRACE_CONT", 7},
    {"PTRACE_POKEUSR", 6},
    {"PTRACE_POKEDATA", 5},
    {"PTRACE_POKETEXT", 4},
    {"PTRACE_PEEKUSR", 3},
    {"PTRACE_PEEKDATA", 2},
    {"PTRACE_PEEKTEXT", 1},
    {"PTRACE_TRACEME", 0},
});
constexpr auto bpf_commands = std::to_array<Name>({
    {"BPF_MAP_CREATE", 0},
    {"BPF_MAP_LOOKUP_ELEM", 1},
    {"BPF_MAP_UPDATE_ELEM", 2},
    {"BPF_MAP_DELETE_ELEM", 3},
    {"BPF_MAP_GET_NEXT_KEY", 4},
    {"BPF_PROG_LOAD", 5},
    {"BPF_OBJ_PIN", 6},
    {"BPF_OBJ_GET", 7},
    {"BPF_PROG_ATTACH", 8},
    {"BPF_PROG_DETACH", 9},
    {"BPF_PROG_TEST_RUN", 10},
    {"BPF_PROG_RUN", 10},
    {"BPF_PROG_GET_NEXT_ID", 11},
    {"BPF_MAP_GET_NEXT_ID", 12},
    {"BPF_PROG_GET_FD_BY_ID", 13},
    {"BPF_MAP_GET_FD_BY_ID", 14},
    {"BPF_OBJ_GET_INFO_BY_FD", 15},
    {"BPF_PROG_QUERY", 16},
    {"BPF_RAW_TRACEPOINT_OPEN", 17},
    {"BPF_BTF_LOAD", 18},
    {"BPF_BTF_GET_FD_BY_ID", 19},
    {"BPF_TASK_FD_QUERY", 20},
    {"BPF_MAP_LOOKUP_AND_DELETE_ELEM", 21},
    {"BPF_MAP_FREEZE", 22},
    {"BPF_BTF_GET_NEXT_ID", 23},
    {"BPF_MAP_LOOKUP_BATCH", 24},
    {"BPF_MAP_LOOKUP_AND_DELETE_BATCH", 25},
    {"BPF_MAP_UPDATE_BATCH", 26},
    {"BPF_MAP_DELETE_BATCH", 27},
    {"BPF_LINK_CREATE", 28},
    {"BPF_LINK_UPDATE", 29},
    {"BPF_LINK_GET_FD_BY_ID", 30},
    {"BPF_LINK_GET_NEXT_ID", 31},
    {"BPF_ENABLE_STATS", 32},
    {"BPF_ITER_CREATE", 33},
    {"BPF_LINK_DETACH", 34},
    {"BPF_PROG_BIND_MAP", 35},
});
constexpr auto at_bits = std::to_array<Name>({
    {"AT_SYMLINK_NOFOLLOW", 0x100},
    {"AT_REMOVEDIR", 0x200},
    {"AT_SYMLINK_FOLLOW", 0x400},
    {"AT_NO_AUTOMOUNT", 0x800},
    {"AT_EMPTY_PATH", 0x1000},
});
constexpr auto rename_bits = std::to_array<Name>({
    {"RENAME_NOREPLACE", 0x1},
    {"RENAME_EXCHANGE", 0x2},
    {"RENAME_WHITEOUT", 0x4},
});
constexpr auto resolve_bits = std::to_array<Name>({
    {"RESOLVE_BENEATH", 0x8},
    {"RESOLVE_IN_ROOT", 0x10},
    {"RESOLVE_NO_MAGICLINKS", 0x2},
    {"RESOLVE_NO_SYMLINKS", 0x4},
    {"RESOLVE_NO_XDEV", 0x1},
    {"RESOLVE_CACHED", 0x20},
});
constexpr auto mount_bits = std::to_array<Name>({
    {"RDONLY", 0x1},
    {"NOSUID", 0x2},
    {"NODEV", 0x4},
    {"NOEXEC", 0x8},
    {"SYNCHRONOUS", 0x10},
    {"REMOUNT", 0x20},
    {"MANDLOCK", 0x40},
    {"DIRSYNC", 0x80},
    {"NOATIME", 0x400},
    {"NODIRATIME", 0x800},
    {"BIND", 0x1000},
    {"MOVE", 0x2000},
    {"REC", 0x4000},
    {"SILENT", 0x8000},
    {"POSIXACL", 0x10000},
    {"UNBINDABLE", 0x20000},
    {"PRIVATE", 0x40000},
    {"SLAVE", 0x80000},
    {"SHARED", 0x100000},
    {"RELATIME", 0x200000},
    {"KERNMOUNT", 0x400000},
    {"I_VERSION", 0x800000},
    {"STRICTATIME", 0x1000000},
    {"LAZYTIME", 0x2000000},
    {"NOSEC", 0x10000000},
    {"BORN", 0x20000000},
    {"ACTIVE", 0x40000000},
    {"NOUSER", 0x80000000},
});
constexpr auto unmount_bits = std::to_array<Name>({
    {"FORCE", 0x1},
    {"DETACH", 0x2},
    {"EXPIRE", 0x4},
    {"NOFOLLOW", 0x8},
});
constexpr auto protection_bits = std::to_array<Name>({
    {"PROT_READ", 0x1},
    {"PROT_WRITE", 0x2},
    {"PROT_EXEC", 0x4},
    {"PROT_GROWSDOWN", 0x1000000},
    {"PROT_GROWSUP", 0x2000000},
    {"PROT_NONE", 0},
});
constexpr auto map_bits = std::to_array<Name>({
    {"MAP_SHARED", 0x1},
    {"MAP_PRIVATE", 0x2},
    {"MAP_FIXED", 0x10},
    {"MAP_ANONYMOUS", 0x20},
    {"MAP_32BIT", 0x40},
    {"MAP_NORESERVE", 0x4000},
    {"MAP_POPULATE", 0x8000},
    {"MAP_NONBLOCK", 0x10000},
    {"MAP_GROWSDOWN", 0x100},
    {"MAP_DENYWRITE", 0x800},
    {"MAP_EXECUTABLE", 0x1000},
    {"MAP_FILE", 0},
    {"MAP_LOCKED", 0x2000},
});
constexpr auto memfd_bits = std::to_array<Name>({
    {"MFD_CLOEXEC", 0x1},
    {"MFD_ALLOW_SEALING", 0x2},
    {"MFD_HUGETLB", 0x4},
});
constexpr auto access_bits = std::to_array<Name>({
    {"F_OK", 0},
    {"R_OK", 0x4},
    {"W_OK", 0x2},
    {"X_OK", 0x1},
});
constexpr auto module_bits = std::to_array<Name>({
    {"MODULE_INIT_IGNORE_MODVERSIONS", 0x1},
    {"MODULE_INIT_IGNORE_VERMAGIC", 0x2},
    {"MODULE_INIT_COMPRESSED_FILE", 0x4},
});
constexpr auto keyctl_operations = std::to_array<Name>({
    {"KEYCTL_GET_KEYRING_ID", 0},
    {"KEYCTL_JOIN_SESSION_KEYRING", 1},
    {"KEYCTL_UPDATE", 2},
    {"KEYCTL_REVOKE", 3},
    {"KEYCTL_CHOWN", 4},
    {"KEYCTL_SETPERM", 5},
    {"KEYCTL_DESCRIBE", 6},
    {"KEYCTL_CLEAR", 7},
    {"KEYCTL_LINK", 8},
    {"KEYCTL_UNLINK", 9},
    {"KEYCTL_SEARCH", 10},
    {"KEYCTL_READ", 11},
    {"KEYCTL_INSTANTIATE", 12},
    {"KEYCTL_NEGATE", 13},
    {"KEYCTL_SET_REQKEY_KEYRING", 14},
    {"KEYCTL_SET_TIMEOUT", 15},
    {"KEYCTL_ASSUME_AUTHORITY", 16},
    {"KEYCTL_GET_SECURITY", 17},
    {"KEYCTL_SESSION_TO_PARENT", 18},
    {"KEYCTL_REJECT", 19},
    {"KEYCTL_INSTANTIATE_IOV", 20},
    {"KEYCTL_INVALIDATE", 21},
    {"KEYCTL_GET_PERSISTENT", 22},
    {"KEYCTL_DH_COMPUTE", 23},
    {"KEYCTL_PKEY_QUERY", 24},
    {"KEYCTL_PKEY_ENCRYPT", 25},
    {"KEYCTL_PKEY_DECRYPT", 26},
    {"KEYCTL_PKEY_SIGN", 27},
    {"KEYCTL_PKEY_VERIFY", 28},
    {"KEYCTL_RESTRICT_KEYRING", 29},
    {"KEYCTL_MOVE", 30},
    {"KEYCTL_CAPABILITIES", 31},
    {"KEYCTL_WATCH_KEY", 32},
});
constexpr auto prctl_options = std::to_array<Name>({
    {"PR_GET_DUMPABLE", 3},
    {"PR_SET_DUMPABLE", 4},
    {"PR_GET_KEEPCAPS", 7},
    {"PR_SET_KEEPCAPS", 8},
    {"PR_SET_NAME", 15},
    {"PR_GET_NAME", 16},
    {"PR_GET_SECCOMP", 21},
    {"PR_SET_SECCOMP", 22},
    {"PR_CAPBSET_READ", 23},
    {"PR_CAPBSET_DROP", 24},
    {"PR_GET_SECUREBITS", 27},
    {"PR_SET_SECUREBITS", 28},
    {"PR_MCE_KILL", 33},
    {"PR_SET_MM", 35},
    {"PR_SET_CHILD_SUBREAPER", 36},
    {"PR_GET_CHILD_SUBREAPER", 37},
    {"PR_SET_NO_NEW_PRIVS", 38},
    {"PR_GET_NO_NEW_PRIVS", 39},
    {"PR_GET_TID_ADDRESS", 40},
    {"PR_SET_THP_DISABLE", 41},
    {"PR_GET_THP_DISABLE", 42},
    {"PR_CAP_AMBIENT", 47},
});
constexpr auto fcntl_commands = std::to_array<Name>({
    {"F_GETPIPE_SZ", 1032}, {"F_SETPIPE_SZ", 1031}, {"F_NOTIFY", 1026},   {"F_DUPFD_CLOEXEC", 1030},
    {"F_GETLEASE", 1025},   {"F_SETLEASE", 1024},   {"F_GETOWN_EX", 16},  {"F_SETOWN_EX", 15},
    {"F_GETSIG", 11},       {"F_SETSIG", 10},       {"F_GETOWN", 9},      {"F_SETOWN", 8},
    {"F_SETLKW", 7},        {"F_SETLK", 6},         {"F_GETLK", 5},       {"F_SETFL", 4},
    {"F_GETFL", 3},         {"F_SETFD", 2},         {"F_GETFD", 1},       {"F_DUPFD", 0},
    {"F_OFD_GETLK", 36},    {"F_OFD_SETLK", 37},    {"F_OFD_SETLKW", 38},
});
constexpr auto capabilities = std::to_array<std::string_view>({
    "CAP_CHOWN",
    "CAP_DAC_OVERRIDE",
    "CAP_DAC_READ_SEARCH",
    "CAP_FOWNER",
    "CAP_FSETID",
    "CAP_KILL",
    "CAP_SETGID",
    "CAP_SETUID",
    "CAP_SETPCAP",
    "CAP_LINUX_IMMUTABLE",
    "CAP_NET_BIND_SERVICE",
    "CAP_NET_BROADCAST",
    "CAP_NET_ADMIN",
    "CAP_NET_RAW",
    "CAP_IPC_LOCK",
    "CAP_IPC_OWNER",
    "CAP_SYS_MODULE",
    "CAP_SYS_RAWIO",
    "CAP_SYS_CHROOT",
    "CAP_SYS_PTRACE",
    "CAP_SYS_PACCT",
    "CAP_SYS_ADMIN",
    "CAP_SYS_BOOT",
    "CAP_SYS_NICE",
    "CAP_SYS_RESOURCE",
    "CAP_SYS_TIME",
    "CAP_SYS_TTY_CONFIG",
    "CAP_MKNOD",
    "CAP_LEASE",
    "CAP_AUDIT_WRITE",
    "CAP_AUDIT_CONTROL",
    "CAP_SETFCAP",
    "CAP_MAC_OVERRIDE",
    "CAP_MAC_ADMIN",
    "CAP_SYSLOG",
    "CAP_WAKE_ALARM",
    "CAP_BLOCK_SUSPEND",
    "CAP_AUDIT_READ",
    "CAP_PERFMON",
    "CAP_BPF",
    "CAP_CHECKPOINT_RESTORE",
});

/// One number has one word (an enumeration), or is a sum of words.
struct Vocabulary {
  std::span<const Name> names;
  bool is_sum;
};

Vocabulary vocabulary_of(ParameterForm form) {
  switch (form) {
    case ParameterForm::clone_flags:
      return {clone_bits, true};
    case ParameterForm::file_mode:
      return {mode_bits, true};
    case ParameterForm::address_family:
      return {families, false};
    case ParameterForm::ptrace_request:
      return {ptrace_requests, false};
    case ParameterForm::bpf_command:
      return {bpf_commands, false};
    case ParameterForm::at_flags:
      return {at_bits, true};
    case ParameterForm::rename_flags:
      return {rename_bits, true};
    case ParameterForm::resolve_flags:
      return {resolve_bits, true};
    case ParameterForm::mount_flags:
      return {mount_bits, true};
    case ParameterForm::unmount_flags:
      return {unmount_bits, true};
    case ParameterForm::memory_protection:
      return {protection_bits, true};
    case ParameterForm::map_flags:
      return {map_bits, true};
    case ParameterForm::memfd_flags:
      return {memfd_bits, true};
    case ParameterForm::access_mode:
      return {access_bits, true};
    case ParameterForm::module_flags:
      return {module_bits, true};
    case ParameterForm::keyctl_operation:
      return {keyctl_operations, false};
    case ParameterForm::prctl_option:
      return {prctl_options, false};
    case ParameterForm::fcntl_command:
      return {fcntl_commands, false};
    case ParameterForm::open_flags:
      return {open_bits, true};
    case ParameterForm::result:
    case ParameterForm::object_fd:
    case ParameterForm::object_device:
    case ParameterForm::object_inode:
    case ParameterForm::address:
    case ParameterForm::tuple:
    case ParameterForm::task:
    case ParameterForm::integer:
    case ParameterForm::natural:
    case ParameterForm::hex:
    case ParameterForm::octal:
    case ParameterForm::descriptor:
    case ParameterForm::process:
    case ParameterForm::user:
    case ParameterForm::group:
    case ParameterForm::signal:
    case ParameterForm::time:
    case ParameterForm::interval:
    case ParameterForm::text:
    case ParameterForm::path:
    case ParameterForm::bytes:
      return {{}, false};
  }
  return {{}, false};
}

/// The words so far, joined.
class Words {
 public:
  explicit Words(char separator) : separator_(separator) {}

  void add(std::string_view word) {
    if (text_.size() > 0) text_.push_back(separator_);
    text_.append(word.data(), word.data() + word.size());
  }
  [[nodiscard]] std::string_view text() const { return {text_.data(), text_.size()}; }

 private:
  fmt::memory_buffer text_;
  char separator_;
};

/// The access mode is two bits that are no sum, and stands where Falco has it.
void add_open_flags(std::uint32_t value, Words& words) {
  constexpr std::uint32_t access_bits_of_open = 3, close_on_exec = 02000000, temporary = 020000000;
  std::uint32_t left = value;
  for (const Name& name : open_bits) {
    if ((left & name.value) != name.value) continue;
    words.add(name.text);
    left &= ~name.value;
  }
  constexpr auto access = std::to_array<std::string_view>({"O_RDONLY", "O_WRONLY", "O_RDWR", "O_RDWR"});
  words.add(access[value & access_bits_of_open]);
  if ((value & close_on_exec) != 0) words.add("O_CLOEXEC");
  if ((value & temporary) != 0) words.add("O_TMPFILE");
}

void add_sum(std::span<const Name> names, std::uint32_t value, Words& words) {
  std::uint32_t left = value;
  for (const Name& name : names) {
    const bool is_there = name.value == 0 ? value == 0 : (left & name.value) == name.value;
    if (!is_there) continue;
    words.add(name.text);
    left &= ~name.value;
  }
}

}  // namespace

bool has_names(ParameterForm form) { return !vocabulary_of(form).names.empty(); }

std::string_view flag_names(ParameterForm form, std::uint64_t value, base::Arena& scratch) {
  const auto number = static_cast<std::uint32_t>(value);
  const Vocabulary vocabulary = vocabulary_of(form);
  Words words('|');
  if (form == ParameterForm::open_flags) {
    add_open_flags(number, words);
  } else if (vocabulary.is_sum) {
    add_sum(vocabulary.names, number, words);
  } else {
    for (const Name& name : vocabulary.names) {
      if (name.value == number) words.add(name.text);
    }
  }
  return scratch.copy(words.text());
}

std::string_view capability_names(std::uint64_t mask, base::Arena& scratch) {
  Words words(' ');
  mask &= (std::uint64_t{1} << capabilities.size()) - 1;
  for (; mask != 0; mask &= mask - 1) words.add(capabilities[static_cast<std::size_t>(std::countr_zero(mask))]);
  return scratch.copy(words.text());
}

}  // namespace doorman::model
