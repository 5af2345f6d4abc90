using CsCheck;
using ModelServing.Features;
using ModelServing.Features.Events;

namespace ModelServing.Services.Tests.Features.Events;

public sealed class EventFormatTests
{
    private static readonly Gen<FieldValue> Values = Gen.OneOf(
        Gen.Long.Select(FieldValue.FromInt64),
        Gen.Bool.Select(FieldValue.FromBool),
        Gen.String.Where(static text => text.Length <= 60 && IsWhole(text)).Select(FieldValue.FromString),
        Gen.Long[0, Instant.MaxMicroseconds].Select(static time => FieldValue.FromTime(new Instant(time))),
        Gen.Select(Gen.Long, Gen.Int[0, FieldValue.MaxScale]).Select(FieldValue.FromDecimal));

    private static readonly Gen<FeatureEvent> Events = Gen.Select(
        Gen.Long[0, Instant.MaxMicroseconds], Gen.Long[0, Instant.MaxMicroseconds], Gen.String[1, 40].Where(IsWhole), Values.Array[0, 20])
        .Select(static (time, known, id, values) => new FeatureEvent
        {
            Source = "payments",
            Id = id,
            Time = new Instant(time),
            KnownTime = new Instant(known),
            Fields = [.. values.Select(static (value, i) => new EventField($"field_{i}", value))],
        });

    [Fact]
    public void An_event_is_read_as_it_was_written() => Events.Sample(static written =>
    {
        var read = new EventReader().Read(Write(written));
        Assert.Equal((written.Source, written.Id, written.Time, written.KnownTime), (read.Source, read.Id, read.Time, read.KnownTime));
        Assert.Equal(written.Fields, read.Fields);
    });

    [Fact]
    public void Damaged_bytes_are_refused_or_are_another_event() => Gen.Select(Events, Gen.UInt, Gen.Byte).Sample(
        static (written, at, value) =>
        {
            var bytes = Write(written);
            bytes[(int)(at % (uint)bytes.Length)] = value;
            Read(bytes);
        });

    [Fact]
    public void A_part_of_an_event_is_refused() => Events.Sample(static written =>
    {
        var bytes = Write(written);
        for (var length = 0; length < bytes.Length; length++)
            Assert.Throws<FormatException>(() => new EventReader().Read(bytes.AsSpan(0, length)));
        Assert.Throws<FormatException>(() => new EventReader().Read([.. bytes, 0]));
    }, iter: 20);

    [Fact]
    public void Another_format_is_named()
    {
        var failed = Assert.Throws<FormatException>(static () => new EventReader().Read([2]));
        Assert.Contains("format 2", failed.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_event_that_does_not_fit_is_refused() => Assert.Throws<ArgumentException>(static () => EventFormat.Write(
        new FeatureEvent
        {
            Source = "payments",
            Id = "1",
            Time = new Instant(0),
            KnownTime = new Instant(0),
            Fields = [.. Enumerable.Range(0, 100).Select(static i => new EventField($"f{i}", FieldValue.FromString(new string('x', 200))))],
        },
        new byte[EventFormat.MostBytes]));

    private static byte[] Write(FeatureEvent written)
    {
        var buffer = new byte[EventFormat.MostBytes];
        return buffer[..EventFormat.Write(written, buffer)];
    }

    private static void Read(byte[] bytes)
    {
        try
        {
            _ = new EventReader().Read(bytes);
        }
        catch (FormatException)
        {
            // The only exception that is allowed.
        }
    }

    // A half of a surrogate pair is not text.
    private static bool IsWhole(string text) =>
        System.Text.Encoding.UTF8.GetString(System.Text.Encoding.UTF8.GetBytes(text)) == text;
}
