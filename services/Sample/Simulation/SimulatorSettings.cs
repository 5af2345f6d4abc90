namespace ModelServing.Sample.Simulation;

/// <summary>
/// The size of a simulated world and the strength of its frauds. The defaults are the handbook's where no reason is given; the handbook
/// has 5,000 customers and 10,000 terminals, this one a fifth of that, so that a demo has its rows in a moment.
/// </summary>
public sealed record SimulatorSettings
{
    /// <summary>Fixes everything that is random.</summary>
    public ulong Seed { get; init; } = 20180401;

    /// <summary>Customers; 1,000 unless told.</summary>
    public int Customers { get; init; } = 1_000;

    /// <summary>Terminals; 2,000 unless told: two for each customer, as in the handbook.</summary>
    public int Terminals { get; init; } = 2_000;

    /// <summary>Days, from day 0; 127 unless told: as long as <see cref="SampleDataset"/> needs.</summary>
    public int Days { get; init; } = 127;

    /// <summary>How far customers go to pay, on a map of 100 by 100.</summary>
    public double Radius { get; init; } = 5;

    /// <summary>An amount above this many cents is a fraud (scenario 1).</summary>
    public int LargeAmountCents { get; init; } = 22_000;

    /// <summary>
    /// Terminals compromised each day (scenario 2). One of 2,000, where the handbook has two of 10,000: less than one a day would make
    /// the figures of a month hang on a handful of terminals.
    /// </summary>
    public int CompromisedTerminalsPerDay { get; init; } = 1;

    /// <summary>How long a terminal stays compromised, in days.</summary>
    public int CompromisedTerminalDays { get; init; } = 28;

    /// <summary>Customers compromised each day (scenario 3). One of 1,000, where the handbook has three of 5,000.</summary>
    public int CompromisedCustomersPerDay { get; init; } = 1;

    /// <summary>How long a customer stays compromised, in days.</summary>
    public int CompromisedCustomerDays { get; init; } = 14;

    /// <summary>What the thief multiplies amounts by.</summary>
    public int CompromisedAmountFactor { get; init; } = 5;

    /// <summary>One in this many of a compromised customer's transactions is the thief's.</summary>
    public int CompromisedTransactionsOneIn { get; init; } = 3;
}
