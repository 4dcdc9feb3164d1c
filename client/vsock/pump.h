/*
 * Packets to the guest.
 */
#ifndef PUMP_H
#define PUMP_H

struct device;

/*
 * Fill the guest's buffers, one packet for each ready connection in turn,
 * until there is nothing to send, no buffer, or the budget is used up.
 */
void	pump_work(struct device *);

#endif
