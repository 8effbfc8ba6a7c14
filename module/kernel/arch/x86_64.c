// SPDX-License-Identifier: GPL-2.0
/* x86: kernels that livepatch works on, since hooks are put in as it does. */
#include <linux/module.h>

#include "vswap_symbols.h"

VSWAP_NEEDS("config X86_64");
VSWAP_NEEDS("config LIVEPATCH");
