// SPDX-License-Identifier: Apache-2.0
#include "net/http.h"

#include <gtest/gtest.h>

#include <atomic>
#include <filesystem>
#include <thread>

#include "loopback_server.h"

namespace doorman::net {
namespace {

using base::ErrorCode;
using std::chrono::milliseconds;
using tests::LoopbackServer;
using Connection = LoopbackServer::Connection;
using Request = LoopbackServer::Request;

HttpClient client(HttpOptions options = {}) {
  auto made = HttpClient::make(std::move(options));
  EXPECT_TRUE(made.ok());
  return std::move(made).value();
}

HttpOptions impatient_for_headers() {
  HttpOptions options;
  options.head_timeout = milliseconds(200);
  return options;
}

HttpOptions impatient_for_body() {
  HttpOptions options;
  options.stall_timeout = milliseconds(200);
  return options;
}

TEST(Http, GivesStatusHeadersAndBody) {
  LoopbackServer server([](const Request&, Connection& wire) {
    wire.answer(404, "nothing here", "X-One: 1\r\nx-one:  2 \r\nDocker-Content-Digest: sha256:ab\r\n");
  });
  auto response = client().send({.url = server.url("/v2/"), .headers = {{"Accept", "text/plain"}}});
  ASSERT_TRUE(response.ok()) << response.error().message();
  EXPECT_EQ(response->status(), 404);
  EXPECT_EQ(response->header("docker-content-DIGEST"), "sha256:ab");
  EXPECT_EQ(response->headers("X-One"), (std::vector<std::string_view>{"1", "2"}));
  EXPECT_EQ(response->header("none"), std::nullopt);
  EXPECT_EQ(response->content_length(), 12U);
  EXPECT_EQ(response->read_all(100).value(), "nothing here");
  const Request seen = server.requests().at(0);
  EXPECT_EQ(seen.header("accept"), "text/plain");
  EXPECT_EQ(seen.header("user-agent"), "doorman/" DOORMAN_VERSION);
}

TEST(Http, StreamsALargeBodyThroughASmallBuffer) {
  std::string body(8U << 20U, '\0');
  for (std::size_t i = 0; i < body.size(); ++i) body[i] = static_cast<char>(i * 31 + i / 4099);
  LoopbackServer server([&](const Request&, Connection& wire) { wire.answer(200, body); });
  auto response = client().send({.url = server.url("/")});
  ASSERT_TRUE(response.ok());
  std::string got;
  std::vector<char> buffer(777);
  for (;;) {
    const auto count = response->body().read(buffer);
    ASSERT_TRUE(count.ok()) << count.error().message();
    if (*count == 0) break;
    got.append(buffer.data(), *count);
  }
  EXPECT_EQ(got.size(), body.size());
  EXPECT_TRUE(got == body);
  EXPECT_EQ(response->body().read(buffer).value(), 0U) << "the end stays the end";
}

TEST(Http, ReadsChunkedAndUnmeasuredBodies) {
  LoopbackServer server([](const Request& request, Connection& wire) {
    if (request.target == "/chunked") {
      wire.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n");
    } else {
      wire.send("HTTP/1.1 200 OK\r\n\r\nabcde");
      wire.close();
    }
  });
  const HttpClient http = client();
  EXPECT_EQ(http.send({.url = server.url("/chunked")})->read_all(10).value(), "abcde");
  EXPECT_EQ(http.send({.url = server.url("/closed")})->read_all(10).value(), "abcde");
}

TEST(Http, KeepsConnections) {
  LoopbackServer server([](const Request&, Connection& wire) { wire.answer(200, "x"); });
  const HttpClient http = client();
  for (int i = 0; i < 5; ++i) EXPECT_EQ(http.send({.url = server.url("/")})->read_all(10).value(), "x");
  EXPECT_EQ(server.connections(), 1);
}

TEST(Http, ServesSeveralThreads) {
  LoopbackServer server([](const Request& request, Connection& wire) { wire.answer(200, request.target); });
  const HttpClient http = client();
  std::atomic<int> right = 0;
  std::vector<std::thread> threads;
  threads.reserve(4);
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; i < 20; ++i) {
        const std::string target = "/" + std::to_string(t) + "-" + std::to_string(i);
        auto response = http.send({.url = server.url(target)});
        if (response.ok() && response->read_all(100).value() == target) ++right;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(right, 80);
}

TEST(Http, TheResponseOutlivesItsClient) {
  LoopbackServer server([](const Request&, Connection& wire) { wire.answer(200, "still here"); });
  auto response = client().send({.url = server.url("/")});
  EXPECT_EQ(response->read_all(100).value(), "still here");
}

TEST(Http, PostsForms) {
  LoopbackServer server(
      [](const Request& request, Connection& wire) { wire.answer(200, request.method + request.body); });
  auto response = client().send({.url = server.url("/token"), .form = "grant_type=password&x=%20"});
  EXPECT_EQ(response->read_all(100).value(), "POSTgrant_type=password&x=%20");
  EXPECT_EQ(server.requests().at(0).header("content-type"), "application/x-www-form-urlencoded");
}

TEST(Http, AsksForTheRestOfABody) {
  LoopbackServer server(
      [](const Request& request, Connection& wire) { wire.answer(206, request.header("range")); });
  EXPECT_EQ(client().send({.url = server.url("/"), .range_from = 5})->read_all(100).value(), "bytes=5-");
}

// --- a server that hangs -------------------------------------------------------------------------------------

TEST(HttpHostile, SilenceBeforeTheHeadersEnds) {
  LoopbackServer server([](const Request&, Connection& wire) { wire.hang(); });
  const auto response = client(impatient_for_headers()).send({.url = server.url("/v2/")});
  ASSERT_FALSE(response.ok());
  EXPECT_EQ(response.error().code(), ErrorCode::network);
  EXPECT_NE(response.error().message().find("/v2/: no answer within 200 ms"), std::string::npos)
      << response.error().message();
}

TEST(HttpHostile, HeadersThatDripEnd) {
  LoopbackServer server([](const Request&, Connection& wire) {
    wire.send("HTTP/1.1 200 OK\r\n");
    for (int i = 0; i < 40; ++i) {
      wire.send("X: y\r\n");
      std::this_thread::sleep_for(milliseconds(20));
    }
    wire.answer(200, "late");
  });
  EXPECT_EQ(client(impatient_for_headers()).send({.url = server.url("/")}).error().code(), ErrorCode::network);
}

TEST(HttpHostile, SilenceAndDripsInTheBodyEnd) {
  for (const bool drip : {false, true}) {
    LoopbackServer server([&](const Request&, Connection& wire) {
      wire.send("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nabc");
      for (int i = 0; drip && i < 30; ++i) {
        wire.send("d");
        std::this_thread::sleep_for(milliseconds(20));
      }
      wire.hang();
    });
    auto response = client(impatient_for_body()).send({.url = server.url("/")});
    ASSERT_TRUE(response.ok());
    const auto body = response->read_all(1000);
    ASSERT_FALSE(body.ok());
    EXPECT_EQ(body.error().code(), ErrorCode::network);
    EXPECT_NE(body.error().message().find("stalled"), std::string::npos) << body.error().message();
  }
}

TEST(HttpHostile, ASlowReaderIsNoStall) {
  const std::string body(4U << 20U, 'x');
  LoopbackServer server([&](const Request&, Connection& wire) { wire.answer(200, body); });
  auto response = client(impatient_for_body()).send({.url = server.url("/")});
  ASSERT_TRUE(response.ok());
  std::vector<char> first(1000);
  const std::size_t begun = response->body().read(first).value();
  std::this_thread::sleep_for(milliseconds(500));
  const auto rest = response->read_all(body.size());
  ASSERT_TRUE(rest.ok()) << rest.error().message();
  EXPECT_EQ(begun + rest->size(), body.size());
}

// --- a server that lies --------------------------------------------------------------------------------------

TEST(HttpHostile, ABodyShorterThanItsLengthIsTruncated) {
  LoopbackServer server([](const Request& request, Connection& wire) {
    if (request.target == "/chunked")
      wire.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nabcde\r\n");
    else wire.send("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nabcde");
    wire.close();
  });
  for (const char* target : {"/plain", "/chunked"}) {
    auto response = client().send({.url = server.url(target)});
    ASSERT_TRUE(response.ok());
    EXPECT_EQ(response->read_all(1000).error().code(), ErrorCode::truncated) << target;
  }
}

TEST(HttpHostile, WhatComesBeyondTheLengthIsNeitherBodyNorNextAnswer) {
  LoopbackServer server([](const Request&, Connection& wire) {
    wire.send("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabcHTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil");
  });
  const HttpClient http = client();
  EXPECT_EQ(http.send({.url = server.url("/")})->read_all(100).value(), "abc");
  EXPECT_EQ(http.send({.url = server.url("/")})->read_all(100).value(), "abc");
}

TEST(HttpHostile, BodiesAndHeadersAreLimited) {
  LoopbackServer server([](const Request& request, Connection& wire) {
    if (request.target == "/body") return wire.answer(200, std::string(1001, 'x'));
    wire.send("HTTP/1.1 200 OK\r\n");
    for (int i = 0; i < 20; ++i) wire.send("X-Filler: " + std::string(8000, 'x') + "\r\n");
    wire.send("Content-Length: 0\r\n\r\n");
  });
  EXPECT_EQ(client().send({.url = server.url("/body")})->read_all(1000).error().code(), ErrorCode::limit);
  EXPECT_EQ(client().send({.url = server.url("/head")}).error().code(), ErrorCode::limit);
}

TEST(HttpHostile, ResetsAndNonsenseAreErrors) {
  LoopbackServer server([](const Request& request, Connection& wire) {
    if (request.target == "/nonsense") wire.send("SSH-2.0-OpenSSH\r\n\r\n");
    if (request.target == "/reset") wire.reset();
    wire.close();
  });
  EXPECT_EQ(client().send({.url = server.url("/reset")}).error().code(), ErrorCode::network);
  EXPECT_EQ(client().send({.url = server.url("/empty")}).error().code(), ErrorCode::network);
  EXPECT_EQ(client().send({.url = server.url("/nonsense")}).error().code(), ErrorCode::invalid);
}

TEST(HttpHostile, NobodyListens) {
  std::string url;
  {
    LoopbackServer gone([](const Request&, Connection&) {});
    url = gone.url("/");
  }
  EXPECT_EQ(client().send({.url = url}).error().code(), ErrorCode::network);
}

TEST(HttpHostile, HeadersCannotBeSmuggledIn) {
  LoopbackServer server([](const Request&, Connection& wire) { wire.answer(200, ""); });
  const auto response = client().send({.url = server.url("/"), .authorization = "Basic x\r\nHost: evil"});
  EXPECT_EQ(response.error().code(), ErrorCode::usage);
  EXPECT_TRUE(server.requests().empty());
}

// --- redirects -----------------------------------------------------------------------------------------------

TEST(HttpRedirect, StaysWithItsOrigin) {
  LoopbackServer server([](const Request& request, Connection& wire) {
    if (request.target == "/from") wire.answer(307, "", "Location: to?x=1\r\n");
    else wire.answer(200, "arrived");
  });
  auto response = client().send({.url = server.url("/from"), .authorization = "Bearer secret"});
  ASSERT_TRUE(response.ok()) << response.error().message();
  EXPECT_EQ(response->read_all(100).value(), "arrived");
  EXPECT_EQ(response->url(), server.url("/to?x=1"));
  EXPECT_EQ(server.requests().at(1).header("authorization"), "Bearer secret");
}

TEST(HttpRedirect, TakesNoCredentialsElsewhere) {
  std::string back;
  LoopbackServer elsewhere([&](const Request& request, Connection& wire) {
    if (request.target == "/bounce") wire.answer(302, "", "Location: " + back + "\r\n");
    else wire.answer(200, "blob");
  });
  LoopbackServer registry([&](const Request& request, Connection& wire) {
    if (request.target == "/back") return wire.answer(200, "home");
    wire.answer(302, "", "Location: " + elsewhere.url(request.target) + "\r\n");
  });
  back = registry.url("/back");
  auto response = client().send({.url = registry.url("/blob"), .authorization = "Bearer secret"});
  EXPECT_EQ(response->read_all(100).value(), "blob");
  response = client().send({.url = registry.url("/bounce"), .authorization = "Bearer secret"});
  EXPECT_EQ(response->read_all(100).value(), "home");
  for (const Request& seen : elsewhere.requests()) EXPECT_EQ(seen.headers.count("authorization"), 0U);
  EXPECT_EQ(registry.requests().back().headers.count("authorization"), 0U) << "once dropped, dropped for good";
}

TEST(HttpRedirect, IsBounded) {
  LoopbackServer server([](const Request&, Connection& wire) { wire.answer(302, "", "Location: /again\r\n"); });
  const auto response = client().send({.url = server.url("/")});
  EXPECT_EQ(response.error().code(), ErrorCode::limit);
  EXPECT_EQ(server.requests().size(), 6U);
}

TEST(HttpRedirect, GoesToTheWebOnlyAndNotToPlainHttp) {
  std::string location;
  LoopbackServer server(
      [&](const Request&, Connection& wire) { wire.answer(302, "", "Location: " + location + "\r\n"); });
  for (const char* bad : {"file:///etc/passwd", "ftp://a.example/", "https://user:word@a.example/", "http://"}) {
    location = bad;
    EXPECT_EQ(client().send({.url = server.url("/")}).error().code(), ErrorCode::invalid) << bad;
  }
  location = "http://registry.example/";
  EXPECT_EQ(client().send({.url = server.url("/")}).error().code(), ErrorCode::usage);
}

TEST(Http, PlainHttpStaysOnThisMachine) {
  const auto refused = client().send({.url = "http://registry.example/v2/?token=hush"});
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().code(), ErrorCode::usage);
  EXPECT_EQ(refused.error().message(),
            "http://registry.example/v2/: plain http is refused, except to this machine itself");
}

TEST(Http, NoProxyStandsBetweenThisMachineAndItself) {
  LoopbackServer proxy([](const Request&, Connection& wire) { wire.answer(200, "the proxy"); });
  LoopbackServer server([](const Request&, Connection& wire) { wire.answer(200, "the server"); });
  setenv("http_proxy", proxy.url("").c_str(), 1);
  EXPECT_EQ(client().send({.url = server.url("/")})->read_all(100).value(), "the server");
  HttpOptions options;
  options.plain_http = PlainHttp::anywhere;
  EXPECT_EQ(client(options).send({.url = "http://registry.example/"})->read_all(100).value(), "the proxy");
  unsetenv("http_proxy");
}

TEST(Http, SpeaksOverAUnixSocket) {
  const std::string path = testing::TempDir() + "doorman-http-" + std::to_string(getpid()) + ".sock";
  {
    LoopbackServer server(path, [](const Request& request, Connection& wire) { wire.answer(200, request.target); });
    HttpOptions options;
    options.unix_socket = path;
    EXPECT_EQ(client(options).send({.url = "http://engine/images/json"})->read_all(100).value(), "/images/json");
  }
  std::filesystem::remove(path);
}

}  // namespace
}  // namespace doorman::net
