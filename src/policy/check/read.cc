// SPDX-License-Identifier: Apache-2.0
// What functions give follows falcosecurity/libs userspace/libsinsp/sinsp_filter_transformers and
// sinsp_filtercheck_multivalue_transformer.cpp.
#include <fmt/format.h>

#include <algorithm>
#include <bitset>
#include <memory>

#include "base/base64.h"
#include "policy/check/operand.h"

namespace doorman::policy {
namespace {

using base::Arena;
using model::FieldType;
using model::Value;

std::span<Value> values_in(Arena& scratch, std::size_t count) {
  const auto room = scratch.allocate(count * sizeof(Value));
  auto* const first = reinterpret_cast<Value*>(room.data());
  std::uninitialized_default_construct_n(first, count);
  return {first, count};
}

/// The values of a list, or the one value alone.
std::span<const Value> values_of(const Value& value) {
  if (value.kind() == Value::Kind::list) return value.list();
  return {&value, value.exists() ? 1U : 0U};
}

/// Numbers and the like as they are written; absent for what has no text.
Value as_text(const Value& value, Arena& scratch) {
  switch (value.kind()) {
    case Value::Kind::text:
      return value;
    case Value::Kind::boolean:
      return Value::of(value.boolean() ? std::string_view("true") : std::string_view("false"));
    case Value::Kind::integer:
      return Value::of(scratch.copy(std::to_string(value.integer())));
    case Value::Kind::natural:
      return Value::of(scratch.copy(std::to_string(value.natural())));
    case Value::Kind::real:
      return Value::of(scratch.copy(fmt::format("{:.1f}", value.real())));
    case Value::Kind::address:
      return Value::of(scratch.copy(base::to_text(value.address())));
    case Value::Kind::network:
      return Value::of(scratch.copy(base::to_text(value.network())));
    case Value::Kind::absent:
    case Value::Kind::list:
      break;
  }
  return {};
}

/// `change` of a text, or of each text of a list; absent when one gives nothing.
template <typename Change>
Value each_text(const Value& value, Arena& scratch, Change change) {
  const auto one = [&](const Value& text) {
    return text.kind() == Value::Kind::text ? change(text.text()) : Value();
  };
  if (value.kind() != Value::Kind::list) return one(value);
  const auto source = value.list();
  const auto made = values_in(scratch, source.size());
  for (std::size_t i = 0; i < source.size(); ++i) {
    made[i] = one(source[i]);
    if (!made[i].exists()) return {};
  }
  return Value::of(std::span<const Value>(made));
}

Value decoded(std::string_view text, Arena& scratch) {
  while (text.ends_with('\0')) text.remove_suffix(1);
  for (int i = 0; i < 2 && text.ends_with('='); ++i) text.remove_suffix(1);
  const auto bytes = base::base64_decode(text);
  return bytes ? Value::of(scratch.copy(*bytes)) : Value();
}

Value in_case(std::string_view text, char first, Arena& scratch) {
  const auto room = scratch.allocate(text.size());
  const int change = (first ^ ('a' ^ 'A')) - first;
  std::ranges::transform(text, room.begin(),
                         [&](char c) { return c >= first && c <= first + 25 ? static_cast<char>(c + change) : c; });
  return Value::of(std::string_view(room.data(), room.size()));
}

Value length(const Operand& argument, const Value& value) {
  if (!value.exists()) return {};
  if (argument.list) return Value::of_natural(values_of(value).size());
  if (value.kind() != Value::Kind::text) return {};
  if (argument.type == FieldType::bytes) return Value::of_natural(value.text().size());
  return Value::of_natural(std::min(value.text().find('\0'), value.text().size()));
}

Value put_together(std::span<const Value> parts, std::string_view separator, Arena& scratch) {
  std::size_t size = 0;
  const auto texts = values_in(scratch, parts.size());
  for (std::size_t i = 0; i < parts.size(); ++i) {
    texts[i] = as_text(parts[i], scratch);
    if (!texts[i].exists()) return {};
    size += texts[i].text().size() + (i == 0 ? 0 : separator.size());
  }
  const auto room = scratch.allocate(size);
  char* end = room.data();
  for (std::size_t i = 0; i < texts.size(); ++i) {
    if (i != 0) end = std::ranges::copy(separator, end).out;
    end = std::ranges::copy(texts[i].text(), end).out;
  }
  return Value::of(std::string_view(room.data(), size));
}

/// Values that come one after another, their number unknown before.
class Collected {
 public:
  Collected(Arena& scratch, std::size_t most) : room_(values_in(scratch, most)) {}
  void add(const Value& value) { room_[count_++] = value; }
  [[nodiscard]] Value list() const { return Value::of(std::span<const Value>(room_.first(count_))); }

 private:
  std::span<Value> room_;
  std::size_t count_ = 0;
};

/// The options of getopt(3): letters, those with a value followed by a colon.
struct Options {
  explicit Options(std::string_view text) {
    for (std::size_t i = 0; i < text.size(); ++i) {
      const auto letter = static_cast<unsigned char>(text[i]);
      if (letter == ':') continue;
      valid[letter] = true;
      if (i + 1 < text.size() && text[i + 1] == ':') with_value[letter] = true;
    }
  }
  std::bitset<256> valid, with_value;
};

struct Option {
  std::string_view name;  ///< its letter; `?` for one that is not valid
  std::optional<std::string_view> value;
  bool missing = false;  ///< it needs a value, and there is none
};

/// Walks arguments as getopt(3) does, short options only.
template <typename Seen>
void walk_options(std::span<const Value> words, const Options& options, Seen seen) {
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (words[i].kind() != Value::Kind::text) return;
    const std::string_view word = words[i].text();
    if (word == "--" || word.size() < 2 || word[0] != '-') return;
    if (word[1] == '-') continue;
    for (std::size_t at = 1; at < word.size(); ++at) {
      const auto letter = static_cast<unsigned char>(word[at]);
      Option option{options.valid[letter] ? word.substr(at, 1) : "?", std::nullopt};
      if (options.with_value[letter]) {
        if (at + 1 < word.size()) option.value = word.substr(at + 1);
        else if (i + 1 < words.size() && words[i + 1].kind() == Value::Kind::text) option.value = words[++i].text();
        else option.missing = true;
        at = word.size();
      }
      seen(option, options.valid[letter]);
    }
  }
}

/// Of the last option with the letter that was asked for.
Value getopt_value(std::string_view letter, std::span<const Value> words, const Options& options) {
  Value chosen;
  walk_options(words, options, [&](const Option& option, bool valid) {
    if (valid && option.name == letter)
      chosen = Value::of(option.missing ? std::string_view("") : option.value.value_or(option.name));
  });
  return chosen;
}

/// Letters and values in their order. For a value that is missing an empty text alone, as in Falco.
Value getopt_list(std::span<const Value> words, const Options& options, Arena& scratch) {
  std::size_t count = 0;
  walk_options(words, options, [&](const Option& option, bool) { count += option.value ? 2 : 1; });
  Collected found(scratch, count);
  walk_options(words, options, [&](const Option& option, bool) {
    found.add(Value::of(option.missing ? std::string_view("") : option.name));
    if (option.value) found.add(Value::of(*option.value));
  });
  return found.list();
}

Value getopt(const Operand& call, const Value& words, const Value& letters, Arena& scratch) {
  if (letters.kind() != Value::Kind::text || !words.exists()) return {};
  const Options options(letters.text());
  return call.list ? getopt_list(values_of(words), options, scratch)
                   : getopt_value(call.option, values_of(words), options);
}

Value basename(std::string_view path) {
  const auto slash = path.rfind('/');
  return Value::of(slash == std::string_view::npos ? path : path.substr(slash + 1));
}

Value call(const Operand& operand, const model::Facts& facts, Arena& scratch) {
  const auto argument = [&](std::size_t i) { return read(operand.arguments[i], facts, scratch); };
  switch (operand.function) {
    case Function::val:
      return argument(0);
    case Function::tolower:
      return each_text(argument(0), scratch, [&](std::string_view text) { return in_case(text, 'A', scratch); });
    case Function::toupper:
      return each_text(argument(0), scratch, [&](std::string_view text) { return in_case(text, 'a', scratch); });
    case Function::b64:
      return each_text(argument(0), scratch, [&](std::string_view text) { return decoded(text, scratch); });
    case Function::basename:
      return each_text(argument(0), scratch, basename);
    case Function::len:
      return length(operand.arguments[0], argument(0));
    case Function::join: {
      const Value separator = as_text(argument(0), scratch);
      const Value list = argument(1);
      if (!separator.exists() || !list.exists()) return {};
      return put_together(values_of(list), separator.text(), scratch);
    }
    case Function::concat: {
      const auto parts = values_in(scratch, operand.arguments.size());
      for (std::size_t i = 0; i < parts.size(); ++i) parts[i] = argument(i);
      return put_together(parts, "", scratch);
    }
    case Function::getopt:
      return getopt(operand, argument(0), argument(1), scratch);
  }
  return {};
}

Value list(const Operand& operand, const model::Facts& facts, Arena& scratch) {
  const auto parts = values_in(scratch, operand.arguments.size());
  std::size_t count = 0;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    parts[i] = read(operand.arguments[i], facts, scratch);
    if (!parts[i].exists()) return {};
    count += values_of(parts[i]).size();
  }
  Collected all(scratch, count);
  for (const Value& part : parts) {
    for (const Value& value : values_of(part)) {
      const Value text = as_text(value, scratch);
      if (!text.exists()) return {};
      all.add(text);
    }
  }
  return all.list();
}

}  // namespace

Value read(const Operand& operand, const model::Facts& facts, Arena& scratch) {
  switch (operand.kind) {
    case Operand::Kind::field:
      return facts.read(operand.field, scratch);
    case Operand::Kind::literal:
      return Value::of(std::string_view(operand.literal));
    case Operand::Kind::call:
      return call(operand, facts, scratch);
    case Operand::Kind::list:
      return list(operand, facts, scratch);
  }
  return {};
}

}  // namespace doorman::policy
