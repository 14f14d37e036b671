// SPDX-License-Identifier: Apache-2.0
#include "model/image_record.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>

namespace doorman::model {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr base::Time now = std::chrono::sys_days(std::chrono::year(2026) / 11 / 21) + std::chrono::hours(9);

base::Time at(std::string_view text) { return *base::parse_time(text); }

/// An image of which everything is known.
Inventory full_inventory() {
  Inventory inventory(Subject::image(base::digest_of("config")));
  inventory.target = "registry.example/shop/web:1.4";
  inventory.identity = ImageIdentity{base::digest_of("config"),
                                     base::digest_of("manifest"),
                                     base::digest_of("index"),
                                     {"registry.example/shop/web:1.4"}};
  ImageConfig config;
  config.platform = {"linux", "arm64", "v8"};
  config.created = at("2026-11-01T10:00:00Z");
  config.author = "shop";
  config.user = "app";
  config.env = {"PATH=/bin", "EMPTY=", "NOTHING"};
  config.exposed_ports = {"80/tcp"};
  config.entrypoint = {"/entry"};
  config.cmd = {"run"};
  config.volumes = {"/data"};
  config.working_dir = "/srv";
  config.stop_signal = "SIGTERM";
  config.health_check = true;
  config.labels = {{"org.opencontainers.image.base.digest", "sha256:12"},
                   {"org.opencontainers.image.base.name", "debian:12"}};
  config.history = {{"ADD file:1 in /", "", {}, false}, {"ADD https://example.com/a /a # buildkit", "", {}, false}};
  inventory.config = config;
  inventory.distribution = Distribution{"debian", "12", "bookworm", "Debian GNU/Linux 12 (bookworm)"};
  inventory.support = {Support::State::supported, "2026-12-01"};
  LayerSummary layer;
  layer.diff_id = base::digest_of("layer");
  layer.stored_bytes = 10;
  layer.plain_bytes = 20;
  inventory.layers = {layer};

  FoundPackage openssl;
  openssl.package.type = PackageType::deb;
  openssl.package.name = "libssl3";
  openssl.package.version = "3.0.11-1";
  openssl.package.architecture = "amd64";
  openssl.package.source_name = "openssl";
  openssl.package.licenses = {"Apache-2.0"};
  openssl.purl = "pkg:deb/debian/libssl3@3.0.11-1";
  openssl.paths = {"var/lib/dpkg/status"};
  openssl.layer = 0;
  openssl.owner = 0;
  openssl.needed = false;
  inventory.packages = {openssl};
  ProgramFile tool{"usr/bin/tool", ProgramFile::Kind::script, 04755, 0, 3, 12, base::digest_of("tool")};
  inventory.programs = {{tool, 0, 0}};
  inventory.notable = {
      {{NotableFile::Reason::capabilities, "usr/bin/tool", "cap_net_raw=ep", 04755, 0, 3, 12, 1}, 0, 0},
      {{NotableFile::Reason::package_cache, "var/lib/apt/lists", "apt", 0, 0, 0, 99, 7}, 0, 0}};
  FoundSecret secret;
  secret.secret = {Secret::Where::file,   "etc/app.env",      "DB", 3, "password", "Password", Severity::medium,
                   "hunt (9 characters)", "0123456789abcdef", true};
  secret.deleted = true;
  secret.layer = 0;
  secret.owner = 0;
  inventory.secrets = {secret};
  inventory.notes = {{"a", "broken"}};
  return inventory;
}

Finding full_finding(const Subject& subject) {
  Vulnerability flaw;
  flaw.id = "CVE-2024-1";
  flaw.aliases = {"GHSA-1"};
  flaw.severity = Severity::high;
  flaw.cvss = "CVSS:3.1/AV:N";
  flaw.score = 7.5;
  flaw.epss = 0.25;
  flaw.known_exploited = true;
  flaw.published = at("2026-11-01");
  flaw.modified = at("2026-11-02");
  flaw.summary = "It breaks";
  Finding finding(subject, 0, flaw);
  finding.fix = FixState::will_not_fix;
  finding.fixed_version = "3.0.12";
  finding.upgrade_to = "3.0.15";
  finding.source = "debian";
  return finding;
}

class ImageRecordTest : public testing::Test {
 protected:
  ImageRecordTest()
      : report_{full_inventory(), {}, 0, {}, {}, "", {}},
        name_{"registry.example/shop/web:1.4", "registry.example", "shop/web", "1.4", false},
        image_(report_, name_, now) {
    report_.findings = {full_finding(report_.inventory.subject)};
    report_.database.date = at("2026-11-20T06:00:00Z");
  }

  Value value(const Facts& facts, std::string_view name, std::string key = "") {
    FieldUse use{.id = find_field(name)->id, .has_argument = !key.empty(), .index = 0, .key = std::move(key)};
    return facts.read(use, scratch_);
  }
  std::string text(const Facts& facts, std::string_view name, std::string key = "") {
    const Value found = value(facts, name, std::move(key));
    return found.kind() == Value::Kind::text ? std::string(found.text()) : "<not a text>";
  }
  std::vector<std::string> texts(const Facts& facts, std::string_view name) {
    std::vector<std::string> all;
    for (const Value& each : value(facts, name).list()) all.emplace_back(each.text());
    return all;
  }

  /// Every field of the source that is absent, or of another kind than the catalogue says.
  std::vector<std::string> wrong_fields(const Facts& facts) {
    std::vector<std::string> wrong;
    for (const Field& field : fields()) {
      if ((field.sources & set_of(facts.source())) == 0) continue;
      const bool keyed = field.argument == FieldArgument::key;
      Value found = value(facts, field.name, keyed ? "org.opencontainers.image.base.name" : "");
      const bool right_shape = (found.kind() == Value::Kind::list) == field.list;
      if (found.kind() == Value::Kind::list && !found.list().empty()) found = found.list().front();
      if (!right_shape || found.kind() != kind_of(field.type)) wrong.emplace_back(field.name);
    }
    return wrong;
  }

  static Value::Kind kind_of(FieldType type) {
    switch (type) {
      case FieldType::boolean:
        return Value::Kind::boolean;
      case FieldType::integer:
        return Value::Kind::integer;
      case FieldType::natural:
      case FieldType::port:
      case FieldType::duration:
      case FieldType::time:
        return Value::Kind::natural;
      case FieldType::real:
        return Value::Kind::real;
      case FieldType::text:
      case FieldType::path:
      case FieldType::bytes:
        return Value::Kind::text;
      case FieldType::address:
        return Value::Kind::address;
      case FieldType::network:
        return Value::Kind::network;
    }
    return Value::Kind::absent;
  }

  base::Arena scratch_;
  Report report_;
  ImageName name_;
  ImageRecord image_;
};

TEST_F(ImageRecordTest, EveryFieldOfTheCatalogueHasItsValue) {
  const Inventory& inventory = report_.inventory;
  EXPECT_THAT(wrong_fields(image_), IsEmpty());
  EXPECT_THAT(wrong_fields(PackageRecord(image_, inventory.packages[0])), IsEmpty());
  EXPECT_THAT(wrong_fields(FindingRecord(image_, report_.findings[0])), IsEmpty());
  EXPECT_THAT(wrong_fields(FileRecord(image_, inventory.programs.data(), std::span(inventory.notable).first(1))),
              IsEmpty());
  EXPECT_THAT(wrong_fields(SecretRecord(image_, inventory.secrets[0])), IsEmpty());
}

TEST_F(ImageRecordTest, NothingIsMadeUpForAFolderOfWhichNothingIsKnown) {
  const Report empty{Inventory(Subject::root(base::digest_of(""))), {}, 0, {}, {}, "", {}};
  const ImageName none;
  const ImageRecord folder(empty, none, now);
  for (const std::string_view field :
       {"image.user", "image.is_root", "image.created", "image.age_days", "image.tag", "image.by_digest",
        "image.healthcheck", "image.end_of_life", "image.env", "image.adds_from_url", "image.support.days_left",
        "image.distribution.id"}) {
    EXPECT_FALSE(value(folder, field).exists()) << field;
  }
  EXPECT_EQ(text(folder, "image.kind"), "root");
  EXPECT_EQ(value(folder, "image.packages").natural(), 0U);
}

TEST_F(ImageRecordTest, SettingsAreToldAsTheyAreWritten) {
  EXPECT_EQ(text(image_, "image.user"), "app");
  EXPECT_THAT(texts(image_, "image.env"), ElementsAre("PATH=/bin", "EMPTY=", "NOTHING"));
  EXPECT_THAT(texts(image_, "image.env.names"), ElementsAre("PATH", "EMPTY", "NOTHING"));
  EXPECT_EQ(text(image_, "image.env", "PATH"), "/bin");
  EXPECT_EQ(text(image_, "image.env", "EMPTY"), "");
  EXPECT_FALSE(value(image_, "image.env", "NOTHING").exists());
  EXPECT_FALSE(value(image_, "image.env", "PAT").exists());
  EXPECT_EQ(text(image_, "image.label", "org.opencontainers.image.base.name"), "debian:12");
  EXPECT_EQ(text(image_, "image.base.digest"), "sha256:12");
}

TEST_F(ImageRecordTest, RootHasManyNames) {
  for (const std::string_view user : {"", "0", "root", "0:0", "root:app", ":app", "00"}) {
    report_.inventory.config->user = user;
    EXPECT_TRUE(value(image_, "image.is_root").boolean()) << user;
  }
  for (const std::string_view user : {"1", "rooted", "app:root", "1000:0"}) {
    report_.inventory.config->user = user;
    EXPECT_FALSE(value(image_, "image.is_root").boolean()) << user;
  }
}

TEST_F(ImageRecordTest, TimeIsAnInput) {
  EXPECT_EQ(value(image_, "image.age_days").natural(), 19U);
  EXPECT_EQ(value(image_, "image.support.days_left").integer(), 10);
  EXPECT_FALSE(value(image_, "image.end_of_life").boolean());
  const ImageRecord later(report_, name_, now + std::chrono::days(100));
  EXPECT_EQ(value(later, "image.age_days").natural(), 119U);
  EXPECT_EQ(value(later, "image.support.days_left").integer(), -90);
  const ImageRecord before(report_, name_, at("2026-01-01"));
  EXPECT_FALSE(value(before, "image.age_days").exists());
}

TEST_F(ImageRecordTest, ADateThatABuilderMadeUpIsNoAge) {
  report_.inventory.config->created = at("1980-01-01");
  EXPECT_FALSE(value(image_, "image.age_days").exists());
  EXPECT_TRUE(value(image_, "image.created").exists());
}

TEST_F(ImageRecordTest, OnlyAddFromAUrlIsOne) {
  const auto adds = [&](std::string_view step) {
    report_.inventory.config->history = {{std::string(step), "", {}, false}};
    return value(image_, "image.adds_from_url").boolean();
  };
  EXPECT_TRUE(adds("ADD --checksum=sha256:1 https://example.com/a /a # buildkit"));
  EXPECT_TRUE(adds("/bin/sh -c #(nop) ADD http://example.com/a in /a "));
  EXPECT_TRUE(adds("ADD git@example.com:a.git /a # buildkit"));
  EXPECT_FALSE(adds("/bin/sh -c #(nop) ADD file:1234 in / "));
  EXPECT_FALSE(adds("RUN /bin/sh -c curl https://example.com/a # buildkit"));
  EXPECT_FALSE(adds(""));
}

TEST_F(ImageRecordTest, PathsAreToldFromTheRoot) {
  const auto& programs = report_.inventory.programs;
  const FileRecord file(image_, programs.data(), {});
  EXPECT_EQ(text(file, "file.path"), "/usr/bin/tool");
  EXPECT_EQ(text(file, "file.name"), "tool");
  EXPECT_EQ(text(file, "file.directory"), "/usr/bin");
  EXPECT_EQ(text(file, "file.mode"), "4755");
  EXPECT_TRUE(value(file, "file.setuid").boolean());
  EXPECT_FALSE(value(file, "file.world_writable").boolean());
  EXPECT_EQ(text(file, "file.owner"), "libssl3");
  EXPECT_THAT(texts(PackageRecord(image_, report_.inventory.packages[0]), "pkg.paths"),
              ElementsAre("/var/lib/dpkg/status"));
}

TEST_F(ImageRecordTest, OfANotableFolderOnlyWhatIsKnownIsTold) {
  const FileRecord folder(image_, nullptr, std::span(report_.inventory.notable).subspan(1, 1));
  EXPECT_EQ(text(folder, "file.path"), "/var/lib/apt/lists");
  EXPECT_THAT(texts(folder, "file.notable"), ElementsAre("package_cache"));
  EXPECT_THAT(texts(folder, "file.notable_details"), ElementsAre("apt"));
  EXPECT_EQ(value(folder, "file.size").natural(), 99U);
  for (const std::string_view field : {"file.mode", "file.setuid", "file.executable", "file.sha256", "file.kind"}) {
    EXPECT_FALSE(value(folder, field).exists()) << field;
  }
}

TEST_F(ImageRecordTest, ReasonsWithoutMoreToTellAreLeftOutOfTheDetails) {
  std::vector<FoundNotable> notable = {
      {{NotableFile::Reason::empty_password, "etc/passwd", "guest", 0644, 0, 0, 900, 1}, 0, FoundPackage::none},
      {{NotableFile::Reason::world_writable, "etc/passwd", "", 0666, 0, 0, 900, 1}, 0, FoundPackage::none},
      {{NotableFile::Reason::second_root, "etc/passwd", "toor", 0644, 0, 0, 900, 1}, 0, FoundPackage::none},
  };
  EXPECT_THAT(texts(FileRecord(image_, nullptr, notable), "file.notable_details"), ElementsAre("guest", "toor"));
  EXPECT_THAT(texts(FileRecord(image_, report_.inventory.programs.data(), {}), "file.notable_details"), IsEmpty());
}

TEST_F(ImageRecordTest, ASecretIsToldByItsPlaceAndFingerprint) {
  FoundSecret& found = report_.inventory.secrets[0];
  const SecretRecord secret(image_, found);
  EXPECT_EQ(text(secret, "secret.place"), "/etc/app.env:3");
  EXPECT_EQ(text(secret, "secret.fingerprint"), "0123456789abcdef");
  found.secret.fingerprint.clear();
  EXPECT_FALSE(value(secret, "secret.fingerprint").exists()) << "it could be guessed";
  found.secret.where = Secret::Where::environment;
  EXPECT_EQ(text(secret, "secret.place"), "config: env DB");
}

TEST_F(ImageRecordTest, AFindingTellsItsPackageToo) {
  const FindingRecord finding(image_, report_.findings[0]);
  EXPECT_EQ(text(finding, "pkg.source"), "openssl");
  EXPECT_EQ(text(finding, "vuln.fix_state"), "will_not_fix");
  EXPECT_EQ(value(finding, "vuln.severity_rank").natural(), 4U);
  EXPECT_EQ(value(finding, "vuln.age_days").natural(), 19U);
  EXPECT_FALSE(value(finding, "vuln.fixable").boolean());
  EXPECT_EQ(text(finding, "image.target"), "registry.example/shop/web:1.4");
  report_.findings[0].package = 99;
  EXPECT_FALSE(value(finding, "pkg.name").exists());
}

}  // namespace
}  // namespace doorman::model
