/*
 * Job control: the signals by which a terminal and its shell stop, continue and end a
 * program. A program that has changed the terminal's mode must restore it before they take
 * effect.
 */
#pragma once

/* SIGTSTP, SIGCONT, SIGWINCH, SIGHUP, SIGTERM and SIGQUIT now only end wait_key(). */
void job_control_hold(void);
/* The signals have their usual effect again, even those that came meanwhile. */
void job_control_release(void);

/* Stops the program as Ctrl+Z does, until it is continued. To be called while the
 * signals are held. */
void job_control_stop(void);
