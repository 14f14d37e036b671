// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace doorman::store {

/// The tables of a history, all made at once. Times are nanoseconds since 1970; 0: not known.
inline constexpr const char* history_schema = R"(
CREATE TABLE image(id INTEGER PRIMARY KEY, digest TEXT NOT NULL UNIQUE, first INTEGER NOT NULL, last INTEGER NOT NULL);
CREATE TABLE name(image INTEGER NOT NULL REFERENCES image ON DELETE CASCADE, name TEXT NOT NULL,
  first INTEGER NOT NULL, last INTEGER NOT NULL, UNIQUE(image, name));
CREATE TABLE container(image INTEGER NOT NULL REFERENCES image ON DELETE CASCADE, id TEXT NOT NULL, name TEXT NOT NULL,
  engine TEXT NOT NULL, asked TEXT NOT NULL, ended INTEGER NOT NULL, exit INTEGER,
  first INTEGER NOT NULL, last INTEGER NOT NULL, UNIQUE(image, id));
CREATE TABLE scan(image INTEGER NOT NULL REFERENCES image ON DELETE CASCADE, database INTEGER NOT NULL,
  exploited INTEGER NOT NULL, critical INTEGER NOT NULL, high INTEGER NOT NULL, medium INTEGER NOT NULL,
  low INTEGER NOT NULL, other INTEGER NOT NULL, first INTEGER NOT NULL, last INTEGER NOT NULL,
  UNIQUE(image, database, exploited, critical, high, medium, low, other));
CREATE TABLE verdict(image INTEGER NOT NULL REFERENCES image ON DELETE CASCADE, door INTEGER NOT NULL,
  rule TEXT NOT NULL, refused INTEGER NOT NULL, count INTEGER NOT NULL, first INTEGER NOT NULL, last INTEGER NOT NULL,
  UNIQUE(image, door, rule));
CREATE TABLE program(image INTEGER NOT NULL REFERENCES image ON DELETE CASCADE, path TEXT NOT NULL,
  sha256 TEXT NOT NULL, count INTEGER NOT NULL, first INTEGER NOT NULL, last INTEGER NOT NULL, UNIQUE(image, path));
CREATE TABLE peer(image INTEGER NOT NULL REFERENCES image ON DELETE CASCADE, inbound INTEGER NOT NULL,
  protocol INTEGER NOT NULL, address TEXT NOT NULL, port INTEGER NOT NULL, name TEXT NOT NULL,
  count INTEGER NOT NULL, refused INTEGER NOT NULL, unknown INTEGER NOT NULL, sent INTEGER NOT NULL,
  received INTEGER NOT NULL, first INTEGER NOT NULL, last INTEGER NOT NULL,
  UNIQUE(image, inbound, protocol, address, port, name));
CREATE TABLE drift(image INTEGER NOT NULL REFERENCES image ON DELETE CASCADE, reason INTEGER NOT NULL,
  done INTEGER NOT NULL, path TEXT NOT NULL, count INTEGER NOT NULL, first INTEGER NOT NULL, last INTEGER NOT NULL,
  UNIQUE(image, reason, done, path));
CREATE TABLE mark(name TEXT PRIMARY KEY, value INTEGER NOT NULL);
)";

}  // namespace doorman::store
