// SPDX-License-Identifier: Apache-2.0
#include "policy/output.h"

#include <gtest/gtest.h>

#include <array>
#include <map>

namespace doorman::policy {
namespace {

using model::Value;
using std::string_view_literals::operator""sv;

class FakeFacts : public model::Facts {
 public:
  [[nodiscard]] model::EventSource source() const override { return model::EventSource::syscall; }
  [[nodiscard]] Value read(const model::FieldUse& use, base::Arena&) const override {
    const std::string name = std::string(model::field(use.id).name) + (use.has_argument ? "[" + use.key + "]" : "");
    const auto found = values.find(name);
    return found == values.end() ? Value() : found->second;
  }

  std::map<std::string, Value> values;
};

std::string told(std::string_view format, const FakeFacts& facts = {}) {
  const auto parsed = OutputFormat::parse(format, model::EventSource::syscall);
  if (const auto* error = std::get_if<CheckError>(&parsed))
    return "error at " + std::to_string(error->at.column) + ": " + error->message;
  base::Arena scratch;
  return std::get<OutputFormat>(parsed).render(facts, scratch);
}

TEST(OutputFormat, PutsValuesInTheirPlaces) {
  FakeFacts facts;
  facts.values = {{"proc.name", Value::of("nginx"sv)},
                  {"proc.pid", Value::of_integer(-7)},
                  {"proc.aname[2]", Value::of("systemd"sv)}};
  EXPECT_EQ(told("%proc.name (%proc.pid) by %proc.aname[2].", facts), "nginx (-7) by systemd.");
  EXPECT_EQ(told("*name=%proc.name", facts), "name=nginx");
  EXPECT_EQ(told("no field at all", facts), "no field at all");
  EXPECT_EQ(told("%user.name", facts), "<NA>");
}

TEST(OutputFormat, TakesTheLongestNameThatThereIs) {
  FakeFacts facts;
  facts.values = {{"proc.name", Value::of("nginx"sv)}};
  EXPECT_EQ(told("%proc.name. %proc.names %proc.name[x] %proc.name.of", facts), "nginx. nginxs nginx[x] nginx.of");
}

TEST(OutputFormat, CutsAndFillsToTheWidth) {
  FakeFacts facts;
  facts.values = {{"proc.name", Value::of("nginx"sv)}, {"proc.exe", Value::of("gr\xc3\xbc\xc3\x9f"sv)}};
  EXPECT_EQ(told("[%8proc.name][%3proc.name][%5proc.exe]", facts), "[nginx   ][ngi][grüß ]");
  EXPECT_EQ(told("[%0proc.name]", facts), "[nginx]");
}

TEST(OutputFormat, IsPrintableWhateverTheValue) {
  FakeFacts facts;
  facts.values = {{"proc.name", Value::of("a\x1b[2J\n\xff"sv)}};
  EXPECT_EQ(told("x %proc.name\ty", facts), "x a\\x1b[2J\\x0a\\xff\\x09y");
  const std::string huge(1'000'000, 'a');
  facts.values["proc.name"] = Value::of(huge);
  EXPECT_EQ(told("%proc.name", facts).size(), OutputFormat::max_value_bytes + std::string("…").size());
}

TEST(OutputFormat, ShowsEachKindOfValue) {
  const base::IpAddress address = *base::IpAddress::parse("10.0.0.1");
  const std::array<Value, 2> list = {Value::of("a"sv), Value::of_natural(2)};
  EXPECT_EQ(shown(Value::of(true)), "true");
  EXPECT_EQ(shown(Value::of_natural(18446744073709551615U)), "18446744073709551615");
  EXPECT_EQ(shown(Value::of_real(9.8)), "9.8");
  EXPECT_EQ(shown(Value::of(address)), "10.0.0.1");
  EXPECT_EQ(shown(Value::of(std::span<const Value>(list))), "(a,2)");
  EXPECT_EQ(shown(Value()), "<NA>");
}

TEST(OutputFormat, SaysWhatIsWrongAndWhere) {
  EXPECT_EQ(told(""), "error at 1: empty formatting token");
  EXPECT_EQ(told("50%"), "error at 3: invalid formatting syntax: formatting cannot end with a %");
  EXPECT_EQ(told("50%20"), "error at 3: invalid formatting syntax: formatting cannot end with a number");
  EXPECT_EQ(told("%5000proc.name"), "error at 2: width over the limit of 1000");
  EXPECT_TRUE(told("a %no.such b").starts_with("error at 4: unknown filter: "));
  EXPECT_TRUE(told("50% off").starts_with("error at 4: unknown filter: "));
  EXPECT_TRUE(told("%tolower(proc.name").starts_with("error at 19: unknown filter: "));
  EXPECT_EQ(told(std::string(OutputFormat::max_bytes + 1, 'a')), "error at 1: output longer than 65536 bytes");
}

TEST(OutputFormat, NamesItsValues) {
  FakeFacts facts;
  facts.values = {{"proc.name", Value::of("nginx"sv)}};
  const auto parsed = OutputFormat::parse("%proc.name %20user.name", model::EventSource::syscall);
  base::Arena scratch;
  const auto values = std::get<OutputFormat>(parsed).values(facts, scratch);
  ASSERT_EQ(values.size(), 2U);
  EXPECT_EQ(values[0].name, "proc.name");
  EXPECT_EQ(values[1].name, "user.name");
  EXPECT_EQ(values[1].value, "<NA>");
}

}  // namespace
}  // namespace doorman::policy
