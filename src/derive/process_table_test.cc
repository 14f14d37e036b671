// SPDX-License-Identifier: Apache-2.0
#include "derive/process_table.h"

#include <gtest/gtest.h>

#include <map>
#include <random>
#include <string>

namespace doorman::derive {
namespace {

using model::EventRecord;
using model::Process;
using model::ProcessChange;
using model::ProcessKey;

/// Drives a table as records would. Processes are numbers; each started at ten times its number.
class ProcessTableTest : public testing::Test {
 protected:
  static EventRecord record(EventRecord::Kind kind, std::uint32_t pid, std::uint64_t cgroup = 0) {
    EventRecord made;
    made.kind = kind;
    made.pid = made.tid = pid;
    made.start = std::uint64_t{pid} * 10;
    made.cgroup = cgroup;
    return made;
  }
  static ProcessChange of(std::uint32_t pid, std::uint32_t parent, std::string_view comm = {}) {
    ProcessChange change;
    change.state.emplace();
    change.state->key = {std::uint64_t{pid} * 10, pid};
    change.state->parent = {std::uint64_t{parent} * 10, parent};
    change.comm = comm;
    return change;
  }
  void exec(std::uint32_t pid, std::uint32_t parent, std::string_view comm, std::uint64_t cgroup = 0) {
    ProcessChange change = of(pid, parent, comm);
    change.arguments = std::string_view("run\0-a\0b c\0", 11);
    change.environment = std::string_view("A=1\0", 4);
    table.apply(record(EventRecord::Kind::exec, pid, cgroup), change);
  }
  void fork(std::uint32_t parent, std::uint32_t child) {
    table.apply(record(EventRecord::Kind::fork, parent), of(child, parent));
  }
  void exit(std::uint32_t pid) { table.apply(record(EventRecord::Kind::exit, pid), ProcessChange()); }
  void rename(std::uint32_t pid, std::string_view comm) {
    ProcessChange change;
    change.comm = comm;
    table.apply(record(EventRecord::Kind::change, pid), change);
  }
  const Process* find(std::uint32_t pid, std::uint64_t cgroup = 0) {
    return table.find(record(EventRecord::Kind::call, pid, cgroup));
  }
  std::uint64_t revision(std::uint32_t pid, std::uint64_t cgroup = 0) { return find(pid, cgroup)->revision; }

  ProcessTable table{ProcessLimits{.processes = 300, .containers = 2, .recently_exited = 4, .ancestors = 8}};
};

TEST_F(ProcessTableTest, KnowsWhatAnExecSaid) {
  exec(5, 1, "sh");
  const Process* process = find(5);
  ASSERT_NE(process, nullptr);
  EXPECT_EQ(process->program->comm, "sh");
  EXPECT_EQ(process->program->exe, "run");
  EXPECT_EQ(process->program->args, "-a b c");
  EXPECT_EQ(process->program->command_line, "sh -a b c");
  EXPECT_EQ(process->parent, nullptr);
  EXPECT_EQ(find(6), nullptr);
  EXPECT_EQ(table.counters().unknown, 1U);
}

TEST_F(ProcessTableTest, ANumberThatIsUsedAgainIsAnotherProcess) {
  exec(5, 1, "sh");
  EventRecord later = record(EventRecord::Kind::call, 5);
  later.start = 999;
  EXPECT_EQ(table.find(later), nullptr);
}

TEST_F(ProcessTableTest, AChildIsItsParentUntilItRunsSomethingElse) {
  exec(5, 1, "sh");
  fork(5, 6);
  ASSERT_NE(find(6), nullptr);
  EXPECT_EQ(find(6)->program, find(5)->program);
  EXPECT_EQ(find(6)->parent, find(5));
  exec(6, 5, "ls");
  EXPECT_EQ(find(6)->program->comm, "ls");
  EXPECT_EQ(find(5)->program->comm, "sh");
}

TEST_F(ProcessTableTest, TheOrderOfRecordsDoesNotMatter) {
  exec(6, 5, "ls");
  EXPECT_EQ(find(6)->parent, nullptr);
  fork(5, 6);
  exec(5, 1, "sh");
  EXPECT_EQ(find(6)->program->comm, "ls");
  ASSERT_NE(find(6)->parent, nullptr);
  EXPECT_EQ(find(6)->parent->program->comm, "sh");
}

TEST_F(ProcessTableTest, AnOrphanKeepsItsAncestors) {
  exec(5, 1, "sh");
  fork(5, 6);
  fork(6, 7);
  exit(6);
  exit(5);
  for (std::uint32_t pid = 20; pid < 30; ++pid) {
    exec(pid, 1, "x");
    exit(pid);
  }
  exec(7, 1, "daemon");
  ASSERT_NE(find(7), nullptr);
  ASSERT_NE(find(7)->parent, nullptr);
  EXPECT_TRUE(find(7)->parent->exited);
  EXPECT_EQ(find(7)->state.parent.pid, 6U);
  EXPECT_EQ(find(7)->parent->parent->program->comm, "sh");
  exit(7);
  for (std::uint32_t pid = 30; pid < 40; ++pid) {
    exec(pid, 1, "x");
    exit(pid);
  }
  EXPECT_EQ(find(7), nullptr);
  EXPECT_EQ(find(5), nullptr);
  EXPECT_EQ(table.size(), 4U) << "those that exited last";
}

TEST_F(ProcessTableTest, LateEventsFindWhoExitedJustNow) {
  exec(5, 1, "sh");
  exit(5);
  ASSERT_NE(find(5), nullptr);
  EXPECT_TRUE(find(5)->exited);
}

TEST_F(ProcessTableTest, ARevisionIsOfOneStateOfOneProcess) {
  exec(5, 1, "sh");
  fork(5, 6);
  fork(5, 7);
  const auto first = revision(6), sibling = revision(7);
  EXPECT_NE(first, sibling);
  EXPECT_EQ(revision(6), first);
  rename(5, "renamed");
  EXPECT_NE(revision(6), first);
  EXPECT_NE(revision(6), revision(7));
  EXPECT_EQ(find(6)->program->comm, "sh") << "its own name is its own";
  const auto second = revision(6);
  rename(7, "other");
  EXPECT_EQ(revision(6), second);
  fork(6, 8);
  EXPECT_EQ(revision(6), second);
  const auto grandchild = revision(8);
  exec(5, 1, "bash");
  EXPECT_NE(revision(8), grandchild);
}

TEST_F(ProcessTableTest, AnotherUserIsAnotherRevision) {
  exec(5, 1, "sudo");
  const auto before = revision(5);
  EventRecord as_root = record(EventRecord::Kind::call, 5);
  as_root.uid = 1000;
  EXPECT_NE(table.find(as_root)->revision, before);
  EXPECT_EQ(table.find(as_root)->state.uid, 1000U);
}

TEST_F(ProcessTableTest, FindsTheContainerWheneverItIsTold) {
  exec(5, 1, "sh", 77);
  EXPECT_EQ(find(5, 77)->container, nullptr);
  const auto before = revision(5, 77);
  model::Container web;
  web.id = "web";
  table.apply(record(EventRecord::Kind::container, 0, 77), web);
  ASSERT_NE(find(5, 77)->container, nullptr);
  EXPECT_EQ(find(5, 77)->container->id, "web");
  EXPECT_NE(revision(5, 77), before);
  const auto told = revision(5, 77);
  web.name = "late";
  table.apply(record(EventRecord::Kind::container, 0, 77), web);
  EXPECT_EQ(find(5, 77)->container->name, "late");
  EXPECT_NE(revision(5, 77), told);
  EXPECT_EQ(find(5, 0)->container, nullptr) << "it was moved out";
  EXPECT_EQ(table.container(77)->id, "web");
}

TEST_F(ProcessTableTest, AContainerOutlivesItsLastEvents) {
  model::Container web;
  web.id = "web";
  table.apply(record(EventRecord::Kind::container, 0, 77), web);
  EventRecord gone = record(EventRecord::Kind::container, 0, 77);
  gone.gone = true;
  table.apply(gone, model::Container());
  EXPECT_NE(table.container(77), nullptr);
  for (gone.cgroup = 100; gone.cgroup < 105; ++gone.cgroup) table.apply(gone, model::Container());
  EXPECT_EQ(table.container(77), nullptr);
}

TEST_F(ProcessTableTest, StaysWithinItsLimits) {
  for (std::uint32_t pid = 1; pid <= 400; ++pid) exec(pid, 0, "x");
  EXPECT_EQ(table.size(), 300U);
  EXPECT_EQ(table.counters().refused, 100U);
  exit(1);
  exec(1000, 0, "y");
  EXPECT_NE(find(1000), nullptr);
  for (std::uint64_t cgroup = 1; cgroup < 5; ++cgroup) {
    table.apply(record(EventRecord::Kind::container, 0, cgroup), model::Container());
  }
  EXPECT_EQ(table.container(3), nullptr);
}

TEST_F(ProcessTableTest, ALineThatGrowsWithoutEndIsCut) {
  exec(1, 0, "first");
  for (std::uint32_t pid = 1; pid < 1000; ++pid) {
    fork(pid, pid + 1);
    exit(pid);
  }
  std::size_t count = 0;
  for (const Process* each = find(1000); each != nullptr; each = each->parent) ++count;
  EXPECT_LE(count, 10U);
  EXPECT_LE(table.size(), 20U);
}

TEST_F(ProcessTableTest, ACircleOfParentsIsNone) {
  exec(5, 6, "a");
  exec(6, 5, "b");
  exec(7, 7, "c");
  (void)find(5);
  (void)find(6);
  EXPECT_TRUE(find(5)->parent == nullptr || find(6)->parent == nullptr);
  EXPECT_EQ(find(7)->parent, nullptr);
}

TEST(ProcessTableTexts, AreNotKeptWithoutEnd) {
  ProcessTable table(ProcessLimits{.text_bytes = 100'000});
  const std::string huge(60'000, 'e');
  for (std::uint32_t pid = 1; pid < 50; ++pid) {
    EventRecord record;
    record.kind = EventRecord::Kind::exec;
    record.pid = pid;
    ProcessChange change;
    change.comm = "x";
    const std::string environment = huge + std::to_string(pid);
    change.environment = environment;
    table.apply(record, change);
  }
  EXPECT_GT(table.counters().texts_not_kept, 40U);
  EventRecord last;
  last.pid = 49;
  ASSERT_NE(table.find(last), nullptr);
  EXPECT_FALSE(table.find(last)->program->knows_environment);
  EXPECT_EQ(table.find(last)->program->comm, "x");
}

TEST_F(ProcessTableTest, ParentsAreVisitedBeforeTheirChildren) {
  exec(9, 8, "child");
  exec(8, 7, "parent");
  (void)find(9);  // is linked to its parent while that one has none
  exec(7, 6, "grandparent");
  exec(6, 5, "older");
  exec(5, 0, "oldest");
  (void)find(6);
  (void)find(7);
  (void)find(8);
  std::vector<std::uint32_t> pids;
  table.each([&](const Process& process) { pids.push_back(process.state.key.pid); });
  EXPECT_EQ(pids, (std::vector<std::uint32_t>{5, 6, 7, 8, 9}));
}

TEST_F(ProcessTableTest, WhatRunsTheSameSharesIt) {
  exec(5, 1, "sh");
  exec(6, 5, "ls");
  exec(7, 1, "sh");
  EXPECT_EQ(find(5)->program, find(7)->program);
  EXPECT_NE(find(5)->program->id, find(6)->program->id);
  const auto id = find(5)->program->id;
  rename(5, "renamed");
  EXPECT_NE(find(5)->program->id, id);
  EXPECT_EQ(find(7)->program->id, id);
  rename(5, "sh");
  EXPECT_EQ(find(5)->program->id, id);
}

TEST_F(ProcessTableTest, AncestriesAreEqualByWhatAncestorsRun) {
  exec(5, 1, "sh");
  exec(6, 1, "sh");
  exec(7, 1, "bash");
  fork(5, 15);
  fork(6, 16);
  fork(7, 17);
  EXPECT_EQ(find(15)->ancestry, find(16)->ancestry);
  EXPECT_NE(find(15)->ancestry, find(17)->ancestry);
  EXPECT_NE(find(15)->ancestry, find(5)->ancestry);
  EXPECT_EQ(find(5)->ancestry, find(7)->ancestry) << "none that is known";
  exec(16, 6, "ls");
  EXPECT_EQ(find(15)->ancestry, find(16)->ancestry) << "what it runs itself is no matter";
  exec(6, 1, "bash");
  EXPECT_EQ(find(16)->ancestry, find(17)->ancestry);
  exec(1, 0, "init");
  EXPECT_NE(find(15)->ancestry, find(17)->ancestry);
  EXPECT_EQ(find(16)->ancestry, find(17)->ancestry);
  EXPECT_EQ(find(5)->ancestry, find(7)->ancestry);
}

TEST_F(ProcessTableTest, APlaceIsAContainerAndAUser) {
  exec(5, 1, "sh", 77);
  exec(6, 1, "ls", 77);
  exec(7, 1, "sh", 78);
  EXPECT_EQ(find(5, 77)->place, find(6, 77)->place);
  EXPECT_EQ(find(5, 77)->place, find(7, 78)->place) << "neither group is a container";
  model::Container web;
  web.id = "web";
  table.apply(record(EventRecord::Kind::container, 0, 77), web);
  EXPECT_EQ(find(5, 77)->place, find(6, 77)->place);
  EXPECT_NE(find(5, 77)->place, find(7, 78)->place);
  const auto as_root = find(6, 77)->place;
  EventRecord as_user = record(EventRecord::Kind::call, 5, 77);
  as_user.uid = 1000;
  EXPECT_NE(table.find(as_user)->place, as_root);
  EXPECT_EQ(find(5, 77)->place, as_root);
  const auto before = find(7, 78)->place;
  table.apply(record(EventRecord::Kind::container, 0), model::Container());
  EXPECT_NE(find(7, 78)->place, before) << "the host's users have other names now";
}

/// Everything that rules may remember under a process's numbers, as text.
struct Seen {
  std::string program, ancestry, place;
};
Seen seen_of(const Process& process) {
  const auto text_of = [](const model::Program& program) {
    return program.comm + '|' + program.exe_path + '|' + program.command_line + '|' + program.environment;
  };
  Seen seen;
  seen.program = text_of(*process.program);
  for (const Process* each = process.parent; each != nullptr; each = each->parent)
    seen.ancestry += text_of(*each->program) + '/';
  seen.place = (process.container == nullptr ? "host" : process.container->id) + ' ' +
               std::to_string(process.state.uid) + ' ' + std::to_string(process.state.gid);
  return seen;
}

/// Remembers what each number stood for, and that it stands for nothing else.
class Numbers {
 public:
  void see(std::uint64_t number, const std::string& text) {
    ASSERT_NE(number, 0U);
    EXPECT_EQ(known_.try_emplace(number, text).first->second, text) << number;
  }

 private:
  std::map<std::uint64_t, std::string> known_;
};

TEST_F(ProcessTableTest, ANumberStandsForOneThing) {
  std::mt19937 random(2);
  const auto pick = [&random](std::uint32_t below) { return static_cast<std::uint32_t>(random() % below); };
  constexpr std::string_view names[] = {"sh", "ls", "cat"};
  Numbers programs, ancestries, places, revisions;
  for (int i = 0; i < 60'000 && !HasFailure(); ++i) {
    const std::uint32_t pid = 1 + pick(60), other = 1 + pick(60);
    switch (pick(9)) {
      case 0:
        exec(pid, other, names[pick(3)], pick(3));
        break;
      case 1:
      case 2:
        fork(pid, other);
        break;
      case 3:
        exit(pid);
        break;
      case 4:
        rename(pid, names[pick(3)]);
        break;
      case 5:
        if (pick(20) == 0) {
          model::Container container;
          container.id = std::to_string(i);
          table.apply(record(EventRecord::Kind::container, 0, pick(3)), container);
        }
        break;
      default: {
        EventRecord call = record(EventRecord::Kind::call, pid, pick(3));
        call.uid = pick(2);
        const Process* found = table.find(call);
        if (found == nullptr) break;
        const Seen seen = seen_of(*found);
        programs.see(found->program->id, seen.program);
        ancestries.see(found->ancestry, seen.ancestry);
        places.see(found->place, seen.place);
        revisions.see(found->revision, std::to_string(pid) + seen.program + seen.ancestry + seen.place);
      }
    }
  }
}

TEST_F(ProcessTableTest, HoldsAgainstRandomRecords) {
  std::mt19937 random(1);
  const auto pick = [&random](std::uint32_t below) { return static_cast<std::uint32_t>(random() % below); };
  for (int i = 0; i < 100'000; ++i) {
    const std::uint32_t pid = pick(400), other = pick(400);
    switch (pick(6)) {
      case 0:
        exec(pid, other, "x", pick(3));
        break;
      case 1:
      case 2:
        fork(pid, other);
        break;
      case 3:
        exit(pid);
        break;
      case 4:
        rename(pid, "y");
        break;
      default:
        if (const Process* found = find(pid, pick(3)); found != nullptr) {
          for (const Process* each = found->parent; each != nullptr; each = each->parent) {
            ASSERT_NE(each, found);
          }
        }
    }
    ASSERT_LE(table.size(), 300U);
  }
}

}  // namespace
}  // namespace doorman::derive
