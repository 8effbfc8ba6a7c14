/* SPDX-License-Identifier: GPL-2.0 */
#ifndef VSWAPCTL_KMSG_H
#define VSWAPCTL_KMSG_H

/* At exit repeats on stderr what the module has logged since, of warnings and errors. */
void kmsg_follow(void);

#endif
