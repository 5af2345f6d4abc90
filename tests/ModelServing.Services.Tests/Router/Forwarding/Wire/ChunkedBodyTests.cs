using System.Buffers;
using System.Text;
using CsCheck;
using ModelServing.Router.Forwarding.Wire;

namespace ModelServing.Services.Tests.Router.Forwarding.Wire;

public class ChunkedBodyTests
{
    private static readonly Gen<(byte[] Body, byte[] Wire)> Valid = Gen.Select(
        Gen.Byte.Array[1, 40].Array[0, 5],
        Gen.OneOf("", ";a=b", " ; name=\"quoted\"", ";x"),
        Gen.Bool,
        Gen.OneOf("", "Trailer: value\r\n", "A: 1\r\nB: 2\r\n"),
        static (chunks, extension, upper, trailer) =>
        {
            var wire = new List<byte>();
            foreach (var chunk in chunks)
            {
                var size = chunk.Length.ToString(upper ? "X" : "x4", System.Globalization.CultureInfo.InvariantCulture);
                wire.AddRange([.. Encoding.Latin1.GetBytes(size + extension + "\r\n"), .. chunk, .. "\r\n"u8]);
            }

            wire.AddRange(Encoding.Latin1.GetBytes("0" + extension + "\r\n" + trailer + "\r\n"));
            return (chunks.SelectMany(static chunk => chunk).ToArray(), wire.ToArray());
        });

    private static readonly Gen<byte[]> Any = Gen.OneOf<byte[]>(
        Gen.Byte.Array[0, 60],
        Gen.Select(
            Gen.OneOf(
                "5\r\n",
                "0\r\n",
                "\r\n",
                "hello",
                "a;b\r\n",
                "-1\r\n",
                "+5\r\n",
                "0x5\r\n",
                "fffffffffffffff\r\n",
                "ffffffffffffffff\r\n",
                " 5\r\n",
                "\r",
                "\n").Array[0, 8],
            static pieces => Encoding.Latin1.GetBytes(string.Concat(pieces))));

    [Fact]
    public void Any_split_of_a_body_gives_the_same_bytes_and_leaves_the_bytes_behind_it() =>
        Gen.Select(Valid, Gen.Int[1, 20].Array[1, 10], Gen.Byte.Array[0, 10]).Sample(static (valid, cuts, behind) =>
        {
            var (result, left) = Decode([.. valid.Wire, .. behind], cuts);
            Assert.Equal(Convert.ToHexString(valid.Body), result);
            Assert.Equal(behind, left);
        });

    [Fact]
    public void Any_split_of_any_bytes_gives_the_same_result() => Gen.Select(Any, Gen.Int[1, 9].Array[1, 10]).Sample(static (bytes, cuts) =>
        Assert.Equal(Decode(bytes, [int.MaxValue]).Result, Decode(bytes, cuts).Result));

    [Theory]
    [InlineData("x\r\n")]
    [InlineData("\r\n")]
    [InlineData("-5\r\n")]
    [InlineData("+5\r\n")]
    [InlineData(" 5\r\n")]
    [InlineData("0x5\r\n")]
    [InlineData("10000000000000000\r\n")]
    [InlineData("2\r\nabc\r\n")]
    [InlineData("2\nab\r\n")]
    public void An_invalid_chunk_is_a_bad_answer(string text) =>
        Assert.StartsWith("bad", Decode(Encoding.Latin1.GetBytes(text + "0\r\n\r\n"), [int.MaxValue]).Result, StringComparison.Ordinal);

    [Fact]
    public void A_line_has_a_limited_length_however_it_arrives()
    {
        var wire = Encoding.Latin1.GetBytes("1;" + new string('a', 5000) + "\r\nx\r\n0\r\n\r\n");
        Assert.Equal("bad", Decode(wire, [int.MaxValue]).Result);
        Assert.Equal("bad", Decode(wire, [100]).Result);
    }

    private static (string Result, byte[] Left) Decode(byte[] wire, int[] cuts)
    {
        var body = new ChunkedBody();
        var output = new ArrayBufferWriter<byte>();
        var given = 0;
        var used = 0;
        try
        {
            for (var i = 0; given < wire.Length && !body.IsDone; i++)
            {
                given = (int)Math.Min(wire.Length, (long)given + cuts[i % cuts.Length]);
                used += body.Decode(wire.AsSpan(used, given - used), output);
            }
        }
        catch (BadAnswerException)
        {
            return ("bad", []);
        }

        return (Convert.ToHexString(output.WrittenSpan) + (body.IsDone ? "" : " more"), wire[used..]);
    }
}
