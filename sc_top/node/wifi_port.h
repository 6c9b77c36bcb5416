/* SPDX-License-Identifier: Apache-2.0 */
/* Between a node's Wi-Fi MAC and the air: an engine (rf_channel/dcf.h) for the device, and requests that wait in the
 * air's queue until their time (peripherals/wifi_mac/wifi_mac_air.h). Rates, results and slots are translated: the
 * device's slot 4, beacons, comes first, then 0 to 3. */
#ifndef VESPER_SC_TOP_NODE_WIFI_PORT_H
#define VESPER_SC_TOP_NODE_WIFI_PORT_H

#include "peripherals/wifi_mac/wifi_mac.h"
#include "rf_channel/dcf.h"

#ifdef __cplusplus
extern "C" {
#endif

struct node;

struct wifi_port_config {
    struct rf_medium *medium;
    struct node *owner; /* goes no further than its requests until the air has caught up; NULL in tests of the device */
    unsigned node;      /* of the medium */
    unsigned channel;   /* until software tunes */
    double power_dbm;   /* of answers, and of frames whose slot does not say otherwise */
    struct dcf_config dcf; /* its power_dbm does not count; nor its rates for answers once software has chosen */
    const struct dcf_observer *observer; /* may be NULL */
};

struct wifi_port;

/* Makes an engine, switched off, and connects it with the device; before the node's power-on reset. config is copied;
 * what it points to is borrowed. NULL without memory. A node's device: node_wifi() of node.h. */
struct wifi_port *wifi_port_create(struct wifi_mac *mac, const struct wifi_port_config *config);

/* With its engine; before the medium goes, and when the node runs no more. NULL is accepted. */
void wifi_port_destroy(struct wifi_port *port);

struct dcf *wifi_port_dcf(const struct wifi_port *port);

/* Rates of the device as those of the air, and back. */
struct rf_mode wifi_port_mode(const struct wifi_mac_rate *rate);
struct wifi_mac_rate wifi_port_rate(struct rf_mode mode);

#ifdef __cplusplus
}
#endif
#endif
