// SPDX-License-Identifier: Apache-2.0
// DSSS transmitter for 1 and 2 Mbit/s with the long preamble: from bytes to chips, one a clock (11 MHz).
//
// IEEE 802.11-2020: 15.2.2 and 16.2.2.2 (PPDU: SYNC of 128 ones, SFD, SIGNAL, SERVICE, LENGTH, CRC, at 1 Mbit/s),
// 15.2.3 (fields, least significant bit first; LENGTH in microseconds), 15.2.5 (everything is scrambled), 15.4.4.3
// (the Barker sequence +1 -1 +1 +1 -1 +1 +1 +1 -1 -1 -1, leftmost chip first), 15.4.4.4 (DBPSK: 1 turns the carrier by
// pi; DQPSK: 00, 01, 11, 10 turn it by 0, pi/2, pi, 3 pi/2).
//
// start, with length and rate, begins a frame when not busy. The bytes of the PSDU are asked for with `next`: the byte
// in data is taken with that clock, and the next one must be there from the following clock on. chip_i and chip_q are
// -1, 0 or +1; both 0 when nothing is sent. A frame lasts (192 + 8 length / rate) x 11 clocks.
module dsss_tx (
    input  wire              clk,
    input  wire              rst,
    input  wire              start,
    input  wire              two_mbps, // 2 Mbit/s, else 1
    input  wire [11:0]       length,   // bytes of the PSDU, FCS included
    input  wire [7:0]        data,
    output wire              next,     // data is taken
    output reg               busy,     // chips are valid
    output reg signed [1:0]  chip_i,
    output reg signed [1:0]  chip_q
);
    localparam [10:0] BARKER = 11'b00011101101; // bit n: chip n, 1 for +1
    localparam [15:0] SFD = 16'hF3A0;
    localparam [7:0]  SIGNAL_1 = 8'h0A, SIGNAL_2 = 8'h14;

    localparam [2:0] IDLE = 3'd0, SYNC = 3'd1, DELIMITER = 3'd2, HEADER = 3'd3, CRC = 3'd4, PSDU = 3'd5;

    reg [2:0]  state;
    reg [6:0]  count;     // bits of the field still to come after this one
    reg [3:0]  chip;      // 0..10 within the symbol
    reg [31:0] field;     // next bit in bit 0
    reg [11:0] remaining; // bytes of the PSDU not yet taken
    reg        fast;
    reg [1:0]  phase;     // of the carrier, in quarter turns
    reg        first_half; // DQPSK: the first bit of the dibit, scrambled

    // Two bits are made in the last two chips before a DQPSK symbol, one before a DBPSK symbol.
    wire pair = state == PSDU && fast;
    wire take = state != IDLE && (chip == 4'd10 || (pair && chip == 4'd9));
    wire first_of_pair = pair && chip == 4'd9;

    wire crc_bit;
    wire bit_in = state == SYNC ? 1'b1 : state == CRC ? crc_bit : field[0];
    wire scrambled;
    wire field_over = count == 7'd0;

    /* verilator lint_off PINCONNECTEMPTY */
    scrambler scramble (.clk(clk), .rst(rst), .load(start && !busy && state == IDLE), .short_preset(1'b0), .valid(take),
                        .in(bit_in), .out(scrambled));
    plcp_crc16 header_crc (.clk(clk), .rst(rst), .init(state == SYNC), .valid(take && state == HEADER), .data(bit_in),
                           .shift(take && state == CRC), .crc_bit(crc_bit), .crc(), .good());
    /* verilator lint_on PINCONNECTEMPTY */

    // LENGTH in us: 8 or 4 for each byte.
    wire [15:0] duration = fast ? {2'd0, remaining, 2'd0} : {1'd0, remaining, 3'd0};

    assign next = take && field_over && remaining != 12'd0 && (state == CRC || state == PSDU);

    always @(posedge clk)
        if (rst) begin
            state <= IDLE;
            count <= 7'd0;
            field <= 32'd0;
            remaining <= 12'd0;
            fast <= 1'b0;
        end else if (state == IDLE) begin
            if (start && !busy) begin
                state <= SYNC;
                count <= 7'd127;
                remaining <= length;
                fast <= two_mbps;
            end
        end else if (take) begin
            count <= count - 7'd1;
            field <= {1'b0, field[31:1]};
            if (field_over)
                case (state)
                    SYNC: begin
                        state <= DELIMITER;
                        count <= 7'd15;
                        field <= {16'd0, SFD};
                    end
                    DELIMITER: begin
                        state <= HEADER;
                        count <= 7'd31;
                        field <= {duration, 8'd0, fast ? SIGNAL_2 : SIGNAL_1};
                    end
                    HEADER: begin
                        state <= CRC;
                        count <= 7'd15;
                    end
                    default: // CRC, PSDU
                        if (remaining == 12'd0) begin
                            state <= IDLE;
                        end else begin
                            state <= PSDU;
                            count <= 7'd7;
                            field <= {24'd0, data};
                            remaining <= remaining - 12'd1;
                        end
                endcase
        end

    // A symbol's phase is settled with the last bit before it; its chips follow.
    wire [1:0] turn = pair ? {first_half, first_half ^ scrambled} : {scrambled, 1'b0};
    wire [1:0] next_phase = phase + turn;
    wire       symbol = take && !first_of_pair;
    wire       sign = symbol ? BARKER[0] : BARKER[chip + 4'd1];
    wire [1:0] carrier = symbol ? next_phase : phase;

    always @(posedge clk)
        if (rst) begin
            chip <= 4'd10;
            busy <= 1'b0;
            phase <= 2'd0;
            first_half <= 1'b0;
            chip_i <= 2'sd0;
            chip_q <= 2'sd0;
        end else if (state == IDLE && (!busy || chip == 4'd10)) begin
            chip <= 4'd10;
            busy <= 1'b0;
            chip_i <= 2'sd0;
            chip_q <= 2'sd0;
        end else begin
            chip <= chip == 4'd10 ? 4'd0 : chip + 4'd1;
            busy <= 1'b1;
            if (first_of_pair)
                first_half <= scrambled;
            if (symbol)
                phase <= next_phase;
            // Quarter turns 0..3: +I, +Q, -I, -Q.
            chip_i <= carrier[0] ? 2'sd0 : (carrier[1] ^ sign) ? 2'sd1 : -2'sd1;
            chip_q <= carrier[0] ? ((carrier[1] ^ sign) ? 2'sd1 : -2'sd1) : 2'sd0;
        end
endmodule
