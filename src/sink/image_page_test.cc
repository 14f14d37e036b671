// SPDX-License-Identifier: Apache-2.0
// The page of an image that has everything, one that has nothing, and one whose texts are hostile: golden files in
// tests/data/image_page/. The scans are those of tests/data/report/.
#include "sink/image_page.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <utility>

#include "base/json.h"
#include "golden.h"
#include "report_reader.h"

namespace doorman::sink {
namespace {

using model::ImagePage;
using testing::HasSubstr;
using testing::Not;

constexpr std::uint64_t second = 1'000'000'000, noon = 1'714'564'800 * second;  // 2024-05-01T12:00:00Z

base::Time now() { return *base::parse_time("2024-05-03T12:00:00Z"); }

model::Report report_of(const std::string& name) {
  return std::move(
      tests::ReportReader::read(tests::slurp(tests::data_dir("report") / name / "report.json")).front());
}

model::ContainerHistory history() {
  model::ContainerHistory history;
  history.container.id = "5409c0de5409c0de5409c0de5409c0de5409c0de5409c0de5409c0de5409c0de";
  history.container.name = "shop";
  history.records = {40, noon, noon + 60 * second};
  history.is_there = true;
  history.executions = 12;
  history.drift = 1;
  history.drifted = {{"/tmp/\x1b[2Jdropped",
                      model::DriftRecord::Reason::written,
                      model::DriftRecord::Done::refused,
                      {1, noon, noon}}};
  history.alerted = {
      {"Read sensitive file", "opened /etc/shadow", model::Priority::warning, {2, noon, noon + second}}};
  model::PeerSeen peer;
  peer.name = "db.shop";
  peer.address = *base::IpAddress::parse("10.88.0.3");
  peer.port = 5432;
  peer.protocol = 6;
  peer.times = {3, noon, noon + second};
  history.peers = {peer};
  return history;
}

model::ImagePast past() {
  using Door = model::PastVerdict::Door;
  model::ImagePast past;
  past.first = noon - 1000 * second;
  past.last = noon + second;
  past.names = {"registry.example/shop:1"};
  past.scans = {{noon - 900 * second, noon - 800 * second, base::parse_time("2024-04-01"), {1, 2, 3, 4, 5, 6}},
                {noon, noon, std::nullopt, {}}};
  past.verdicts = {{Door::runtime, "Privileged container", true, {3, noon - 900 * second, noon}},
                   {Door::guard, "\x1b[31mrule", false, {1, noon, noon}}};
  past.programs = {{"/usr/bin/\x07x", std::string(64, 'f'), {2, noon, noon}}};
  return past;
}

ImagePage full(model::Report report, const model::ContainerHistory& life) {
  model::ImageOverview image(report.inventory.subject.digest());
  image.names = {"registry.example/shop:1", "localhost/shop:latest"};
  image.engines = {"podman"};
  image.stored = true;
  image.state = model::ImageState::stale;
  image.running = {"shop"};
  image.containers = 2;
  image.children = 1;
  image.created = base::parse_time("2024-02-01");
  image.replaced_by = base::digest_of("newer");
  image.base = model::ImageBase{"docker.io/library/debian:12", base::digest_of("base"),
                                base::parse_time("2023-06-01"), true};
  image.scanned = true;
  for (const model::Finding& finding : report.findings) image.flaws.add(finding.vulnerability);
  image.fixable = image.flaws;
  ImagePage page(std::move(image));
  page.asked = "shop";
  page.knows_running = true;
  page.scan = std::move(report);
  page.verdict_database = base::parse_time("2023-01-01");
  if (!page.scan->inventory.packages.empty()) {
    page.in_use = {{0, "usr/bin/\x07tool", {model::FileUse::How::executed, noon, life.container.id}}};
    page.findings_in_use = 1;
  }
  page.containers = {{life.container.id, "shop", "podman", "registry.example/shop:1", "", true},
                     {"0ff", "", "podman", "", "", false}};
  page.histories = {&life};
  page.together = life;
  page.programs = {{"/usr/bin/python3.11", 2, noon, noon + second, "pkg:deb/debian/python3.11@3.11.2"},
                   {"/usr/bin/\xff\x1b]0;x\x07", 1, noon, noon, ""}};
  page.admissions = {{*base::parse_time("2024-05-01T09:00:00Z"),
                      model::Decision::deny,
                      false,
                      "shop",
                      "",
                      "",
                      {{"Privileged container", "shop asks for all privileges", true}}}};
  page.unknown = {"Which files its programs open: the guard does not record it."};
  page.as_of = noon + 60 * second;
  page.past = past();
  return page;
}

void expect_all(const std::string& name, const ImagePage& page) {
  const auto folder = tests::data_dir("image_page") / name;
  for (const std::size_t width : {80U, 120U}) {
    Options options;
    options.width = width;
    const std::string table = image_page_table(page, now(), options);
    tests::expect_golden(folder / ("want." + std::to_string(width) + ".txt"), table);
    EXPECT_EQ(table.find('\x1b'), std::string::npos);
    EXPECT_EQ(table.find('\x07'), std::string::npos);
    options.colour = true;
    options.utf8 = false;
    for (const char c : image_page_table(page, now(), options)) EXPECT_LT(static_cast<unsigned char>(c), 0x80);
  }
  const std::string json = image_page_json(page);
  tests::expect_golden(folder / "want.json", json);
  EXPECT_TRUE(base::JsonDocument::parse(json).ok());
}

TEST(ImagePage, ThatHasEverything) {
  const auto life = history();
  expect_all("shop", full(report_of("shop"), life));
}

TEST(ImagePage, WithAVerdict) {
  const auto life = history();
  expect_all("judged", full(report_of("judged"), life));
}

TEST(ImagePage, OfAHostileImage) {
  const auto life = history();
  model::Report report = report_of("hostile");
  // What is read back from a state folder has no index that leads nowhere: model/scan_record.h.
  std::erase_if(report.findings,
                [&](const model::Finding& finding) { return finding.package >= report.inventory.packages.size(); });
  expect_all("hostile", full(std::move(report), life));
}

TEST(ImagePage, OfWhichNothingIsKnown) {
  ImagePage page(model::ImageOverview(base::digest_of("x")));
  page.asked = "x";
  page.unknown = {"What is in it: it was never scanned with this state folder."};
  expect_all("nothing", page);
}

TEST(ImagePage, WideLeavesNothingOut) {
  const auto life = history();
  ImagePage page = full(report_of("shop"), life);
  for (int i = 0; i < 40; ++i) page.programs.push_back({"/bin/p" + std::to_string(i), 1, noon, noon, ""});
  Options options;
  EXPECT_THAT(image_page_table(page, now(), options), HasSubstr("+22 more"));
  options.wide = true;
  EXPECT_THAT(image_page_table(page, now(), options), Not(HasSubstr(" more\n")));
}

}  // namespace
}  // namespace doorman::sink
