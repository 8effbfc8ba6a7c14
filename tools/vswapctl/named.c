// SPDX-License-Identifier: GPL-2.0
/* What the next start or reload does to a backend that was changed by hand. */
#include <json-c/json.h>
#include <stdlib.h>
#include <string.h>

#include "addition.h"
#include "conf.h"
#include "json.h"
#include "message.h"
#include "named.h"
#include "snapshot.h"
#include "value.h"

/* What is wrong there is for those to tell who go by it. */
static void pass_over(const char *text)
{
	(void)text;
}

static struct named find_pool(const struct conf *conf)
{
	if (!conf->has_pool)
		return (struct named){ 0 };
	return (struct named){ xstrdup(conf->pool_where), conf->pool_bytes };
}

static struct named find_file(const struct conf *conf, int dir, const char *name)
{
	const struct conf_file *file = conf_find_file(conf, name);
	struct value path = backend_value(dir, name, BACKEND_PATH);
	struct named named = { 0 };

	if (file && path.known && conf_path_is(file->path, path.text))
		named = (struct named){ xstrdup(file->where), file->bytes };
	value_free(&path);
	return named;
}

struct named named_find(int dir, const char *name)
{
	struct value type = backend_value(dir, name, BACKEND_TYPE);
	struct named named;
	struct conf conf;

	conf_read(&conf, pass_over);
	if (type.known && !strcmp(type.text, ADDITION_POOL))
		named = find_pool(&conf);
	else
		named = find_file(&conf, dir, name);
	conf_free(&conf);
	value_free(&type);
	return named;
}

void named_free(struct named *named)
{
	free(named->where);
	named->where = NULL;
}

void named_add(struct json_object *change, const struct named *named)
{
	if (named->where)
		json_add(change, "named_in", json_text(named->where));
}
