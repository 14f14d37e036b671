// SPDX-License-Identifier: Apache-2.0
#include "parse/package/program.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <vector>

#include "base/path.h"
#include "base/text.h"

namespace doorman::parse::package {
namespace {

using base::Bytes;
using How = KnownProgram::How;
using namespace std::string_view_literals;  // NUL is a part of many signs

// Shapes seen in Debian 12's programs, in those of nodejs.org, deno.com and bun.sh, and in syft's classifiers.
constexpr auto table = std::to_array<KnownProgram>({
    {"bash", "bash", {"@(#)Bash version ", "("}},
    {"bind", "named", {"named version: BIND ", ""}},
    {"bun", "bun", {"Bun v", ""}},
    {"busybox", "busybox*", {"BusyBox v", ""}},
    {"curl", "curl", {"curl/", "\0"sv}},
    {"curl", "libcurl*", {"libcurl/", "\0"sv}},
    {"deno", "deno", {"Deno/", "Deno/"}},
    {"deno", "deno", {"Deno/", "cli/"}},
    {"dnsmasq", "dnsmasq", {"dnsmasq-", "\0"sv}},
    {"envoy", "envoy", {"", "envoy_reloadable_features", 1000}},
    {"envoy", "envoy", {"", "envoy.reloadable_features", 1000}},
    {"expat", "libexpat.so*", {"expat_", "\0"sv}},
    {"git", "git", {"git/", "\0"sv}},
    {"gnutls", "libgnutls.so*", {"Enabled GnuTLS ", " logging"}},
    {"haproxy", "haproxy", {" version ", ", released 20", 40}},
    {"haproxy", "haproxy", {"HA-Proxy version ", ""}},
    {"httpd", "apache2", {"Apache/", "\0"sv}, How::longest},
    {"httpd", "httpd", {"Apache/", "\0"sv}, How::longest},
    {"lighttpd", "lighttpd", {"lighttpd/", ""}},
    {"lua", "lua", {"Lua ", "  Copyright"}},
    {"lua", "lua5*", {"Lua ", "  Copyright"}},
    {"mariadb", "mariadb*", {"", "-MariaDB"}},
    {"mariadb", "mysqld", {"", "-MariaDB"}},
    {"memcached", "memcached", {"memcached ", "\0"sv}},
    {"mongodb", "mongod", {"", "\0tcmalloc"sv}},
    {"mongodb", "mongod", {"", "heap_size", 16}},
    {"mongodb", "mongod", {"", "cppdefines", 16}},
    {"mongodb", "mongos", {"", "\0tcmalloc"sv}},
    {"mongodb", "mongos", {"", "heap_size", 16}},
    {"mysql", "mysqld", {"/mysql-", "/"}},
    {"nginx", "nginx", {"nginx version: nginx/", ""}},
    {"nginx", "nginx", {"nginx version: openresty/", ""}},
    {"node", "libnode.so*", {"node.js/v", ""}},
    {"node", "node", {"node.js/v", ""}},
    {"node", "nodejs", {"node.js/v", ""}},
    {"openjdk", "libjvm.so", {" JRE (", ""}},
    {"openssh", "ssh", {"OpenSSH_", "\0"sv}, How::longest},
    {"openssh", "sshd", {"OpenSSH_", "\0"sv}, How::longest},
    {"openssl", "libcrypto.so*", {"OpenSSL ", " "}},
    {"openssl", "libssl.so*", {"OpenSSL ", " "}},
    {"openssl", "openssl", {"OpenSSL ", " "}},
    {"perl", "libperl.so*", {.before = "v", .after = "\0"sv, .begins = "5."}},
    {"perl", "perl", {.before = "v", .after = "\0"sv, .begins = "5."}},
    {"php", "libphp*.so", {"X-Powered-By: PHP/", ""}},
    {"php", "php*", {"X-Powered-By: PHP/", ""}},
    {"postgresql", "postgres", {"postgres (PostgreSQL) ", ""}},
    {"proftpd", "proftpd", {"ProFTPD Version ", ""}},
    {"python", "libpython*", {}, How::own_name},
    {"python", "python*", {}, How::own_name},
    {"redis", "redis-server", {}, How::build_id},
    {"redis", "redis-check-rdb", {}, How::build_id},  // Debian's redis-server is a link to it
    {"ruby", "libruby*", {"ruby ", " ("}},
    {"ruby", "ruby", {"ruby ", " ("}},
    {"squid", "squid", {"squid/", "\0"sv}},
    {"tini", "tini*", {"tini version ", ""}},
    {"unbound", "unbound", {"unbound ", "\0"sv}},
    {"valkey", "valkey-server", {}, How::build_id},
    {"varnish", "varnishd", {"varnish-", " revision"}},
    {"xz", "xz", {"xz (XZ Utils) ", ""}},
    {"zlib", "libz.so*", {" deflate ", " Copyright"}},
});

constexpr std::size_t max_places = 10'000;  // where one sign may be looked at
constexpr std::size_t max_version_bytes = 64;

/// std::string_view::find tries each place of the first byte; this one does not, and the data is long.
std::size_t find_bytes(Bytes data, std::string_view what, std::size_t from) {
  if (from >= data.size()) return Bytes::npos;
  const void* at = memmem(data.data() + from, data.size() - from, what.data(), what.size());
  return at == nullptr ? Bytes::npos : static_cast<std::size_t>(static_cast<const char*>(at) - data.data());
}

bool is_word(char c) { return base::is_alpha(c) || base::is_digit(c); }

std::size_t count_digits(Bytes text) {
  return static_cast<std::size_t>(std::ranges::find_if_not(text, base::is_digit) - text.begin());
}

/// `rc2`, `-beta.1`, `p1`, `w`, `zg` at the front of the text, if a word ends there; its length.
std::size_t count_suffix(Bytes text) {
  const bool dashed = text.starts_with('-');
  for (const std::string_view stage : {"alpha"sv, "beta"sv, "rc"sv, "dev"sv, "preview"sv, "p"sv, "a"sv, "b"sv}) {
    if (!text.substr(dashed ? 1 : 0).starts_with(stage) || (dashed && stage.size() == 1)) continue;
    std::size_t end = (dashed ? 1 : 0) + stage.size();
    if (end < text.size() && text[end] == '.' && count_digits(text.substr(end + 1)) > 0) ++end;
    end += count_digits(text.substr(end));
    return end == text.size() || !is_word(text[end]) ? end : 0;
  }
  const auto letters = static_cast<std::size_t>(
      std::ranges::find_if(text, [](char c) { return c < 'a' || c > 'z'; }) - text.begin());
  return letters <= 2 && (letters == text.size() || !is_word(text[letters])) ? letters : 0;
}

/// The version at the front of the text: at least two numbers.
std::string_view version_at(Bytes text) {
  text = text.substr(0, max_version_bytes);
  std::size_t end = count_digits(text);
  std::size_t numbers = end > 0 ? 1 : 0;
  while (numbers > 0 && end < text.size() && (text[end] == '.' || text[end] == '_')) {
    const std::size_t digits = count_digits(text.substr(end + 1));
    if (digits == 0) break;
    end += 1 + digits;
    ++numbers;
  }
  if (numbers < 2) return {};
  return text.substr(0, end + count_suffix(text.substr(end)));
}

/// The last string that is a version and nothing else, and ends at most `gap` bytes before `end`.
std::string_view last_version_string(Bytes data, std::size_t end, std::size_t gap) {
  Bytes window = data.substr(0, end);
  if (window.size() > gap + max_version_bytes) window.remove_prefix(window.size() - gap - max_version_bytes);
  while (!window.empty()) {
    const std::size_t before = window.find_last_of('\0');
    const std::string_view text = window.substr(before == Bytes::npos ? 0 : before + 1);
    if (before == Bytes::npos) break;
    const std::size_t text_end = static_cast<std::size_t>(text.data() - data.data()) + text.size();
    if (end - text_end > gap) break;
    if (!text.empty() && version_at(text) == text) return text;
    window = window.substr(0, before);
  }
  return {};
}

/// The version that ends where `end` is.
std::string_view version_before(Bytes data, std::size_t end) {
  std::size_t start = end;
  while (start > 0 && end - start < max_version_bytes &&
         (base::is_digit(data[start - 1]) || data[start - 1] == '.')) {
    --start;
  }
  const std::string_view version = version_at(data.substr(start, end - start));
  return version.size() == end - start ? version : std::string_view();
}

std::string_view version_after(Bytes data, std::size_t place, const VersionSign& sign) {
  const std::size_t start = place + sign.before.size();
  if (sign.before.empty() && place > 0 && (is_word(data[place - 1]) || data[place - 1] == '.')) return {};
  const std::string_view version = version_at(data.substr(start));
  const Bytes rest = data.substr(start + version.size());
  if (sign.gap == 0) return rest.starts_with(sign.after) ? version : std::string_view();
  const Bytes same_string = rest.substr(0, rest.find('\0')).substr(0, sign.gap + sign.after.size());
  return same_string.find(sign.after) != Bytes::npos ? version : std::string_view();
}

bool matches(std::string_view pattern, std::string_view text) {
  const std::size_t star = pattern.find('*');
  if (star == std::string_view::npos) return pattern == text;
  const std::string_view tail = pattern.substr(star + 1);
  return text.size() + 1 >= pattern.size() && text.starts_with(pattern.substr(0, star)) && text.ends_with(tail);
}

/// `3.11` in `libpython3.11.so.1.0` and in `python3.11`; empty in `python3`.
std::string_view version_in_name(std::string_view file_name) {
  const std::size_t digit = file_name.find_first_of("0123456789");
  if (digit == std::string_view::npos) return {};
  const std::string_view rest = file_name.substr(digit);
  const std::size_t major = count_digits(rest);
  if (major >= rest.size() || rest[major] != '.') return {};
  const std::size_t minor = count_digits(rest.substr(major + 1));
  return minor == 0 ? std::string_view() : rest.substr(0, major + 1 + minor);
}

std::string_view read_version(Bytes data, const KnownProgram& program, std::string_view file_name) {
  switch (program.how) {
    case How::first:
      return find_version(data, program.sign);
    case How::longest:
      return find_version(data, program.sign, true);
    case How::own_name: {
      const std::string_view known = version_in_name(file_name);
      if (known.empty()) return {};
      const std::string begins = std::string(known) + ".";
      return find_version(data, {.before = "", .after = "\0"sv, .begins = begins});
    }
    case How::build_id:
      return find_build_id_version(data);
  }
  return {};
}

/// Where a program's texts are: the section for them, else whatever is loaded.
std::vector<Bytes> text_regions(const binary::Elf& elf) {
  std::vector<Bytes> regions;
  if (const Bytes data = elf.section(".rodata"); !data.empty())
    regions.push_back(data.substr(0, max_searched_bytes));
  std::size_t left = max_searched_bytes;
  for (const binary::Segment& segment : elf.segments()) {
    if (segment.type != binary::Segment::load) continue;
    regions.push_back(segment.content.substr(0, left));
    left -= regions.back().size();
  }
  return regions;
}

}  // namespace

std::span<const KnownProgram> known_programs() { return table; }

std::string_view find_version(Bytes data, const VersionSign& sign, bool longest) {
  const bool is_behind = !sign.before.empty() || !sign.begins.empty();
  const std::string anchor = is_behind ? std::string(sign.before).append(sign.begins) : std::string(sign.after);
  if (anchor.empty()) return {};
  std::string_view best;
  std::size_t place = find_bytes(data, anchor, 0);
  for (std::size_t i = 0; i < max_places && place != Bytes::npos;
       ++i, place = find_bytes(data, anchor, place + 1)) {
    const std::string_view version = is_behind       ? version_after(data, place, sign)
                                     : sign.gap == 0 ? version_before(data, place)
                                                     : last_version_string(data, place, sign.gap);
    if (version.size() > best.size()) best = version;
    if (!best.empty() && !longest) break;
  }
  return best;
}

std::string_view find_build_id_version(Bytes data) {
  constexpr std::string_view id_end = "000000000\0"sv;  // time, then no changes and no commit: built from a release
  constexpr std::size_t max_id_bytes = 256;
  std::size_t place = find_bytes(data, id_end, 0);
  for (std::size_t i = 0; i < max_places && place != Bytes::npos;
       ++i, place = find_bytes(data, id_end, place + 1)) {
    std::size_t start = place;
    while (start > 0 && place - start < max_id_bytes &&
           (is_word(data[start - 1]) || data[start - 1] == '.' || data[start - 1] == '-')) {
      --start;
    }
    const std::size_t dot = data.substr(start, place - start).find('.');
    if (dot == Bytes::npos) continue;
    // The host's name and the time follow at once: the version ends where a string of its own confirms it.
    std::size_t first = start + dot;
    while (first > start && base::is_digit(data[first - 1])) --first;
    const std::size_t minor = count_digits(data.substr(start + dot + 1));
    const std::size_t patch = start + dot + 1 + minor + 1;
    if (minor == 0 || patch >= place || data[patch - 1] != '.') continue;
    for (std::size_t digits = std::min<std::size_t>(count_digits(data.substr(patch)), 3); digits > 0; --digits) {
      const std::string_view version = data.substr(first, patch + digits - first);
      if (!find_version(data, {.before = "", .after = "\0"sv, .begins = version}).empty()) return version;
    }
  }
  return {};
}

void read_known_program(const binary::Elf& elf, std::string_view path, model::FileFacts& facts) {
  const std::string_view file_name = base::basename_of(path);
  std::vector<Bytes> regions;
  for (const KnownProgram& program : known_programs()) {
    if (!matches(program.files, file_name)) continue;
    if (regions.empty()) regions = text_regions(elf);
    for (const Bytes region : regions) {
      const std::string_view version = read_version(region, program, file_name);
      if (version.empty()) continue;
      model::Package package;
      package.type = model::PackageType::generic;
      package.name = program.name;
      package.version = version;
      package.evidence = model::Evidence::installed;
      facts.packages.push_back(std::move(package));
      return;
    }
  }
}

}  // namespace doorman::parse::package
