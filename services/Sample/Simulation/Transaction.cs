namespace ModelServing.Sample.Simulation;

/// <summary>One card payment.</summary>
/// <param name="Id">The index in the order of (time, customer), from 0. It breaks ties of time.</param>
/// <param name="Second">Seconds since <see cref="CardSimulator.Start"/>.</param>
/// <param name="CustomerId">The customer's number, from 0.</param>
/// <param name="TerminalId">The terminal's number, from 0.</param>
/// <param name="Cents">The amount in hundredths of the currency. Sums of whole numbers are the same in every order.</param>
/// <param name="Fraud">The scenario that made it a fraud, or <see cref="FraudScenario.None"/>.</param>
public readonly record struct Transaction(int Id, int Second, int CustomerId, int TerminalId, int Cents, FraudScenario Fraud)
{
    public const int SecondsPerDay = 86_400;

    /// <summary>The day, from 0.</summary>
    public int Day => Second / SecondsPerDay;

    /// <summary>The time of the payment.</summary>
    public DateTimeOffset Time => CardSimulator.Start.AddSeconds(Second);

    /// <summary>Whether the payment is a fraud, which models predict.</summary>
    public bool IsFraud => Fraud != FraudScenario.None;
}
