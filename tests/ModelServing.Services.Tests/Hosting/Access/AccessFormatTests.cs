using CsCheck;
using ModelServing.Hosting.Access;

namespace ModelServing.Services.Tests.Hosting.Access;

public class AccessFormatTests
{
    private static readonly Gen<string?> SomeText = Gen.Null(Gen.String[Gen.Char['!', 'ÿ'], 1, 30]);

    private static readonly Gen<TimeSpan?> SomeTime = Gen.Select(
        Gen.Bool, Gen.Long[0, uint.MaxValue - 1], static (isNull, micros) => isNull ? (TimeSpan?)null : TimeSpan.FromMicroseconds(micros));

    [Fact]
    public void A_record_is_read_as_it_was_written() =>
        Gen.Select(
            Gen.Select(Gen.Enum<AccessSource>(), Gen.Byte.Array[16], Gen.Int[0, 255], Gen.Int[0, 599]),
            Gen.Select(SomeText, SomeText, SomeText, Gen.Int[0, int.MaxValue]),
            Gen.Select(SomeTime, SomeTime, SomeTime, SomeTime),
            Gen.Select(Gen.Long[0, 4_000_000_000_000_000], Gen.ULong, Gen.ULong))
        .Sample((one, texts, times, more) =>
        {
            var record = new AccessRecord
            {
                Source = one.Item1,
                RequestId = new Ulid(one.Item2),
                Attempt = one.Item3,
                Status = one.Item4,
                Model = texts.Item1,
                Variant = one.Item1 is AccessSource.Router or AccessSource.Version ? texts.Item2 : null,
                Operation = one.Item1 is AccessSource.Router or AccessSource.Version ? null : texts.Item2,
                Reason = texts.Item3,
                Version = texts.Item4,
                Time = DateTimeOffset.UnixEpoch.AddMicroseconds(more.Item1),
                Trace = new UInt128(more.Item2, more.Item3),
                Times = new AccessTimes(times.Item1 ?? TimeSpan.Zero)
                {
                    Routing = times.Item2,
                    Failover = times.Item3,
                    Version = times.Item4,
                    Read = times.Item4,
                    Features = times.Item3,
                    Queue = times.Item2,
                    Model = times.Item1,
                    Encode = times.Item2,
                },
            };
            var bytes = new byte[AccessFormat.MostBytes];
            var length = AccessFormat.Write(record, bytes);
            Assert.True(AccessFormat.TryRead(bytes.AsSpan(0, length), out var read));
            Assert.Equal(record, read);
        });

    [Fact]
    public void A_text_that_is_too_long_is_cut_off_between_two_characters()
    {
        var bytes = new byte[AccessFormat.MostBytes];
        var record = SomeAccess.Record(Ulid.NewUlid()) with { Variant = new string('ü', 100) };
        Assert.True(AccessFormat.TryRead(bytes.AsSpan(0, AccessFormat.Write(record, bytes)), out var read));
        Assert.Equal(new string('ü', 32), read.Variant);
    }

    [Fact]
    public void A_record_of_an_unknown_host_is_skipped()
    {
        var bytes = new byte[AccessFormat.MostBytes];
        var length = AccessFormat.Write(SomeAccess.Record(Ulid.NewUlid()) with { Source = (AccessSource)4 }, bytes);
        Assert.False(AccessFormat.TryRead(bytes.AsSpan(0, length), out _));
    }

    [Fact]
    public void No_bytes_make_the_reader_throw() => Gen.Byte.Array[0, 300].Sample(static bytes =>
    {
        if (bytes.Length > 0)
            bytes[0] = 1;
        _ = AccessFormat.TryRead(bytes, out _);
    });

    [Theory]
    [InlineData("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01", "0af7651916cd43dd8448eb211c80319c")]
    [InlineData("00-0af7651916cd43dd8448eb211c80319z-b7ad6b7169203331-01", "00000000000000000000000000000000")]
    [InlineData("nonsense", "00000000000000000000000000000000")]
    [InlineData(null, "00000000000000000000000000000000")]
    public void The_trace_is_that_of_traceparent(string? traceParent, string trace) =>
        Assert.Equal(trace, AccessRecord.TraceOf(traceParent).ToString("x32", null));
}
