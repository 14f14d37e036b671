// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <bit>
#include <chrono>
#include <concepts>
#include <cstdint>
#include <cstring>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "base/bytes.h"
#include "base/digest.h"
#include "base/path.h"
#include "base/result.h"
#include "base/time.h"
#include "model/inventory.h"
#include "model/layer_facts.h"
#include "model/verdict.h"

/// What the binary forms of this room are made of, for its own *.cc files; codec.h says how values are written. A
/// struct needs one function `members` in this namespace, which hands its members to a codec in their order: one
/// list for both directions.
namespace doorman::model::binary {

/// What stands before a payload, and by what name an error calls the whole.
struct Form {
  base::Bytes magic;  ///< eight bytes
  std::uint32_t version = 0;
  std::string_view what;  ///< plural: `layer facts`
};
inline constexpr std::size_t frame_bytes = 8 + 4 + 8 + 8;
/// Magic, u32 version, u64 payload length, u64 XXH3-64 of the payload, the payload.
std::string frame(const Form& form, base::Bytes payload);
/// The payload, a part of `bytes`.
base::Result<base::Bytes> unframe(const Form& form, base::Bytes bytes);

template <typename T, typename Struct>
concept Is = std::same_as<std::remove_const_t<T>, Struct>;
template <typename T>
concept Number = std::unsigned_integral<T> && !std::same_as<T, bool>;

void members(auto& codec, Is<Package> auto& it) {
  codec(it.type, it.name, it.version, it.architecture, it.source_name, it.source_version, it.licenses, it.evidence,
        it.development, it.inner_path, it.needs, it.provides, it.essential);
}
void members(auto& codec, Is<Distribution> auto& it) { codec(it.id, it.version_id, it.codename, it.pretty_name); }
void members(auto& codec, Is<Note> auto& it) { codec(it.place, it.message); }
void members(auto& codec, Is<ProgramFile> auto& it) {
  codec(it.path, it.kind, it.mode, it.uid, it.gid, it.size, it.sha256);
}
void members(auto& codec, Is<Secret> auto& it) {
  codec(it.where, it.path, it.name, it.line, it.rule, it.title, it.severity, it.masked, it.fingerprint, it.checked);
}
void members(auto& codec, Is<NotableFile> auto& it) {
  codec(it.reason, it.path, it.detail, it.mode, it.uid, it.gid, it.size, it.files);
}

constexpr Evidence last_of(Evidence /*any*/) { return Evidence::declared; }
constexpr PackageType last_of(PackageType /*any*/) { return PackageType::generic; }
constexpr Severity last_of(Severity /*any*/) { return Severity::critical; }
constexpr Secret::Where last_of(Secret::Where /*any*/) { return Secret::Where::label; }
constexpr NotableFile::Reason last_of(NotableFile::Reason /*any*/) { return NotableFile::last_reason; }
constexpr ProgramFile::Kind last_of(ProgramFile::Kind /*any*/) { return ProgramFile::Kind::other; }
constexpr base::DigestAlgorithm last_of(base::DigestAlgorithm /*any*/) { return base::DigestAlgorithm::sha512; }
constexpr EventSource last_of(EventSource /*any*/) { return static_cast<EventSource>(event_source_count - 1); }
constexpr Priority last_of(Priority /*any*/) { return Priority::debug; }
constexpr Action last_of(Action /*any*/) { return Action::quarantine; }
constexpr Decision last_of(Decision /*any*/) { return Decision::deny; }
constexpr ExceptionUse::State last_of(ExceptionUse::State /*any*/) { return ExceptionUse::State::expired; }
constexpr Subject::Kind last_of(Subject::Kind /*any*/) { return Subject::Kind::host; }

/// Turns a word round where that is needed, in either direction.
inline std::uint64_t little_endian(std::uint64_t word) {
  if constexpr (std::endian::native == std::endian::big) return __builtin_bswap64(word);
  return word;
}
inline std::uint32_t little_endian(std::uint32_t word) {
  if constexpr (std::endian::native == std::endian::big) return __builtin_bswap32(word);
  return word;
}

class Encoder {
 public:
  template <typename... T>
  void operator()(const T&... values) {
    (put(values), ...);
  }
  [[nodiscard]] std::string take() { return std::move(out_); }

 private:
  void number(std::uint64_t value) {
    while (value >= 0x80U) {
      out_.push_back(static_cast<char>(value | 0x80U));
      value >>= 7U;
    }
    out_.push_back(static_cast<char>(value));
  }

  void put(Number auto value) { number(value); }
  void put(bool value) { number(value ? 1 : 0); }
  template <typename T>
    requires std::is_enum_v<T>
  void put(T value) {
    number(static_cast<std::uint64_t>(value));
  }
  void put(const std::string& text) {
    number(text.size());
    out_.append(text);
  }
  void put(const base::Digest& digest) {
    put(digest.algorithm());
    out_.append(digest.raw());
  }
  template <typename Unit>
  void put(const std::chrono::sys_time<Unit>& time) {
    number(static_cast<std::uint64_t>(static_cast<std::int64_t>(time.time_since_epoch().count())));
  }
  void put(const std::vector<base::PathId>& ids) {
    number(ids.size());
    for (const base::PathId id : ids) {
      const base::PathId word = little_endian(id);
      out_.append(reinterpret_cast<const char*>(&word), sizeof word);
    }
  }
  template <typename T>
  void put(const std::vector<T>& list) {
    number(list.size());
    for (const T& element : list) put(element);
  }
  template <typename T>
  void put(const std::optional<T>& value) {
    put(value.has_value());
    if (value) put(*value);
  }
  void put(const std::pair<std::string, std::string>& two) {
    put(two.first);
    put(two.second);
  }
  template <typename T>
    requires std::is_class_v<T>
  void put(const T& record) {
    members(*this, record);
  }

  std::string out_;
};

class Decoder {
 public:
  explicit Decoder(base::Bytes bytes) : in_(bytes) {}

  template <typename... T>
  void operator()(T&... values) {
    (get(values), ...);
  }
  [[nodiscard]] bool complete() const { return ok() && in_.remaining() == 0; }

 private:
  [[nodiscard]] bool ok() const { return in_.ok() && sane_; }

  /// The next number; more than `most` breaks the payload and gives 0.
  std::uint64_t number(std::uint64_t most) {
    const std::uint64_t value = in_.uvarint();
    if (value <= most) return value;
    sane_ = false;
    return 0;
  }

  template <Number T>
  void get(T& value) {
    value = static_cast<T>(number(std::numeric_limits<T>::max()));
  }
  void get(bool& value) { value = number(1) != 0; }
  template <typename T>
    requires std::is_enum_v<T>
  void get(T& value) {
    value = static_cast<T>(number(static_cast<std::uint64_t>(last_of(value))));
  }
  void get(std::string& text) { text = in_.take(number(in_.remaining())); }
  void get(base::Digest& digest) {
    base::DigestAlgorithm algorithm{};
    get(algorithm);
    const base::Bytes raw = in_.take(algorithm == base::DigestAlgorithm::sha256 ? 32 : 64);
    if (!raw.empty()) digest = base::Digest(algorithm, raw);
  }
  template <typename Unit>
  void get(std::chrono::sys_time<Unit>& time) {
    const auto count = static_cast<std::int64_t>(number(std::numeric_limits<std::uint64_t>::max()));
    // Within what a date can be, so that whoever reckons with it does not overflow.
    constexpr std::int64_t most = std::int64_t{1} << 40U;
    if (count > most || count < -most) {
      sane_ = false;
      return;
    }
    time = std::chrono::sys_time<Unit>(Unit(static_cast<typename Unit::rep>(count)));
  }
  void get(std::vector<base::PathId>& ids) {
    const base::Bytes raw = in_.take(number(in_.remaining() / sizeof(base::PathId)) * sizeof(base::PathId));
    ids.resize(raw.size() / sizeof(base::PathId));
    if (!raw.empty()) std::memcpy(ids.data(), raw.data(), raw.size());
    if constexpr (std::endian::native == std::endian::big) {
      for (base::PathId& id : ids) id = little_endian(id);
    }
  }
  /// An element takes at least one byte, so a count beyond what is left is a lie; room is made as elements
  /// arrive, because an element in memory is far larger than that byte.
  template <typename T>
  void get(std::vector<T>& list) {
    const std::uint64_t count = number(in_.remaining());
    list.reserve(std::min<std::uint64_t>(count, in_.remaining() / sizeof(T) + 1));
    for (std::uint64_t i = 0; i < count && ok(); ++i) {
      list.push_back(blank(std::type_identity<T>()));
      get(list.back());
    }
  }
  template <typename T>
  void get(std::optional<T>& value) {
    if (number(1) == 0) return;
    value = blank(std::type_identity<T>());
    get(*value);
  }
  void get(std::pair<std::string, std::string>& two) {
    get(two.first);
    get(two.second);
  }
  template <typename T>
    requires std::is_class_v<T>
  void get(T& record) {
    members(*this, record);
  }

  template <typename T>
  static T blank(std::type_identity<T> /*type*/) {
    return T();
  }
  static base::Digest blank(std::type_identity<base::Digest> /*type*/) {
    return {base::DigestAlgorithm::sha256, zeros};
  }
  static ProgramFile blank(std::type_identity<ProgramFile> /*type*/) {
    return {{}, {}, 0, 0, 0, 0, blank(std::type_identity<base::Digest>())};
  }
  static FoundProgram blank(std::type_identity<FoundProgram> /*type*/) {
    return {blank(std::type_identity<ProgramFile>()), FoundPackage::none, FoundPackage::none};
  }
  static ImageIdentity blank(std::type_identity<ImageIdentity> /*type*/) {
    return {blank(std::type_identity<base::Digest>()), std::nullopt, std::nullopt, {}};
  }
  static RuleMatch blank(std::type_identity<RuleMatch> /*type*/) {
    return {Subject::image(blank(std::type_identity<base::Digest>())), 0};
  }
  static constexpr base::Bytes zeros{"\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0", 32};

  base::ByteReader in_;
  bool sane_ = true;
};

}  // namespace doorman::model::binary
