/*
 * Packets to the guest.
 */
#ifndef PUMP_H
#define PUMP_H

struct device;

/*
 * Fills the guest's buffers, one packet for each ready connection in turn,
 * until nothing is left to send, no buffer is left, or the budget is used up.
 */
void	pump_work(struct device *);

#endif
