// SPDX-License-Identifier: Apache-2.0
// axil_copy: copies words in memory and adds them up: an AXI4-Lite subordinate with registers, and an AXI4-Lite manager
// that reads and writes guest memory.
//
// Standard: AMBA AXI Protocol Specification (Arm IHI 0022E), chapter B1 "AMBA AXI4-Lite"; handshakes as in A3.2: a
// source holds VALID until READY, and does not wait for READY before it sets VALID. An offset without register answers
// with SLVERR (A3.4.4).
//
// Registers: SRC 0x00, DST 0x04 (addresses of words), WORDS 0x08, CTRL 0x0C (bit 0 start, bit 1 interrupt enable),
// STATUS 0x10 (bit 0 busy, bit 1 done, bit 2 error; bits 1 and 2 are cleared by writing 1), SUM 0x14.
//
// clk_req: the clock may stop while it is low.
`default_nettype none
module axil_copy (
    input  wire        aclk,
    input  wire        aresetn,
    // registers
    input  wire [7:0]  s_axi_awaddr,
    input  wire        s_axi_awvalid,
    output wire        s_axi_awready,
    input  wire [31:0] s_axi_wdata,
    input  wire [3:0]  s_axi_wstrb,
    input  wire        s_axi_wvalid,
    output wire        s_axi_wready,
    output reg  [1:0]  s_axi_bresp,
    output reg         s_axi_bvalid,
    input  wire        s_axi_bready,
    input  wire [7:0]  s_axi_araddr,
    input  wire        s_axi_arvalid,
    output wire        s_axi_arready,
    output reg  [31:0] s_axi_rdata,
    output reg  [1:0]  s_axi_rresp,
    output reg         s_axi_rvalid,
    input  wire        s_axi_rready,
    // memory
    output reg  [31:0] m_axi_awaddr,
    output reg         m_axi_awvalid,
    input  wire        m_axi_awready,
    output reg  [31:0] m_axi_wdata,
    output wire [3:0]  m_axi_wstrb,
    output reg         m_axi_wvalid,
    input  wire        m_axi_wready,
    input  wire [1:0]  m_axi_bresp,
    input  wire        m_axi_bvalid,
    output wire        m_axi_bready,
    output reg  [31:0] m_axi_araddr,
    output reg         m_axi_arvalid,
    input  wire        m_axi_arready,
    input  wire [31:0] m_axi_rdata,
    input  wire [1:0]  m_axi_rresp,
    input  wire        m_axi_rvalid,
    output wire        m_axi_rready,
    output wire        irq,
    output wire        clk_req
);
    localparam [1:0] OKAY = 2'b00, SLVERR = 2'b10;
    localparam [5:0] SRC = 6'h0, DST = 6'h1, WORDS = 6'h2, CTRL = 6'h3, STATUS = 6'h4, SUM = 6'h5;
    localparam [1:0] IDLE = 2'd0, READ = 2'd1, WRITE = 2'd2;

    reg [31:0] src, dst, words, sum;
    reg ie, done, error;
    reg [1:0] state;
    wire busy = state != IDLE;

    // A write needs its address and its data; an answer that was not taken holds up the next one.
    wire write = s_axi_awvalid & s_axi_wvalid & ~s_axi_bvalid;
    wire read = s_axi_arvalid & ~s_axi_rvalid;
    wire [5:0] waddr = s_axi_awaddr[7:2], raddr = s_axi_araddr[7:2];
    wire [31:0] lanes = {{8{s_axi_wstrb[3]}}, {8{s_axi_wstrb[2]}}, {8{s_axi_wstrb[1]}}, {8{s_axi_wstrb[0]}}};
    wire [31:0] written = s_axi_wdata & lanes;
    wire start = write & waddr == CTRL & written[0] & ~busy;
    wire got = state == READ & m_axi_rvalid;
    wire put = state == WRITE & m_axi_bvalid;

    assign s_axi_awready = write;
    assign s_axi_wready = write;
    assign s_axi_arready = read;
    assign m_axi_wstrb = 4'hF;
    assign m_axi_bready = state == WRITE;
    assign m_axi_rready = state == READ;
    assign irq = done & ie;
    assign clk_req = busy | s_axi_awvalid | s_axi_wvalid | s_axi_bvalid | s_axi_arvalid | s_axi_rvalid;

    always @(posedge aclk)
        if (!aresetn) begin
            {s_axi_bvalid, s_axi_rvalid} <= 2'b00;
            s_axi_bresp <= OKAY;
            s_axi_rresp <= OKAY;
            s_axi_rdata <= 32'd0;
        end else begin
            if (write) begin
                s_axi_bvalid <= 1'b1;
                s_axi_bresp <= waddr > SUM | s_axi_awaddr[1:0] != 2'b00 ? SLVERR : OKAY;
            end else if (s_axi_bready)
                s_axi_bvalid <= 1'b0;
            if (read) begin
                s_axi_rvalid <= 1'b1;
                s_axi_rresp <= raddr > SUM | s_axi_araddr[1:0] != 2'b00 ? SLVERR : OKAY;
                case (raddr)
                    SRC: s_axi_rdata <= src;
                    DST: s_axi_rdata <= dst;
                    WORDS: s_axi_rdata <= words;
                    CTRL: s_axi_rdata <= {30'd0, ie, 1'b0};
                    STATUS: s_axi_rdata <= {29'd0, error, done, busy};
                    SUM: s_axi_rdata <= sum;
                    default: s_axi_rdata <= 32'd0;
                endcase
            end else if (s_axi_rready)
                s_axi_rvalid <= 1'b0;
        end

    always @(posedge aclk)
        if (!aresetn) begin
            {src, dst, words, sum} <= 128'd0;
            {ie, done, error} <= 3'b000;
            state <= IDLE;
            {m_axi_arvalid, m_axi_awvalid, m_axi_wvalid} <= 3'b000;
            {m_axi_araddr, m_axi_awaddr, m_axi_wdata} <= 96'd0;
        end else begin
            if (write & ~busy)
                case (waddr)
                    SRC: src <= (src & ~lanes) | written;
                    DST: dst <= (dst & ~lanes) | written;
                    WORDS: words <= (words & ~lanes) | written;
                    default: ;
                endcase
            if (write & waddr == CTRL & s_axi_wstrb[0])
                ie <= s_axi_wdata[1];
            if (write & waddr == STATUS) begin
                if (written[1]) done <= 1'b0;
                if (written[2]) error <= 1'b0;
            end

            if (m_axi_arvalid & m_axi_arready) m_axi_arvalid <= 1'b0;
            if (m_axi_awvalid & m_axi_awready) m_axi_awvalid <= 1'b0;
            if (m_axi_wvalid & m_axi_wready) m_axi_wvalid <= 1'b0;

            if (start) begin
                sum <= 32'd0;
                done <= words == 32'd0;
                error <= 1'b0;
                if (words != 32'd0) begin
                    state <= READ;
                    m_axi_araddr <= src;
                    m_axi_arvalid <= 1'b1;
                end
            end
            if (got) begin
                sum <= sum + m_axi_rdata;
                m_axi_awaddr <= dst;
                m_axi_wdata <= m_axi_rdata;
                state <= m_axi_rresp[1] ? IDLE : WRITE;
                {m_axi_awvalid, m_axi_wvalid} <= {2{~m_axi_rresp[1]}};
            end
            if (put) begin
                src <= src + 32'd4;
                dst <= dst + 32'd4;
                words <= words - 32'd1;
                m_axi_araddr <= src + 32'd4;
                m_axi_arvalid <= words != 32'd1 & ~m_axi_bresp[1];
                state <= words == 32'd1 | m_axi_bresp[1] ? IDLE : READ;
            end
            if ((got & m_axi_rresp[1]) | (put & (words == 32'd1 | m_axi_bresp[1])))
                done <= 1'b1;
            if ((got & m_axi_rresp[1]) | (put & m_axi_bresp[1]))
                error <= 1'b1;
        end

    wire unused = &{1'b0, m_axi_rresp[0], m_axi_bresp[0], 1'b0};
endmodule
`default_nettype wire
