// SPDX-License-Identifier: Apache-2.0
#include "events/population.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string_view>

#include "parse/event/write.h"

namespace doorman::bench {
namespace {

using model::EventObject;
using model::EventRecord;
using model::EventType;
using parse::event::append_container;
using parse::event::append_process;
using parse::event::append_record;
using parse::event::NumberSlot;

struct Command {
  std::string_view program, line;  // words of the line are parted by spaces
};

constexpr auto services = std::to_array<Command>({
    {"/usr/sbin/nginx", "nginx -g daemon off;"},
    {"/usr/bin/redis-server", "redis-server *:6379"},
    {"/usr/local/bin/python3.11", "python3 -m gunicorn app:server --workers 4 --bind 0.0.0.0:8000"},
    {"/usr/bin/node", "node /srv/app/server.js --port 3000"},
    {"/usr/lib/postgresql/15/bin/postgres", "postgres -D /var/lib/postgresql/data"},
    {"/usr/lib/jvm/java-17/bin/java",
     "java -Xmx512m -XX:+UseG1GC -jar /opt/app/app.jar --spring.profiles.active=prod"},
    {"/app/server", "/app/server --config /etc/server/config.yaml --listen :8080"},
    {"/usr/sbin/cron", "cron -f"},
});
constexpr auto tools = std::to_array<Command>({
    {"/bin/dash", "sh -c ./healthcheck.sh"},
    {"/bin/cat", "cat /proc/loadavg"},
    {"/bin/ls", "ls -la /var/lib/app"},
    {"/usr/bin/curl", "curl -sf http://127.0.0.1:8080/healthz"},
    {"/bin/grep", "grep -c processor /proc/cpuinfo"},
    {"/usr/bin/psql", "psql -U app -c select 1"},
    {"/usr/bin/tar", "tar -czf /tmp/backup.tar.gz /srv/app"},
    {"/usr/bin/python3.11", "python3 /opt/scripts/report.py --daily"},
});
constexpr auto paths = std::to_array<std::string_view>({
    "/etc/ld.so.cache",
    "/lib/x86_64-linux-gnu/libc.so.6",
    "/usr/lib/x86_64-linux-gnu/libssl.so.3",
    "/usr/lib/python3.11/site-packages/gunicorn/workers/base.py",
    "/srv/app/node_modules/express/lib/router/index.js",
    "/var/lib/postgresql/data/base/16384/2619",
    "/var/log/nginx/access.log",
    "/proc/self/status",
    "/proc/meminfo",
    "/sys/fs/cgroup/memory.current",
    "/tmp/upload-0007.part",
    "/etc/hosts",
    "/etc/resolv.conf",
    "/usr/share/zoneinfo/UTC",
    "/etc/nginx/conf.d/default.conf",
    "/var/lib/app/cache/0f/3a/entry",
});
constexpr std::string_view environment(
    "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin\0HOSTNAME=web-0\0HOME=/root\0LANG=C.UTF-8\0"
    "KUBERNETES_SERVICE_HOST=10.96.0.1\0KUBERNETES_SERVICE_PORT=443\0APP_ENV=production\0",
    182);

std::string words_of(std::string_view line) {
  std::string words(line);
  std::ranges::replace(words, ' ', '\0');
  return words + '\0';
}

std::string_view name_of(std::string_view program) {
  constexpr std::size_t longest_comm = 15;
  return program.substr(program.rfind('/') + 1).substr(0, longest_comm);
}

}  // namespace

EventRecord Population::record_of(const Inhabitant& who, EventType type) {
  EventRecord record;
  record.type = type;
  record.time = time_ += 1000;
  record.cgroup = who.cgroup;
  record.start = who.state.key.start;
  record.pid = record.tid = who.state.key.pid;
  record.vtid = who.state.vpid;
  record.uid = who.state.uid;
  record.gid = who.state.gid;
  record.cpu = static_cast<std::uint16_t>(pick(8));
  ++written_;
  return record;
}

void Population::add_container(std::size_t number) {
  model::Container container;
  container.id = fmt::format("{:064x}", 0x9e3779b97f4a7c15U * (number + 1));
  container.name = fmt::format("k8s_app-{}_shop", number);
  container.engine = "containerd";
  container.repository = fmt::format("registry.example/shop/app-{}", number % 40);
  container.tag = "1.4";
  container.image = container.repository + ":1.4";
  container.image_id = fmt::format("sha256:{:064x}", number % 40);
  container.labels = {{"app", fmt::format("app-{}", number % 40)}, {"tier", "web"}};
  container.privileged = number % 50 == 0;
  container.pod_name = fmt::format("app-{}-0", number);
  container.pod_namespace = "shop";
  container.names.users = {{0, "root", "/root", "/bin/sh"}, {33, "www-data", "/var/www", "/usr/sbin/nologin"}};
  container.names.groups = {{0, "root"}, {33, "www-data"}};
  append_container(out_, 1000 + number, container);
  ++written_;
}

void Population::exec(const Inhabitant& who, std::string_view program, std::string_view line) {
  EventRecord record = record_of(who, EventType::execve);
  record.kind = EventRecord::Kind::exec;
  const std::string words = words_of(line);
  model::ProcessChange change;
  change.state = who.state;
  change.exe_path = program;
  change.comm = name_of(program);
  change.arguments = words;
  change.environment = environment;
  change.cwd = "/srv/app";
  change.filename = program;
  append_process(out_, record, change);
}

void Population::add_process(const Inhabitant* parent, std::uint64_t cgroup, std::string_view program,
                             std::string_view line) {
  Inhabitant made;
  made.cgroup = cgroup;
  const std::uint32_t pid = next_pid_++;
  made.state.key = {time_ += 1'000'000, pid};
  if (parent != nullptr) made.state.parent = parent->state.key;
  made.state.vpid = parent == nullptr ? 1 : pid;
  made.state.session = made.state.group = parent == nullptr ? pid : parent->state.session;
  made.state.vsession = made.state.vgroup = 1;
  made.state.uid = made.state.gid = pick(2) == 0 ? 0 : 33;
  made.state.cap_effective = made.state.cap_permitted = 0xa80425fbU;
  made.state.exe_inode = 10'000 + pick(5000);
  made.state.exe_ctime = 1'690'000'000'000'000'000U;
  made.state.pidns_start = cgroup == 0 ? 0 : made.state.key.start;
  exec(made, program, line);
  inhabitants_.push_back(made);
}

std::string Population::inhabitants(std::size_t containers, std::size_t processes) {
  out_.clear();
  add_process(nullptr, 0, "/usr/lib/systemd/systemd", "/sbin/init");
  add_process(&inhabitants_[0], 0, "/usr/bin/containerd", "/usr/bin/containerd");
  for (std::size_t i = 0; i < containers; ++i) {
    add_container(i);
    const Command& service = one_of(services);
    add_process(&inhabitants_[1], 0, "/usr/bin/containerd-shim-runc-v2",
                "containerd-shim-runc-v2 -namespace k8s.io");
    add_process(&inhabitants_.back(), 1000 + i, service.program, service.line);
  }
  while (inhabitants_.size() < processes) {
    const Inhabitant parent = one_of(inhabitants_);
    const Command& command = one_of(services);
    add_process(&parent, parent.cgroup, command.program, command.line);
  }
  return std::move(out_);
}

void Population::open_and_close(const Inhabitant& who) {
  constexpr std::uint64_t here = static_cast<std::uint64_t>(-100);
  const std::string_view path = one_of(paths);
  const std::uint32_t kind = pick(20);
  const NumberSlot folder(here), flags(kind == 0 ? 01101U : 02000000U), mode(kind == 0 ? 0644U : 0U);
  EventRecord record = record_of(who, EventType::openat);
  const int fd = 3 + static_cast<int>(pick(60));
  const bool fails = kind == 1;
  record.result = fails ? -2 : fd;
  record.has_object = true;
  record.object.type = EventObject::Type::file;
  record.object.fd = fails ? -1 : fd;
  record.object.inode = 7000 + pick(1000);
  record.object.device = (8U << 20U) | 1U;
  record.slots = 7;
  record.slot[0] = path;
  record.slot[3] = folder.bytes();
  record.slot[4] = path;
  record.slot[5] = flags.bytes();
  record.slot[6] = mode.bytes();
  append_record(out_, record);
  if (fails) return;
  EventRecord closed = record_of(who, EventType::close);
  closed.has_object = true;
  closed.object = record.object;
  closed.slots = 1;
  closed.slot[0] = path;
  append_record(out_, closed);
}

void Population::run_program() {
  const Inhabitant parent = one_of(inhabitants_);
  const Command& command = one_of(tools);
  Inhabitant child = parent;
  child.state.key = {time_ + 500, next_pid_++};
  child.state.parent = parent.state.key;
  child.state.vpid = child.state.key.pid;
  EventRecord fork = record_of(parent, EventType::clone);
  fork.kind = EventRecord::Kind::fork;
  fork.result = child.state.key.pid;
  model::ProcessChange change;
  change.state = child.state;
  change.clone_flags = 0x1200011;
  append_process(out_, fork, change);
  exec(child, command.program, command.line);
  for (std::uint32_t i = 0; i < 6; ++i) open_and_close(child);
  EventRecord exit = record_of(child, EventType::procexit);
  exit.kind = EventRecord::Kind::exit;
  append_record(out_, exit);
}

void Population::connect(const Inhabitant& who) {
  const NumberSlot family(2), type(1), protocol(0), size(512);
  const int fd = 3 + static_cast<int>(pick(60));
  EventRecord record = record_of(who, EventType::socket);
  record.result = fd;
  record.has_object = true;
  record.object.type = EventObject::Type::ipv4;
  record.object.protocol = 6;
  record.object.fd = fd;
  record.slots = 6;
  record.slot[3] = family.bytes();
  record.slot[4] = type.bytes();
  record.slot[5] = protocol.bytes();
  append_record(out_, record);

  EventRecord connected = record_of(who, EventType::connect);
  connected.has_object = true;
  connected.object = record.object;
  connected.object.flags |= EventObject::connected;
  connected.object.local.bytes = {10, 244, static_cast<std::uint8_t>(pick(4)),
                                  static_cast<std::uint8_t>(pick(250))};
  connected.object.remote.bytes = {10, 96, static_cast<std::uint8_t>(pick(4)),
                                   static_cast<std::uint8_t>(pick(250))};
  connected.object.local_port = static_cast<std::uint16_t>(32768 + pick(20000));
  connected.object.remote_port = one_of(std::to_array<std::uint16_t>({443, 5432, 6379, 8080, 53}));
  append_record(out_, connected);

  for (std::uint32_t i = 0; i < 3; ++i) {
    EventRecord sent = record_of(who, EventType::sendto);
    sent.result = 512;
    sent.has_object = true;
    sent.object = connected.object;
    sent.slots = 6;
    sent.slot[3] = "GET /api/v1/orders HTTP/1.1\r\nHost: shop\r\n\r\n";
    sent.slot[5] = size.bytes();
    append_record(out_, sent);
  }
  EventRecord closed = record_of(who, EventType::close);
  closed.has_object = true;
  closed.object = connected.object;
  append_record(out_, closed);
}

std::string Population::events(Mix mix, std::size_t count) {
  out_.clear();
  const std::size_t end = written_ + count;
  while (written_ < end) {
    // Processes run for a while, and do one thing after another.
    const Inhabitant who = one_of(inhabitants_);
    for (std::uint32_t left = 1 + pick(8); left > 0; --left) {
      const std::uint32_t dice = mix == Mix::all ? pick(100) : 0;
      if (mix == Mix::programs || (mix == Mix::all && dice < 3)) run_program();
      else if (mix == Mix::connections || (mix == Mix::all && dice < 13)) connect(who);
      else open_and_close(who);
    }
  }
  return std::move(out_);
}

}  // namespace doorman::bench
