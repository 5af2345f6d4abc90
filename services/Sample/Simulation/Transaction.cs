namespace ModelServing.Sample.Simulation;

/// <summary>One payment by card.</summary>
/// <param name="Id">Place in the order of (time, customer), from 0. It breaks ties of time.</param>
/// <param name="Second">Seconds since <see cref="CardSimulator.Start"/>.</param>
/// <param name="CustomerId">Who paid, from 0.</param>
/// <param name="TerminalId">Where, from 0.</param>
/// <param name="Cents">The amount in hundredths of the currency: whole numbers add up the same in every order.</param>
/// <param name="Fraud">The scenario that made it a fraud, or <see cref="FraudScenario.None"/>.</param>
public readonly record struct Transaction(int Id, int Second, int CustomerId, int TerminalId, int Cents, FraudScenario Fraud)
{
    /// <summary>Seconds in a day.</summary>
    public const int SecondsPerDay = 86_400;

    /// <summary>The day, from 0.</summary>
    public int Day => Second / SecondsPerDay;

    /// <summary>The moment of the payment.</summary>
    public DateTimeOffset Time => CardSimulator.Start.AddSeconds(Second);

    /// <summary>True when it is a fraud: what a model is to predict.</summary>
    public bool IsFraud => Fraud != FraudScenario.None;
}
