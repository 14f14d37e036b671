// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "base/ip.h"

namespace doorman::model {

/// What a field holds for one event or fact. A view: text, addresses and lists belong to what was asked, or to the
/// arena that was given with the question, and live as long. Two words and a tag; copy it freely.
///
/// `absent` is no value at all (a process without a terminal, an event without a file). Every comparison with it is
/// false, `!=` too; only `not` and `exists` can tell it.
class Value {
 public:
  enum class Kind : std::uint8_t { absent, boolean, integer, natural, real, text, address, network, list };

  Value() = default;
  static Value of(bool truth) { return {Kind::boolean, static_cast<std::uint64_t>(truth)}; }
  static Value of_integer(std::int64_t number) { return {Kind::integer, static_cast<std::uint64_t>(number)}; }
  static Value of_natural(std::uint64_t number) { return {Kind::natural, number}; }
  static Value of_real(double number) {
    Value value(Kind::real, 0);
    value.real_ = number;
    return value;
  }
  /// Text or raw bytes; may hold anything, NUL too.
  static Value of(std::string_view text) {
    Value value(Kind::text, text.size());
    value.pointer_ = text.data();
    return value;
  }
  /// Would be taken for a boolean: say std::string_view.
  static Value of(const char* text) = delete;
  static Value of(const base::IpAddress& address) { return pointing(Kind::address, &address, 1); }
  static Value of(const base::IpNetwork& network) { return pointing(Kind::network, &network, 1); }
  static Value of(std::span<const Value> list) { return pointing(Kind::list, list.data(), list.size()); }

  [[nodiscard]] Kind kind() const { return kind_; }
  [[nodiscard]] bool exists() const { return kind_ != Kind::absent; }

  // Each may only be asked of a value of its kind.
  [[nodiscard]] bool boolean() const { return number_ != 0; }
  [[nodiscard]] std::int64_t integer() const { return static_cast<std::int64_t>(number_); }
  [[nodiscard]] std::uint64_t natural() const { return number_; }
  [[nodiscard]] double real() const { return real_; }
  [[nodiscard]] std::string_view text() const { return {static_cast<const char*>(pointer_), number_}; }
  [[nodiscard]] const base::IpAddress& address() const { return *static_cast<const base::IpAddress*>(pointer_); }
  [[nodiscard]] const base::IpNetwork& network() const { return *static_cast<const base::IpNetwork*>(pointer_); }
  [[nodiscard]] std::span<const Value> list() const { return {static_cast<const Value*>(pointer_), number_}; }

 private:
  Value(Kind kind, std::uint64_t number) : number_(number), kind_(kind) {}
  static Value pointing(Kind kind, const void* to, std::size_t count) {
    Value value(kind, count);
    value.pointer_ = to;
    return value;
  }

  union {
    const void* pointer_ = nullptr;
    double real_;
  };
  std::uint64_t number_ = 0;
  Kind kind_ = Kind::absent;
};

}  // namespace doorman::model
