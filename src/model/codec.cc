// SPDX-License-Identifier: Apache-2.0
#include "model/codec.h"

#include <algorithm>
#include <bit>
#include <concepts>
#include <cstring>
#include <limits>
#include <type_traits>
#include <utility>

#include <fmt/format.h>

#include "base/hash.h"

namespace doorman::model {
namespace {

constexpr base::Bytes magic = "DOORMANL";
constexpr std::size_t header_bytes = 8 + 4 + 8 + 8;

/// Turns a word round where that is needed, in either direction.
base::PathId little_endian(base::PathId word) {
  if constexpr (std::endian::native == std::endian::big) return __builtin_bswap64(word);
  return word;
}

template <typename T, typename Struct>
concept Is = std::same_as<std::remove_const_t<T>, Struct>;
template <typename T>
concept Number = std::unsigned_integral<T> && !std::same_as<T, bool>;

// The members of each struct in the order of the payload: one list for both directions.
void members(auto& codec, Is<Package> auto& it) {
  codec(it.type, it.name, it.version, it.architecture, it.source_name, it.source_version, it.licenses, it.evidence,
        it.development, it.inner_path, it.needs, it.provides, it.essential);
}
void members(auto& codec, Is<Ownership> auto& it) { codec(it.package, it.files); }
void members(auto& codec, Is<Distribution> auto& it) { codec(it.id, it.version_id, it.codename, it.pretty_name); }
void members(auto& codec, Is<Note> auto& it) { codec(it.place, it.message); }
void members(auto& codec, Is<FileFacts> auto& it) {
  codec(it.path, it.packages, it.owned, it.distribution, it.notes, it.notable, it.automatic, it.requested);
}
void members(auto& codec, Is<ProgramFile> auto& it) {
  codec(it.path, it.kind, it.mode, it.uid, it.gid, it.size, it.sha256);
}
void members(auto& codec, Is<Secret> auto& it) {
  codec(it.where, it.path, it.name, it.line, it.rule, it.title, it.severity, it.masked, it.fingerprint, it.checked);
}
void members(auto& codec, Is<NotableFile> auto& it) {
  codec(it.reason, it.path, it.detail, it.mode, it.uid, it.gid, it.size, it.files);
}
void members(auto& codec, Is<LayerFacts> auto& it) {
  codec(it.blob, it.diff_id, it.stored_bytes, it.plain_bytes, it.entries, it.files, it.programs, it.secret_rules,
        it.secrets, it.notable, it.whiteouts, it.opaque, it.covers, it.notes);
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
  template <typename T>
  void get_enum(T& value, T last) {
    value = static_cast<T>(number(static_cast<std::uint64_t>(last)));
  }

  template <Number T>
  void get(T& value) {
    value = static_cast<T>(number(std::numeric_limits<T>::max()));
  }
  void get(bool& value) { value = number(1) != 0; }
  void get(Evidence& value) { get_enum(value, Evidence::declared); }
  void get(PackageType& value) { get_enum(value, PackageType::generic); }
  void get(Severity& value) { get_enum(value, Severity::critical); }
  void get(Secret::Where& value) { get_enum(value, Secret::Where::label); }
  void get(NotableFile::Reason& value) { get_enum(value, NotableFile::last_reason); }
  void get(ProgramFile::Kind& value) { get_enum(value, ProgramFile::Kind::other); }
  void get(base::DigestAlgorithm& value) { get_enum(value, base::DigestAlgorithm::sha512); }
  void get(std::string& text) { text = in_.take(number(in_.remaining())); }
  void get(base::Digest& digest) {
    base::DigestAlgorithm algorithm{};
    get(algorithm);
    const base::Bytes raw = in_.take(algorithm == base::DigestAlgorithm::sha256 ? 32 : 64);
    if (!raw.empty()) digest = base::Digest(algorithm, raw);
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
  static constexpr base::Bytes zeros{"\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0", 32};

  base::ByteReader in_;
  bool sane_ = true;
};

void append_fixed(std::string& out, std::uint64_t value, unsigned width) {
  for (unsigned i = 0; i < width; ++i) out.push_back(static_cast<char>(value >> (8U * i)));
}

}  // namespace

std::string frame(base::Bytes payload) {
  std::string out;
  out.reserve(header_bytes + payload.size());
  out.append(magic);
  append_fixed(out, codec_version, 4);
  append_fixed(out, payload.size(), 8);
  append_fixed(out, base::hash64(payload), 8);
  return out.append(payload);
}

base::Result<base::Bytes> unframe(base::Bytes bytes) {
  base::ByteReader in(bytes);
  const base::Bytes mark = in.take(magic.size());
  const std::uint32_t version = in.u32();
  const std::uint64_t size = in.u64();
  const std::uint64_t checksum = in.u64();
  if (!in.ok()) return base::Error(base::ErrorCode::truncated, "layer facts end within their header");
  if (mark != magic) return base::Error(base::ErrorCode::invalid, "these are no layer facts");
  if (version != codec_version) {
    return base::Error(base::ErrorCode::unsupported,
                       fmt::format("layer facts of version {}, this program reads {}", version, codec_version));
  }
  if (in.remaining() < size) {
    return base::Error(base::ErrorCode::truncated,
                       fmt::format("layer facts end after {} of {} bytes", in.remaining(), size));
  }
  if (in.remaining() > size) return base::Error(base::ErrorCode::invalid, "something follows the layer facts");
  const base::Bytes payload = bytes.substr(header_bytes);
  if (base::hash64(payload) != checksum) {
    return base::Error(base::ErrorCode::mismatch, "the layer facts' checksum is wrong");
  }
  return payload;
}

std::string encode(const LayerFacts& facts) {
  Encoder encoder;
  encoder(facts);
  return frame(encoder.take());
}

base::Result<LayerFacts> decode(base::Bytes bytes) {
  DOORMAN_TRY(const base::Bytes payload, unframe(bytes));
  Decoder decoder(payload);
  LayerFacts facts;
  decoder(facts);
  if (!decoder.complete()) return base::Error(base::ErrorCode::invalid, "the layer facts' payload is malformed");
  return facts;
}

}  // namespace doorman::model
