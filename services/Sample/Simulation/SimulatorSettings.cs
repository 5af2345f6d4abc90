namespace ModelServing.Sample.Simulation;

/// <summary>
/// The size of a simulated world and the strength of its frauds. The defaults are the handbook's unless a reason is given. The handbook has
/// 5,000 customers and 10,000 terminals; this world has a fifth of that, so that a demo gets its rows quickly.
/// </summary>
public sealed record SimulatorSettings
{
    /// <summary>The seed of everything random.</summary>
    public ulong Seed { get; init; } = 20180401;

    /// <summary>The number of customers; 1,000 by default.</summary>
    public int Customers { get; init; } = 1_000;

    /// <summary>The number of terminals; 2,000 by default: two for each customer, as in the handbook.</summary>
    public int Terminals { get; init; } = 2_000;

    /// <summary>The number of days, from day 0; 127 by default, as <see cref="SampleDataset"/> needs.</summary>
    public int Days { get; init; } = 127;

    /// <summary>The distance that customers go to pay, on a map of 100 by 100.</summary>
    public double Radius { get; init; } = 5;

    /// <summary>An amount above this many cents is a fraud (scenario 1).</summary>
    public int LargeAmountCents { get; init; } = 22_000;

    /// <summary>
    /// The number of terminals that are compromised each day (scenario 2). It is one of 2,000, where the handbook has two of 10,000. With
    /// fewer than one a day, the metrics of a month would depend on a handful of terminals.
    /// </summary>
    public int CompromisedTerminalsPerDay { get; init; } = 1;

    /// <summary>The number of days that a terminal stays compromised.</summary>
    public int CompromisedTerminalDays { get; init; } = 28;

    /// <summary>The number of customers that are compromised each day (scenario 3). It is one of 1,000, where the handbook has three of
    /// 5,000.</summary>
    public int CompromisedCustomersPerDay { get; init; } = 1;

    /// <summary>The number of days that a customer stays compromised.</summary>
    public int CompromisedCustomerDays { get; init; } = 14;

    /// <summary>The factor by which a thief's amounts are larger.</summary>
    public int CompromisedAmountFactor { get; init; } = 5;

    /// <summary>One in this many of a compromised customer's transactions is the thief's.</summary>
    public int CompromisedTransactionsOneIn { get; init; } = 3;
}
