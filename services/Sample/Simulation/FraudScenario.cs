namespace ModelServing.Sample.Simulation;

/// <summary>The scenario that made a transaction a fraud, numbered as in the handbook.</summary>
public enum FraudScenario
{
    /// <summary>The transaction is not a fraud.</summary>
    None = 0,

    /// <summary>The amount is above a threshold: a pattern that every detector should find.</summary>
    LargeAmount = 1,

    /// <summary>The terminal is compromised (phishing): every payment there for 28 days is a fraud.</summary>
    CompromisedTerminal = 2,

    /// <summary>The customer's card data leaked: for 14 days, a third of the payments are the thief's, at five times the amount.</summary>
    CompromisedCustomer = 3,
}
