// SPDX-License-Identifier: Apache-2.0
// DSSS receiver for 1 and 2 Mbit/s with the long preamble: from samples (22 MHz, two for each chip) to bytes.
//
// IEEE 802.11-2020: 15.2.2 (PPDU), 15.2.3 (fields), 15.2.5 (descrambler), 15.4.4.3 (Barker sequence), 15.4.4.4 (DBPSK,
// DQPSK), 15.2.7 (receive procedure: a header whose CRC is wrong or whose rate is not supported ends the reception).
//
// Filter: two samples are a chip, 11 chips correlated with the Barker sequence a symbol. Timing: the correlation's
// magnitude, averaged over about 16 symbols for each of the 22 places that a symbol can begin at; the greatest is taken
// when it stands out against their mean in four symbols running. From then on early and late neighbours pull it along,
// so that clocks may differ. Decisions are differential: the product with the conjugate of the symbol before. There is
// no correction of the carrier's frequency: it may turn by a few degrees a symbol, at 2 Mbit/s by less than 45.
//
// Samples are two's complement, scaled by the gain control before this block: noise and signal together should use a
// quarter to a half of the range.
module dsss_rx #(
    parameter SAMPLE = 8
) (
    input  wire                     clk,
    input  wire                     rst,
    input  wire                     enable,  // low: searches anew when it becomes high
    input  wire signed [SAMPLE-1:0] in_i,
    input  wire signed [SAMPLE-1:0] in_q,
    output wire                     locked,  // symbol timing found
    output reg                      sfd,     // pulse: delimiter found
    output reg                      header,  // pulse: header intact; rate and length hold
    output reg                      failed,  // pulse: header with a wrong CRC, of an unknown rate or of no bytes
    output reg                      two_mbps,
    output reg  [15:0]              duration, // LENGTH as received, us
    output reg  [11:0]              length,   // bytes of the PSDU
    output reg                      valid,    // pulse: data is the next byte of the PSDU
    output reg  [7:0]               data,
    output reg                      done,     // pulse, with the last byte
    output reg                      raw_valid, // decisions before the descrambler, to measure error rates:
    output reg  [1:0]               raw        // 1 Mbit/s: bit 0; 2 Mbit/s: the first in bit 1
);
    localparam CORR = SAMPLE + 5; // 22 samples of full scale
    localparam ACC = CORR + 4;
    localparam [15:0] SFD = 16'hF3A0;
    localparam [7:0]  SIGNAL_1 = 8'h0A, SIGNAL_2 = 8'h14;
    localparam [7:0]  SFD_WITHIN = 8'd160; // symbols: the preamble is 144 long
    localparam [7:0]  FILLED = 8'd22;      // symbols: 7 in the descrambler, then the delimiter's 16
    localparam [4:0]  SETTLE = 5'd16;      // symbols before the averages count
    localparam [10:0] BARKER = 11'b00011101101;
    localparam [ACC+4:0] PLACES = 22; // samples of a symbol

    // ---- Matched filter ----

    reg signed [SAMPLE-1:0] last_i, last_q;
    reg signed [SAMPLE:0]   chips_i [0:19]; // sums of two samples; index: age in samples
    reg signed [SAMPLE:0]   chips_q [0:19];
    wire signed [SAMPLE:0]  sum_i = {in_i[SAMPLE-1], in_i} + {last_i[SAMPLE-1], last_i};
    wire signed [SAMPLE:0]  sum_q = {in_q[SAMPLE-1], in_q} + {last_q[SAMPLE-1], last_q};
    reg signed [CORR-1:0]   next_i, next_q, corr_i, corr_q;

    integer n;
    always @* begin
        // Chip 10 is the newest.
        next_i = -{{(CORR-SAMPLE-1){sum_i[SAMPLE]}}, sum_i};
        next_q = -{{(CORR-SAMPLE-1){sum_q[SAMPLE]}}, sum_q};
        for (n = 0; n < 10; n = n + 1)
            if (BARKER[n]) begin
                next_i = next_i + {{(CORR-SAMPLE-1){chips_i[19-2*n][SAMPLE]}}, chips_i[19-2*n]};
                next_q = next_q + {{(CORR-SAMPLE-1){chips_q[19-2*n][SAMPLE]}}, chips_q[19-2*n]};
            end else begin
                next_i = next_i - {{(CORR-SAMPLE-1){chips_i[19-2*n][SAMPLE]}}, chips_i[19-2*n]};
                next_q = next_q - {{(CORR-SAMPLE-1){chips_q[19-2*n][SAMPLE]}}, chips_q[19-2*n]};
            end
    end

    integer m;
    always @(posedge clk) begin
        last_i <= in_i;
        last_q <= in_q;
        chips_i[0] <= sum_i;
        chips_q[0] <= sum_q;
        for (m = 1; m < 20; m = m + 1) begin
            chips_i[m] <= chips_i[m-1];
            chips_q[m] <= chips_q[m-1];
        end
        corr_i <= next_i;
        corr_q <= next_q;
    end

    // ---- Symbol timing ----

    function [CORR-1:0] magnitude; // max + min / 2: within 12 %
        input signed [CORR-1:0] re, im;
        reg [CORR-1:0] a, b;
        begin
            a = re[CORR-1] ? -re : re;
            b = im[CORR-1] ? -im : im;
            magnitude = a > b ? a + (b >> 1) : b + (a >> 1);
        end
    endfunction

    wire [CORR-1:0] level = magnitude(corr_i, corr_q);

    reg [ACC-1:0]  average [0:21]; // 16 times the mean
    reg [4:0]      bin;            // where in the symbol, searching
    reg [4:0]      best_bin, last_best;
    reg [ACC-1:0]  best;
    reg [ACC+4:0]  total;
    reg [4:0]      settled;        // symbols since the search began
    reg [1:0]      same;           // symbols in which the same place has been the best
    reg            lock;
    reg [4:0]      until_symbol;   // samples
    reg [4:0]      place;          // bin of the symbol's end
    assign locked = lock;

    wire [ACC-1:0] updated = average[bin] - (average[bin] >> 4) + {{(ACC-CORR){1'b0}}, level};
    wire           last_bin = bin == 5'd21;
    wire [ACC-1:0] best_now = updated > best ? updated : best;
    wire [4:0]     best_bin_now = updated > best ? bin : best_bin;
    wire [ACC+4:0] total_now = total + {5'd0, updated};
    // Above 1.5 times the mean of the 22.
    wire           stands_out = {5'd0, best_now} * PLACES > total_now + (total_now >> 1);
    wire           agrees = stands_out && settled == SETTLE && best_bin_now == last_best;

    wire [4:0]     early = place == 5'd0 ? 5'd21 : place - 5'd1;
    wire [4:0]     late = place == 5'd21 ? 5'd0 : place + 5'd1;
    // Also when it had taken noise for a preamble before.
    wire           found = last_bin && agrees && same == 2'd3 && (!lock || (searching && best_bin_now != place));
    wire           symbol = lock && until_symbol == 5'd0;
    wire           give_up, searching;

    integer k;
    always @(posedge clk)
        if (rst || !enable) begin
            for (k = 0; k < 22; k = k + 1)
                average[k] <= {ACC{1'b0}};
            bin <= 5'd0;
            best <= {ACC{1'b0}};
            best_bin <= 5'd0;
            last_best <= 5'd0;
            total <= {(ACC+5){1'b0}};
            settled <= 5'd0;
            same <= 2'd0;
            lock <= 1'b0;
            until_symbol <= 5'd0;
            place <= 5'd0;
        end else begin
            average[bin] <= updated;
            bin <= last_bin ? 5'd0 : bin + 5'd1;
            best <= last_bin ? {ACC{1'b0}} : best_now;
            best_bin <= best_bin_now;
            total <= last_bin ? {(ACC+5){1'b0}} : total_now;
            if (last_bin) begin
                last_best <= best_bin_now;
                if (settled != SETTLE)
                    settled <= settled + 5'd1;
                same <= agrees ? same + 2'd1 : 2'd0;
            end
            if (found) begin
                lock <= 1'b1;
                place <= best_bin_now;
                until_symbol <= best_bin_now; // this is bin 21
            end else if (!lock) begin
                until_symbol <= 5'd0;
            end else if (give_up) begin
                lock <= 1'b0;
                settled <= 5'd0;
                same <= 2'd0;
            end else if (symbol) begin
                if (average[late] > average[place] && average[late] >= average[early]) begin
                    until_symbol <= 5'd22;
                    place <= late;
                end else if (average[early] > average[place]) begin
                    until_symbol <= 5'd20;
                    place <= early;
                end else begin
                    until_symbol <= 5'd21;
                end
            end else begin
                until_symbol <= until_symbol - 5'd1;
            end
        end

    // ---- Differential decision ----

    reg signed [CORR-1:0]    old_i, old_q;
    wire signed [2*CORR-1:0] ii = corr_i * old_i, qq = corr_q * old_q, qi = corr_q * old_i, iq = corr_i * old_q;
    wire signed [2*CORR:0]   re = {ii[2*CORR-1], ii} + {qq[2*CORR-1], qq};
    wire signed [2*CORR:0]   im = {qi[2*CORR-1], qi} - {iq[2*CORR-1], iq};
    wire [2*CORR:0]          re_size = re[2*CORR] ? -re : re;
    wire [2*CORR:0]          im_size = im[2*CORR] ? -im : im;
    // Quarter turns 0..3; the dibit {d0, d0 ^ d1} is the turn.
    wire [1:0]               turn = re_size >= im_size ? {re[2*CORR], 1'b0} : {im[2*CORR], 1'b1};
    wire                     in_psdu;
    wire                     pair = in_psdu && two_mbps;
    wire                     bit_first = pair ? turn[1] : re[2*CORR];
    wire                     bit_second = turn[1] ^ turn[0];

    // A dibit's second bit goes through the descrambler one clock later.
    reg                      second_due, second;
    always @(posedge clk)
        if (rst || !enable) begin
            old_i <= {CORR{1'b0}};
            old_q <= {CORR{1'b0}};
            second_due <= 1'b0;
            second <= 1'b0;
            raw_valid <= 1'b0;
            raw <= 2'd0;
        end else begin
            second_due <= symbol && pair;
            second <= bit_second;
            raw_valid <= symbol && in_psdu;
            raw <= pair ? {bit_first, bit_second} : {1'b0, bit_first};
            if (symbol) begin
                old_i <= corr_i;
                old_q <= corr_q;
            end
        end

    wire got = symbol || second_due;
    wire plain;
    scrambler #(.DESCRAMBLE(1)) descramble (.clk(clk), .rst(rst), .load(1'b0), .short_preset(1'b0), .valid(got),
                                            .in(second_due ? second : bit_first), .out(plain));

    // ---- Frame ----

    localparam [1:0] SEARCH = 2'd0, HEADER = 2'd1, PSDU = 2'd2;
    reg [1:0]   state;
    reg [31:0]  field; // newest bit on the left
    reg [7:0]   count; // symbols of the search, bits of header or byte
    reg [11:0]  remaining;
    wire [31:0] field_now = {plain, field[31:1]};
    wire        crc_good;
    wire        known = field[7:0] == SIGNAL_1 || field[7:0] == SIGNAL_2;
    wire        fast = field[7:0] == SIGNAL_2;
    // Bytes: LENGTH / 8 or / 4.
    wire [13:0] bytes = fast ? field[31:18] : {1'b0, field[31:19]};
    wire        fits = bytes != 14'd0 && bytes[13:12] == 2'd0;
    assign in_psdu = state == PSDU;
    assign searching = state == SEARCH;

    /* verilator lint_off PINCONNECTEMPTY */
    plcp_crc16 header_crc (.clk(clk), .rst(rst), .init(state == SEARCH), .valid(got && state == HEADER && count < 8'd48),
                           .data(plain), .shift(1'b0), .crc_bit(), .crc(), .good(crc_good));
    /* verilator lint_on PINCONNECTEMPTY */

    wire header_over = state == HEADER && count == 8'd48;
    wire refused = header_over && !(crc_good && known && fits);
    wire searched = state == SEARCH && lock && count == SFD_WITHIN;
    wire last_byte = state == PSDU && got && count == 8'd7 && remaining == 12'd1;
    assign give_up = refused || searched || last_byte;

    always @(posedge clk)
        if (rst || !enable) begin
            state <= SEARCH;
            field <= 32'd0;
            count <= 8'd0;
            remaining <= 12'd0;
            sfd <= 1'b0;
            header <= 1'b0;
            failed <= 1'b0;
            two_mbps <= 1'b0;
            duration <= 16'd0;
            length <= 12'd0;
            valid <= 1'b0;
            data <= 8'd0;
            done <= 1'b0;
        end else begin
            sfd <= 1'b0;
            header <= 1'b0;
            failed <= 1'b0;
            valid <= 1'b0;
            done <= 1'b0;
            if (found || !lock)
                count <= 8'd0;
            if (give_up) begin
                count <= 8'd0;
                state <= SEARCH;
            end
            case (state)
                SEARCH:
                    if (got) begin
                        field <= field_now;
                        count <= count + 8'd1;
                        if (field_now[31:16] == SFD && count >= FILLED) begin
                            sfd <= 1'b1;
                            state <= HEADER;
                            count <= 8'd0;
                        end
                    end
                HEADER:
                    if (header_over) begin
                        header <= !refused;
                        failed <= refused;
                        two_mbps <= fast;
                        duration <= field[31:16];
                        length <= bytes[11:0];
                        remaining <= bytes[11:0];
                        count <= 8'd0;
                        state <= refused ? SEARCH : PSDU;
                    end else if (got) begin
                        count <= count + 8'd1;
                        if (count < 8'd32)
                            field <= field_now;
                    end
                default:
                    if (got) begin
                        field <= field_now;
                        count <= count + 8'd1;
                        if (count == 8'd7) begin
                            count <= 8'd0;
                            valid <= 1'b1;
                            data <= field_now[31:24];
                            remaining <= remaining - 12'd1;
                            done <= last_byte;
                        end
                    end
            endcase
        end
endmodule
