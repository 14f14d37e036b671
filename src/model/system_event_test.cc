// SPDX-License-Identifier: Apache-2.0
#include "model/system_event.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>
#include <deque>
#include <memory>
#include <set>

namespace doorman::model {
namespace {

using Type = EventObject::Type;

/// What a value says, so that a test shows what it got.
std::string show(const Value& value) {
  switch (value.kind()) {
    case Value::Kind::absent:
      return "absent";
    case Value::Kind::boolean:
      return value.boolean() ? "true" : "false";
    case Value::Kind::integer:
      return std::to_string(value.integer());
    case Value::Kind::natural:
      return std::to_string(value.natural()) + "u";
    case Value::Kind::real:
      return std::to_string(value.real());
    case Value::Kind::text:
      return "'" + std::string(value.text()) + "'";
    case Value::Kind::address:
      return fmt::format("{}", fmt::join(value.address().bytes, "."));
    case Value::Kind::network:
      return "network";
    case Value::Kind::list: {
      std::string all;
      for (const Value& each : value.list()) all += (all.empty() ? "" : " ") + show(each);
      return "[" + all + "]";
    }
  }
  return {};
}

constexpr std::uint64_t boot = 1'700'000'000'000'000'000;
constexpr std::uint64_t second = 1'000'000'000;

base::IpAddress v4(std::uint8_t a, std::uint8_t b, std::uint8_t c, std::uint8_t d) {
  base::IpAddress address;
  address.bytes = {a, b, c, d};
  return address;
}

/// A shell in a container, started by its entry program, whose parent is the engine's shim.
class SystemEventTest : public testing::Test {
 protected:
  SystemEventTest() {
    make(shim, nullptr, {"containerd-shim", "-namespace", "moby"}, "/usr/bin/containerd-shim", 90);
    make(entry, &shim, {"nginx", "-g", "daemon off;"}, "/usr/sbin/nginx", 100);
    make(shell, &entry, {"sh", "-c", "cat  x"}, "/bin/dash", 120);
    entry.state.vpid = 1;
    shell.state.vpid = 17;
    shell.state.session = shell.state.group = entry.state.key.pid;
    shell.state.vsession = shell.state.vgroup = 1;
    shell.state.pidns_start = 99 * second;
    shell.state.cap_effective = (1U << 0U) | (1U << 21U);
    shell.state.exe_upper_layer = true;
    shell.state.exe_ctime = boot + 110 * second;
    shell.state.exe_inode = 4711;
    shell.cwd = "/srv/app";
    container.id = "3ad7b26ded6d8e7b23da7d48fe889434573036c27ae5a74837233de441c3601e";
    container.name = "web";
    container.repository = "docker.io/library/nginx";
    container.tag = "1.25";
    container.image_id = "sha256:6f7e2741b66b00";
    container.privileged = false;
    container.labels = {{"app", "shop"}, {"tier", "web"}};
    container.mounts = {{"/srv/data", "/data", "rw", "rprivate", true}, {"/proc/x", "/y", "", "", false}};
    container.pod_name = "web-0";
    container.names.users = {{33, "www-data", "/var/www", "/usr/sbin/nologin"}};
    shell.container = &container;
    context.boot_time = boot;
    context.number = 7;
    context.first = 100 * second;
    context.host_names = &host_names;
    host_names.users = {{0, "root", "/root", "/bin/bash"}, {1000, "ada", "/home/ada", "/bin/zsh"}};
    record.pid = record.tid = shell.state.key.pid;
    record.time = 125 * second + 5;
    record.uid = 33;
    record.gid = 0;
  }

  void make(Process& process, const Process* parent, const std::vector<std::string>& words, std::string path,
            std::uint64_t start) {
    Program program;
    program.exe_path = std::move(path);
    program.comm = words.front();
    program.exe = words.front();
    for (const std::string& word : words) program.arguments.append(word).append(1, '\0');
    for (std::size_t i = 1; i < words.size(); ++i) program.args += (i > 1 ? " " : "") + words[i];
    program.command_line = program.comm + " " + program.args;
    program.environment = std::string("HOME=/root\0HOMER=no\0EMPTY=\0", 27);
    program.knows_arguments = program.knows_environment = true;
    process.program = &programs.emplace_back(std::move(program));
    process.parent = parent;
    process.state.key = {start * second, static_cast<std::uint32_t>(start)};
    if (parent != nullptr) process.state.parent = parent->state.key;
    process.revision = start;
  }

  void call(EventType type, const std::vector<std::optional<std::string>>& slots, std::int64_t result = 0) {
    record.kind = EventRecord::Kind::call;
    record.type = type;
    record.result = result;
    record.has_object = false;
    record.slots = 0;
    kept.clear();
    for (const auto& each : slots) {
      record.slot.at(record.slots) = each ? std::string_view(kept.emplace_back(*each)) : std::string_view();
      ++record.slots;
    }
  }
  static std::string number(std::uint64_t value) {
    std::string bytes(sizeof value, '\0');
    std::memcpy(bytes.data(), &value, sizeof value);
    return bytes;
  }
  void object(Type type, int fd) {
    record.has_object = true;
    record.object = {};
    record.object.type = type;
    record.object.fd = fd;
  }
  void open_for(std::uint64_t flags, std::uint64_t mode = 0) {
    call(EventType::openat,
         {"/etc/shadow",
          {},
          {},
          number(static_cast<std::uint64_t>(-100)),
          "../../etc/shadow",
          number(flags),
          number(mode)},
         3);
    object(Type::file, 3);
    record.object.inode = 99;
    record.object.device = (8U << 20U) | 1U;
  }
  void connect_to(base::IpAddress remote, std::uint16_t port) {
    call(EventType::connect, {}, 0);
    object(remote.is_v6 ? Type::ipv6 : Type::ipv4, 5);
    record.object.local = v4(10, 0, 0, 7);
    record.object.local_port = 40000;
    record.object.remote = remote;
    record.object.remote_port = port;
    record.object.protocol = 6;
    record.object.flags |= EventObject::connected;
  }

  [[nodiscard]] std::string read(std::string_view field, const Process* process, const Container* of) {
    const auto use = use_field(field);
    if (!use.ok()) return use.error().message();
    const SystemEvent event(record, process, of, context);
    return show(event.read(*use, scratch));
  }
  [[nodiscard]] std::string read(std::string_view field) { return read(field, &shell, &container); }

  std::deque<Program> programs;
  Process shim, entry, shell;
  Container container;
  UserNames host_names;
  EventContext context;
  EventRecord record;
  base::Arena scratch;
  std::deque<std::string> kept;
};

TEST_F(SystemEventTest, SaysWhatHappenedAndWhen) {
  open_for(0);
  EXPECT_EQ(read("evt.type"), "'openat'");
  EXPECT_EQ(read("syscall.type"), "'openat'");
  EXPECT_EQ(read("evt.type.is.openat"), "1u");
  EXPECT_EQ(read("evt.type.is.open"), "0u");
  EXPECT_EQ(read("evt.num"), "7u");
  EXPECT_EQ(read("evt.rawtime"), "1700000125000000005u");
  EXPECT_EQ(read("evt.time"), "'22:15:25.000000005'");
  EXPECT_EQ(read("evt.datetime.s"), "'2023-11-14 22:15:25'");
  EXPECT_EQ(read("evt.reltime"), "25000000005u");
  EXPECT_EQ(read("evt.reltime.ns"), "5u");
  EXPECT_EQ(read("evt.category"), "'file'");
  EXPECT_EQ(read("evt.res"), "'SUCCESS'");
  EXPECT_EQ(read("evt.rawres"), "3");
  call(EventType::procexit, {});
  EXPECT_EQ(read("syscall.type"), "absent");
}

TEST_F(SystemEventTest, SaysHowItFailed) {
  call(EventType::openat, {{}, {}, {}, {}, "/nowhere", number(1), {}}, -2);
  EXPECT_EQ(read("evt.res"), "'ENOENT'");
  EXPECT_EQ(read("evt.rawres"), "-2");
  EXPECT_EQ(read("evt.failed"), "true");
  EXPECT_EQ(read("fd.num"), "-1");
  EXPECT_EQ(read("fd.typechar"), "'f'");
  EXPECT_EQ(read("fd.name"), "'/nowhere'");
  EXPECT_EQ(read("evt.count.error.file"), "1u");
  EXPECT_EQ(read("evt.count.error.net"), "absent");
  call(EventType::connect, {}, -100000);
  EXPECT_EQ(read("evt.res"), "'-100000'");
}

TEST_F(SystemEventTest, TellsHowAFileWasOpened) {
  open_for(0);
  EXPECT_EQ(read("evt.is_open_read"), "true");
  EXPECT_EQ(read("evt.is_open_write"), "false");
  open_for(01);
  EXPECT_EQ(read("evt.is_open_read"), "false");
  EXPECT_EQ(read("evt.is_open_write"), "true");
  open_for(02);
  EXPECT_EQ(read("evt.is_open_read"), "true");
  EXPECT_EQ(read("evt.is_open_write"), "true");
  EXPECT_EQ(read("evt.is_open_exec"), "false");
  open_for(01 | 0100 | 01000 | 02000000, 0755);
  EXPECT_EQ(read("evt.is_open_exec"), "true");
  EXPECT_EQ(read("evt.is_open_create"), "false");
  record.object.flags |= EventObject::created;
  EXPECT_EQ(read("evt.is_open_create"), "true");
  EXPECT_EQ(read("evt.arg.flags"), "'O_TRUNC|O_CREAT|O_WRONLY|O_CLOEXEC|O_F_CREATED'");
  EXPECT_EQ(read("evt.arg.mode"), "'0755'");
  call(EventType::unlink, {});
  EXPECT_EQ(read("evt.is_open_write"), "false");
}

TEST_F(SystemEventTest, KnowsThePackageThatBroughtTheFile) {
  PackageFiles owned;
  owned.packages = {"passwd", "dash"};
  owned.files = {{.path = base::path_id("etc/shadow"), .package = 0},
                 {.path = base::path_id("bin/dash"), .package = 1},
                 {.path = base::path_id("etc"), .package = 1, .shared = true}};
  std::ranges::sort(owned.files, {}, &PackageFiles::File::path);
  const std::string bytes = encode(owned);
  open_for(0);
  EXPECT_EQ(read("fd.package"), "absent") << "nobody scanned the image";
  ImageFacts facts;
  facts.files = std::make_shared<const PackageFilesView>(bytes);
  container.image_facts = std::make_shared<const ImageFacts>(facts);
  EXPECT_EQ(read("fd.package"), "'passwd'");
  EXPECT_EQ(read("fd.package", &shell, nullptr), "absent");
  record.object.flags |= EventObject::upper_layer;
  EXPECT_EQ(read("fd.package"), "'passwd'") << "also when it was changed";
  EXPECT_EQ(read("proc.package"), "absent") << "the program was changed";
  shell.state.exe_upper_layer = false;
  EXPECT_EQ(read("proc.package"), "'dash'");
  call(EventType::openat, {"/etc", {}, {}, number(0), "/etc", number(0), number(0)}, 3);
  object(Type::directory, 3);
  EXPECT_EQ(read("fd.package"), "absent") << "a folder of several packages";
  call(EventType::openat, {"/etc/shadow", {}, {}, number(0), "/etc/shadow", number(0), number(0)}, -13);
  EXPECT_EQ(read("fd.package"), "'passwd'") << "also when it could not be opened";
  connect_to(v4(10, 0, 0, 8), 80);
  EXPECT_EQ(read("fd.package"), "absent");
}

TEST_F(SystemEventTest, KnowsTheFileByItsRealPath) {
  open_for(0);
  EXPECT_EQ(read("fd.name"), "'/etc/shadow'");
  EXPECT_EQ(read("fd.nameraw"), "'../../etc/shadow'");
  EXPECT_EQ(read("fd.directory"), "'/etc'");
  EXPECT_EQ(read("fd.filename"), "'shadow'");
  EXPECT_EQ(read("fd.type"), "'file'");
  EXPECT_EQ(read("fd.typechar"), "'f'");
  EXPECT_EQ(read("fd.num"), "3");
  EXPECT_EQ(read("fd.ino"), "99");
  EXPECT_EQ(read("fd.dev.major"), "8");
  EXPECT_EQ(read("fd.dev.minor"), "1");
  EXPECT_EQ(read("fd.ip"), "absent");
  EXPECT_EQ(read("fd.l4proto"), "absent");
  EXPECT_EQ(read("fd.containername"), "'3ad7b26ded6d:/etc/shadow'");
  EXPECT_EQ(read("evt.arg.name"), "'/etc/shadow'");
  EXPECT_EQ(read("evt.rawarg.name"), "'../../etc/shadow'");
  EXPECT_EQ(read("evt.arg.dirfd"), "'AT_FDCWD'");
  EXPECT_EQ(read("evt.arg.fd"), "'<f>/etc/shadow'");
  EXPECT_EQ(read("evt.arg[0]"), "'<f>/etc/shadow'");
  EXPECT_EQ(read("evt.arg.json"), "absent");
  record.object.type = Type::directory;
  EXPECT_EQ(read("fd.directory"), "'/etc/shadow'");
  EXPECT_EQ(read("fd.filename"), "absent");
}

TEST_F(SystemEventTest, PutsPathsTogetherWhereTheKernelGaveNone) {
  call(EventType::mkdirat, {{}, {}, {}, number(static_cast<std::uint64_t>(-100)), "a/../b//./c"});
  EXPECT_EQ(read("evt.arg.path"), "'/srv/app/b/c'");
  EXPECT_EQ(read("fs.path.name"), "'/srv/app/b/c'");
  EXPECT_EQ(read("fs.path.nameraw"), "'a/../b//./c'");
  call(EventType::mkdirat, {{}, {}, {}, number(9), "c"});
  EXPECT_EQ(read("evt.arg.path"), "'c'");
  call(EventType::unlink, {{}, {}, {}, "/../../etc/./passwd"});
  EXPECT_EQ(read("evt.arg.path"), "'/etc/passwd'");
}

TEST_F(SystemEventTest, TellsRenamedAndLinkedPathsApart) {
  call(EventType::renameat2,
       {"/srv/app/a", {}, {}, number(static_cast<std::uint64_t>(-100)), "a", number(4), "/b", number(2)});
  EXPECT_EQ(read("evt.arg.oldpath"), "'/srv/app/a'");
  EXPECT_EQ(read("evt.arg.newpath"), "'/b'");
  EXPECT_EQ(read("evt.arg.flags"), "'RENAME_EXCHANGE'");
  EXPECT_EQ(read("fs.path.source"), "'/srv/app/a'");
  EXPECT_EQ(read("fs.path.target"), "'/b'");
  EXPECT_EQ(read("fs.path.name"), "absent");
  call(EventType::symlinkat, {{}, {}, {}, "/etc/passwd", {}, "link"});
  EXPECT_EQ(read("evt.arg.target"), "'/etc/passwd'");
  EXPECT_EQ(read("evt.arg.linkpath"), "'/srv/app/link'");
  EXPECT_EQ(read("fs.path.source"), "'/etc/passwd'");
  EXPECT_EQ(read("fs.path.target"), "'/srv/app/link'");
  EXPECT_EQ(read("fd.name"), "absent");
}

TEST_F(SystemEventTest, KnowsBothEndsOfAConnection) {
  connect_to(v4(8, 8, 8, 8), 443);
  EXPECT_EQ(read("fd.name"), "'10.0.0.7:40000->8.8.8.8:443'");
  EXPECT_EQ(read("fd.type"), "'ipv4'");
  EXPECT_EQ(read("fd.sport"), "443u");
  EXPECT_EQ(read("fd.cport"), "40000u");
  EXPECT_EQ(read("fd.rport"), "443u");
  EXPECT_EQ(read("fd.port"), "[40000u 443u]");
  EXPECT_EQ(read("fd.sproto"), "'https'");
  EXPECT_EQ(read("fd.l4proto"), "'tcp'");
  EXPECT_EQ(read("fd.sockfamily"), "'ip'");
  EXPECT_EQ(read("fd.is_server"), "false");
  EXPECT_EQ(read("fd.connected"), "true");
  EXPECT_EQ(read("fd.name_changed"), "false");
  EXPECT_EQ(read("evt.arg.addr"), "'8.8.8.8:443'");
  EXPECT_EQ(read("evt.arg.tuple"), "'10.0.0.7:40000->8.8.8.8:443'");
  EXPECT_EQ(read("fd.sip").substr(0, 7), "8.8.8.8");
  EXPECT_EQ(read("fd.snet").substr(0, 7), "8.8.8.8");
  record.object.flags |= EventObject::server;
  EXPECT_EQ(read("fd.name"), "'8.8.8.8:443->10.0.0.7:40000'");
  EXPECT_EQ(read("fd.sport"), "40000u");
  EXPECT_EQ(read("fd.lport"), "40000u");
  record.object.flags |= EventObject::listening;
  EXPECT_EQ(read("fd.name"), "'10.0.0.7:40000'");
  EXPECT_EQ(read("fd.cport"), "absent");
  EXPECT_EQ(read("fd.port"), "40000u");
}

TEST_F(SystemEventTest, ASocketThatSpeaksToNobodyHasNoEnds) {
  call(EventType::socket, {{}, {}, {}, number(17), number(3), number(0)}, 5);
  object(Type::other, 5);
  EXPECT_EQ(read("evt.arg.domain"), "'AF_PACKET'");
  EXPECT_EQ(read("fd.typechar"), "'o'");
  EXPECT_EQ(read("fd.type"), "absent");
  object(Type::ipv4, 5);
  EXPECT_EQ(read("fd.name"), "absent");
  EXPECT_EQ(read("fd.sip"), "absent");
  EXPECT_EQ(read("fd.ip"), "absent");
}

TEST_F(SystemEventTest, SaysArgumentsInWords) {
  call(EventType::ptrace, {{}, {}, {}, {}, {}, number(16), number(1)});
  EXPECT_EQ(read("evt.arg.request"), "'PTRACE_ATTACH'");
  call(EventType::bpf, {{}, {}, {}, number(5)}, 4);
  EXPECT_EQ(read("evt.arg.cmd"), "'BPF_PROG_LOAD'");
  call(EventType::setuid, {{}, {}, {}, number(33)});
  EXPECT_EQ(read("evt.arg.uid"), "'www-data'");
  call(EventType::setuid, {{}, {}, {}, number(4242)});
  EXPECT_EQ(read("evt.arg.uid"), "'4242'");
  call(EventType::fchmod, {{}, {}, {}, {}, number(04755)});
  EXPECT_EQ(read("evt.arg.mode"), "'S_IXOTH|S_IROTH|S_IXGRP|S_IRGRP|S_IXUSR|S_IWUSR|S_IRUSR|S_ISUID'");
  call(EventType::setns, {{}, {}, {}, number(3), number(0x10000000)});
  EXPECT_EQ(read("evt.arg.nstype"), "'CLONE_NEWUSER'");
  call(EventType::kill, {{}, {}, {}, number(17), number(9)});
  EXPECT_EQ(read("evt.args"), "'res=0 pid=17 sig=9(SIGKILL)'");
}

TEST_F(SystemEventTest, AnExecSaysWhatWasStarted) {
  record.kind = EventRecord::Kind::exec;
  record.type = EventType::execve;
  EXPECT_EQ(read("evt.arg.flags"), "'EXE_UPPER_LAYER'");
  EXPECT_EQ(read("evt.arg.exe"), "'sh'");
  EXPECT_EQ(read("evt.arg.args"), "'-c cat  x'");
  EXPECT_EQ(read("evt.arg.pid"), "'120'");
  EXPECT_EQ(read("evt.arg.trusted_exepath"), "'/bin/dash'");
  record.kind = EventRecord::Kind::exit;
  record.type = EventType::procexit;
  record.result = 9;
  EXPECT_EQ(read("evt.arg.sig"), "'SIGKILL'");
  EXPECT_EQ(read("evt.arg.ret"), "'0'");
}

TEST_F(SystemEventTest, KnowsTheProcess) {
  open_for(0);
  EXPECT_EQ(read("proc.name"), "'sh'");
  EXPECT_EQ(read("proc.exepath"), "'/bin/dash'");
  EXPECT_EQ(read("proc.cmdline"), "'sh -c cat  x'");
  EXPECT_EQ(read("proc.exeline"), "'sh -c cat  x'");
  EXPECT_EQ(read("proc.args[1]"), "'cat  x'");
  EXPECT_EQ(read("proc.args[2]"), "absent");
  EXPECT_EQ(read("proc.cmdnargs"), "2u");
  EXPECT_EQ(read("proc.cmdlenargs"), "8u");
  EXPECT_EQ(read("proc.env[HOME]"), "'/root'");
  EXPECT_EQ(read("proc.env[EMPTY]"), "''");
  EXPECT_EQ(read("proc.env[HOM]"), "absent");
  EXPECT_EQ(read("proc.env"), "'HOME=/root HOMER=no EMPTY='");
  EXPECT_EQ(read("proc.cwd"), "'/srv/app'");
  EXPECT_EQ(read("proc.tty"), "0u");
  EXPECT_EQ(read("proc.pid"), "120");
  EXPECT_EQ(read("proc.vpid"), "17");
  EXPECT_EQ(read("proc.ppid"), "100");
  EXPECT_EQ(read("proc.duration"), "5000000005u");
  EXPECT_EQ(read("proc.pid.ts"), "1700000120000000000u");
  EXPECT_EQ(read("proc.is_exe_upper_layer"), "true");
  EXPECT_EQ(read("proc.is_exe_from_memfd"), "false");
  EXPECT_EQ(read("proc.exe_ino.ctime_duration_proc_start"), "10000000000u");
  EXPECT_EQ(read("proc.exe_ino.ctime_duration_pidns_start"), "11000000000u");
  EXPECT_EQ(read("proc.is_vpgid_leader"), "false");
  EXPECT_EQ(read("thread.cap_effective"), "'CAP_CHOWN CAP_SYS_ADMIN'");
  EXPECT_EQ(read("thread.cap_permitted"), "''");
}

TEST_F(SystemEventTest, KnowsTheAncestors) {
  open_for(0);
  EXPECT_EQ(read("proc.pname"), "'nginx'");
  EXPECT_EQ(read("proc.pcmdline"), "'nginx -g daemon off;'");
  EXPECT_EQ(read("proc.aname[0]"), "'sh'");
  EXPECT_EQ(read("proc.aname[2]"), "'containerd-shim'");
  EXPECT_EQ(read("proc.aname[3]"), "absent");
  EXPECT_EQ(read("proc.aname[99999999]"), "absent");
  EXPECT_EQ(read("proc.aname"), "['nginx' 'containerd-shim']");
  EXPECT_EQ(read("proc.apid"), "[100 90]");
  EXPECT_EQ(read("proc.aenv[HOME]"), "'/root'");
  EXPECT_EQ(read("proc.aexepath[1]"), "'/usr/sbin/nginx'");
  EXPECT_EQ(read("proc.sname"), "'nginx'");
  EXPECT_EQ(read("proc.sid"), "1");
  EXPECT_EQ(read("proc.loginshellid"), "120");
}

TEST_F(SystemEventTest, NamesUsersAsTheirContainerDoes) {
  open_for(0);
  EXPECT_EQ(read("user.uid"), "33u");
  EXPECT_EQ(read("user.name"), "'www-data'");
  EXPECT_EQ(read("user.homedir"), "'/var/www'");
  EXPECT_EQ(read("user.loginuid"), "-1");
  EXPECT_EQ(read("user.loginname"), "absent");
  EXPECT_EQ(read("group.name"), "'root'");
  shell.state.loginuid = 1000;
  EXPECT_EQ(read("user.loginname"), "'ada'");
  record.uid = 1000;
  EXPECT_EQ(read("user.name"), "absent");
  EXPECT_EQ(read("user.name", &shell, nullptr), "'ada'");
}

TEST_F(SystemEventTest, KnowsTheContainer) {
  open_for(0);
  EXPECT_EQ(read("container.id"), "'3ad7b26ded6d'");
  EXPECT_EQ(read("container.name"), "'web'");
  EXPECT_EQ(read("container.image.id"), "'6f7e2741b66b'");
  EXPECT_EQ(read("container.image.repository"), "'docker.io/library/nginx'");
  EXPECT_EQ(read("container.image.digest"), "absent");
  EXPECT_EQ(read("container.privileged"), "false");
  EXPECT_EQ(read("container.host_pid"), "absent");
  EXPECT_EQ(read("container.labels"), "'app:shop,tier:web'");
  EXPECT_EQ(read("container.label.tier"), "'web'");
  EXPECT_EQ(read("container.label.none"), "absent");
  EXPECT_EQ(read("container.mounts"), "'/srv/data:/data:rw:true:rprivate /proc/x:/y::false:'");
  EXPECT_EQ(read("container.mount[0]"), "'/srv/data:/data:rw:true:rprivate'");
  EXPECT_EQ(read("container.mount[/none]"), "'none'");
  EXPECT_EQ(read("container.mount.dest[/proc*]"), "'/y'");
  EXPECT_EQ(read("container.mount.dest[/none]"), "absent");
  EXPECT_EQ(read("container.mount.source[/data]"), "'/srv/data'");
  EXPECT_EQ(read("container.mount.rdwr[1]"), "'false'");
  EXPECT_EQ(read("container.start_ts"), "1700000099000000000u");
  EXPECT_EQ(read("container.duration"), "26000000005u");
  EXPECT_EQ(read("k8s.pod.name"), "'web-0'");
  EXPECT_EQ(read("k8s.ns.name"), "absent");
}

TEST_F(SystemEventTest, TheHostIsNoContainer) {
  open_for(0);
  EXPECT_EQ(read("container.id", &shell, nullptr), "'host'");
  EXPECT_EQ(read("container.name", &shell, nullptr), "'host'");
  EXPECT_EQ(read("container.full_id", &shell, nullptr), "absent");
  EXPECT_EQ(read("container.image.repository", &shell, nullptr), "absent");
  EXPECT_EQ(read("container.privileged", &shell, nullptr), "absent");
  EXPECT_EQ(read("container.mount[0]", &shell, nullptr), "absent");
  EXPECT_EQ(read("container.start_ts", &shell, nullptr), "absent");
}

TEST_F(SystemEventTest, OfAnUnknownProcessOnlyTheRecordSpeaks) {
  open_for(0);
  for (const Field& each : fields()) {
    if (!each.name.starts_with("proc.") || each.id == FieldId::proc_pid) continue;
    const SystemEvent event(record, nullptr, nullptr, context);
    EXPECT_FALSE(event.read({.id = each.id, .key = {}}, scratch).exists()) << each.name;
  }
  EXPECT_EQ(read("proc.pid", nullptr, nullptr), "120");
  EXPECT_EQ(read("user.uid", nullptr, nullptr), "33u");
  EXPECT_EQ(SystemEvent(record, nullptr, nullptr, context).revisions().of(FieldScope::process), 0U);
  EXPECT_EQ(SystemEvent(record, &shell, &container, context).revisions().of(FieldScope::process), 120U);
}

TEST_F(SystemEventTest, HandsOnWhatIsHostileAsItIs) {
  const std::string path("/tmp/\x1b[31m\0\n", 12), huge(60000, 'x');
  call(EventType::unlink, {path, {}, {}, path});
  EXPECT_EQ(read("evt.arg.path"), "'" + path + "'");
  call(EventType::unlink, {{}, {}, {}, huge});
  EXPECT_EQ(read("evt.arg.path"), "'/srv/app/" + huge + "'");
  call(EventType::unlink, {"", {}, {}, ""});
  EXPECT_EQ(read("fs.path.name"), "absent");
  call(EventType::openat, {{}, {}, {}, "short", "x", "no", "num"});
  EXPECT_EQ(read("evt.arg.flags"), "absent");
  EXPECT_EQ(read("evt.is_open_write"), "false");
  EXPECT_EQ(read("evt.arg.dirfd"), "absent");
}

bool fits(FieldType type, Value::Kind kind) {
  switch (type) {
    case FieldType::boolean:
      return kind == Value::Kind::boolean;
    case FieldType::integer:
      return kind == Value::Kind::integer;
    case FieldType::natural:
    case FieldType::port:
    case FieldType::duration:
    case FieldType::time:
      return kind == Value::Kind::natural;
    case FieldType::real:
      return kind == Value::Kind::real;
    case FieldType::text:
    case FieldType::path:
    case FieldType::bytes:
      return kind == Value::Kind::text;
    case FieldType::address:
      return kind == Value::Kind::address;
    case FieldType::network:
      return kind == Value::Kind::network || kind == Value::Kind::address;
  }
  return false;
}

TEST_F(SystemEventTest, EveryValueIsOfItsFieldsKind) {
  shell.state.loginuid = 1000;
  std::set<FieldId> seen;
  const auto look = [&] {
    for (const Field& each : fields()) {
      if ((each.sources & set_of(EventSource::syscall)) == 0) continue;
      const bool has_key = each.argument == FieldArgument::key;
      const FieldUse use{
          .id = each.id, .has_argument = has_key, .index = has_key ? 0 : -1, .key = has_key ? "0" : ""};
      const Value value = SystemEvent(record, &shell, &container, context).read(use, scratch);
      if (!value.exists()) continue;
      seen.insert(each.id);
      if (value.kind() != Value::Kind::list) {
        EXPECT_TRUE(each.id == FieldId::evt_rawarg || fits(each.type, value.kind())) << each.name << show(value);
        continue;
      }
      EXPECT_TRUE(each.list) << each.name;
      for (const Value& item : value.list()) EXPECT_TRUE(fits(each.type, item.kind())) << each.name;
    }
  };
  open_for(0100, 0755);
  look();
  connect_to(v4(1, 2, 3, 4), 80);
  look();
  call(EventType::renameat, {"/a", "/b", {}, {}, "a", {}, "b"}, -1);
  look();
  call(EventType::sendto, {{}, {}, {}, "bytes"});
  look();
  EXPECT_GT(seen.size(), 150U);
}

}  // namespace
}  // namespace doorman::model
