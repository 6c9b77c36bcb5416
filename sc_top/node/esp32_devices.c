/* SPDX-License-Identifier: Apache-2.0 */
/* Making, wiring and resetting the devices of esp32_node.def. */
#include "rf_channel/ccmp.h"
#include "sc_top/node/baseband_port.h"
#include "sc_top/node/node_priv.h"

#define REG_FILE "peripherals/dport/dport_regs.def"
#define REG_PREFIX DPORT
#define REG_CONSTANTS_ONLY
#include "bus/reg_expand.h"
#define REG_FILE "peripherals/efuse/efuse_regs.def"
#define REG_PREFIX EFUSE
#define REG_CONSTANTS_ONLY
#include "bus/reg_expand.h"
#define REG_FILE "peripherals/rtc_cntl/rtc_cntl_regs.def"
#define REG_PREFIX RTC_CNTL
#define REG_CONSTANTS_ONLY
#include "bus/reg_expand.h"
#define REG_FILE "peripherals/uart/uart_regs.def"
#define REG_PREFIX UART
#define REG_CONSTANTS_ONLY
#include "bus/reg_expand.h"

enum { STRAP_FLASH_BOOT = 1 << 4 }; /* GPIO0 is high */
#define RTC_SLOW_RESET_VECTOR UINT32_C(0x50000000)

/* --- what each device is told
 * ----------------------------------------------------------------------------------------- */

/* Secure boot's block holds AES and SHA in reset with it, that of digital signatures AES and RSA (ESP-IDF, aes_ll.h,
 * sha_ll.h, mpi_ll.h). */
static bool is_held(const struct dport *dport, enum dport_block own, enum dport_block other)
{
    return dport_block_is_in_reset(dport, own) || dport_block_is_in_reset(dport, other);
}

static void switch_accelerators(struct node *node)
{
    struct esp32_devices *devices = &node->devices;
    const struct dport *dport = &devices->dport;
    bool aes_is_held = is_held(dport, DPORT_BLOCK_AES, DPORT_BLOCK_DIGITAL_SIGNATURE) ||
                       is_held(dport, DPORT_BLOCK_AES, DPORT_BLOCK_SECURE_BOOT);
    bool sha_is_held = is_held(dport, DPORT_BLOCK_SHA, DPORT_BLOCK_SECURE_BOOT);
    bool rsa_is_held = is_held(dport, DPORT_BLOCK_RSA, DPORT_BLOCK_DIGITAL_SIGNATURE);
    dev_switch(&devices->aes.dev, dport_block_is_clocked(dport, DPORT_BLOCK_AES) && !aes_is_held);
    dev_switch(&devices->sha.dev, dport_block_is_clocked(dport, DPORT_BLOCK_SHA) && !sha_is_held);
    dev_switch(&devices->rsa.dev, dport_block_is_clocked(dport, DPORT_BLOCK_RSA) && !rsa_is_held);
}

static void rsa_memory_power(void *ctx, bool on, sim_time now)
{
    struct node *node = ctx;
    rsa_power(&node->devices.rsa, on, now);
}

static void block_changed(void *ctx, enum dport_block block, bool clocked, bool in_reset, sim_time now)
{
    struct node *node = ctx;
    if (block == DPORT_BLOCK_WIFI_MAC && node->devices.wifi_mac.dev.value)
        wifi_mac_clock(&node->devices.wifi_mac, clocked, now);
    switch_accelerators(node);
    if (!in_reset)
        return;
#define RESET_BY(device, name)                                                                                         \
    if (block == DPORT_BLOCK_##name)                                                                                   \
        dev_reset(&node->devices.device.dev, DEV_RESET_SYSTEM, now);
#include "sc_top/node/esp32_node.def"
}

static void remap_changed(void *ctx, unsigned core, bool remapped, sim_time now)
{
    struct node *node = ctx;
    (void)now;
    bus_map_set_remap(node->map, core, remapped);
}

/* Started for download by the pads: shared facts, 3.1. */
static bool downloads(const struct node *node)
{
    return node->config.boot_rom && !(node->config.strap & STRAP_FLASH_BOOT);
}

static void cache_changed(void *ctx, unsigned core, const struct dport_cache *cache, sim_time now)
{
    struct node *node = ctx;
    (void)now;
    bool is_denied = downloads(node) && reg_get(&node->devices.efuse.dev, EFUSE_BLK0_RDATA6_RD_DISABLE_DL_CACHE);
    bus_map_set_page_modes(node->map, core, cache->flash_mode, cache->ram_mode);
    bus_map_set_cache(node->map, core, cache->enabled && !is_denied, cache->closed);
    bool low_high = cache->ram_low_high || node->devices.dport.cache[1 - core].ram_low_high;
    bus_map_set_ram_mode(node->map, low_high ? BUS_RAM_LOW_HIGH : BUS_RAM_NORMAL);
}

static void cache_flushed(void *ctx, unsigned core, sim_time now)
{
    struct node *node = ctx;
    (void)now;
    bus_map_flush_cache(node->map, core);
}

/* peripherals/flash_crypt/flash_crypt.h says when. */
static void switch_flash_crypt(struct node *node)
{
    struct esp32_devices *devices = &node->devices;
    const struct dev *efuse = &devices->efuse.dev;
    const struct dport *dport = &devices->dport;
    bool is_download = downloads(node);
    bool no_encrypt = is_download && reg_get(efuse, EFUSE_BLK0_RDATA6_RD_DISABLE_DL_ENCRYPT);
    bool no_decrypt = is_download && reg_get(efuse, EFUSE_BLK0_RDATA6_RD_DISABLE_DL_DECRYPT);
    devices->flash_crypt.sends_result = dport->encrypts_flash && !no_encrypt;
    bus_map_decrypt_flash(node->map,
                          is_download ? dport->decrypts_flash && !no_decrypt : devices->efuse.flash_crypt.is_on);
}

static void flash_crypt_changed(void *ctx, bool encrypts, bool decrypts, sim_time now)
{
    (void)encrypts, (void)decrypts, (void)now;
    switch_flash_crypt(ctx);
}

static void fuses_loaded(void *ctx)
{
    struct node *node = ctx;
    const struct efuse_flash_crypt *fuses = &node->devices.efuse.flash_crypt;
    flash_crypt_set_key(&node->devices.flash_crypt, fuses->key, fuses->is_short, fuses->config);
    switch_flash_crypt(node);
}

static bool illegal_access(void *ctx, unsigned core, uint32_t *address)
{
    struct node *node = ctx;
    return bus_map_illegal(node->map, core, address);
}

static void clear_illegal_access(void *ctx, unsigned core, sim_time now)
{
    struct node *node = ctx;
    bus_map_clear_illegal(node->map, core, now);
}

static enum sim_status init_dport(struct node *node, struct dport *dport, const char *name)
{
    const struct dport_port port = {.ctx = node,
                                    .app_cpu = node_app_control,
                                    .block = block_changed,
                                    .remap = remap_changed,
                                    .cache = cache_changed,
                                    .cache_flush = cache_flushed,
                                    .flash_crypt = flash_crypt_changed,
                                    .illegal_access = illegal_access,
                                    .clear_illegal_access = clear_illegal_access,
                                    .rsa_power = rsa_memory_power};
    SIM_TRY(dport_init(dport, &node->intmatrix, &port, name, &node->env));
    for (unsigned core = 0; core < DPORT_CORES; core++)
        bus_map_set_page_modes(node->map, core, dport->cache[core].flash_mode, dport->cache[core].ram_mode);
    return SIM_OK;
}

static enum sim_status init_aes(struct node *node, struct aes *aes, const char *name)
{
    SIM_TRY(aes_init(aes, name, &node->env));
    switch_accelerators(node);
    return SIM_OK;
}

static enum sim_status init_rsa(struct node *node, struct rsa *rsa, const char *name)
{
    SIM_TRY(rsa_init(rsa, name, &node->env));
    switch_accelerators(node);
    return SIM_OK;
}

static enum sim_status init_sha(struct node *node, struct sha *sha, const char *name)
{
    SIM_TRY(sha_init(sha, name, &node->env));
    switch_accelerators(node);
    return SIM_OK;
}

static void uart_sent(void *ctx, uint8_t byte, sim_time end)
{
    struct node_uart *uart = ctx;
    const struct node_console *console = &uart->node->config.console[uart->index];
    uart->bytes++;
    if (console->byte)
        console->byte(console->ctx, byte, end);
}

static void uart_has_room(void *ctx, sim_time now)
{
    struct node_uart *uart = ctx;
    const struct node_console *console = &uart->node->config.console[uart->index];
    if (console->room)
        console->room(console->ctx, now);
}

static enum sim_status init_uart(struct node *node, struct uart *uart, unsigned number, const char *name)
{
    struct node_uart *end = &node->uart[number];
    const struct uart_port port = {.ctx = end, .tx = uart_sent, .room = uart_has_room};
    *end = (struct node_uart){.node = node, .index = number};
    SIM_TRY(uart_init(uart, number, name, &node->env));
    uart_connect(uart, &port);
    if (node->config.uarts_untimed)
        uart_set_untimed(uart);
    return SIM_OK;
}

static enum sim_status init_uart0(struct node *node, struct uart *uart, const char *name)
{
    return init_uart(node, uart, 0, name);
}

static enum sim_status init_uart1(struct node *node, struct uart *uart, const char *name)
{
    return init_uart(node, uart, 1, name);
}

static enum sim_status init_uart2(struct node *node, struct uart *uart, const char *name)
{
    return init_uart(node, uart, 2, name);
}

static enum sim_status init_spi0(struct node *node, struct spi *spi, const char *name)
{
    return spi_init(spi, 0, name, &node->env);
}

static enum sim_status init_spi1(struct node *node, struct spi *spi, const char *name)
{
    return spi_init(spi, 1, name, &node->env);
}

static enum sim_status init_spi2(struct node *node, struct spi *spi, const char *name)
{
    return spi_init(spi, 2, name, &node->env);
}

static enum sim_status init_spi3(struct node *node, struct spi *spi, const char *name)
{
    return spi_init(spi, 3, name, &node->env);
}

static enum sim_status init_gpio(struct node *node, struct gpio *gpio, const char *name)
{
    const struct gpio_config config = {.strap = (uint16_t)node->config.strap};
    return gpio_init(gpio, &config, name, &node->env);
}

static enum sim_status init_ledc(struct node *node, struct ledc *ledc, const char *name)
{
    return ledc_init(ledc, name, &node->env);
}

static enum sim_status init_efuse(struct node *node, struct efuse *efuse, const char *name)
{
    struct efuse_config config = efuse_typical(node->config.mac);
    config.chip_revision = node->config.chip_revision;
    config.single_core = node->config.cores == 1;
    for (unsigned block = 0; block < EFUSE_BLOCKS; block++)
        for (unsigned word = 0; word < EFUSE_WORDS; word++)
            config.fuses[block][word] |= node->config.fuses[block][word];
    return efuse_init(efuse, &config, name, &node->env);
}

static enum sim_status init_flash_crypt(struct node *node, struct flash_crypt *crypt, const char *name)
{
    struct efuse *efuse = &node->devices.efuse;
    SIM_TRY(flash_crypt_init(crypt, name, &node->env));
    node->devices.spi1.source = (struct spi_source){.ctx = crypt, .fetch = flash_crypt_fetch};
    efuse->ctx = node;
    efuse->loaded = fuses_loaded;
    fuses_loaded(node);
    return SIM_OK;
}

static enum sim_status init_syscon(struct node *node, struct syscon *syscon, const char *name)
{
    const struct syscon_config config = {.chip_revision = node->config.chip_revision};
    return syscon_init(syscon, &config, name, &node->env);
}

static enum sim_status init_wdev(struct node *node, struct wdev *wdev, const char *name)
{
    return wdev_init(wdev, name, &node->env);
}

static enum sim_status init_wifi_mac(struct node *node, struct wifi_mac *mac, const char *name)
{
    const struct wifi_mac_cipher ccmp = {.seal = ccmp_seal, .open = ccmp_open};
    SIM_TRY(wifi_mac_init(mac, name, &node->env));
    wifi_mac_set_cipher(mac, &ccmp);
    wifi_mac_clock(mac, dport_block_is_clocked(&node->devices.dport, DPORT_BLOCK_WIFI_MAC), 0);
    return SIM_OK;
}

static enum sim_status init_open_eth(struct node *node, struct open_eth *eth, const char *name)
{
    const struct open_eth_config config = open_eth_typical();
    return open_eth_init(eth, &config, name, &node->env);
}

static enum sim_status init_baseband(struct node *node, struct baseband *bb, const char *name)
{
    return baseband_init(bb, name, &node->env);
}

static enum sim_status init_frc(struct node *node, struct frc *frc, const char *name)
{
    return frc_init(frc, name, &node->env);
}

static void stall_core(void *ctx, unsigned core, bool stalled, sim_time now)
{
    struct node *node = ctx;
    node_core_set_hold(&node->core[core], NODE_HOLD_SW_STALL, stalled, now);
}

/* By the pads at reset: shared facts, 3.1. */
static bool boots_from_flash(const struct node *node)
{
    return node->config.boot_rom && (node->config.strap & STRAP_FLASH_BOOT);
}

/* Flash boot protection is what a bootloader switches off before it starts the program; without the ROM the node stands
 * in for the bootloader. */
static enum sim_status init_rtc_cntl(struct node *node, struct rtc_cntl *rtc, const char *name)
{
    struct rtc_cntl_config config = {
        .flash_boot = boots_from_flash(node), .reset = node->reset_port, .port = {.ctx = node, .stall = stall_core}};
    node_sleep_connect(node, &config.port);
    return rtc_cntl_init(rtc, &config, name, &node->env);
}

static void radio_tuned(void *ctx, unsigned mhz, sim_time now)
{
    struct node *node = ctx;
    wifi_mac_tuned(&node->devices.wifi_mac, mhz, now);
}

static bool tx_dc_is_high(void *ctx, unsigned branch)
{
    const struct node *node = ctx;
    return baseband_tx_dc_is_high(&node->devices.baseband, branch);
}

static unsigned tx_amplitude(void *ctx)
{
    const struct node *node = ctx;
    return baseband_tone_amplitude(&node->devices.baseband);
}

static enum sim_status init_i2c_ana(struct node *node, struct i2c_ana *i2c, const char *name)
{
    SIM_TRY(i2c_ana_init(i2c, name, &node->env));
    i2c->port = (struct i2c_ana_port){
        .ctx = node, .tuned = radio_tuned, .tx_dc_is_high = tx_dc_is_high, .tx_amplitude = tx_amplitude};
    return SIM_OK;
}

static double pad_volts(void *ctx, unsigned pad, sim_time now)
{
    return node_volts(ctx, pad, now);
}

static double chip_celsius(void *ctx, sim_time now)
{
    (void)now;
    return ((const struct node *)ctx)->board.celsius;
}

static enum sim_status init_sens(struct node *node, struct sens *sens, const char *name)
{
    node->board.celsius = 25;
    SIM_TRY(sens_init(sens, name, &node->env));
    sens->port = (struct sens_port){.ctx = node, .volts = pad_volts, .celsius = chip_celsius};
    return SIM_OK;
}

static enum sim_status init_i2c0(struct node *node, struct i2c *i2c, const char *name)
{
    return i2c_init(i2c, name, &node->env);
}

static enum sim_status init_i2c1(struct node *node, struct i2c *i2c, const char *name)
{
    return i2c_init(i2c, name, &node->env);
}

static enum sim_status init_timg0(struct node *node, struct timg *timg, const char *name)
{
    const struct timg_config config = {.group = 0, .flash_boot = boots_from_flash(node), .reset = node->reset_port};
    return timg_init(timg, &config, name, &node->env);
}

static enum sim_status init_timg1(struct node *node, struct timg *timg, const char *name)
{
    const struct timg_config config = {.group = 1, .flash_boot = boots_from_flash(node), .reset = node->reset_port};
    return timg_init(timg, &config, name, &node->env);
}

/* --- wires between devices -----------------------------------------------------------------------------------------
 */

/* Signals of the GPIO matrix, and the pad at which a board's serial adapter drives RXD: the native pads of IO_MUX.
 * Source: ESP32 TRM, chapter "IO_MUX and GPIO Matrix", tables of peripheral signals and pad functions. */
struct uart_pins {
    unsigned data, flow, modem; /* TXD and RXD, RTS and CTS, DTR and DSR share their numbers; 0: none */
    unsigned host_pad;
};

static const struct uart_pins uart_pins[NODE_UARTS] = {{14, 15, 16, 3}, {17, 18, 0, 9}, {198, 199, 0, 16}};

static void connect_uart(struct gpio *gpio, struct uart *uart, const struct uart_pins *pins)
{
    const struct gpio_source tx = {.ctx = &uart->tx.wire, .level = uart_wire_shows, .watch = uart_wire_watch};
    const struct gpio_source host = {
        .ctx = &uart->host.wire, .level = uart_wire_shows, .watch = uart_wire_watch, .owner = uart};
    uart->tx.wire.line = gpio_signal_out(gpio, pins->data, true, &tx);
    uart->host.wire.line = gpio_board_wire(gpio, pins->host_pad, &host);
    gpio_signal_in(gpio, pins->data, true, uart_rxd_changed, uart);
    uart->rts = gpio_signal_out(gpio, pins->flow, true, NULL);
    gpio_signal_in(gpio, pins->flow, true, uart_cts_changed, uart);
    if (pins->modem) {
        uart->dtr = gpio_signal_out(gpio, pins->modem, true, NULL);
        gpio_signal_in(gpio, pins->modem, false, uart_dsr_changed, uart);
    }
}

/* Signals of the GPIO matrix; pads that show them are open drain, and so is a bus without them high. */
struct i2c_pins {
    unsigned scl, sda;
};

static const struct i2c_pins i2c_pins[2] = {{29, 30}, {95, 96}};

static void connect_i2c(struct gpio *gpio, struct i2c *i2c, const struct i2c_pins *pins)
{
    i2c->scl_out = gpio_signal_out(gpio, pins->scl, true, NULL);
    i2c->sda_out = gpio_signal_out(gpio, pins->sda, true, NULL);
    gpio_signal_in(gpio, pins->scl, true, i2c_scl_changed, i2c);
    gpio_signal_in(gpio, pins->sda, true, i2c_sda_changed, i2c);
}

/* HSPICS0 to 2 and VSPICS0 to 2; the rest of these buses is with the board's parts (board_spi.c). */
static void connect_spi(struct gpio *gpio, struct spi *spi, const uint8_t signals[SPI_CHIP_SELECTS])
{
    for (unsigned i = 0; i < SPI_CHIP_SELECTS; i++)
        spi->chip_select[i] = gpio_signal_out(gpio, signals[i], true, NULL);
}

/* SPI0 and SPI1 share their lines: what is on them is at the same chip select of both. */
static enum sim_status connect_chips(struct node *node)
{
    SIM_TRY(node_chips_init(node));
    if (node->flash_chip.config.part) {
        SIM_TRY(spi_attach(&node->devices.spi0, 0, &node->flash_chip.port));
        SIM_TRY(spi_attach(&node->devices.spi1, 0, &node->flash_chip.port));
    }
    if (node->psram_chip.config.bytes) {
        SIM_TRY(spi_attach(&node->devices.spi0, 1, &node->psram_chip.port));
        SIM_TRY(spi_attach(&node->devices.spi1, 1, &node->psram_chip.port));
    }
    return SIM_OK;
}

/* LEDC_HS_SIG_OUT0 and the 15 after it. */
static void connect_ledc(struct gpio *gpio, struct ledc *ledc)
{
    enum { FIRST_SIGNAL = 71 };
    for (unsigned i = 0; i < LEDC_CHANNELS; i++) {
        const struct gpio_source source = {
            .ctx = &ledc->channel[i], .level = ledc_channel_level, .watch = ledc_channel_watch};
        ledc->channel[i].out = gpio_signal_out(gpio, FIRST_SIGNAL + i, false, &source);
    }
}

static void connect_wires(struct node *node)
{
    struct esp32_devices *devices = &node->devices;
    connect_ledc(&devices->gpio, &devices->ledc);
    connect_spi(&devices->gpio, &devices->spi2, (const uint8_t[]){11, 61, 62});
    connect_spi(&devices->gpio, &devices->spi3, (const uint8_t[]){68, 69, 70});
    connect_uart(&devices->gpio, &devices->uart0, &uart_pins[0]);
    connect_uart(&devices->gpio, &devices->uart1, &uart_pins[1]);
    connect_uart(&devices->gpio, &devices->uart2, &uart_pins[2]);
    connect_i2c(&devices->gpio, &devices->i2c0, &i2c_pins[0]);
    connect_i2c(&devices->gpio, &devices->i2c1, &i2c_pins[1]);
}

/* --- all of them
 * ------------------------------------------------------------------------------------------------------ */

enum sim_status esp32_devices_init(struct node *node)
{
    struct esp32_devices *devices = &node->devices;
#define DEVICE(name, type, base)                                                                                       \
    SIM_TRY(init_##name(node, &devices->name, #name));                                                                 \
    SIM_TRY(bus_map_attach(node->map, base, &devices->name.dev));
#define PART(device, member, base) SIM_TRY(bus_map_attach(node->map, base, &devices->device.member.dev));
#define STORED(name, block, base)                                                                                      \
    SIM_TRY(stored_init(&devices->name, STORED_##block, #name, &node->env));                                           \
    SIM_TRY(bus_map_attach(node->map, base, &devices->name.dev));
#include "sc_top/node/esp32_node.def"
#define INTERRUPT(device, member, source)                                                                              \
    devices->device.member = intmatrix_input(&node->intmatrix, INTMATRIX_##source);
#include "sc_top/node/esp32_node.def"
    connect_wires(node);
    return connect_chips(node);
}

void esp32_devices_fini(struct node *node)
{
    struct esp32_devices *devices = &node->devices;
    node_chips_fini(node);
#define DEVICE(name, type, base)                                                                                       \
    if (devices->name.dev.value)                                                                                       \
        type##_fini(&devices->name);
#include "sc_top/node/esp32_node.def"
}

void esp32_devices_reset(struct node *node, enum dev_reset kind, sim_time now)
{
    struct esp32_devices *devices = &node->devices;
    bus_map_reset(node->map, kind, now);
#define DEVICE(name, type, base) dev_reset(&devices->name.dev, kind, now);
#define PART(device, member, base) dev_reset(&devices->device.member.dev, kind, now);
#include "sc_top/node/esp32_node.def"
}

void esp32_devices_set_cause(struct node *node, unsigned core, enum reset_cause cause)
{
    rtc_cntl_set_reset_cause(&node->devices.rtc_cntl, core, cause);
}

/* The Xtensa core has two reset vectors; a bit in the RTC domain chooses. */
uint32_t esp32_devices_reset_vector(const struct node *node, unsigned core)
{
    uint32_t place =
        core == 0 ? RTC_CNTL_RESET_STATE_PROCPU_STAT_VECTOR_SEL : RTC_CNTL_RESET_STATE_APPCPU_STAT_VECTOR_SEL;
    return reg_get(&node->devices.rtc_cntl.dev, place) ? ROM_RESET_VECTOR : RTC_SLOW_RESET_VECTOR;
}

/* --- what the rest of the node asks --------------------------------------------------------------------------------
 */

static struct uart *uart_of(struct node *node, unsigned uart)
{
    struct uart *const all[NODE_UARTS] = {&node->devices.uart0, &node->devices.uart1, &node->devices.uart2};
    sim_assert(uart < NODE_UARTS);
    return all[uart];
}

/* The registers and the clocks as if a bootloader had switched to the PLL some time ago. */
void esp32_devices_boot_clock(struct node *node)
{
    uint64_t hz = node->config.cpu_hz;
    if (hz <= 40000000)
        return;
    uint8_t period = hz == 80000000 ? 0 : hz == 160000000 ? 1 : 2;
    reg_put(&node->devices.dport.dev, DPORT_CPU_PER_CONF_CPUPERIOD_SEL, period);
    reg_put(&node->devices.rtc_cntl.dev, RTC_CNTL_CLK_CONF_SOC_CLK_SEL, CLOCK_FROM_PLL);
    node->clocks.select.source = CLOCK_FROM_PLL;
    node->clocks.select.cpu_period = period;
    clock_tree_select(&node->clocks, evq_now(node->evq));
}

bool node_listens(const struct node *node)
{
    const uint32_t receive = UART_RXFIFO_FULL | UART_RXFIFO_TOUT | UART_BRK_DET | UART_AT_CMD_CHAR_DET;
    const struct uart *const all[NODE_UARTS] = {&node->devices.uart0, &node->devices.uart1, &node->devices.uart2};
    if (rtc_cntl_sleeps(&node->devices.rtc_cntl))
        return node_wakes_by_uart(node, 0) || node_wakes_by_uart(node, 1);
    for (unsigned i = 0; i < NODE_UARTS; i++)
        if (dev_peek(&all[i]->dev, UART_INT_ENA) & receive)
            return true;
    return false;
}

size_t node_uart_input(struct node *node, unsigned uart, const uint8_t *bytes, size_t size, sim_time at)
{
    size_t taken = 0;
    for (; taken < size && node_wakes_by_uart(node, uart); taken++)
        node_sleeping_uart_input(node, uart, bytes[taken], at);
    while (taken < size && uart_receive(uart_of(node, uart), bytes[taken], 0, at))
        taken++;
    return taken;
}

struct baseband *node_baseband(struct node *node)
{
    return &node->devices.baseband;
}

struct wifi_mac *node_wifi(struct node *node)
{
    return &node->devices.wifi_mac;
}

struct open_eth *node_open_eth(struct node *node)
{
    return &node->devices.open_eth;
}

void node_drive_pad(struct node *node, unsigned pad, int level, sim_time at)
{
    enum gpio_drive drive = level < 0 ? GPIO_RELEASED : level ? GPIO_HIGH : GPIO_LOW;
    gpio_drive(&node->devices.gpio, pad, drive, at);
}
