using CsCheck;
using ModelServing.Features.Engine;

namespace ModelServing.Services.Tests.Features.Engine;

public sealed class StateReaderTests
{
    // Numbers of all lengths, with needless bytes, at the end of the bytes and before it.
    private static readonly Gen<byte[]> Bytes = Gen.Select(
        Gen.Byte[0x80, 0xFF].Array[0, 11], Gen.Byte[0, 0x7F], Gen.Byte.Array[0, 9]).Select(
        static (first, last, rest) => (byte[])[.. first, last, .. rest]);

    [Fact]
    public void A_number_is_read_as_byte_by_byte() => Bytes.Sample(static bytes =>
    {
        var expected = ReadNumber(bytes, 64);
        Assert.Equal(
            expected is { } number ? ((ulong)number.Value, number.Length) : ((ulong, int)?)null,
            Read(bytes, static (ref reader) => reader.ReadVarint()));
    });

    [Fact]
    public void A_wide_number_is_read_as_byte_by_byte() => Bytes.Sample(static bytes =>
    {
        var expected = ReadNumber(bytes, 128) is { } number
            ? ((Int128)(number.Value >> 1) ^ -(Int128)(number.Value & 1), number.Length)
            : ((Int128, int)?)null;
        Assert.Equal(expected, Read(bytes, static (ref reader) => reader.ReadWideSigned()));
    });

    [Fact]
    public void A_signed_number_is_read_as_byte_by_byte() => Bytes.Sample(static bytes =>
    {
        var expected = ReadNumber(bytes, 64) is { } number
            ? ((long)(number.Value >> 1) ^ -(long)(number.Value & 1), number.Length)
            : ((long, int)?)null;
        Assert.Equal(expected, Read(bytes, static (ref reader) => reader.ReadSigned()));
    });

    private delegate T Reading<T>(ref StateReader reader);

    private static (T Value, int Length)? Read<T>(byte[] bytes, Reading<T> read)
    {
        var reader = new StateReader(bytes);
        try
        {
            var value = read(ref reader);
            return (value, bytes.Length - reader.Remaining);
        }
        catch (FeatureStateException)
        {
            return null;
        }
    }

    private static (UInt128 Value, int Length)? ReadNumber(byte[] bytes, int bits)
    {
        UInt128 value = 0;
        for (var i = 0; i < bytes.Length; i++)
        {
            var group = (UInt128)(bytes[i] & 0x7F);
            if (7 * i >= bits || group >> Math.Min(7, bits - (7 * i)) != 0)
                return null;
            value |= group << (7 * i);
            if (bytes[i] <= 0x7F)
                return bytes[i] == 0 && i > 0 ? null : (value, i + 1);
        }

        return null;
    }
}
