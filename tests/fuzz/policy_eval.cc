// SPDX-License-Identifier: Apache-2.0
// Rules and events made of the input: the compiled graph and the plain walk must give the same answers.
#include <fmt/format.h>

#include <array>
#include <cstdlib>
#include <string>

#include "fuzz/fuzz.h"
#include "policy/engine/engine.h"

namespace doorman::fuzz {
namespace {

using model::FieldType;
using model::Value;

class Bytes {
 public:
  explicit Bytes(base::Bytes input) : left_(input) {}
  std::size_t below(std::size_t limit) {
    if (left_.empty()) return 0;
    const auto byte = static_cast<unsigned char>(left_.front());
    left_.remove_prefix(1);
    return byte % limit;
  }
  template <std::size_t count>
  std::string_view one_of(const std::array<std::string_view, count>& words) {
    return words[below(count)];
  }
  [[nodiscard]] bool is_empty() const { return left_.empty(); }

 private:
  base::Bytes left_;
};

constexpr std::array<std::string_view, 22> fields = {
    "proc.name",  "proc.pname",  "proc.cmdline", "proc.aname",   "proc.aname[2]", "proc.apid",
    "proc.tty",   "user.uid",    "fd.name",      "fd.directory", "fd.sip",        "fd.ip",
    "fd.net",     "fd.sport",    "fd.port",      "fd.types",     "fd.num",        "evt.is_open_read",
    "evt.buffer", "evt.rawtime", "evt.type",     "evt.num"};
constexpr std::array<std::string_view, 12> texts = {"a",  "b",     "ab", "/etc", "/etc/a", "open",
                                                    "''", "'a b'", "A*", "1",    "/e*/?",  "close"};
constexpr std::array<std::string_view, 4> numbers = {"0", "1", "-1", "443"};
constexpr std::array<std::string_view, 3> addresses = {"10.0.0.1", "::1", "192.168.0.1"};
constexpr std::array<std::string_view, 3> networks = {"10.0.0.0/8", "::/1", "0.0.0.0/0"};
constexpr std::array<std::string_view, 3> truths = {"true", "false", "1"};
constexpr std::array<std::string_view, 18> operators = {
    " = ",        " != ",        " < ",          " <= ",       " > ",          " >= ",
    " contains ", " icontains ", " startswith ", " endswith ", " glob ",       " iglob ",
    " regex ",    " bcontains ", " exists ",     " in ",       " intersects ", " pmatch "};
constexpr std::array<std::string_view, 4> modifiers = {"", "oneof ", "anyof ", "allof "};
constexpr std::array<std::string_view, 6> functions = {"tolower", "toupper", "basename", "len", "b64", "val"};

std::string literal(Bytes& bytes, std::string_view field) {
  const auto* found = model::find_field(field.substr(0, field.find('[')));
  if (field == "evt.type" || found == nullptr) return std::string(bytes.below(2) == 0 ? "open" : "close");
  switch (found->type) {
    case FieldType::boolean:
      return std::string(bytes.one_of(truths));
    case FieldType::address:
      return std::string(bytes.one_of(addresses));
    case FieldType::network:
      return std::string(bytes.one_of(networks));
    case FieldType::text:
    case FieldType::path:
    case FieldType::bytes:
      return std::string(bytes.one_of(texts));
    case FieldType::integer:
    case FieldType::natural:
    case FieldType::real:
    case FieldType::port:
    case FieldType::duration:
    case FieldType::time:
      break;
  }
  return std::string(bytes.one_of(numbers));
}

std::string literals(Bytes& bytes, std::string_view field) {
  std::string made = "(";
  const std::size_t count = bytes.below(4);
  for (std::size_t i = 0; i < count; ++i) made += (i == 0 ? "" : ", ") + literal(bytes, field);
  return made + ")";
}

std::string check(Bytes& bytes) {
  const std::string_view field = bytes.one_of(fields);
  const std::string_view op = bytes.one_of(operators);
  const std::size_t shape = bytes.below(10);
  const std::string left =
      shape == 0 ? std::string(functions[bytes.below(5)]) + "(" + std::string(field) + ")" : std::string(field);
  if (op == " exists ") return left + op.data();
  if (shape == 1)
    return left + std::string(op) + std::string(bytes.one_of(functions)) + "(" + std::string(bytes.one_of(fields)) +
           ")";
  if (op == " in " || op == " intersects " || op == " pmatch ")
    return left + std::string(op) + literals(bytes, field);
  const std::string_view modifier = shape == 2 ? bytes.one_of(modifiers) : "";
  if (!modifier.empty()) return left + std::string(op) + std::string(modifier) + literals(bytes, field);
  return left + std::string(op) + literal(bytes, field);
}

std::string condition(Bytes& bytes, int depth) {
  const std::size_t shape = depth == 0 || bytes.is_empty() ? 0 : bytes.below(5);
  if (shape < 2) return check(bytes);
  if (shape == 2) return "not (" + condition(bytes, depth - 1) + ")";
  std::string made = "(" + condition(bytes, depth - 1) + ")";
  for (std::size_t more = 1 + bytes.below(4); more > 0; --more)
    made += (shape == 3 ? " and (" : " or (") + condition(bytes, depth - 1) + ")";
  return made;
}

/// Fields of a scope depend on its revision alone, all others on the event too.
class MadeFacts final : public model::Facts {
 public:
  MadeFacts(std::size_t event, model::Revisions revisions, model::EventType type)
      : event_(event), revisions_(revisions), type_(type) {}

  [[nodiscard]] model::EventSource source() const override { return model::EventSource::syscall; }
  [[nodiscard]] model::EventType event_type() const override { return type_; }
  [[nodiscard]] model::Revisions revisions() const override { return revisions_; }

  [[nodiscard]] Value read(const model::FieldUse& use, base::Arena& scratch) const override {
    const model::Field& field = model::field(use.id);
    if (field.name == "evt.num") return Value::of_natural(event_ + 1);
    if (field.name == "evt.type" && type_ != model::EventType::none) return Value::of(model::info(type_).name);
    std::uint64_t revision = revisions_.of(field.scope);
    if (revision == 0 && field.scope != model::FieldScope::event)
      revision = revisions_.of(model::FieldScope::process);
    std::size_t pick = static_cast<std::size_t>(use.id) * 7 + (use.has_argument ? 3 : 0);
    // Without a revision nothing promises that two events are of the same process.
    pick = (pick + (revision != 0 ? revision : event_ * 5)) * 0x9E3779B1U >> 7U;
    if (pick % 7 == 0) return {};
    const bool single = !field.list || (use.has_argument && field.argument != model::FieldArgument::key);
    if (single || pick % 5 == 0) return one(field.type, pick / 8);
    const auto room = scratch.allocate(3 * sizeof(Value));
    auto* const values = reinterpret_cast<Value*>(room.data());
    for (std::size_t i = 0; i < 3; ++i) new (values + i) Value(one(field.type, pick / (3 + i)));
    return Value::of(std::span<const Value>(values, pick % 4));
  }

 private:
  static Value one(FieldType type, std::size_t pick) {
    static const std::array<base::IpAddress, 3> ends = {
        *base::IpAddress::parse("10.0.0.1"), *base::IpAddress::parse("::1"), *base::IpAddress::parse("8.8.8.8")};
    static constexpr std::array<std::string_view, 9> words = {"a", "b",   "ab", "/etc",  "/etc/a/b",
                                                              "",  "a b", "Ab", "\xff/a"};
    switch (type) {
      case FieldType::boolean:
        return Value::of(pick % 2 == 0);
      case FieldType::integer:
        return Value::of_integer(static_cast<std::int64_t>(pick % 3) - 1);
      case FieldType::natural:
      case FieldType::duration:
      case FieldType::time:
        return Value::of_natural(pick % 2);
      case FieldType::port:
        return Value::of_natural(pick % 2 == 0 ? 443 : 0);
      case FieldType::real:
        return Value::of_real(static_cast<double>(pick % 3));
      case FieldType::text:
      case FieldType::path:
      case FieldType::bytes:
        return pick % 31 == 0 ? Value::of_natural(pick) : Value::of(words[pick % words.size()]);
      case FieldType::address:
      case FieldType::network:
        return Value::of(ends[pick % ends.size()]);
    }
    return {};
  }

  std::size_t event_;
  model::Revisions revisions_;
  model::EventType type_;
};

/// Of the process number `process`: some run the same program, some have the same ancestors or place, and of some
/// parts of it are not known.
model::Revisions revisions_of(std::uint64_t process) {
  if (process == 0) return {};
  return {{0, process, process % 3, 1 + process % 2, process % 4}};
}

/// Half of the time all rules want one of some texts first, as rules that are looked up by it do.
policy::RuleSet made_rules(Bytes& bytes) {
  static constexpr std::array<std::string_view, 4> wanted = {"", "", "proc.name", "fd.name"};
  policy::RuleSet set;
  const std::string_view first = bytes.one_of(wanted);
  for (std::size_t count = 1 + bytes.below(32); count > 0; --count) {
    const std::string inner = condition(bytes, 3);
    const auto parsed = policy::parse_condition(
        first.empty() ? inner : fmt::format("{} in {} and ({})", first, literals(bytes, first), inner));
    if (!parsed.condition) continue;
    policy::Rule rule;
    rule.condition = *parsed.condition;
    policy::RuleSet alone;
    alone.rules.push_back(rule);
    std::vector<policy::Diagnostic> diagnostics;
    if (policy::Engine::compile(std::move(alone), diagnostics)) set.rules.push_back(std::move(rule));
  }
  return set;
}

}  // namespace

void policy_eval(base::Bytes input) {
  Bytes bytes(input);
  std::vector<policy::Diagnostic> diagnostics;
  const auto engine = policy::Engine::compile(made_rules(bytes), diagnostics);
  if (!engine) std::abort();
  policy::Evaluator evaluator(engine);
  const std::array<model::EventType, 4> types = {model::EventType::none, model::EventType::open,
                                                 model::EventType::close, model::EventType::execve};
  for (std::size_t event = 0; event < 24; ++event) {
    const MadeFacts facts(event, revisions_of(event % 3 == 0 ? 0 : event % 7), types[event % types.size()]);
    const auto matches = evaluator.match(facts);
    std::size_t next = 0;
    for (std::uint32_t i = 0; i < engine->rules().rules.size(); ++i) {
      const bool matched = next < matches.size() && matches[next] == i;
      if (matched) ++next;
      if (matched != policy::matches_plainly(engine->rules().rules[i], facts)) std::abort();
    }
    if (next != matches.size()) std::abort();
  }
}

}  // namespace doorman::fuzz
