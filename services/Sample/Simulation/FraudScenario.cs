namespace ModelServing.Sample.Simulation;

/// <summary>How a transaction came to be a fraud; numbered as in the handbook.</summary>
public enum FraudScenario
{
    /// <summary>It is none.</summary>
    None = 0,

    /// <summary>The amount is above a threshold: a pattern that every detector should find.</summary>
    LargeAmount = 1,

    /// <summary>The terminal is compromised (phishing): everything paid there for 28 days.</summary>
    CompromisedTerminal = 2,

    /// <summary>The customer's card data leaked: for 14 days a third of the payments are the thief's, at five times the amount.</summary>
    CompromisedCustomer = 3,
}
