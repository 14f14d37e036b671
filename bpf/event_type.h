/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only */
#ifndef DOORMAN_EVENT_TYPE_H
#define DOORMAN_EVENT_TYPE_H

/* Numbers of events, as user space counts them. */
enum {
  EVENT_none,
#define EVENT_TYPE(id, name, category, number, ...) EVENT_##id,
#include "model/event_types.def"
#undef EVENT_TYPE
};

#endif
