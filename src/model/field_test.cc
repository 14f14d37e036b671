// SPDX-License-Identifier: Apache-2.0
#include "model/field.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <string>

#include "base/text.h"

namespace doorman::model {
namespace {

// The rules that the lines of fields.def keep, so that whoever adds a line learns of a slip at once.
TEST(Field, EveryLineIsSound) {
  std::set<std::string_view> names;
  for (const Field& each : fields()) {
    SCOPED_TRACE(each.name);
    EXPECT_TRUE(names.insert(each.name).second);
    EXPECT_EQ(&field(each.id), &each);
    EXPECT_EQ(find_field(each.name), &each);
    EXPECT_NE(each.name.find('.'), std::string_view::npos);
    EXPECT_LE(each.name.size(), max_field_name_bytes);
    EXPECT_TRUE(std::ranges::all_of(
        each.name, [](char c) { return base::is_alpha(c) || base::is_digit(c) || c == '_' || c == '.'; }));
    EXPECT_NE(each.sources, 0);
    EXPECT_FALSE(each.doc.empty() || each.doc.ends_with('.'));
    EXPECT_EQ(each.example.empty(), each.doc.ends_with("never set"));
  }
}

// What was decided by a process alone is kept for its later events: nothing that changes may be among it.
TEST(Field, WhatChangesWithTimeIsNoMatterOfTheProcess) {
  for (const std::string_view name : {"proc.duration", "container.duration", "evt.type", "fd.name", "thread.tid"}) {
    EXPECT_EQ(find_field(name)->scope, FieldScope::event) << name;
  }
  for (const std::string_view name : {"proc.pid", "proc.apid", "proc.pid.ts", "proc.is_exe_upper_layer"}) {
    EXPECT_EQ(find_field(name)->scope, FieldScope::process) << name;
  }
}

// And for other processes, where it is by something that they have in common.
TEST(Field, WhatProcessesHaveInCommonIsNoMatterOfOne) {
  const std::pair<FieldScope, std::vector<std::string_view>> common[] = {
      {FieldScope::program, {"proc.name", "proc.cmdline", "proc.env", "proc.exepath"}},
      {FieldScope::ancestry, {"proc.pname", "proc.aname", "proc.aenv"}},
      {FieldScope::place, {"container.id", "user.name", "k8s.ns.name", "user.loginuid"}},
  };
  for (const auto& [scope, names] : common) {
    for (const std::string_view name : names) EXPECT_EQ(find_field(name)->scope, scope) << name;
  }
}

struct SplitCase {
  std::string_view text, name;
  std::optional<std::string_view> argument;
};

TEST(Field, TextIsSplitIntoNameAndArgument) {
  const SplitCase cases[] = {
      {"proc.name", "proc.name", {}},
      {"proc.aname", "proc.aname", {}},
      {"proc.aname[2]", "proc.aname", "2"},
      {"evt.arg.flags", "evt.arg", "flags"},
      {"evt.arg[1]", "evt.arg", "1"},
      {"evt.args", "evt.args", {}},
      {"evt.rawarg.res", "evt.rawarg", "res"},
      {"evt.type.is.open", "evt.type.is", "open"},
      {"evt.abspath.src", "evt.abspath", "src"},
      {"thread.cgroup.cpu", "thread.cgroup", "cpu"},
      {"k8s.pod.label.app.kubernetes.io/name", "k8s.pod.label", "app.kubernetes.io/name"},
      {"container.mount.dest[/etc*]", "container.mount.dest", "/etc*"},
      {"image.label[a]b]", "image.label", "a]b"},
      {"image.env.names", "image.env.names", {}},  // a field of its own, no variable
      {"proc.name[1]", "proc.name", "1"},          // split all the same; use_field refuses it
  };
  for (const SplitCase& each : cases) {
    SCOPED_TRACE(each.text);
    const SplitField split = split_field(each.text);
    ASSERT_NE(split.field, nullptr);
    EXPECT_EQ(split.field->name, each.name);
    EXPECT_EQ(split.argument, each.argument);
  }
  for (const std::string_view text :
       {"", ".", "proc", "proc.", "proc.nam", "proc.name.x", "evt.foo[1]", "[1]", "..[["}) {
    EXPECT_EQ(split_field(text).field, nullptr) << text;
  }
}

TEST(Field, UseHoldsTheArgument) {
  const FieldUse whole = use_field("proc.aname").value();
  EXPECT_FALSE(whole.has_argument);
  EXPECT_EQ(whole.index, -1);
  const FieldUse second = use_field("proc.aname[2]").value();
  EXPECT_TRUE(second.has_argument);
  EXPECT_EQ(second.index, 2);
  EXPECT_EQ(second.key, "2");
  EXPECT_EQ(use_field("proc.aname", "2").value(), second);
  const FieldUse flags = use_field("evt.arg.flags").value();
  EXPECT_EQ(flags.id, FieldId::evt_arg);
  EXPECT_EQ(flags.key, "flags");
  EXPECT_EQ(flags.index, -1);
  EXPECT_EQ(use_field("evt.arg[1]").value().index, 1);
}

TEST(Field, UseThatDoesNotFitIsRefused) {
  const std::pair<std::string_view, std::string_view> cases[] = {
      {"proc.nmae", "there is no field `proc.nmae`"},
      {"proc.nmae[3]", "there is no field `proc.nmae`"},
      {"proc.name[1]", "`proc.name` takes no argument"},
      {"proc.aname[x]", "`proc.aname` takes a number in brackets"},
      {"proc.aname[-1]", "`proc.aname` takes a number in brackets"},
      {"proc.aname[99999999999]", "`proc.aname` takes a number in brackets"},
      {"proc.aname[]", "`proc.aname` has empty brackets behind it"},
      {"evt.arg", "`evt.arg` needs an argument in brackets behind it"},
      {"evt.arg.", "`evt.arg` has empty brackets behind it"},
      {"evt.arg.flgas", "there is no event parameter `flgas`; did you mean flags?"},
      {"evt.rawarg[1]", "there is no event parameter `1`"},
      {"evt.type.is.opnat", "there is no event `opnat`; did you mean openat?"},
  };
  for (const auto& [text, message] : cases) {
    const auto use = use_field(text);
    ASSERT_FALSE(use.ok()) << text;
    EXPECT_EQ(use.error().message(), message);
  }
}

TEST(Field, RawArgumentHasTheTypeOfItsParameter) {
  EXPECT_EQ(type_of(use_field("evt.rawarg.fd").value()), FieldType::integer);
  EXPECT_EQ(type_of(use_field("evt.rawarg.res").value()), FieldType::integer);
  EXPECT_EQ(type_of(use_field("evt.arg.fd").value()), FieldType::text);
}

}  // namespace
}  // namespace doorman::model
