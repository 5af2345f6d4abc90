using System.Globalization;
using ModelServing.Features;
using ModelServing.Features.Events;

namespace ModelServing.Services.Tests.Features.Events;

/// <summary>Events of payments for tests of the log.</summary>
internal static class SomeEvents
{
    internal static readonly Instant Time = Instant.From(new DateTimeOffset(2026, 11, 1, 12, 0, 0, TimeSpan.Zero));

    /// <summary>A payment of a card, whose identifier is its number.</summary>
    internal static FeatureEvent Payment(int number, int card = 1, long cents = 100) => new()
    {
        Source = "payments",
        Id = number.ToString(CultureInfo.InvariantCulture),
        Time = new Instant(Time.Microseconds + number),
        KnownTime = new Instant(Time.Microseconds + number),
        Fields =
        [
            new EventField("card_id", FieldValue.FromInt64(card)),
            new EventField("amount", FieldValue.FromDecimal(cents, 2)),
        ],
    };

    internal static byte[] Encode(FeatureEvent written)
    {
        var buffer = new byte[EventFormat.MostBytes];
        return buffer[..EventFormat.Write(written, buffer)];
    }
}
