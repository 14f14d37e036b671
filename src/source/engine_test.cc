// SPDX-License-Identifier: Apache-2.0
#include "source/engine.h"

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <memory>

#include "loopback_server.h"

namespace doorman::source {
namespace {

using base::ErrorCode;
using tests::LoopbackServer;
using Request = LoopbackServer::Request;
using Connection = LoopbackServer::Connection;

const std::string hex(64, 'c');

/// An engine on a unix socket that knows the one image `app:1`.
class EngineTest : public testing::Test {
 protected:
  void SetUp() override {
    socket_ = testing::TempDir() + "doorman-engine-" + std::to_string(getpid()) + ".sock";
    std::filesystem::remove(socket_);
    setenv("DOCKER_HOST", ("unix://" + socket_).c_str(), 1);
    setenv("CONTAINER_HOST", ("unix://" + socket_).c_str(), 1);
  }
  void TearDown() override {
    server_.reset();
    std::filesystem::remove(socket_);
    unsetenv("DOCKER_HOST");
    unsetenv("CONTAINER_HOST");
  }
  void start(LoopbackServer::Handler handler) {
    server_ = std::make_unique<LoopbackServer>(socket_, std::move(handler));
  }

  static void docker(const Request& request, Connection& wire) {
    if (request.target == "/images/app:1/json") {
      wire.answer(200, fmt::format(R"({{"Id":"sha256:{}","RepoTags":["app:1"],"RepoDigests":["app@sha256:{}"]}})",
                                   hex, hex));
    } else if (request.target == "/images/sha256:" + hex + "/get") {
      wire.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\ntar\r\n0\r\n\r\n");
    } else {
      wire.answer(404, R"({"message":"No such image: other:1"})");
    }
  }
  static void podman(const Request& request, Connection& wire) {
    if (request.target == "/_ping") {
      wire.answer(200, "OK", "Libpod-API-Version: 4.3.1\r\n");
    } else if (request.target == "/v4.3.1/libpod/images/app:1/json") {
      wire.answer(200, fmt::format(R"({{"Id":"{}","RepoTags":["localhost/app:1"],"RepoDigests":null}})", hex));
    } else if (request.target == "/v4.3.1/libpod/images/" + hex + "/get?format=docker-archive") {
      wire.answer(200, "podman tar");
    } else {
      wire.answer(404, R"({"cause":"image not known","message":"other: image not known","response":404})");
    }
  }
  static std::string read(base::ByteStream& stream) {
    std::string all(100, '\0');
    const auto count = stream.read(all);
    EXPECT_TRUE(count.ok());
    all.resize(count.ok() ? *count : 0);
    return all;
  }

  std::string socket_;
  std::unique_ptr<LoopbackServer> server_;
};

TEST_F(EngineTest, DockerHandsOutAnArchive) {
  start(docker);
  auto image = export_from_engine(Engine::docker, "app:1");
  ASSERT_TRUE(image.ok()) << image.error().message();
  EXPECT_EQ(image->id, "sha256:" + hex);
  EXPECT_EQ(image->digest->hex(), hex);
  EXPECT_EQ(image->names, (std::vector<std::string>{"app:1", "app@sha256:" + hex}));
  EXPECT_EQ(read(*image->archive), "tar");
}

TEST_F(EngineTest, PodmanHandsOutAnArchive) {
  start(podman);
  auto image = export_from_engine(Engine::podman, "app:1");
  ASSERT_TRUE(image.ok()) << image.error().message();
  EXPECT_EQ(image->id, hex);
  EXPECT_EQ(image->names, std::vector<std::string>{"localhost/app:1"});
  EXPECT_EQ(read(*image->archive), "podman tar");
}

TEST_F(EngineTest, AnUnknownImageIsSaidSoInTheEnginesWords) {
  start([](const Request& request, Connection& wire) {
    if (request.target.starts_with("/_ping") || request.target.find("libpod") != std::string::npos)
      podman(request, wire);
    else docker(request, wire);
  });
  const auto of_docker = export_from_engine(Engine::docker, "other:1");
  ASSERT_FALSE(of_docker.ok());
  EXPECT_EQ(of_docker.error().code(), ErrorCode::not_found);
  EXPECT_EQ(of_docker.error().message(), "docker: No such image: other:1");
  const auto of_podman = export_from_engine(Engine::podman, "other");
  ASSERT_FALSE(of_podman.ok());
  EXPECT_EQ(of_podman.error().message(), "podman: other: image not known");
}

TEST_F(EngineTest, NamesCannotLeaveTheirPath) {
  start(docker);
  for (const char* name :
       {"", "../containers/json", "a/../../b", "app?x=1", "app#x", "app json", "/app", "app/", "a%2e", "a\nb"}) {
    const auto image = export_from_engine(Engine::docker, name);
    ASSERT_FALSE(image.ok()) << name;
    EXPECT_EQ(image.error().code(), ErrorCode::usage) << name;
  }
  EXPECT_TRUE(server_->requests().empty());
}

TEST_F(EngineTest, AnAnswerWithoutAnIdIsInvalid) {
  for (const char* body : {"{}", R"({"Id":"../../x"})", "[]"}) {
    start([&](const Request&, Connection& wire) { wire.answer(200, body); });
    const auto image = export_from_engine(Engine::docker, "app");
    ASSERT_FALSE(image.ok()) << body;
    EXPECT_EQ(image.error().code(), ErrorCode::invalid) << body;
    server_.reset();
    std::filesystem::remove(socket_);
  }
}

TEST_F(EngineTest, AnArchiveThatBreaksOffIsTruncated) {
  start([](const Request& request, Connection& wire) {
    if (request.target.ends_with("/json")) return docker(request, wire);
    wire.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\ntar\r\n");
    wire.close();
  });
  auto image = export_from_engine(Engine::docker, "app:1");
  ASSERT_TRUE(image.ok()) << image.error().message();
  EXPECT_EQ(read(*image->archive), "tar");
  std::string more(10, '\0');
  EXPECT_EQ(image->archive->read(more).error().code(), ErrorCode::truncated);
}

TEST_F(EngineTest, WhatIsNotPodmanIsNotTakenForIt) {
  start([](const Request&, Connection& wire) { wire.answer(200, "OK", "Libpod-API-Version: ../../x\r\n"); });
  EXPECT_EQ(export_from_engine(Engine::podman, "app").error().code(), ErrorCode::unsupported);
}

TEST_F(EngineTest, AnAbsentEngineTellsHowToStartIt) {
  const auto absent = export_from_engine(Engine::podman, "app");
  ASSERT_FALSE(absent.ok());
  EXPECT_EQ(absent.error().code(), ErrorCode::not_found);
  EXPECT_NE(absent.error().message().find(socket_), std::string::npos);
  EXPECT_NE(absent.error().message().find("systemctl start podman.socket"), std::string::npos);
  EXPECT_NE(absent.error().message().find("containers-storage:"), std::string::npos);

  std::ofstream(socket_) << "a file";
  EXPECT_EQ(export_from_engine(Engine::docker, "app").error().code(), ErrorCode::usage);
}

TEST_F(EngineTest, ADeadSocketIsAnError) {
  start(docker);
  server_.reset();  // the file stays, nobody listens
  const auto image = export_from_engine(Engine::docker, "app:1");
  ASSERT_FALSE(image.ok());
  EXPECT_EQ(image.error().code(), ErrorCode::network);
  EXPECT_NE(image.error().message().find("is the docker daemon running?"), std::string::npos)
      << image.error().message();
}

TEST_F(EngineTest, OtherMachinesAreRefused) {
  for (const char* host :
       {"tcp://engine.example:2375", "ssh://me@engine.example", "npipe:////./pipe/x", "engine.example"}) {
    setenv("DOCKER_HOST", host, 1);
    EXPECT_EQ(export_from_engine(Engine::docker, "app").error().code(), ErrorCode::usage) << host;
  }
}

TEST_F(EngineTest, ThisMachineByTcp) {
  LoopbackServer server(docker);
  setenv("DOCKER_HOST", ("tcp://" + server.host()).c_str(), 1);
  EXPECT_TRUE(export_from_engine(Engine::docker, "app:1").ok());
}

}  // namespace
}  // namespace doorman::source
