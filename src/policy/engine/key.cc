// SPDX-License-Identifier: Apache-2.0
#include "policy/engine/key.h"

#include <array>
#include <cstring>

namespace doorman::policy {
namespace {

template <typename T>
void add_number(std::string& key, T number) {
  std::array<char, sizeof(T)> bytes{};
  std::memcpy(bytes.data(), &number, sizeof(T));
  key.append(bytes.data(), bytes.size());
}

void add_text(std::string& key, std::string_view text) {
  add_number(key, static_cast<std::uint32_t>(text.size()));
  key.append(text);
}

struct LiteralWriter {
  std::string& key;
  void operator()(bool truth) const { key += truth ? '1' : '0'; }
  void operator()(std::int64_t number) const { add_number(key, number); }
  void operator()(std::uint64_t number) const { add_number(key, number); }
  void operator()(double number) const { add_number(key, number); }
  void operator()(const std::string& text) const { add_text(key, text); }
  void operator()(const base::IpAddress& address) const {
    key.append(reinterpret_cast<const char*>(address.bytes.data()), address.bytes.size());
    key += address.is_v6 ? '6' : '4';
  }
  void operator()(const base::IpNetwork& network) const {
    (*this)(network.address);
    key += static_cast<char>(network.prefix);
  }
};

void add(std::string& key, const Operand& operand) {
  key += static_cast<char>(operand.kind);
  switch (operand.kind) {
    case Operand::Kind::field:
      add_number(key, operand.field.id);
      key += operand.field.has_argument ? '[' : ' ';
      if (operand.field.has_argument) add_text(key, operand.field.key);
      return;
    case Operand::Kind::literal:
      add_text(key, operand.literal);
      return;
    case Operand::Kind::call:
      key += static_cast<char>(operand.function);
      add_text(key, operand.option);
      break;
    case Operand::Kind::list:
      break;
  }
  add_number(key, static_cast<std::uint32_t>(operand.arguments.size()));
  for (const Operand& argument : operand.arguments) add(key, argument);
}

}  // namespace

std::string key_of(const Operand& operand) {
  std::string key;
  add(key, operand);
  return key;
}

std::string key_of(const Predicate& predicate) {
  std::string key;
  add(key, predicate.left);
  key += static_cast<char>(predicate.op);
  key += static_cast<char>(predicate.modifier);
  key += predicate.right ? 'r' : 'l';
  if (predicate.right) add(key, *predicate.right);
  for (const Literal& literal : predicate.literals) {
    key += static_cast<char>(literal.index());
    std::visit(LiteralWriter{key}, literal);
  }
  return key;
}

}  // namespace doorman::policy
