// SPDX-License-Identifier: Apache-2.0
#include "source/registry.h"

#include <gtest/gtest.h>

#include <atomic>
#include <filesystem>
#include <fstream>
#include <thread>
#include <vector>

#include "base/base64.h"
#include "fake_registry.h"

namespace doorman::source {
namespace {

using base::ErrorCode;
using std::chrono::milliseconds;
using tests::FakeRegistry;
using Request = FakeRegistry::Request;
using Connection = FakeRegistry::Connection;

const std::string layer_one(3000, '1');
const std::string layer_two(2U << 20U, '2');

class RegistryTest : public testing::Test {
 protected:
  void SetUp() override {
    logins_ = testing::TempDir() + "doorman-registry-" + std::to_string(getpid()) + ".json";
    options_.login_files = {logins_};
    options_.retry.sleep = [this](milliseconds length) { waits_.push_back(length); };
  }
  void TearDown() override { std::filesystem::remove(logins_); }

  void log_in(const std::string& entry) {
    std::ofstream(logins_) << R"({"auths":{")" << registry_.host() << R"(":)" << entry << "}}";
  }
  base::Result<std::unique_ptr<ImageSource>> open(const std::string& tag = ":1") {
    auto reference = parse::image::parse_reference(registry_.host() + "/app" + tag);
    return open_registry(*reference, options_);
  }
  static base::Result<std::string> read(base::ByteStream& stream) {
    std::string all;
    std::vector<char> buffer(100'000);
    for (;;) {
      DOORMAN_TRY(const std::size_t count, stream.read(buffer));
      if (count == 0) return all;
      all.append(buffer.data(), count);
    }
  }
  static base::Result<std::string> read_layer(ImageSource& image, std::size_t index) {
    DOORMAN_TRY(const auto stream, image.open_layer(index));
    return read(*stream);
  }
  /// The error of reading the only layer of the image.
  base::Error layer_error() {
    auto image = open();
    if (!image.ok()) return image.error();
    auto bytes = read_layer(**image, 0);
    return bytes.ok() ? base::Error(ErrorCode::usage, "no error") : bytes.error();
  }

  FakeRegistry registry_;
  RegistryOptions options_;
  std::string logins_;
  std::vector<milliseconds> waits_;
};

TEST_F(RegistryTest, ReadsAnImage) {
  const std::string digest = registry_.add_image("1", {layer_one, layer_two});
  auto image = open();
  ASSERT_TRUE(image.ok()) << image.error().message();
  EXPECT_EQ((*image)->identity().config, base::digest_of(registry_.config({layer_one, layer_two})));
  EXPECT_EQ((*image)->identity().manifest->text(), digest);
  EXPECT_EQ((*image)->identity().index, std::nullopt);
  EXPECT_EQ((*image)->identity().names, std::vector{registry_.host() + "/app:1"});
  EXPECT_EQ((*image)->config().user, "me");
  ASSERT_EQ((*image)->layers().size(), 2U);
  EXPECT_EQ((*image)->layers()[1].size, layer_two.size());
  EXPECT_EQ(read_layer(**image, 0).value(), layer_one);
  EXPECT_TRUE(read_layer(**image, 1).value() == layer_two);
}

TEST_F(RegistryTest, ByDigestGivesTheSame) {
  const std::string digest = registry_.add_image("1", {layer_one});
  auto image = open("@" + digest);
  ASSERT_TRUE(image.ok()) << image.error().message();
  EXPECT_EQ((*image)->identity().manifest->text(), digest);
  EXPECT_EQ(registry_.requests("/manifests/1").size(), 0U);
}

TEST_F(RegistryTest, WhatIsNotThereIsSaidSo) {
  const auto image = open(":none");
  ASSERT_FALSE(image.ok());
  EXPECT_EQ(image.error().code(), ErrorCode::not_found);
  EXPECT_EQ(image.error().message(),
            registry_.host() + "/app:none: status 404: MANIFEST_UNKNOWN: manifest unknown");
}

// --- platforms -----------------------------------------------------------------------------------------------

class RegistryIndexTest : public RegistryTest {
 protected:
  void SetUp() override {
    RegistryTest::SetUp();
    const auto entry = [&](const std::string& architecture, const std::string& layer) {
      const std::string bytes = registry_.manifest(registry_.config({layer}, architecture), {layer});
      return fmt::format(
          R"({{"mediaType":"{}","digest":"{}","size":{},"platform":{{"os":"linux","architecture":"{}"}}}})",
          FakeRegistry::oci_manifest, registry_.add_manifest(architecture, bytes), bytes.size(), architecture);
    };
    index_ = registry_.add_manifest(
        "1", fmt::format(R"({{"schemaVersion":2,"mediaType":"{}","manifests":[{},{}]}})", FakeRegistry::oci_index,
                         entry("amd64", layer_one), entry("s390x", layer_two)));
  }
  std::string index_;
};

TEST_F(RegistryIndexTest, TheWantedPlatformIsTaken) {
  options_.platform = model::Platform{"linux", "s390x", ""};
  auto image = open();
  ASSERT_TRUE(image.ok()) << image.error().message();
  EXPECT_EQ((*image)->identity().index->text(), index_);
  EXPECT_EQ((*image)->config().platform.architecture, "s390x");
  EXPECT_TRUE(read_layer(**image, 0).value() == layer_two);
}

TEST_F(RegistryIndexTest, AMissingPlatformListsTheOthers) {
  options_.platform = model::Platform{"linux", "riscv64", ""};
  const auto image = open();
  ASSERT_FALSE(image.ok());
  EXPECT_EQ(image.error().code(), ErrorCode::not_found);
  EXPECT_NE(image.error().message().find("linux/amd64, linux/s390x"), std::string::npos) << image.error().message();
}

TEST_F(RegistryIndexTest, AnIndexWithinItselfEnds) {
  const auto nest = [&](const std::string& inner, std::size_t size) {
    return fmt::format(R"({{"schemaVersion":2,"manifests":[{{"mediaType":"{}","digest":"{}","size":{}}}]}})",
                       FakeRegistry::oci_index, inner, size);
  };
  std::string digest = index_;
  for (int depth = 0; depth < 4; ++depth) digest = registry_.add_manifest("deep", nest(digest, 1));
  EXPECT_EQ(open(":deep").error().code(), ErrorCode::limit);
}

TEST_F(RegistryTest, ALoneImageOfAnotherPlatformIsRefusedOnlyWhenOneWasNamed) {
  registry_.add_image("1", {layer_one}, "s390x");
  EXPECT_TRUE(open().ok());
  options_.platform = model::Platform{"linux", "amd64", ""};
  EXPECT_EQ(open().error().code(), ErrorCode::not_found);
}

// --- logging in ----------------------------------------------------------------------------------------------

/// Lets through only what carries a token of `/token`, which wants `user` and `pass word` if `private_`.
class RegistryTokenTest : public RegistryTest {
 protected:
  void SetUp() override {
    RegistryTest::SetUp();
    registry_.add_image("1", {layer_one, layer_two});
    registry_.before = [this](const Request& request, Connection& wire) { return guard(request, wire); };
  }

  bool guard(const Request& request, Connection& wire) {
    if (request.target == "/v2/") return false;
    if (request.target.starts_with("/token")) {
      const bool known = request.header("authorization") == "Basic " + base::base64_encode("user:pass:word");
      if (private_ && !known && request.body.find("refresh_token=refresh%2B") == std::string::npos) {
        wire.answer(401, R"({"details":"incorrect username or password"})");
      } else {
        wire.answer(200, fmt::format(R"({{"token":"token{}"}})", ++issued_));
      }
      return true;
    }
    if (issued_ > 0 && request.header("authorization") == "Bearer token" + std::to_string(issued_.load()) &&
        !revoked_)
      return false;
    revoked_ = false;
    wire.answer(401, "",
                fmt::format("WWW-Authenticate: Bearer realm=\"{}\",service=\"the registry\",scope=\"{}\"\r\n",
                            registry_.server().url("/token"), "repository:app:pull,push,delete"));
    return true;
  }

  bool private_ = false;
  std::atomic<int> issued_ = 0;
  std::atomic<bool> revoked_ = false;
};

TEST_F(RegistryTokenTest, AnonymousTokensAreFetchedOnce) {
  auto image = open();
  ASSERT_TRUE(image.ok()) << image.error().message();
  EXPECT_EQ(read_layer(**image, 0).value(), layer_one);
  EXPECT_TRUE(read_layer(**image, 1).value() == layer_two);
  const auto asked = registry_.requests("/token");
  ASSERT_EQ(asked.size(), 1U);
  EXPECT_EQ(asked[0].target, "/token?service=the%20registry&scope=repository%3Aapp%3Apull")
      << "never more than pull";
  EXPECT_EQ(asked[0].headers.count("authorization"), 0U);
}

TEST_F(RegistryTokenTest, CredentialsGoToTheTokenServerOnly) {
  private_ = true;
  log_in(fmt::format(R"({{"auth":"{}"}})", base::base64_encode("user:pass:word")));
  auto image = open();
  ASSERT_TRUE(image.ok()) << image.error().message();
  for (const Request& request : registry_.requests("/v2/")) {
    EXPECT_FALSE(request.header("authorization").starts_with("Basic")) << request.target;
  }
}

TEST_F(RegistryTokenTest, IdentityTokensAreExchanged) {
  private_ = true;
  log_in(R"({"identitytoken":"refresh+"})");
  auto image = open();
  ASSERT_TRUE(image.ok()) << image.error().message();
  const auto asked = registry_.requests("/token");
  ASSERT_EQ(asked.size(), 1U);
  EXPECT_EQ(asked[0].method, "POST");
  EXPECT_NE(asked[0].body.find("grant_type=refresh_token"), std::string::npos);
}

TEST_F(RegistryTokenTest, AnExpiredTokenIsRenewed) {
  auto image = open();
  ASSERT_TRUE(image.ok());
  revoked_ = true;
  EXPECT_EQ(read_layer(**image, 0).value(), layer_one);
  EXPECT_EQ(issued_, 2);
}

TEST_F(RegistryTokenTest, ThreadsShareANewToken) {
  auto image = open();
  ASSERT_TRUE(image.ok());
  ++issued_;  // the token that all of them hold is no longer the newest
  std::atomic<int> right = 0;
  std::vector<std::thread> threads;
  threads.reserve(4);
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] {
      const auto bytes = read_layer(**image, 1);
      if (bytes.ok() && *bytes == layer_two) ++right;
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(right, 4);
  EXPECT_EQ(registry_.requests("/token").size(), 2U);
}

TEST_F(RegistryTokenTest, ARefusalSaysWhatIsMissing) {
  private_ = true;
  const auto image = open();
  ASSERT_FALSE(image.ok());
  EXPECT_EQ(image.error().code(), ErrorCode::denied);
  EXPECT_NE(image.error().message().find("incorrect username or password; no login is known for it"),
            std::string::npos)
      << image.error().message();
}

TEST_F(RegistryTokenTest, NoTokenIsEverGoodEnough) {
  registry_.before = [this](const Request& request, Connection& wire) {
    if (request.target.starts_with("/token")) return guard(request, wire), true;
    wire.answer(401, "", "WWW-Authenticate: Bearer realm=\"" + registry_.server().url("/token") + "\"\r\n");
    return true;
  };
  EXPECT_EQ(open().error().code(), ErrorCode::denied);
  EXPECT_EQ(issued_, 1) << "one new token, then it is a no";
}

TEST_F(RegistryTest, BasicAuthentication) {
  registry_.add_image("1", {layer_one});
  registry_.before = [](const Request& request, Connection& wire) {
    if (request.header("authorization") == "Basic " + base::base64_encode("user:word")) return false;
    wire.answer(401, "", "WWW-Authenticate: Basic realm=\"r\"\r\n");
    return true;
  };
  EXPECT_EQ(open().error().code(), ErrorCode::denied);
  log_in(fmt::format(R"({{"auth":"{}"}})", base::base64_encode("user:word")));
  auto image = open();
  ASSERT_TRUE(image.ok()) << image.error().message();
  EXPECT_EQ(read_layer(**image, 0).value(), layer_one);
}

TEST_F(RegistryTest, CredentialsAreNotForWhomARedirectLeadsTo) {
  registry_.add_image("1", {layer_one});
  tests::LoopbackServer elsewhere([&](const Request& request, Connection& wire) {
    if (request.target == "/ask") wire.answer(401, "", "WWW-Authenticate: Basic realm=\"give\"\r\n");
    else wire.answer(200, layer_one);
  });
  std::string to = "/blob";
  registry_.before = [&](const Request& request, Connection& wire) {
    if (request.target == "/v2/") return false;
    if (request.header("authorization").empty()) wire.answer(401, "", "WWW-Authenticate: Basic realm=\"r\"\r\n");
    else if (request.target.find("/blobs/") != std::string::npos &&
             request.target.find(base::digest_of(layer_one).hex()) != std::string::npos)
      wire.answer(307, "", "Location: " + elsewhere.url(to) + "\r\n");
    else return false;
    return true;
  };
  log_in(fmt::format(R"({{"auth":"{}"}})", base::base64_encode("user:word")));
  auto image = open();
  ASSERT_TRUE(image.ok()) << image.error().message();
  EXPECT_EQ(read_layer(**image, 0).value(), layer_one);
  to = "/ask";
  EXPECT_EQ((*image)->open_layer(0).error().code(), ErrorCode::denied);
  ASSERT_EQ(elsewhere.requests().size(), 2U);
  for (const Request& request : elsewhere.requests()) EXPECT_EQ(request.headers.count("authorization"), 0U);
}

TEST_F(RegistryTest, AFailedHelperIsToldWithTheRefusal) {
  std::ofstream(logins_) << R"({"credsStore":"doorman-is-not-there"})";
  registry_.before = [](const Request&, Connection& wire) {
    wire.answer(401, "", "WWW-Authenticate: Basic realm=\"r\"\r\n");
    return true;
  };
  EXPECT_NE(open().error().message().find("docker-credential-doorman-is-not-there: no such program"),
            std::string::npos)
      << open().error().message();
}

// --- lies ----------------------------------------------------------------------------------------------------

TEST_F(RegistryTest, AManifestThatIsNotItsDigestIsNamed) {
  registry_.add_image("1", {layer_one});
  const std::string wanted = "sha256:" + std::string(64, 'a');
  registry_.before = [&](const Request& request, Connection& wire) {
    if (request.target.find("/manifests/" + wanted) == std::string::npos) return false;
    wire.answer(200, registry_.manifest(registry_.config({layer_one}), {layer_one}));
    return true;
  };
  const auto image = open("@" + wanted);
  ASSERT_FALSE(image.ok());
  EXPECT_EQ(image.error().code(), ErrorCode::mismatch);
  EXPECT_NE(image.error().message().find("manifest " + wanted + " has the digest sha256:"), std::string::npos);
}

TEST_F(RegistryTest, AHeaderThatDisagreesIsAMismatch) {
  registry_.before = [&](const Request& request, Connection& wire) {
    if (request.target == "/v2/") return false;
    wire.answer(200, registry_.manifest(registry_.config({}), {}),
                "Docker-Content-Digest: sha256:" + std::string(64, 'b') + "\r\n");
    return true;
  };
  EXPECT_EQ(open().error().code(), ErrorCode::mismatch);
}

TEST_F(RegistryTest, AConfigurationThatIsNotItsDigestIsAMismatch) {
  const std::string config = registry_.config({layer_one});
  const std::string digest = base::digest_of(config).text();
  registry_.add_image("1", {layer_one});
  std::string other = config;
  other[other.find("me")] = 'M';
  registry_.before = [&](const Request& request, Connection& wire) {
    if (request.target.find(digest) == std::string::npos) return false;
    wire.answer(200, other);
    return true;
  };
  const auto image = open();
  ASSERT_FALSE(image.ok());
  EXPECT_EQ(image.error().code(), ErrorCode::mismatch);
  EXPECT_NE(image.error().message().find("configuration: blob " + digest), std::string::npos)
      << image.error().message();
}

TEST_F(RegistryTest, DocumentsAreLimited) {
  registry_.add_manifest("1", "{\"x\":\"" + std::string(max_registry_manifest_bytes, 'x') + "\"}");
  EXPECT_EQ(open().error().code(), ErrorCode::limit);
  registry_.add_manifest("2",
                         fmt::format(R"({{"config":{{"digest":"sha256:{:064}","size":9000000}},"layers":[]}})", 0));
  EXPECT_EQ(open(":2").error().code(), ErrorCode::limit);
}

TEST_F(RegistryTest, WhatIsNoImageIsUnsupported) {
  registry_.add_manifest("old", R"({"schemaVersion":1,"name":"app","tag":"old","fsLayers":[],"history":[]})");
  EXPECT_EQ(open(":old").error().code(), ErrorCode::unsupported);
  registry_.add_manifest("chart",
                         fmt::format(R"({{"schemaVersion":2,"config":{},"layers":[]}})",
                                     registry_.descriptor("{}", "application/vnd.cncf.helm.config.v1+json")));
  const auto chart = open(":chart");
  ASSERT_FALSE(chart.ok());
  EXPECT_EQ(chart.error().code(), ErrorCode::unsupported);
  EXPECT_NE(chart.error().message().find("helm"), std::string::npos);
  registry_.add_manifest("text", "<html>");
  EXPECT_FALSE(open(":text").ok());
}

TEST_F(RegistryTest, AForeignLayerThatIsNotHeldIsUnsupported) {
  const std::string foreign = fmt::format(R"({{"mediaType":"{}","digest":"sha256:{:064}","size":10}})",
                                          "application/vnd.docker.image.rootfs.foreign.diff.tar.gzip", 0);
  registry_.add_manifest(
      "1", fmt::format(R"({{"schemaVersion":2,"config":{},"layers":[{}]}})",
                       registry_.descriptor(registry_.config({"x"}), "application/vnd.oci.image.config.v1+json"),
                       foreign));
  EXPECT_EQ(layer_error().code(), ErrorCode::unsupported);
}

class RegistryLayerTest : public RegistryTest {
 protected:
  void SetUp() override {
    RegistryTest::SetUp();
    registry_.add_image("1", {layer_two});
    registry_.before = [this](const Request& request, Connection& wire) {
      if (request.target.find(base::digest_of(layer_two).hex()) == std::string::npos) return false;
      answer_(request, wire, ++times_);
      return true;
    };
  }
  std::function<void(const Request&, Connection&, int)> answer_;
  std::atomic<int> times_ = 0;
};

TEST_F(RegistryLayerTest, AnotherLengthIsSeenFromTheHeaders) {
  answer_ = [](const Request&, Connection& wire, int) { wire.answer(200, layer_one); };
  const base::Error shorter = layer_error();
  EXPECT_EQ(shorter.code(), ErrorCode::mismatch);
  EXPECT_NE(shorter.message().find("shorter than the 2097152 bytes of the manifest"), std::string::npos)
      << shorter.message();
  answer_ = [](const Request&, Connection& wire, int) { wire.answer(200, layer_two + "x"); };
  EXPECT_EQ(layer_error().code(), ErrorCode::mismatch);
}

TEST_F(RegistryLayerTest, AnotherLengthIsSeenFromTheBody) {
  answer_ = [](const Request&, Connection& wire, int) {
    wire.send("HTTP/1.1 200 OK\r\n\r\n" + layer_two + "x");
    wire.close();
  };
  EXPECT_EQ(layer_error().code(), ErrorCode::mismatch);
  answer_ = [](const Request&, Connection& wire, int) {
    wire.send("HTTP/1.1 200 OK\r\n\r\n" + layer_one);
    wire.close();
  };
  EXPECT_EQ(layer_error().code(), ErrorCode::truncated);
  EXPECT_EQ(waits_.size(), 5U) << "it was asked for again, but not for ever";
}

TEST_F(RegistryLayerTest, ABrokenStreamGoesOnWhereItStopped) {
  answer_ = [](const Request& request, Connection& wire, int time) {
    const std::size_t from = time == 1 ? 0 : std::stoul(request.header("range").substr(6));
    const std::string rest = layer_two.substr(from);
    const std::string range =
        fmt::format("Content-Range: bytes {}-{}/{}\r\n", from, layer_two.size() - 1, layer_two.size());
    if (time == 3) return wire.answer(206, rest, range);
    wire.send(
        fmt::format("HTTP/1.1 {} X\r\nContent-Length: {}\r\n{}\r\n", from == 0 ? 200 : 206, rest.size(), range));
    wire.send(rest.substr(0, rest.size() / 3));
    wire.close();
  };
  auto image = open();
  ASSERT_TRUE(image.ok());
  const auto bytes = read_layer(**image, 0);
  ASSERT_TRUE(bytes.ok()) << bytes.error().message();
  EXPECT_TRUE(*bytes == layer_two);
  EXPECT_EQ(times_, 3);
}

TEST_F(RegistryLayerTest, AServerWithoutRangesIsReadAgainFromTheStart) {
  answer_ = [](const Request&, Connection& wire, int time) {
    if (time == 2) return wire.answer(200, layer_two);
    wire.send(fmt::format("HTTP/1.1 200 X\r\nContent-Length: {}\r\n\r\n", layer_two.size()));
    wire.send(layer_two.substr(0, 500'000));
    wire.reset();
  };
  auto image = open();
  ASSERT_TRUE(image.ok());
  EXPECT_TRUE(read_layer(**image, 0).value() == layer_two);
}

TEST_F(RegistryLayerTest, AnotherRangeThanAskedForIsRefused) {
  answer_ = [](const Request&, Connection& wire, int time) {
    if (time == 2) return wire.answer(206, layer_two, "Content-Range: bytes 0-2097151/2097152\r\n");
    wire.send(fmt::format("HTTP/1.1 200 X\r\nContent-Length: {}\r\n\r\nabc", layer_two.size()));
    wire.close();
  };
  EXPECT_EQ(layer_error().code(), ErrorCode::invalid);
}

TEST_F(RegistryLayerTest, ABusyRegistryIsWaitedFor) {
  answer_ = [](const Request&, Connection& wire, int time) {
    if (time == 1) wire.answer(429, "", "Retry-After: 3\r\n");
    else if (time == 2) wire.answer(502, "bad gateway");
    else wire.answer(200, layer_two);
  };
  auto image = open();
  ASSERT_TRUE(image.ok());
  EXPECT_TRUE(read_layer(**image, 0).value() == layer_two);
  EXPECT_EQ(waits_, (std::vector{milliseconds(3000), milliseconds(1000)}));
}

}  // namespace
}  // namespace doorman::source
