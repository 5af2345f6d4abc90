using ModelServing.Features;

namespace ModelServing.Bench.Soak.Features;

/// <summary>A payment of the soak: what is predicted, and then an event.</summary>
/// <param name="Number">Its number, from 0.</param>
/// <param name="Card">The card.</param>
/// <param name="Terminal">The terminal.</param>
/// <param name="Cents">The amount.</param>
/// <param name="Time">When it is predicted.</param>
/// <param name="EventTime">The time of its event, which may be late.</param>
internal sealed record SoakPayment(int Number, int Card, string Terminal, long Cents, Instant Time, Instant EventTime)
{
    private const int Seconds = 20;
    private const int Late = 2 * 3600;
    private const int MostDelay = 24 * 60;
    private const int BusyCards = 11;
    private const int Cards = 200;
    private const int Terminals = 60;

    /// <summary>The amount as a request has it.</summary>
    internal double Amount => Cents / 100.0;

    /// <summary>Makes payments, 20 seconds apart. A third are of a few busy cards; a quarter are of cards that are seldom used, so some of
    /// those have no event, and others only expired ones. The events of a tenth are late, those of others out of order.</summary>
    internal static IReadOnlyList<SoakPayment> Create(int count, Random random, DateTimeOffset end)
    {
        var payments = new SoakPayment[count];
        for (var number = 0; number < count; number++)
        {
            var time = end.AddSeconds((number - count) * Seconds);
            var card = (number % 4) switch
            {
                0 => 1000 + random.Next(number + 1),
                1 => random.Next(BusyCards),
                _ => random.Next(Cards),
            };
            var delay = number % 10 == 7 ? Late : random.Next(MostDelay);
            payments[number] = new SoakPayment(
                number,
                card,
                // With characters that a key must escape.
                $"T/{random.Next(Terminals)} \u00e9",
                1 + random.Next(100_000),
                Instant.From(time),
                Instant.From(time.AddSeconds(-delay)));
        }

        return payments;
    }
}
