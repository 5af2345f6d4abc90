using ModelServing.Sample;
using ModelServing.Sample.Simulation;

namespace ModelServing.Cli.Demo;

/// <summary>Further worlds like the demo's, each with other customers, terminals and frauds, for an experiment that needs more payments
/// than one world has. A payment that was made again would not be another unit.</summary>
internal static class DemoWorlds
{
    // More than the days of a world, and whole weeks. What a world's windows need comes after everything of the one before.
    private const int WorldSeconds = 19 * 7 * Transaction.SecondsPerDay;

    // More than a world has, and than the laps of the first world use.
    private const int WorldIds = 100_000_000;

    /// <summary>The most worlds: identifiers and seconds are 32 bits wide.</summary>
    internal const int Most = 12;

    /// <summary>The payments of a further world.</summary>
    /// <param name="number">The world, from 1.</param>
    internal static DemoPayments Create(int number)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(number, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(number, Most);
        var settings = SampleDataset.Settings with { Seed = SampleDataset.Settings.Seed + (ulong)number };
        var world = CardSimulator.Run(settings);
        return new DemoPayments(
            world,
            payment => payment with
            {
                Id = payment.Id + number * WorldIds,
                Second = payment.Second + number * WorldSeconds,
                CustomerId = payment.CustomerId + number * settings.Customers,
                TerminalId = payment.TerminalId + number * settings.Terminals,
            });
    }
}
