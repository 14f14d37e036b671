// SPDX-License-Identifier: Apache-2.0
#include "source/kernel/call_table.h"

#include <gmock/gmock.h>

#include <algorithm>

#include "source/kernel/call_signatures.h"

namespace doorman::source::kernel {
namespace {

using kern::CallArgument;
using kern::CallClause;
using kern::CallForm;
using model::EventNeed;
using model::EventType;
using ::testing::IsEmpty;
using Form = CallArgument::Form;

EventNeed need_of(EventType type) {
  EventNeed need;
  need.type = type;
  return need;
}

CallForm form_of(EventType type) {
  const auto filter = filter_of({{need_of(type)}, {}});
  EXPECT_EQ(filter.forms.size(), 1U);
  return filter.forms.empty() ? CallForm() : filter.forms.front();
}

TEST(CallTable, EachWordOfASignatureIsAParameter) {
  for (const model::EventInfo& event : model::event_types()) {
    std::string_view words = signature_of(event.type).arguments;
    while (!words.empty()) {
      const std::size_t end = std::min(words.find_first_of(" |+"), words.size());
      std::string_view name = words.substr(0, end);
      words.remove_prefix(std::min(end + 1, words.size()));
      name = name.substr(0, name.find_first_of("@%"));
      if (name.empty() || name == "-" || name.starts_with('&')) continue;
      const auto known = std::ranges::find(event.parameters, name, &model::EventParameter::name);
      EXPECT_NE(known, event.parameters.end()) << event.name << ": " << name;
    }
  }
}

TEST(CallTable, OpenatIsAboutTheDescriptorThatItMakes) {
  const CallForm form = form_of(EventType::openat);
  EXPECT_EQ(form.number, 257);
  EXPECT_EQ(form.compat_number, 295);
  EXPECT_EQ(form.object, CallForm::object_is_result);
  EXPECT_EQ(form.path, 2);
  EXPECT_EQ(form.folder, 1);
  ASSERT_EQ(form.parameters.size(), 5U);
  EXPECT_EQ(form.parameters[0].form, Form::none) << "the header has it";
  EXPECT_EQ(form.parameters[1].form, Form::integer);
  EXPECT_EQ(form.parameters[2].form, Form::text);
  EXPECT_EQ(form.parameters[3].index, 2);
  EXPECT_EQ(form.open_flags.index, 2);
}

TEST(CallTable, OtherForms) {
  const CallForm rename = form_of(EventType::renameat2);
  EXPECT_EQ(rename.object, 0);
  EXPECT_EQ(rename.path, 2);
  EXPECT_EQ(rename.other_path, 4);
  EXPECT_EQ(rename.other_folder, 3);
  const CallForm how = form_of(EventType::openat2);
  EXPECT_EQ(how.open_flags.form, Form::far);
  EXPECT_EQ(how.parameters[5].offset, 16) << "resolve";
  EXPECT_EQ(form_of(EventType::connect).address, 2);
  EXPECT_EQ(form_of(EventType::connect).object, 1);
  EXPECT_EQ(form_of(EventType::sendmsg).message, 2);
  EXPECT_EQ(form_of(EventType::dup2).object, CallForm::object_is_result);
  EXPECT_EQ(form_of(EventType::prctl).parameters[2].form, Form::text);
  EXPECT_EQ(form_of(EventType::prctl).parameters[3].form, Form::integer);
}

TEST(CallTable, PathsOfFilesAreFilteredAndOthersAreNot) {
  EventNeed open = need_of(EventType::openat), unlink = need_of(EventType::unlink),
            connect = need_of(EventType::connect);
  for (EventNeed* each : {&open, &unlink, &connect}) {
    each->any_path = false;
    each->paths = {"/etc/shadow"};
  }
  const auto filter = filter_of({{open, unlink, connect}, {}});
  ASSERT_EQ(filter.forms.size(), 3U);
  EXPECT_EQ(filter.forms[0].clauses.front().filter, 1U);
  EXPECT_EQ(filter.forms[0].named, 1U);
  EXPECT_EQ(filter.forms[1].clauses.front().filter, 0U) << "its path is not known in the kernel";
  EXPECT_EQ(filter.forms[2].clauses.front().filter, 0U);
  ASSERT_EQ(filter.paths.size(), 1U);
}

TEST(CallTable, PathsAreNotAskedForWhereEveryPathIsWanted) {
  EventNeed named = need_of(EventType::openat), writes = named, climbs = need_of(EventType::openat);
  named.any_path = writes.any_path = false;
  named.paths = writes.paths = {"/etc/shadow"};
  named.climbs = climbs.climbs = true;
  writes.reads = false;
  const auto filter = filter_of({{named, climbs, writes}, {}});
  ASSERT_EQ(filter.forms.size(), 1U);
  const auto& form = filter.forms[0];
  ASSERT_EQ(form.clauses.size(), 2U);
  EXPECT_EQ(form.clauses[0].filter, 0U);
  EXPECT_EQ(form.clauses[1].filter, 2U);
  EXPECT_EQ(form.named, 3U) << "it still has a ring of its own";
}

TEST(CallTable, ClausesBeyondTheLimitBecomeOne) {
  std::vector<EventNeed> needs;
  for (int i = 0; i < 20; ++i) {
    EventNeed need = need_of(EventType::openat);
    need.in_container = true;
    need.climbs = i % 2 == 0;
    need.any_path = false;
    need.paths = {"/" + std::to_string(i)};
    needs.push_back(need);
  }
  const auto filter = filter_of({needs, {}});
  ASSERT_EQ(filter.forms.size(), 1U);
  ASSERT_EQ(filter.forms[0].clauses.size(), 1U) << "any path in a container, which holds the rest";
  EXPECT_EQ(filter.forms[0].clauses.back().filter, 0U);
  EXPECT_EQ(filter.forms[0].clauses.back().traits, CallClause::in_container);
}

TEST(CallTable, WhatIsToldAnyway) {
  EXPECT_THAT(filter_of({{need_of(EventType::clone), need_of(EventType::procexit)}, {}}).forms, IsEmpty());
  EXPECT_EQ(form_of(EventType::execve).clauses.front().traits, CallClause::failed);
}

}  // namespace
}  // namespace doorman::source::kernel
