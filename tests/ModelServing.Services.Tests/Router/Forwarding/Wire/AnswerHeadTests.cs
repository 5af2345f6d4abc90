using System.Text;
using CsCheck;
using ModelServing.Router.Forwarding.Wire;

namespace ModelServing.Services.Tests.Router.Forwarding.Wire;

public class AnswerHeadTests
{
    // Pieces of heads, and some that do not belong there.
    private static readonly Gen<string> Piece = Gen.OneOf(
        "HTTP/1.1 200 OK\r\n",
        "HTTP/1.0 200\r\n",
        "HTTP/1.1 100 Continue\r\n\r\n",
        "HTTP/1.1 99 \r\n",
        "HTTP/2 200\r\n",
        "Content-Length: 5\r\n",
        "content-length:7\r\n",
        "Content-Length: +5\r\n",
        "Content-Length: 99999999999999999999\r\n",
        "Transfer-Encoding: chunked\r\n",
        "Transfer-Encoding: gzip, chunked\r\n",
        "Connection: close\r\n",
        "Connection: X-A, close\r\n",
        "X-A: b\r\n",
        " folded\r\n",
        "no colon\r\n",
        ": nameless\r\n",
        "X-B: \0\r\n",
        "X-C: a\nb\r\n",
        "\r",
        "\n",
        "\r\n",
        "\r\n\r\n",
        "HTTP/1.1 200 OK\r\n\r\n");

    private static readonly Gen<byte[]> Bytes = Gen.OneOf<byte[]>(
        Gen.Select(Piece.Array[0, 8], static pieces => Encoding.Latin1.GetBytes(string.Concat(pieces))),
        Gen.Byte.Array[0, 80]);

    [Fact]
    public void Any_bytes_are_a_head_or_need_more_or_are_a_bad_answer() => Bytes.Sample(static bytes =>
    {
        Parse(bytes);
    });

    [Fact]
    public void A_head_in_pieces_gives_the_same_result() => Bytes.Sample(static bytes =>
    {
        var whole = Parse(bytes);
        var growing = "more";
        for (var length = 0; length <= bytes.Length && growing == "more"; length++)
            growing = Parse(bytes.AsSpan(0, length));
        Assert.Equal(whole, growing);
    });

    [Theory]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 12\r\n\r\n", BodyFraming.Length, 12, true)]
    [InlineData("HTTP/1.1 200\r\ncontent-length:0\r\n\r\n", BodyFraming.Length, 0, true)]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: Chunked\r\n\r\n", BodyFraming.Chunked, 0, true)]
    [InlineData("HTTP/1.1 200 OK\r\n\r\n", BodyFraming.UntilClose, 0, false)]
    [InlineData("HTTP/1.1 204 No Content\r\n\r\n", BodyFraming.Length, 0, true)]
    [InlineData("HTTP/1.1 304 Not Modified\r\nContent-Length: 12\r\n\r\n", BodyFraming.Length, 0, true)]
    [InlineData("HTTP/1.1 204 No Content\r\nContent-Length: 12\r\n\r\n", BodyFraming.Length, 0, false)]
    [InlineData("HTTP/1.0 200 OK\r\nContent-Length: 12\r\n\r\n", BodyFraming.Length, 12, false)]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 12\r\nConnection: close\r\n\r\n", BodyFraming.Length, 12, false)]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 12\r\nConnection: X-A, Close\r\n\r\n", BodyFraming.Length, 12, false)]
    internal void It_knows_where_the_body_ends_and_whether_the_connection_may_be_used_again(
        string text,
        BodyFraming framing,
        long length,
        bool keepAlive)
    {
        Assert.True(AnswerHead.TryParse(Encoding.Latin1.GetBytes(text), out var head));
        Assert.Equal((framing, length, keepAlive), (head.Framing, head.ContentLength, head.KeepAlive));
        Assert.Equal(text.Length, head.Length);
    }

    [Theory]
    [InlineData("200 OK\r\n\r\n")]
    [InlineData("HTTP/1.1 20 OK\r\n\r\n")]
    [InlineData("HTTP/1.1 +20 OK\r\n\r\n")]
    [InlineData("HTTP/1.1 600 What\r\n\r\n")]
    [InlineData("HTTP/1.1 2000 OK\r\n\r\n")]
    [InlineData("HTTP/1.1 101 Switching Protocols\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: +1\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 1, 1\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length:\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nX-A: 1\r\n folded\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nX-A : 1\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nX(A): 1\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nX-A: 1\nX-B: 2\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nX-A: 1\rX-B: 2\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nX-A: \0\r\n\r\n")]
    public void An_ambiguous_or_invalid_head_is_a_bad_answer(string text) =>
        Assert.Throws<BadAnswerException>(() => AnswerHead.TryParse(Encoding.Latin1.GetBytes(text), out _));

    [Fact]
    public void A_head_has_a_limited_length_however_it_arrives()
    {
        var filler = new string('a', AnswerHead.MaxLength);
        var tooLong = Encoding.Latin1.GetBytes($"HTTP/1.1 200 OK\r\nX-A: {filler}\r\nContent-Length: 0\r\n\r\n");
        Assert.Throws<BadAnswerException>(() => AnswerHead.TryParse(tooLong, out _));
        Assert.False(AnswerHead.TryParse(tooLong.AsSpan(0, AnswerHead.MaxLength), out _));
        Assert.Throws<BadAnswerException>(() => AnswerHead.TryParse(tooLong.AsSpan(0, AnswerHead.MaxLength + 1), out _));
    }

    private static string Parse(ReadOnlySpan<byte> bytes)
    {
        try
        {
            return AnswerHead.TryParse(bytes, out var head)
                ? $"{head.Status} {head.Length} {head.Framing} {head.ContentLength} {head.KeepAlive}"
                : "more";
        }
        catch (BadAnswerException)
        {
            return "bad";
        }
    }
}
