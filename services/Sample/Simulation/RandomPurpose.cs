namespace ModelServing.Sample.Simulation;

/// <summary>The purpose of a stream of random numbers.</summary>
internal enum RandomPurpose : ulong
{
    /// <summary>A customer's traits.</summary>
    Customer = 1,

    /// <summary>A terminal's location.</summary>
    Terminal = 2,

    /// <summary>A customer's transactions.</summary>
    Transactions = 3,

    /// <summary>Which terminals are compromised on a day.</summary>
    CompromisedTerminals = 4,

    /// <summary>Which customers are compromised on a day, and which of their transactions are the thief's.</summary>
    CompromisedCustomers = 5,
}
